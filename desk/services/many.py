"""Acts on many exceptions, row by row: what a job does of them, and says of each."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from core import bulk
from desk import selectors
from desk.services import exceptions
from kernel.actors import Actor

WAIVE_JOB: Final = "desk.waive_many"
TAKE_JOB: Final = "desk.take_many"


def waive_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Waive some exceptions of a job, each with the same reason."""
    reason = str(step.parameters["reason"])

    def waive(exception_id: int) -> None:
        exceptions.waive_exception(
            exception_id=exception_id, reason=reason, actor=step.actor, at=step.at
        )

    return bulk.one_by_one(step, waive, named=_named(step.seen, step.actor))


def take_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Give some exceptions of a job to who asked for it."""

    def take(exception_id: int) -> None:
        exceptions.assign_exception(
            exception_id=exception_id,
            owner_id=step.actor.user_id,
            actor=step.actor,
            at=step.at,
        )

    return bulk.one_by_one(step, take, named=_named(step.seen, step.actor))


def _named(ids: Collection[int], actor: Actor) -> dict[int, tuple[str, str]]:
    rows = selectors.list_exceptions(actor=actor).filter(pk__in=ids)
    return {row.pk: (str(row), f"/work/exceptions/{row.pk}/") for row in rows}
