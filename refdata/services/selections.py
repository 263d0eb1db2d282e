"""Decisions on many proposals: those of a file wait row by row, and are decided together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from core import bulk
from core.acts import acting
from kernel.actors import Actor
from refdata.models import Agreement, BeneficialOwner
from refdata.models.proposals import Proposed
from refdata.services.agreements import decide_agreement, tell_agreed
from refdata.services.owners import decide_owner, tell_owners
from refdata.services.proposals import UnableToSet

DECIDE_JOB: Final = "refdata.decide_proposals"
CODES: Final = (UnableToSet.code,)


class Decide(Protocol):
    """Put a proposed row in force or refuse it."""

    def __call__(self, *, row_id: int, approve: bool, actor: Actor, at: datetime) -> Proposed:
        """Raise Forbidden, UnableToSet, IllegalTransition."""


@dataclass(frozen=True, slots=True)
class Table:
    """Proposals that are decided one by one or together; `tell` announces what was decided."""

    model: type[Proposed]
    decide: Decide
    tell: Callable[[Sequence[Proposed]], None]


TABLES: Final[Mapping[str, Table]] = {
    "agreement": Table(Agreement, decide_agreement, tell_agreed),
    "owner": Table(BeneficialOwner, decide_owner, tell_owners),
}


def decide_one(*, table: str, row_id: int, approve: bool, actor: Actor, at: datetime) -> Proposed:
    """Decide on one row and announce it. Raises Forbidden, UnableToSet, IllegalTransition."""
    of = TABLES[table]
    with acting(actor=actor):
        row = of.decide(row_id=row_id, approve=approve, actor=actor, at=at)
        of.tell([row])
    return row


def decide_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Decide on some rows, a refused one leaves the others alone; the good ones are announced."""
    of, approve = TABLES[str(step.parameters["table"])], bool(step.parameters["approve"])
    decided: list[Proposed] = []

    def act(row_id: int) -> None:
        decided.append(of.decide(row_id=row_id, approve=approve, actor=step.actor, at=step.at))

    rows = of.model._default_manager.filter(pk__in=step.seen)  # noqa: SLF001 - Django's public name for it
    with acting(actor=step.actor):
        outcomes = bulk.one_by_one(
            step, act, named={row.pk: (str(row), row.get_absolute_url()) for row in rows}
        )
        of.tell(decided)
    return outcomes
