"""Acts on many confirmations: what a job does of them, and says of each."""

from __future__ import annotations

from typing import Final

from core import bulk
from kernel.findings import Refusal
from settlement import selectors
from settlement.services import chasing, sending

CHASE_JOB: Final = "settlement.chase_many"
SEND_JOB: Final = "settlement.send_many"


def chase_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Write the chasers of some confirmations of a job, one to each counterparty."""
    named = _named(step)
    try:
        made = chasing.chase_selected(
            confirmation_ids=list(step.seen), actor=step.actor, at=step.at
        )
    except Refusal as refusal:
        return [bulk.Outcome(pk, *named.get(pk, ("", "")), refusal) for pk in step.seen]
    chased = {pk: one.get_absolute_url() for one in made for pk in one.confirmation_ids}
    return [
        bulk.Outcome(pk, named[pk][0], chased[pk]) if pk in chased else bulk.gone(pk)
        for pk in step.seen
    ]


def send_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Note some confirmations of a job as sent by a person."""

    def send(confirmation_id: int) -> None:
        sending.send_by_hand(confirmation_ids=[confirmation_id], actor=step.actor, at=step.at)

    return bulk.one_by_one(step, send, named=_named(step))


def _named(step: bulk.Step) -> dict[int, tuple[str, str]]:
    rows = selectors.list_confirmations(actor=step.actor).filter(pk__in=step.seen)
    return {row.pk: (row.reference or row.isin, row.get_absolute_url()) for row in rows}
