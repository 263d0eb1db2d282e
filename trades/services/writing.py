"""Rows into tables, one or a hundred thousand by the same COPY."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final, Self

from django.db import connection

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
        row = f"({', '.join(['%s'] * len(table.columns))})"
        rows = ", ".join([row] * len(table.lines))
        names = ", ".join(table.columns)
        statements.append(f"INSERT INTO {table.name} ({names}) VALUES {rows}")  # noqa: S608 - names of ours
        fields = [field for line in table.lines for field in line.split(SEPARATOR)]
        values += [None if field == NULL else field for field in fields]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements), values)


def _copy(cursor: Any, tables: Sequence[Table]) -> None:  # noqa: ANN401 - psycopg2 has no types
    for table in tables:
        if not table.lines:
            continue
        text = "\n".join(table.lines)
        if text.count("\n") != len(table.lines) - 1 or "\x02" in text or "\r" in text:
            raise UnwritableText(table.name)
        copy = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN ({OPTIONS})"
        cursor.copy_expert(copy, StringIO(text), len(text) + 1)


class Behind:
    """Inserts one step behind its caller: while PostgreSQL takes some rows, the next are made.

    All of it in the caller's transaction, on its connection, which nobody else may use inside the
    `with`. An error comes up at the next insert or at the end.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="copy")
        self._pending: Future[None] | None = None

    def insert(self, *tables: Table) -> None:
        """Wait for what was handed over before, then hand these over."""
        self.wait()
        self._pending = self._pool.submit(self._work, connection.connection, tables)

    def wait(self) -> None:
        """Wait until everything handed over is in; raises what went wrong with it."""
        pending, self._pending = self._pending, None
        if pending is not None:
            with connection.wrap_database_errors:
                pending.result()

    @staticmethod
    def _work(opened: Any, tables: Sequence[Table]) -> None:  # noqa: ANN401 - psycopg2 has no types
        with opened.cursor() as cursor:
            _copy(cursor, tables)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.wait()
        finally:
            self._pool.shutdown()
