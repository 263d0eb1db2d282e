"""The audit trail as people read it: each entry with its fields before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.urls import reverse

from core.audit import history
from core.models import AuditEntry
from core.pages import records, words

SHOWN_MAX = 200
Row = Mapping[str, Any]
References = Mapping[type[Model], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """One column of an entry: its name in words, its name in the table, its values in words."""

    field: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry: who, when, why, on which record, and what changed."""

    pk: int
    chain: str
    seq: int
    table: str
    record: str
    action: str
    actor: str
    reason: str
    request_id: str
    at: datetime
    changes: tuple[Change, ...]

    @property
    def url(self) -> str:
        """Where the whole life of the record is."""
        return reverse("core:audit_chain", args=self.chain.split(":"))


def entries_of(entity: str, key: int) -> list[ShownEntry]:
    """Return the latest entries of one chain, latest first."""
    entries = history(entity, key)
    rows = list(_as_rows_stood(entries))[-SHOWN_MAX:]
    references = _references(rows)
    return [_shown(entry, before, after, references) for entry, before, after in reversed(rows)]


def shown(entries: Iterable[AuditEntry]) -> list[ShownEntry]:
    """Return entries of several chains in their order, each as far as it tells itself."""
    rows = list(_as_rows_stood(entries))
    references = _references(rows)
    return [_shown(entry, before, after, references) for entry, before, after in rows]


def _as_rows_stood(entries: Iterable[AuditEntry]) -> Iterator[tuple[AuditEntry, Row, Row]]:
    """Yield each entry with its row as it stood before and after, as far as the trail tells."""
    standing: dict[tuple[str, int], Row] = {}
    for entry in entries:
        row = entry.table, entry.row
        told = _pairs(entry)
        before = {**standing.get(row, {}), **{name: old for name, (old, _new) in told.items()}}
        after = {**before, **{name: new for name, (_old, new) in told.items()}}
        standing[row] = after
        yield entry, before, after


def _references(rows: Iterable[tuple[AuditEntry, Row, Row]]) -> References:
    """Return what people call the records that foreign keys of these entries name."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for entry, *states in rows:
        for column, target in words.targets_of(words.model_of(entry.table)).items():
            wanted[target] |= {
                state[column] for state in states if isinstance(state.get(column), int)
            }
    return {target: records.references_of(target, keys) for target, keys in wanted.items() if keys}


def changes_of(model: type[Model], pairs: Mapping[str, tuple[object, object]]) -> list[Change]:
    """Say what each column of a record turns from into what, in the reader's words."""
    states = tuple({name: pair[side] for name, pair in pairs.items()} for side in (0, 1))
    references: References = {
        target: records.references_of(target, found)
        for column, target in words.targets_of(model).items()
        if (found := [key for state in states if isinstance(key := state.get(column), int)])
    }
    return _changes(model, pairs, states, references)


def _changes(
    model: type[Model] | None,
    pairs: Mapping[str, tuple[object, object]],
    states: tuple[Row, ...],
    references: References,
) -> list[Change]:
    targets = words.targets_of(model)

    def said(name: str, value: object, row: Row) -> str:
        known = references.get(targets[name], {}) if name in targets else {}
        called = known.get(value) if isinstance(value, int) else None
        return called or words.said_of(model, name, value, row)

    before, after = states
    found: dict[tuple[str, str, str], Change] = {}
    for name, (old, new) in pairs.items():
        change = Change(
            field=words.column_label(model, name),
            column=name,
            before=said(name, old, before),
            after=said(name, new, after),
        )
        if change.before or change.after:  # a key and a code that say the same are said once
            found.setdefault((change.field, change.before, change.after), change)
    return list(found.values())


def _shown(entry: AuditEntry, before: Row, after: Row, references: References) -> ShownEntry:
    """Lay one entry out: an insert shows what it set, an update what it turned into what."""
    model = words.model_of(entry.table)
    return ShownEntry(
        pk=entry.pk,
        chain=entry.chain,
        seq=entry.seq,
        table=entry.table,
        record=words.model_label(model) if model else entry.table,
        action=entry.action,
        actor=words.actor_said(entry.actor),
        reason=words.reason_said(entry.reason),
        request_id=entry.request_id,
        at=entry.at,
        changes=tuple(_changes(model, _pairs(entry), (before, after), references)),
    )


def _pairs(entry: AuditEntry) -> dict[str, tuple[object, object]]:
    changes = entry.changes
    if entry.action.startswith("U"):
        return {name: (pair[0], pair[1]) for name, pair in changes.items()}
    gone = entry.action.startswith("D")
    return {name: (value, None) if gone else (None, value) for name, value in changes.items()}
