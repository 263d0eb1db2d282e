"""The settings of the rule book: a change is proposed by one person and approved by another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.reasons import reason_of
from core.roles import Action
from desk import selectors
from desk.models import ControlRule
from desk.services import approvals
from desk.states import SETTING_TRANSITIONS, SettingState
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal
from kernel.money import UnreadableDecimal, decimal_from_text
from kernel.states import require_transition

REVERTED_MAX: Final = 400
"""So much of the reason of a change is told again by what takes it back."""


class UnableToPropose(Refusal):
    """The change of a rule lacks its reason, or a number cannot be read."""

    code = "UNABLE_TO_PROPOSE"


class UnableToDecide(Refusal):
    """The decision on a change would not be one of a second person."""

    code = "UNABLE_TO_DECIDE"


def propose_setting(  # noqa: PLR0913 - as many as a setting has columns
    *,
    code: str,
    active: bool,
    parameters: Mapping[str, str],
    valid_from: date,
    reason: str,
    actor: Actor,
    at: datetime,
    scope: str = "",
    back_test_id: int | None = None,
) -> ControlRule:
    """Ask for a rule to be switched or its parameters changed, from a day that is not past.

    The texts of `parameters` are plain decimals, zero or above; with a `scope` the change holds
    there alone; `back_test_id` is the back-test that it rests on.

    Raises UnableToPropose, Forbidden.
    """
    access.require(actor, Action.RESOLVE_EXCEPTION)
    if not reason_of(reason):
        raise UnableToPropose(_("Give a reason."))
    if valid_from < at.date():
        raise UnableToPropose(_("A change cannot begin in the past."))
    row = ControlRule(
        code=code,
        scope=scope,
        active=active,
        parameters={name: str(n) for name, n in read_numbers(parameters).items()},
        valid_from=valid_from,
        reason=reason_of(reason),
        proposed_by=actor.name,
        proposed_at=at,
        back_test_id=back_test_id,
    )
    return _propose(row, actor)


def propose_revert(
    *,
    setting_id: int,
    defaults: Mapping[str, str],
    actor: Actor,
    at: datetime,
    runs_unset: bool = True,
) -> ControlRule:
    """Ask for what stood before the latest approved change of a rule, as soon as that can be.

    That is the setting before it in the same scope. Without one, a scope has nothing of its own any
    more, and everywhere the rule has its `defaults`, switched off unless it runs unset. It is a
    change as any other, and somebody else approves it. Raises UnableToPropose, Forbidden.
    """
    access.require(actor, Action.RESOLVE_EXCEPTION)
    undone = ControlRule.objects.get(pk=setting_id)
    approved = ControlRule.objects.filter(
        code=undone.code, scope=undone.scope, state=SettingState.APPROVED.value
    )
    latest, before = [*approved.order_by("-valid_from", "-id")[:2], None, None][:2]
    if latest is None or latest.pk != undone.pk:
        raise UnableToPropose(_("Only the latest approved change can be taken back."))
    row = ControlRule(
        code=undone.code,
        scope=undone.scope,
        inherits=before.inherits if before else bool(undone.scope),
        active=before.active if before else runs_unset,
        parameters=before.parameters if before else dict(defaults),
        valid_from=max(at.date(), undone.valid_from),
        reason=_("Takes back: %(reason)s") % {"reason": undone.reason[:REVERTED_MAX]},
        proposed_by=actor.name,
        proposed_at=at,
        reverts=undone,
    )
    return _propose(row, actor)


def _propose(row: ControlRule, actor: Actor) -> ControlRule:
    with acting(actor=actor, reason=row.reason):
        waiting = ControlRule.objects.filter(
            code=row.code,
            scope=row.scope,
            valid_from=row.valid_from,
            state=SettingState.PROPOSED.value,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            if not waiting.exists():
                raise
            raise UnableToPropose(
                _("A change of this rule from this day waits for its decision already.")
            ) from error
        return row


def decide_setting(*, setting_id: int, approve: bool, actor: Actor, at: datetime) -> ControlRule:
    """Approve or refuse a proposed change; never one's own, nor one that was proposed for oneself.

    Raises UnableToDecide, UnableToApprove, Forbidden.
    """
    access.require(actor, Action.WAIVE_EXCEPTION)
    if actor.kind is not ActorKind.PERSON:
        raise UnableToDecide(_("Only a person may decide."))
    with acting(actor=actor):
        row = selectors.get_setting_for_update(setting_id=setting_id)
        target = SettingState.APPROVED if approve else SettingState.REFUSED
        require_transition(SETTING_TRANSITIONS, source=SettingState(row.state), target=target)
        if row.proposed_by == actor.name:
            raise UnableToDecide(_("You proposed this change: somebody else must decide."))
        access.require(actor, Action.WAIVE_EXCEPTION, made_by=(row.proposed_by,))
        row.state, row.decided_by, row.decided_at = target.value, actor.name, at
        with approvals.deciding():
            row.save(update_fields=["state", "decided_by", "decided_at"])
        return row


def read_numbers(parameters: Mapping[str, str]) -> dict[str, Decimal]:
    """Return the parameters as numbers, zero or above. Raises UnableToPropose."""
    return {name: _number(name, text) for name, text in parameters.items()}


def _number(name: str, text: str) -> Decimal:
    try:
        value = decimal_from_text(text.strip())
    except UnreadableDecimal as error:
        raise UnableToPropose(
            _("%(name)s: %(text)s is not a number.") % {"name": name, "text": text}
        ) from error
    if value < 0:
        raise UnableToPropose(_("%(name)s: %(text)s is below zero.") % {"name": name, "text": text})
    return value
