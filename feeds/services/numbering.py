"""Numbers of the feed: given after the commit, by one writer at a time.

A number drawn inside the transaction of the change would be visible out of order: 7 may commit
while 6 still runs, and a reader who has seen 7 never asks for 6 again. So a change only leaves a
note in its transaction, and whoever turns notes into events holds one lock until its own commit:
the order of numbers is the order in which they become visible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction

NOTES_MAX: Final = 100
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('feeds.numbering', 0))"


@contextmanager
def numbering() -> Iterator[None]:
    """Open a transaction in which events may be inserted; no other one can until it ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        yield


def number_all(statement: str, said: Mapping[str, Any]) -> int:
    """Make events of notes by a statement that takes `%(most)s` at a time and counts what it took.

    Whatever was committed before the call is in the feed after it; returns how many notes it were.
    """
    taken = 0
    while True:
        with numbering(), connection.cursor() as cursor:
            cursor.execute(statement, {**said, "most": NOTES_MAX})
            some = int(cursor.fetchone()[0])
        taken += some
        if some < NOTES_MAX:
            return taken
