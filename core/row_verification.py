"""Are the rows what the trail says? Finds changes that were made around the triggers.

The trail of each row is folded (the row as inserted, then each update) and held against the row as
it stands, table by table, both streams in the order of the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, models, transaction

from core.audit_triggers import HIDDEN, quoted
from core.policies import AuditPolicy
from core.sync import our_models, policy_of
from core.verification import Problem

BATCH: Final = 2000
SNAPSHOT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
TRAIL: Final = """
SELECT row, action, payload FROM core_auditentry WHERE "table" = %s ORDER BY row, id
"""
Columns = dict[str, Any]


def row_problems() -> Iterator[Problem]:
    """Yield every row that is not what its trail says; consistent while others write."""
    with _snapshot():
        for model in our_models():
            policy = policy_of(model)
            if not policy.excused:
                yield from _of_table(model, policy)


def _of_table(model: type[models.Model], policy: AuditPolicy) -> Iterator[Problem]:
    table = str(model._meta.db_table)
    told, live = _folded(table), _live(table, str(model._meta.pk.column))
    told_row, live_row = next(told, None), next(live, None)
    while told_row or live_row:
        if told_row is not None and (live_row is None or told_row[0] < live_row[0]):
            if told_row[1] is not None and told_row[2]:
                yield Problem(f"{table}:{told_row[0]}", 0, "ROW_GONE", "deleted without an entry")
            told_row = next(told, None)
        elif live_row is not None and (told_row is None or live_row[0] < told_row[0]):
            if policy.inserts:
                yield Problem(f"{table}:{live_row[0]}", 0, "ROW_UNRECORDED", "it has no entry")
            live_row = next(live, None)
        elif told_row is not None and live_row is not None:
            yield from _difference(table, told_row[0], told_row[1], live_row[1])
            told_row, live_row = next(told, None), next(live, None)


def _difference(table: str, row: int, told: Columns | None, live: Columns) -> Iterator[Problem]:
    if told is None:
        yield Problem(f"{table}:{row}", 0, "ROW_UNRECORDED", "the trail says it was deleted")
        return
    differing = [
        column
        for column, value in told.items()
        if column in live and value != HIDDEN and live[column] != value
    ]
    if differing:
        yield Problem(f"{table}:{row}", 0, "ROW_DIFFERS", f"column {', '.join(differing)}")


def _folded(table: str) -> Iterator[tuple[int, Columns | None, bool]]:
    """Yield (row, its columns or None when deleted, whether its insert is known)."""
    current: int | None = None
    state: Columns | None = None
    whole = False
    for row, action, payload in _stream(TRAIL, table):
        if row != current:
            if current is not None:
                yield current, state, whole
            current, state, whole = row, {}, False
        changes = _parsed(payload)
        if action == "UPDATE":
            state = (state or {}) | {column: pair[1] for column, pair in changes.items()}
        else:
            state, whole = (changes, True) if action == "INSERT" else (None, whole)
    if current is not None:
        yield current, state, whole


def _live(table: str, pk: str) -> Iterator[tuple[int, Columns]]:
    name, key = quoted(table), quoted(pk)
    query = f"SELECT t.{key}, row_to_json(t)::text FROM {name} t ORDER BY t.{key}"  # noqa: S608 - quoted
    for row, content in _stream(query):
        yield row, _parsed(content)


def _parsed(content: str) -> Columns:
    parsed: Columns = json.loads(content, parse_float=str)
    return parsed


def _stream(query: str, *parameters: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters or None)
        while rows := cursor.fetchmany(BATCH):
            yield from rows


@contextmanager
def _snapshot() -> Iterator[None]:
    """See one moment of the database, in UTC as the trail is written."""
    own = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if own:
            cursor.execute(SNAPSHOT)
        cursor.execute("SET LOCAL timezone = 'UTC'")
        yield
