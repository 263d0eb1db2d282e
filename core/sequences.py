"""Primary keys by the thousand: drawn ahead, so that rows can name one another before any of them
is written, and handed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection

#: The sequence is looked up once, not once per number.
NUMBERS: Final = """
SELECT nextval(sequence.name)
  FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) sequence,
       generate_series(1, %s)
"""
DATED: Final = NUMBERS.replace("nextval", "dated_number")


def next_ids(table: str, count: int) -> list[int]:
    """Draw `count` numbers from the sequence of a table."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [table, count])
        return [number for (number,) in cursor.fetchall()]


def dated_numbers(table: str, count: int) -> list[int]:
    """Draw `count` numbers that carry their day (`kernel/numbering.py`)."""
    with connection.cursor() as cursor:
        cursor.execute(DATED, [table, count])
        return [number for (number,) in cursor.fetchall()]


def array_of(keys: Iterable[int]) -> str:
    """Return keys as one value for `= ANY(%s)`: handed over one by one, thousands cost more than
    finding their rows.
    """
    return "{" + ",".join(map(str, keys)) + "}"
