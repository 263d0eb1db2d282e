"""Rows into tables, one or a hundred thousand by the same COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

from django.db import connection

SEPARATOR: Final = "\x01"
NULL: Final = "\\N"
OPTIONS: Final = "FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', NULL '\\N'"


NUMBERS: Final = """
SELECT nextval(sequence.name)
  FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) sequence,
       generate_series(1, %s)
"""
FEW: Final = 12


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for a table, with the names of their columns."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


class UnwritableText(ValueError):
    """A text holds a separator: the formats refuse control characters, so this is a bug."""


def line(values: Iterable[object]) -> str:
    """Return one row as COPY reads it; control characters never get this far."""
    return SEPARATOR.join([NULL if value is None else str(value) for value in values])


def array(items: Sequence[str]) -> str:
    """Return the literal of an array of texts."""
    quoted = ('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return "{" + ",".join(quoted) + "}"


def insert(*tables: Table) -> None:
    """Insert rows, table by table; triggers and constraints apply, errors are Django's.

    A handful goes in one statement per table and one round trip for all, more by COPY.
    """
    filled = [table for table in tables if table.rows]
    if sum(len(table.rows) for table in filled) > FEW:
        for table in filled:
            _copy(table)
        return
    statements = [_statement(table) for table in filled]
    values: list[Any] = [value for table in filled for row in table.rows for value in row]
    if statements:
        with connection.cursor() as cursor:
            cursor.execute("; ".join(statements), values)


def _statement(table: Table) -> str:
    places = f"({', '.join(['%s'] * len(table.columns))})"
    rows = ", ".join([places] * len(table.rows))
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES {rows}"  # noqa: S608 - names of ours


def _copy(table: Table) -> None:
    text = "\n".join([line(row) for row in table.rows])
    if text.count("\n") != len(table.rows) - 1 or "\x02" in text or "\r" in text:
        raise UnwritableText(table.name)
    copy = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN ({OPTIONS})"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(copy, StringIO(text))


def next_ids(name: str, count: int) -> list[int]:
    """Take so many numbers from the sequence of a table."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [name, count])
        return [number for (number,) in cursor.fetchall()]
