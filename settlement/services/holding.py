"""One at a time: what pairs confirmations must see all that others made of them.

A trade that is amended while its confirmation is made, two runs over the same messages, a person
who pairs while a run does: each waits for the other's commit, and reads afterwards.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

LOCK: Final = "settlement: confirmations"


def hold() -> None:
    """Wait until nobody else writes confirmations, and keep others waiting until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
