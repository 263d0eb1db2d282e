"""Standing settlement instructions: one person proposes, another decides on what was seen."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta

from django.db import IntegrityError
from django.utils.translation import gettext as _

from core.access import Action, require
from core.acts import acting
from core.outbox import announce
from core.reasons import reason_of
from desk.services import approvals
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from kernel.identifiers import is_bic
from kernel.states import require_transition
from refdata.models import SettlementInstruction
from refdata.services.news import INSTRUCTION_APPROVED, INSTRUCTION_REPLACED
from refdata.states import INSTRUCTION_TRANSITIONS, InstructionState


class UnableToPropose(Refusal):
    """The proposed instruction is incomplete or meets another one."""

    code = "UNABLE_TO_PROPOSE_INSTRUCTION"


class UnableToApprove(Refusal):
    """What was seen is not what stands there, or another instruction is in force."""

    code = "UNABLE_TO_APPROVE_INSTRUCTION"


class OwnProposal(Refusal):
    """Nobody decides on what they proposed."""

    code = "OWN_PROPOSAL"


class InstructionNotPending(Refusal):
    """Somebody else decided first."""

    code = "INSTRUCTION_NOT_PENDING"


def fingerprint(instruction: SettlementInstruction) -> str:
    """Return the digest of everything that an approver must have seen."""
    content = {
        name: str(getattr(instruction, name))
        for name in (
            "pk",
            "party_id",
            "account_id",
            "currency",
            "asset_class",
            "place_of_settlement",
            "agent_bic",
            "account_number",
            "valid_from",
            "valid_to",
            "replaces_id",
        )
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def propose_instruction(
    *, instruction: SettlementInstruction, actor: Actor, at: datetime, reason: str
) -> SettlementInstruction:
    """Save a new instruction as pending; nothing settles with it before somebody else agrees.

    Raises Forbidden, or UnableToPropose with every finding.
    """
    require(actor, Action.EDIT_REFDATA)
    findings = tuple(_findings(instruction))
    if findings:
        raise UnableToPropose(_("The instruction cannot be proposed."), findings=findings)
    instruction.pk = None
    instruction.state = InstructionState.PENDING
    instruction.reason = reason
    instruction.proposed_by = actor.name
    instruction.proposed_at = at
    instruction.decided_by, instruction.decided_at = "", None
    with acting(actor=actor, reason=reason):
        instruction.save(force_insert=True)
    return instruction


def approve_instruction(
    *, instruction_id: int, seen: str, actor: Actor, at: datetime, reason: str = ""
) -> SettlementInstruction:
    """Put the instruction whose fingerprint is `seen` in force, and end the one it replaces.

    Trades that wait for one are told of it, and those that have the one that ends.

    Raises Forbidden, OwnProposal, InstructionNotPending, or UnableToApprove when it has changed or
    another approved instruction covers the same days.
    """
    require(actor, Action.APPROVE_REFDATA)
    try:
        with acting(actor=actor, reason=reason):
            instruction = _for_decision(instruction_id, InstructionState.APPROVED, seen, actor)
            if instruction.replaces_id is not None:
                _end_before(instruction.replaces_id, instruction.valid_from)
            decided = _decide(instruction, InstructionState.APPROVED, actor, at, reason)
            announce(
                INSTRUCTION_APPROVED,
                subject=f"settlement_instruction:{decided.pk}",
                payload={"party_id": decided.party_id, "instruction_id": decided.pk},
            )
            return decided
    except IntegrityError as failure:
        if "ssi_one_in_force" not in str(failure) and "ssi_span" not in str(failure):
            raise
        raise UnableToApprove(
            _("Another approved instruction covers the same days: replace it.")
        ) from failure


def refuse_instruction(
    *, instruction_id: int, seen: str, actor: Actor, at: datetime, reason: str
) -> SettlementInstruction:
    """Refuse a pending instruction, with a reason; it stays on record."""
    require(actor, Action.APPROVE_REFDATA)
    if not reason_of(reason):
        raise UnableToApprove(_("Give a reason."))
    with acting(actor=actor, reason=reason):
        instruction = _for_decision(instruction_id, InstructionState.REFUSED, seen, actor)
        return _decide(instruction, InstructionState.REFUSED, actor, at, reason)


def _for_decision(
    instruction_id: int, target: InstructionState, seen: str, actor: Actor
) -> SettlementInstruction:
    instruction = SettlementInstruction.objects.select_for_update().get(pk=instruction_id)
    if instruction.state != InstructionState.PENDING:
        raise InstructionNotPending(
            _("%(who)s has already decided on this instruction.") % {"who": instruction.decided_by}
        )
    require_transition(
        INSTRUCTION_TRANSITIONS, source=InstructionState(instruction.state), target=target
    )
    if instruction.proposed_by == actor.name:
        raise OwnProposal(_("You proposed this instruction: somebody else must decide."))
    require(actor, Action.APPROVE_REFDATA, made_by=(instruction.proposed_by,))
    if fingerprint(instruction) != seen:
        raise UnableToApprove(_("It has changed since you saw it. Look at it again."))
    return instruction


def _decide(
    instruction: SettlementInstruction,
    state: InstructionState,
    actor: Actor,
    at: datetime,
    reason: str,
) -> SettlementInstruction:
    instruction.state = state
    instruction.decided_by, instruction.decided_at = actor.name, at
    instruction.decision_reason = reason_of(reason)
    with approvals.deciding():
        instruction.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return instruction


def _end_before(instruction_id: int, first_day: date) -> None:
    replaced = SettlementInstruction.objects.select_for_update().get(pk=instruction_id)
    last_day = first_day - timedelta(days=1)
    if replaced.valid_to is None or replaced.valid_to > last_day:
        replaced.valid_to = last_day
        replaced.save(update_fields=["valid_to"])
        announce(
            INSTRUCTION_REPLACED,
            subject=f"settlement_instruction:{replaced.pk}",
            payload={"instruction_ids": [replaced.pk]},
        )


def _findings(instruction: SettlementInstruction) -> list[Finding]:
    found = []
    for name in ("place_of_settlement", "agent_bic"):
        value = getattr(instruction, name)
        may_be_empty = name == "place_of_settlement"
        if not is_bic(value) and not (may_be_empty and not value):
            found.append(
                Finding(
                    code="REF-015", field=name, message="{found} is not a valid BIC", found=value
                )
            )
    if not instruction.account_number.strip():
        found.append(Finding(code="REF-001", field="account_number", message="{field} is missing"))
    ends = instruction.valid_to
    if ends is not None and ends < instruction.valid_from:
        found.append(
            Finding(
                code="REF-016",
                field="valid_to",
                message="{found} is before {expected}",
                found=str(ends),
                expected=str(instruction.valid_from),
            )
        )
    replaced = instruction.replaces
    if replaced is not None and replaced.valid_from >= instruction.valid_from:
        found.append(
            Finding(
                code="REF-016",
                field="valid_from",
                message="{found} is not after {expected}",
                found=str(instruction.valid_from),
                expected=str(replaced.valid_from),
            )
        )
    return found
