"""Acts on many exceptions and requests, row by row: what a job does of them, and says of each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from core import bulk
from desk import selectors
from desk.services import exceptions, granting, waivers
from kernel.actors import Actor

WAIVE_JOB: Final = "desk.waive_many"
TAKE_JOB: Final = "desk.take_many"
GRANT_JOB: Final = "desk.decide_requests"


def waive_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Waive some exceptions of a job, or ask for it where that takes two, for the same reason."""
    reason = str(step.parameters["reason"])

    def waive(exception_id: int) -> None:
        waivers.waive_exception(
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


def decide_request(
    request_id: int, *, seen: str, grant: bool, reason: str, actor: Actor, at: datetime
) -> None:
    """Grant or refuse one request of many, as `granting` does."""
    if grant:
        granting.grant_request(request_id=request_id, seen=seen, actor=actor, at=at, note=reason)
    else:
        granting.refuse_request(request_id=request_id, note=reason, actor=actor, at=at)


def decide_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Grant or refuse some requests of a job, each as it was seen."""

    def decide(request_id: int) -> None:
        decide_request(
            request_id,
            seen=step.seen[request_id],
            grant=bool(step.parameters["grant"]),
            reason=str(step.parameters["reason"]),
            actor=step.actor,
            at=step.at,
        )

    rows = selectors.list_requests(actor=step.actor).filter(pk__in=step.seen)
    return bulk.one_by_one(
        step, decide, named={row.pk: (str(row), row.get_absolute_url()) for row in rows}
    )


def _named(ids: Collection[int], actor: Actor) -> dict[int, tuple[str, str]]:
    rows = selectors.list_exceptions(actor=actor).filter(pk__in=ids)
    return {row.pk: (str(row), f"/work/exceptions/{row.pk}/") for row in rows}
