"""Primary keys drawn ahead: rows that name one another are made before any of them is written."""

from __future__ import annotations

from typing import Final

from django.db import connection

#: The sequence is looked up once, not once per number.
NUMBERS: Final = """
SELECT nextval(sequence.name)
  FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) sequence,
       generate_series(1, %s)
"""


def next_ids(table: str, count: int) -> list[int]:
    """Draw `count` numbers from the sequence of a table."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [table, count])
        return [number for (number,) in cursor.fetchall()]
