"""Acts on many breaks, row by row: what a job does of them, and says of each."""

from __future__ import annotations

from typing import Final

from core import bulk
from reconciliation import selectors
from reconciliation.services import breaks

TAKE_JOB: Final = "reconciliation.take_breaks"


def take_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Give some breaks of a job to who asked for it."""
    visible = selectors.list_breaks(actor=step.actor).filter(pk__in=step.seen)

    def take(break_id: int) -> None:
        breaks.assign_break(
            break_id=break_id, owner_id=step.actor.user_id, actor=step.actor, at=step.at
        )

    named = {row.pk: (row.reference or f"#{row.pk}", row.get_absolute_url()) for row in visible}
    return bulk.one_by_one(step, take, named=named)
