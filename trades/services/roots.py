"""Corrections and cancellations find the trade of a fill that came before, in whatever message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from trades.formats.fix import Fill
from trades.models import Execution
from trades.states import Action


def rooted(source_system: str, fills: Sequence[Fill]) -> list[Fill]:
    """Point corrections at the trade of a fill that came in an earlier message or file."""
    follows = {fill.follows for fill in fills if fill.follows}
    if not follows:
        return list(fills)
    known = dict(
        Execution.objects.filter(source_system=source_system, message_id__in=follows)
        .order_by("id")
        .values_list("message_id", "source_reference")
    )
    here = {fill.facts.source_reference for fill in fills if fill.facts.action == Action.NEW}
    return [
        replace(
            fill,
            facts=msgspec.structs.replace(fill.facts, source_reference=known[fill.follows]),
        )
        if fill.follows in known and fill.facts.source_reference not in here
        else fill
        for fill in fills
    ]
