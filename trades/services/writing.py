"""Rows into tables, one or a hundred thousand by the same COPY."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from typing import Any, Final

from django.db import connection

from core import behind
from core.prepared import Statement

#: Control characters, which the formats refuse: no text can be taken for one of these.
SEPARATOR: Final = "\x01"
NULL: Final = "\x03"
OPTIONS: Final = "FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', NULL E'\\x03'"

FEW: Final = 12


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for a table, each as COPY reads it, with the names of their columns."""

    name: str
    columns: Sequence[str]
    lines: Sequence[str]


class UnwritableText(ValueError):
    """A text holds a separator: the formats refuse control characters, so this is a bug."""


def array(items: Sequence[str]) -> str:
    """Return the literal of an array of texts."""
    quoted = ('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return "{" + ",".join(quoted) + "}"


def row(*values: object) -> str:
    """Return columns as COPY reads them."""
    return SEPARATOR.join([NULL if value is None else str(value) for value in values])


def insert(*tables: Table) -> None:
    """Insert rows, table by table; triggers and constraints apply, errors are Django's.

    A handful goes in one statement per table and one round trip for all, more by COPY.
    """
    filled = [table for table in tables if table.lines]
    if sum(len(table.lines) for table in filled) > FEW:
        with connection.cursor() as cursor, connection.wrap_database_errors:
            _copy(cursor, filled)
    elif filled:
        _insert(filled)


def _insert(tables: Sequence[Table]) -> None:
    statements, values = [], []
    for table in tables:
        one = _insertion(table.name, tuple(table.columns)).ready()
        for line in table.lines:
            statements.append(one)
            values += [None if field == NULL else field for field in line.split(SEPARATOR)]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements), values)


@lru_cache
def _insertion(table: str, columns: tuple[str, ...]) -> Statement:
    """Return the insert of one row; a table is always filled by the same columns."""
    marks = ", ".join(["%s"] * len(columns))
    text = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names of ours
    return Statement(f"insert_{table}", text)


def _copy(cursor: Any, tables: Sequence[Table]) -> None:  # noqa: ANN401 - psycopg2 has no types
    for table in tables:
        if not table.lines:
            continue
        text = "\n".join(table.lines)
        if text.count("\n") != len(table.lines) - 1 or "\x02" in text or "\r" in text:
            raise UnwritableText(table.name)
        copy = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN ({OPTIONS})"
        cursor.copy_expert(copy, BytesIO(text.encode()), 1 << 20)


class Behind(behind.Behind):
    """Inserts one step behind its caller."""

    def insert(self, *tables: Table) -> None:
        """Wait for what was handed over before, then hand these over."""
        self.do(partial(self._work, tables=tables))

    @staticmethod
    def _work(opened: Any, *, tables: Sequence[Table]) -> None:  # noqa: ANN401 - psycopg2 has no types
        with opened.cursor() as cursor:
            _copy(cursor, tables)
