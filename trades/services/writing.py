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
    names = ", ".join(f'"{name}"' for name in columns)
    text = "\n".join(lines)
    if text.count("\n") != max(len(lines) - 1, 0) or "\x02" in text or "\r" in text:
        raise UnwritableText(table)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN ({OPTIONS})', StringIO(text))


def next_ids(table: str, count: int) -> list[int]:
    """Take `count` numbers from the sequence of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]
