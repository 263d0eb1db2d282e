"""Rows as they stood at a moment, told from the audit trail: by the clock of the database."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models

from core.models import AuditEntry
from core.sync import policy_of

ModelT = TypeVar("ModelT", bound=models.Model)


def rows_as_of(model: type[ModelT], *, keys: Collection[int], at: datetime) -> list[ModelT]:
    """Return the rows of these chains as they stood at `at`, in the order of their keys.

    A row that was not there yet, or no longer, is absent. The records are not to be saved: what is
    read through their relations is of today.
    """
    policy = policy_of(model)
    entity = policy.entity or model._meta.db_table
    entries = AuditEntry.objects.filter(
        entity=entity, key__in=keys, table=model._meta.db_table, at__lte=at
    ).order_by("key", "seq")
    rows: dict[int, dict[str, Any]] = {}
    for row, action, payload in entries.values_list("row", "action", "payload"):
        changes = json.loads(payload, parse_float=Decimal)
        if action.startswith("D"):
            rows.pop(row, None)
        elif action.startswith("U"):
            rows[row] = rows.get(row, {}) | {name: pair[1] for name, pair in changes.items()}
        else:
            rows[row] = changes
    return [_record(model, values) for _row, values in sorted(rows.items())]


def moments_of(chains: Collection[tuple[str, int]]) -> list[tuple[datetime, str]]:
    """Return when something of these chains changed, and who did it, the latest first.

    One moment per transaction: what was written together was seen together.
    """
    wanted = models.Q()
    for entity, key in chains:
        wanted |= models.Q(entity=entity, key=key)
    if not wanted:
        return []
    rows = AuditEntry.objects.filter(wanted).values("xid", "actor")
    found = rows.annotate(moment=models.Max("at")).order_by("-moment")
    return [(row["moment"], row["actor"]) for row in found]


def _record(model: type[ModelT], values: dict[str, Any]) -> ModelT:
    fields = [(field, str(field.column)) for field in model._meta.concrete_fields]
    there = [(field, column) for field, column in fields if column in values]
    found = {field.attname: field.to_python(values[column]) for field, column in there}
    return model.from_db("default", list(found), list(found.values()))
