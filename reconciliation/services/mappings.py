"""Saved column mappings: how one sender's table reads."""

from __future__ import annotations

from core import access
from core.table_mappings import keep_mapping
from core.table_reading import Reading
from kernel.actors import Actor
from reconciliation.models import ColumnMapping
from reconciliation.states import Coverage, Kind


def save_mapping(
    *,
    name: str,
    sender_code: str,
    reading: Reading,
    coverage: Coverage,
    actor: Actor,
    content: Kind = Kind.TRADES,
) -> ColumnMapping:
    """Create the mapping of this name, or replace what it says. Raises UnableToSaveMapping."""
    access.require(actor, access.Action.IMPORT_STATEMENT)
    more = {"sender_code": sender_code, "coverage": coverage.value, "content": content.value}
    return keep_mapping(ColumnMapping, name=name, reading=reading, actor=actor, more=more)
