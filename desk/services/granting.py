"""Deciding on what somebody asked for: what is granted is done in the same transaction.

What granting does is one table, by kind: the deeds of the desk stand here, those of the rooms above
are named by `backoffice.deeds`, once, when the process starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.reasons import reason_of
from desk import selectors
from desk.models import Request
from desk.services import approvals, asking, delegations, limits, waivers
from desk.services.approvals import AlreadyDecided, SeenChanged, UnableToApprove
from desk.states import REQUEST_TRANSITIONS, RequestKind, RequestState
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal
from kernel.states import require_transition


class UnableToFindRequest(Refusal):
    """No such request on a desk of this person."""

    code = "NO_SUCH_REQUEST"
    status_code = 404


@dataclass(frozen=True, slots=True)
class Deed:
    """What granting does, and whether what was asked for still is what was seen."""

    carry_out: Callable[[Request, Actor, datetime], None]
    still_asked: Callable[[Request], bool] = lambda _request: True
    """It takes the lock of the subject, which whoever changes that has before the request's."""
    records: Mapping[str, type[Model]] = field(default_factory=dict)
    """Of what changes records, their models by kind of subject: the page says what is changed."""


DEEDS: Final[dict[RequestKind, Deed]] = {
    RequestKind.WAIVER: Deed(waivers.waive_as_asked, waivers.still_asked),
    RequestKind.CONDUCT_WAIVER: Deed(waivers.waive_as_asked, waivers.still_asked),
    RequestKind.VALIDATION_LIMIT: Deed(limits.give_limit),
    RequestKind.SEVERAL_VALIDATIONS: Deed(limits.set_several),
    RequestKind.DELEGATION: Deed(delegations.give_delegation),
}


def grant_request(
    *, request_id: int, seen: str, actor: Actor, at: datetime, note: str = ""
) -> Request:
    """Grant what was asked for and do it, whole.

    Raises UnableToFindRequest, Forbidden, AlreadyDecided, SeenChanged, UnableToApprove.
    """
    with acting(actor=actor, reason=note):
        shown = _shown(request_id, actor)
        deed = DEEDS[RequestKind(shown.kind)]
        is_asked = deed.still_asked(shown)
        row = _locked(request_id, actor)
        _require_second_person(row, actor)
        if seen != row.fingerprint or not is_asked:
            raise SeenChanged(_("It has changed since you saw it. Look at it again."))
        _decide(row, RequestState.GRANTED, note, actor, at)
        deed.carry_out(row, actor, at)
        return row


def refuse_request(*, request_id: int, note: str, actor: Actor, at: datetime) -> Request:
    """Refuse what was asked for, for a reason; the request is preserved.

    Raises UnableToFindRequest, Forbidden, AlreadyDecided, UnableToApprove.
    """
    with acting(actor=actor, reason=note):
        row = _locked(request_id, actor)
        _require_second_person(row, actor)
        if not reason_of(note):
            raise UnableToApprove(_("Give a reason."))
        return _decide(row, RequestState.REFUSED, note, actor, at)


def withdraw_request(*, request_id: int, actor: Actor, at: datetime) -> Request:
    """Take back what one asked for oneself. Raises as the others do."""
    with acting(actor=actor):
        row = _found(request_id, actor)
        if row.asked_by != actor.name:
            raise UnableToApprove(_("Only who asked takes a request back."))
        return _decide(row, RequestState.WITHDRAWN, "", actor, at)


def take_deeds(deeds: Mapping[RequestKind, Deed]) -> None:
    """Know what granting the requests of the rooms above does."""
    DEEDS.update(deeds)


def may_decide(request: Request, actor: Actor) -> bool:
    """Say whether this person may be the second one."""
    near = {request.asked_by, *request.contributors}
    kind = RequestKind(request.kind)
    right, desk = asking.GRANTED_WITH[kind], asking.desk_of(kind, request.desk_code)
    return (
        request.is_open
        and actor.name not in near
        and access.allows(actor, right, desk=desk)
        and not near.issuperset(access.lenders_of(actor, right, desk=desk))
    )


def _shown(request_id: int, actor: Actor, *, locked: bool = False) -> Request:
    rows = selectors.list_requests(actor=actor).filter(pk=request_id)
    row = (rows.select_for_update(of=("self",)) if locked else rows).first()
    if row is None:
        raise UnableToFindRequest(_("There is no such request."))
    return row


def _found(request_id: int, actor: Actor) -> Request:
    row = _shown(request_id, actor, locked=True)
    if not row.is_open:
        raise AlreadyDecided(_("This request is decided already."))
    return row


def _locked(request_id: int, actor: Actor) -> Request:
    row = _found(request_id, actor)
    kind = RequestKind(row.kind)
    access.require(
        actor,
        asking.GRANTED_WITH[kind],
        desk=asking.desk_of(kind, row.desk_code),
        made_by={row.asked_by, *row.contributors},
    )
    return row


def _require_second_person(row: Request, actor: Actor) -> None:
    if actor.kind is not ActorKind.PERSON:
        raise UnableToApprove(_("Only a person may decide."))
    if actor.name == row.asked_by:
        raise UnableToApprove(_("You asked for this: somebody else must decide."))
    if actor.name in row.contributors:
        raise UnableToApprove(_("You made, touched or gain by what this is about."))


def _decide(row: Request, target: RequestState, note: str, actor: Actor, at: datetime) -> Request:
    require_transition(REQUEST_TRANSITIONS, source=RequestState(row.state), target=target)
    row.state, row.decided_by, row.decided_at = target.value, actor.name, at
    row.note = reason_of(note)
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "decided_by", "decided_at", "note"])
    except IntegrityError as error:
        approvals.require_right_still(error)
        raise
    asking.end_work([row.pk], RequestKind(row.kind), actor, at)
    return row
