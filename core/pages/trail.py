"""The audit trail as people read it: each entry with its fields before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.audit import history
from core.models import AuditEntry
from core.pages import words

SHOWN_MAX = 200


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


def entries_of(entity: str, key: int) -> list[ShownEntry]:
    """Return the latest entries of one chain, latest first."""
    return [shown(entry) for entry in reversed(history(entity, key)[-SHOWN_MAX:])]


def shown(entry: AuditEntry) -> ShownEntry:
    """Lay one entry out: an insert shows what it set, an update what it turned into what."""
    model = words.model_of(entry.table)
    pairs = (
        Change(
            field=words.column_label(model, name),
            column=name,
            before=words.said_of(model, name, before),
            after=words.said_of(model, name, after),
        )
        for name, (before, after) in _pairs(entry).items()
    )
    return ShownEntry(
        pk=entry.pk,
        chain=entry.chain,
        seq=entry.seq,
        table=entry.table,
        record=str(model._meta.verbose_name) if model else entry.table,
        action=entry.action,
        actor=entry.actor,
        reason=entry.reason,
        request_id=entry.request_id,
        at=entry.at,
        changes=tuple(pair for pair in pairs if pair.before or pair.after),
    )


def _pairs(entry: AuditEntry) -> dict[str, tuple[object, object]]:
    changes = entry.changes
    if entry.action.startswith("U"):
        return {name: (pair[0], pair[1]) for name, pair in changes.items()}
    gone = entry.action.startswith("D")
    return {name: (value, None) if gone else (None, value) for name, value in changes.items()}
