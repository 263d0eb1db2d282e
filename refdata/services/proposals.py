"""Dated data by two people: one proposes a row, another puts it in force or refuses it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.access import Action, require
from core.acts import acting
from core.reasons import reason_of
from desk.services import approvals
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import require_transition
from refdata.models import Agreement, BeneficialOwner
from refdata.models.proposals import Proposed
from refdata.states import INSTRUCTION_TRANSITIONS, InstructionState

RowT = TypeVar("RowT", bound=Proposed)


class UnableToSet(Refusal):
    """The row lacks its reason, begins in the past, or would be decided by its proposer."""

    code = "UNABLE_TO_SET"


def propose(
    *, row: RowT, actor: Actor, at: datetime, reason: str, may_be_past: bool = False
) -> RowT:
    """Save a new row as pending; what was true before it was written down here `may_be_past`.

    Raises Forbidden, UnableToSet.
    """
    require(actor, Action.EDIT_REFDATA)
    if not reason_of(reason):
        raise UnableToSet(_("Give a reason."))
    if row.valid_from < at.date() and not may_be_past:
        raise UnableToSet(_("A change cannot begin in the past."))
    row.pk = None
    row.state, row.reason = InstructionState.PENDING, reason_of(reason)
    row.proposed_by, row.proposed_at = actor.name, at
    row.decided_by, row.decided_at = "", None
    with acting(actor=actor, reason=reason):
        row.save(force_insert=True)
    return row


def decide(
    *, model: type[models.Model], row_id: int, approve: bool, actor: Actor, at: datetime
) -> Proposed:
    """Put a proposed row in force, or refuse it; never one's own.

    Raises Forbidden, UnableToSet, UnableToApprove, IllegalTransition when it is decided already.
    """
    require(actor, Action.APPROVE_REFDATA)
    with acting(actor=actor):
        row = model._default_manager.select_for_update().get(pk=row_id)  # noqa: SLF001 - Django's public name for it
        assert isinstance(row, Proposed)  # noqa: S101 - the callers name such a table
        target = InstructionState.APPROVED if approve else InstructionState.REFUSED
        require_transition(
            INSTRUCTION_TRANSITIONS, source=InstructionState(row.state), target=target
        )
        if row.proposed_by == actor.name:
            raise UnableToSet(_("You proposed this change: somebody else must decide."))
        require(actor, Action.APPROVE_REFDATA, made_by=(row.proposed_by,))
        row.state, row.decided_by, row.decided_at = target, actor.name, at
        with approvals.deciding():
            row.save(update_fields=["state", "decided_by", "decided_at"])
    return row


def end_before(row: Agreement | BeneficialOwner, same: QuerySet[Any]) -> None:
    """End what is in force among the `same` of its party the day before the row begins."""
    earlier = same.filter(
        Q(valid_to=None) | Q(valid_to__gte=row.valid_from),
        party=row.party_id,
        state=InstructionState.APPROVED,
        valid_from__lt=row.valid_from,
    )
    for before in earlier.select_for_update():
        before.valid_to = row.valid_from - timedelta(days=1)
        before.save(update_fields=["valid_to"])
