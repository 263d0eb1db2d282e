"""Saved column mappings: how one sender's table reads."""

from __future__ import annotations

from collections.abc import Mapping

from core import access
from core.acts import acting
from kernel.actors import Actor
from reconciliation.models import ColumnMapping
from reconciliation.states import Coverage


def save_mapping(
    *,
    name: str,
    sender_code: str,
    columns: Mapping[str, str],
    date_format: str,
    decimal_mark: str,
    coverage: Coverage,
    actor: Actor,
    encoding: str = "",
) -> ColumnMapping:
    """Create the mapping of this name, or replace what it says."""
    access.require(actor, access.Action.IMPORT_STATEMENT)
    with acting(actor=actor):
        mapping, _created = ColumnMapping.objects.update_or_create(
            name=name.strip(),
            defaults={
                "sender_code": sender_code,
                "columns": dict(columns),
                "date_format": date_format,
                "decimal_mark": decimal_mark,
                "encoding": encoding,
                "coverage": coverage.value,
                "saved_by": actor.name,
            },
        )
    return mapping
