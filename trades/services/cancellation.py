"""Cancelling by hand: one person asks, another decides; a message of the front office just cancels.

A request is bound to the version that the person saw. Granted, it becomes a cancellation like any
other; refused, the trade stands as it stood; when the trade changes first, the request lapses.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.reasons import reason_of
from core.roles import Action
from desk import services as desk
from desk.facts import Seen, Subject
from desk.services import approvals
from desk.services.work import Task
from desk.states import WorkKind
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import require_transition
from trades.models import CancellationRequest, Trade
from trades.selectors import get_trade_for_update
from trades.services import allocation, manual
from trades.services.lapse import SUBJECT_KIND
from trades.states import REQUEST_TRANSITIONS, CloseReason, RequestState


class UnableToAsk(Refusal):
    """The cancellation lacks its reason, or somebody asked already."""

    code = "UNABLE_TO_ASK"


def ask_cancellation(
    *, trade_id: int, seen: str, reason: str, actor: Actor, at: datetime
) -> CancellationRequest:
    """Ask for a trade to be cancelled, for a reason; a second person will decide.

    Raises Forbidden, TradeChanged, IllegalTransition when the trade is over, UnableToAsk.
    """
    if not reason_of(reason):
        raise UnableToAsk(_("Give a reason."))
    with acting(actor=actor, reason=reason):
        trade = manual.locked_as_seen(trade_id=trade_id, seen=seen, actor=actor)
        request = _written(trade, reason_of(reason), actor, at)
        desk.open_work(
            kind=WorkKind.CANCELLATION, tasks=[_task(request, trade)], actor=actor, at=at
        )
        return request


def ask_for_block(
    *, trade_id: int, seen: str, reason: str, actor: Actor, at: datetime
) -> CancellationRequest:
    """Ask for an allocated block to be cancelled, and propose to undo its allocation, which comes
    first. Both wait for a second person.

    Raises UnableToFindTrade, Forbidden, TradeChanged, AlreadyProposed, UnableToAllocate,
    UnableToAsk.
    """
    with acting(actor=actor, reason=reason):
        allocation.propose_undoing(trade_id=trade_id, seen=seen, reason=reason, actor=actor, at=at)
        trade = get_trade_for_update(trade_id=trade_id)
        request = _written(trade, reason_of(reason), actor, at)
        desk.open_work(
            kind=WorkKind.CANCELLATION, tasks=[_task(request, trade)], actor=actor, at=at
        )
        return request


def grant_cancellation(*, request_id: int, actor: Actor, at: datetime, reason: str = "") -> Trade:
    """Cancel the trade as asked. Raises Forbidden, AlreadyDecided, OverLimit, UnableToApprove."""
    with acting(actor=actor, reason=reason):
        request, trade = _locked(request_id, actor)
        if trade.close_reason == CloseReason.ALLOCATED:
            raise approvals.UnableToApprove(
                _("%(trade)s is allocated: undoing the allocation comes first.")
                % {"trade": trade.reference}
            )
        approvals.approve(
            seen=_seen(request, trade),
            amount_eur=trade.risk_amount_eur,
            actor=actor,
            at=at,
            reason=reason,
        )
        _decided(request, RequestState.GRANTED, actor, at)
        manual.book_cancellation(
            trade=trade, maker=request.asked_by, reason=request.reason, actor=actor, at=at
        )
        return trade


def refuse_cancellation(*, request_id: int, reason: str, actor: Actor, at: datetime) -> Trade:
    """Leave the trade as it stands, for a reason. Raises Forbidden, UnableToApprove."""
    with acting(actor=actor, reason=reason):
        request, trade = _locked(request_id, actor)
        approvals.refuse(seen=_seen(request, trade), reason=reason, actor=actor, at=at)
        _decided(request, RequestState.REFUSED, actor, at)
        desk.comment(subject_kind="trade", subject_id=trade.pk, text=reason, actor=actor, at=at)
        return trade


def _written(trade: Trade, reason: str, actor: Actor, at: datetime) -> CancellationRequest:
    try:
        with transaction.atomic():
            return CancellationRequest.objects.create(
                trade=trade,
                version_no=trade.version_no,
                fingerprint=trade.fingerprint,
                reason=reason,
                asked_by=actor.name,
                asked_at=at,
            )
    except IntegrityError as error:
        if "cancellation_asked_once" in str(error):
            raise UnableToAsk(_("The cancellation of this trade is asked for already.")) from error
        raise


def _locked(request_id: int, actor: Actor) -> tuple[CancellationRequest, Trade]:
    """Return the request and its trade under their locks, the trade first as everywhere."""
    trade_id = CancellationRequest.objects.values_list("trade_id", flat=True).get(pk=request_id)
    trade = get_trade_for_update(trade_id=trade_id)
    access.require(actor, Action.VALIDATE_TRADE, desk=trade.desk_code)
    request = CancellationRequest.objects.select_for_update().get(pk=request_id)
    if request.state != RequestState.ASKED:
        raise approvals.AlreadyDecided(_("This request is decided already."))
    return request, trade


def _seen(request: CancellationRequest, trade: Trade) -> Seen:
    return Seen(
        subject_kind=SUBJECT_KIND,
        subject_id=request.pk,
        version_no=request.version_no,
        fingerprint=request.fingerprint,
        current_fingerprint=trade.fingerprint,
        maker=request.asked_by,
        contributors=(),
        desk_code=trade.desk_code,
    )


def _decided(
    request: CancellationRequest, target: RequestState, actor: Actor, at: datetime
) -> None:
    require_transition(REQUEST_TRANSITIONS, source=RequestState(request.state), target=target)
    request.state = target.value
    request.save(update_fields=["state"])
    desk.close_work(
        kind=WorkKind.CANCELLATION,
        subject_kind=SUBJECT_KIND,
        subject_ids=[request.pk],
        actor=actor,
        at=at,
    )


def _task(request: CancellationRequest, trade: Trade) -> Task:
    return Task(
        subject=Subject(
            kind=SUBJECT_KIND,
            id=request.pk,
            reference=trade.reference,
            desk_code=trade.desk_code,
            amount_at_risk=trade.net_amount,
            currency=trade.currency,
            url=f"/trades/{trade.pk}/",
        ),
        title=trade.reference,
    )
