"""Waivers: a finding is accepted for a reason; a blocking one takes two people."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.reasons import reason_of
from core.roles import Action
from desk import selectors
from desk.facts import Subject
from desk.models import ControlException, Request
from desk.services import asking
from desk.services.exceptions import SUBJECT_KIND, end_exceptions, require_step, tell
from desk.states import ExceptionState, RequestKind
from kernel.actors import Actor
from kernel.findings import Refusal


class UnableToWaive(Refusal):
    """The waiver lacks a reason, the person may not give it, or only a repair will do."""

    code = "UNABLE_TO_WAIVE"


def waive_exception(
    *, exception_id: int, reason: str, actor: Actor, at: datetime
) -> Request | None:
    """Accept a warning, for a reason; of what blocks or is about conduct, ask somebody else to.

    Returns the request that waits, if one does. What keeps a report back is repaired, never waived:
    a version is reported, or an open exception says why not.
    Raises UnableToWaive, UnableToAsk, Forbidden, IllegalTransition.
    """
    if not reason_of(reason):
        raise UnableToWaive(_("Give a reason."))
    with acting(actor=actor, reason=reason):
        row = _waivable(exception_id)
        access.require(actor, Action.RESOLVE_EXCEPTION, desk=row.desk_code)
        if row.is_of_conduct and actor.name in row.contributors:
            raise UnableToWaive(_("It is about you, or you had a part in it."))
        if row.takes_two:
            return asking.ask(wish=_wish(row), reason=reason, actor=actor, at=at)
        _waive(row, actor, at, reason)
        return None


def still_asked(request: Request) -> bool:
    """Say whether an exception is open and says what it said when its waiver was asked for."""
    row = selectors.get_exception_for_update(exception_id=request.subject_id)
    return row.is_live and _wish(row).fingerprint == request.fingerprint


def waive_as_asked(request: Request, actor: Actor, at: datetime) -> None:
    """Waive what a granted request is about, for its reason."""
    _waive(_waivable(request.subject_id), actor, at, request.reason)


def _waivable(exception_id: int) -> ControlException:
    row = selectors.get_exception_for_update(exception_id=exception_id)
    require_step(row, ExceptionState.WAIVED)
    if row.is_of_report:
        raise UnableToWaive(_("What keeps a report back is repaired, not waived."))
    if row.is_of_screening:
        raise UnableToWaive(_("A hit of a sanctions list is cleared on its page, by two people."))
    return row


def _waive(row: ControlException, actor: Actor, at: datetime, reason: str) -> None:
    end_exceptions([row.pk], ExceptionState.WAIVED, actor, at, reason)
    tell("exception.waived", row.subject_kind, [row.subject_id])


def _wish(row: ControlException) -> asking.Wish:
    return asking.Wish(
        kind=RequestKind.CONDUCT_WAIVER if row.is_of_conduct else RequestKind.WAIVER,
        subject=Subject(
            kind=SUBJECT_KIND,
            id=row.pk,
            reference=f"{row.rule_code} {row.subject_reference}",
            desk_code=row.desk_code,
            amount_at_risk=row.amount_at_risk,
            currency=row.currency,
            url=row.get_absolute_url(),
            contributors=tuple(row.contributors),
            due_at=row.due_at,
        ),
        seen=(str(row.version_no), row.field, row.expected, row.found),
    )
