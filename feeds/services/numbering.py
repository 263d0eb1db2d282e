"""Numbers of the feed: given after the commit, by one writer at a time.

A number drawn inside the transaction of the change would be visible out of order: 7 may commit
while 6 still runs, and a reader who has seen 7 never asks for 6 again. So a change only leaves a
note in its transaction, and whoever turns notes into events holds one lock until its own commit:
the order of numbers is the order in which they become visible.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('feeds.numbering', 0))"


@contextmanager
def numbering() -> Iterator[None]:
    """Open a transaction in which events may be inserted; no other one can until it ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        yield
