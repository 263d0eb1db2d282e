"""Are the rows what the trail says? Finds changes that were made around the triggers.

The trail of each row is folded (the row as inserted, then each update) and held against the row as
it stands, table by table, both streams in the order of the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any, Final

from django.db import connection, models, transaction

from core.audit_triggers import HIDDEN, quoted
from core.policies import AuditPolicy
from core.sync import our_models, policy_of
from core.verification import Problem

BATCH: Final = 2000
SNAPSHOT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
TRAIL: Final = """
SELECT {same}, action, payload FROM core_auditentry WHERE "table" = %s ORDER BY {same}, id
"""
Columns = dict[str, Any]
Numbers = tuple[int, ...]


def row_problems() -> Iterator[Problem]:
    """Yield every row that is not what its trail says; consistent while others write."""
    with _snapshot():
        for model in our_models():
            policy = policy_of(model)
            if not policy.excused:
                yield from _of_table(model, policy)


def _of_table(model: type[models.Model], policy: AuditPolicy) -> Iterator[Problem]:
    """Rows of a composite key are told by chain and row: several that are one have one trail."""
    table = str(model._meta.db_table)
    composite = len(model._meta.pk_fields) > 1
    numbers = (policy.key, policy.row) if composite else (str(model._meta.pk.column),)
    told, live = _folded(table, "key, row" if composite else "row"), _live(table, numbers)
    told_row, live_row = next(told, None), next(live, None)
    while told_row or live_row:
        if told_row is not None and (live_row is None or told_row[0] < live_row[0]):
            if told_row[1] is not None and told_row[2]:
                yield _problem(table, told_row[0], "ROW_GONE", "deleted without an entry")
            told_row = next(told, None)
        elif live_row is not None and (told_row is None or live_row[0] < told_row[0]):
            if policy.inserts:
                yield _problem(table, live_row[0], "ROW_UNRECORDED", "it has no entry")
            live_row = next(live, None)
        elif told_row is not None and live_row is not None:
            for found in live_row[1]:
                yield from _difference(table, told_row[0], told_row[1], found)
            told_row, live_row = next(told, None), next(live, None)


def _problem(table: str, numbers: Numbers, code: str, text: str) -> Problem:
    return Problem(f"{table}:{numbers[-1]}", 0, code, text)


def _difference(
    table: str, numbers: Numbers, told: Columns | None, live: Columns
) -> Iterator[Problem]:
    if told is None:
        yield _problem(table, numbers, "ROW_UNRECORDED", "the trail says it was deleted")
        return
    differing = [
        column
        for column, value in told.items()
        if column in live and value != HIDDEN and live[column] != value
    ]
    if differing:
        yield _problem(table, numbers, "ROW_DIFFERS", f"column {', '.join(differing)}")


def _folded(table: str, same: str) -> Iterator[tuple[Numbers, Columns | None, bool]]:
    """Yield (numbers, the columns or None when deleted, whether its insert is known)."""
    entries = _stream(TRAIL.format(same=same), table)
    for numbers, changes in groupby(entries, key=lambda entry: entry[:-2]):
        state: Columns | None = {}
        whole = False
        for *_numbers, action, payload in changes:
            columns = _parsed(payload)
            if action == "UPDATE":
                state = (state or {}) | {name: pair[1] for name, pair in columns.items()}
            else:
                state, whole = (columns, True) if action == "INSERT" else (None, whole)
        yield numbers, state, whole


def _live(table: str, numbers: tuple[str, ...]) -> Iterator[tuple[Numbers, list[Columns]]]:
    names = ", ".join(f"t.{quoted(name)}" for name in numbers)
    query = f"SELECT {names}, row_to_json(t)::text FROM {quoted(table)} t ORDER BY {names}"  # noqa: S608 - quoted
    for same, rows in groupby(_stream(query), key=lambda row: row[:-1]):
        yield same, [_parsed(content) for *_numbers, content in rows]


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
