"""Rows into tables, one or a hundred thousand by the same COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from django.db import connection

SEPARATOR: Final = "\x01"
NULL: Final = "\\N"
OPTIONS: Final = "FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', NULL '\\N'"


class UnwritableText(ValueError):
    """A text holds a separator: the formats refuse control characters, so this is a bug."""


def line(values: Iterable[object]) -> str:
    """Return one row as COPY reads it; control characters never get this far."""
    return SEPARATOR.join([NULL if value is None else str(value) for value in values])


def array(items: Sequence[str]) -> str:
    """Return the literal of an array of texts."""
    quoted = ('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return "{" + ",".join(quoted) + "}"


def copy_lines(table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
    """Insert rows; triggers and constraints apply as in any INSERT, database errors as Django's."""
    if not lines:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    text = "\n".join(lines)
    if text.count("\n") != len(lines) - 1 or "\x02" in text or "\r" in text:
        raise UnwritableText(table)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN ({OPTIONS})', StringIO(text))


def next_ids(**counts: int) -> dict[str, list[int]]:
    """Take so many numbers from the sequence of each table, in one round trip."""
    wanted = {table: count for table, count in counts.items() if count}
    taken: dict[str, list[int]] = {table: [] for table in counts}
    if wanted:
        one = "SELECT %s, nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        values = [value for table, count in wanted.items() for value in (table, table, count)]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join([one] * len(wanted)), values)
            for table, number in cursor.fetchall():
                taken[table].append(number)
    return taken
