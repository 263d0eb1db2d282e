"""Cut-offs: one person proposes a time, another puts it in force; today's can be shifted so."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core.access import Action, require
from core.acts import acting
from core.text import visible
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import require_transition
from refdata.models import CutOff
from refdata.states import INSTRUCTION_TRANSITIONS, InstructionState


class UnableToSetCutOff(Refusal):
    """The cut-off lacks its reason, begins in the past, or would be decided by its proposer."""

    code = "UNABLE_TO_SET_CUT_OFF"


def propose_cut_off(*, cut_off: CutOff, actor: Actor, at: datetime, reason: str) -> CutOff:
    """Save a new cut-off as pending. Raises Forbidden, UnableToSetCutOff."""
    require(actor, Action.EDIT_REFDATA)
    if not visible(reason):
        raise UnableToSetCutOff(_("Give a reason."))
    if cut_off.valid_from < at.date():
        raise UnableToSetCutOff(_("A change cannot begin in the past."))
    cut_off.pk = None
    cut_off.state, cut_off.reason = InstructionState.PENDING, visible(reason)
    cut_off.proposed_by, cut_off.proposed_at = actor.name, at
    cut_off.decided_by, cut_off.decided_at = "", None
    with acting(actor=actor, reason=reason):
        cut_off.save(force_insert=True)
    return cut_off


def decide_cut_off(*, cut_off_id: int, approve: bool, actor: Actor, at: datetime) -> CutOff:
    """Put a proposed cut-off in force, or refuse it; never one's own.

    Raises Forbidden, UnableToSetCutOff, IllegalTransition when it is decided already.
    """
    require(actor, Action.APPROVE_REFDATA)
    with acting(actor=actor):
        row = CutOff.objects.select_for_update().get(pk=cut_off_id)
        target = InstructionState.APPROVED if approve else InstructionState.REFUSED
        require_transition(
            INSTRUCTION_TRANSITIONS, source=InstructionState(row.state), target=target
        )
        if row.proposed_by == actor.name:
            raise UnableToSetCutOff(_("You proposed this change: somebody else must decide."))
        row.state, row.decided_by, row.decided_at = target, actor.name, at
        row.save(update_fields=["state", "decided_by", "decided_at"])
    return row
