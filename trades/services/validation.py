"""Validation: a supervisor approves or refuses exactly the version that was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from core import access, bulk
from core.acts import acting
from core.models import User
from core.outbox import announce, announce_each
from core.people import actor_of
from core.reasons import reason_of
from core.roles import Action
from desk import selectors as desk_selectors
from desk import services as desk
from desk.facts import Seen, Subject
from desk.services import approvals
from desk.services.work import assign_work
from desk.states import WorkKind
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import IllegalTransition, require_transition
from trades import selectors
from trades.models import Trade
from trades.services import news
from trades.states import TRANSITIONS, TradeState

SUBJECT_KIND: Final = "trade"
CHUNK: Final = 500
JOB_KIND: Final = "trades.decide_many"


class UnableToFindTrade(Refusal):
    """No such trade on a desk of this person."""

    code = "NO_SUCH_TRADE"
    status_code = 404


class CancellationAsked(approvals.SeenChanged):
    """Somebody asks for the trade to be cancelled, and the person who decides was not shown it."""

    code = "CANCELLATION_ASKED"


CODES: Final = tuple(
    kind.code
    for kind in (
        CancellationAsked,
        access.Forbidden,
        IllegalTransition,
        UnableToFindTrade,
        approvals.AlreadyDecided,
        approvals.OverLimit,
        approvals.SeenChanged,
        approvals.UnableToApprove,
    )
)
"""Why one trade of many was not decided."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one trade of many: nothing is refused when the decision was recorded.

    `lacking` people must validate it, too, before it goes on.
    """

    trade_id: int
    reference: str
    refusal: Refusal | None = None
    lacking: int = 0

    @property
    def code(self) -> str:
        """The code of the refusal."""
        return self.refusal.code if self.refusal else ""


def validate_trade(
    *,
    trade_id: int,
    seen: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
    asked: int | None = None,
) -> Trade:
    """Approve the version whose fingerprint is `seen`; it is validated and announced once as many
    people approved as its amount takes, and waits on in the queue until then.

    `asked` is the request to cancel the trade that the person saw and validates in spite of.
    Raises UnableToFindTrade, IllegalTransition if the trade has moved on, UnableToApprove if
    `actor` made or touched this version, if the limit is too low (OverLimit), if `seen` is not
    what stands there now (SeenChanged), or if a request waits that was not (CancellationAsked).
    """
    with acting(actor=actor, reason=reason):
        trade = _locked(trade_id, actor)
        _require(trade, TradeState.VALIDATED, seen)
        if trade.pk in selectors.asked_to_cancel([trade.pk], but=asked):
            raise _cancellation_asked()
        lacking = approvals.approve_in_turn(
            seen=_seen(trade, seen),
            amount_eur=trade.risk_amount_eur,
            actor=actor,
            at=at,
            reason=reason,
        )
        if not lacking:
            _decided([trade], TradeState.VALIDATED, "trade.validated", actor, at)
        return trade


def refuse_trade(*, trade_id: int, seen: str, reason: str, actor: Actor, at: datetime) -> Trade:
    """Refuse the version whose fingerprint is `seen`, for a reason; it goes back to its maker.

    The work of correcting it stays in the queue until the trade is amended or cancelled.
    Raises as `validate_trade` does, but asks for no limit.
    """
    with acting(actor=actor, reason=reason):
        trade = _locked(trade_id, actor)
        _require(trade, TradeState.REJECTED, seen)
        approvals.refuse(seen=_seen(trade, seen), reason=reason, actor=actor, at=at)
        desk.comment(
            subject_kind=SUBJECT_KIND, subject_id=trade.pk, text=reason, actor=actor, at=at
        )
        _ask_correction(trade, reason, actor, at)
        _decided([trade], TradeState.REJECTED, "trade.rejected", actor, at)
        return trade


def decide_many(
    *,
    seen: Mapping[int, str],
    approve: bool,
    reason: str,
    actor: Actor,
    at: datetime,
) -> list[Outcome]:
    """Decide on each trade; a refused one leaves the others alone, and says why.

    Approvals are recorded `CHUNK` at a time, each chunk whole in its own transaction under the
    row locks of its trades; refusals, each with its comment, one by one.
    """
    ids = sorted(seen)
    if not approve:
        return [_refused(trade_id, seen[trade_id], reason, actor, at) for trade_id in ids]
    outcomes = []
    # who stands in for others does one by one: the trail says of each on whose behalf
    size = 1 if access.stands_in(actor) else CHUNK
    for start in range(0, len(ids), size):
        chunk = {trade_id: seen[trade_id] for trade_id in ids[start : start + size]}
        try:
            with acting(actor=actor, reason=reason):
                outcomes += _validate_chunk(chunk, reason, actor, at)
        except approvals.UnableToApprove as refusal:  # the right ended on the way
            outcomes += [Outcome(trade_id, "", refusal) for trade_id in chunk]
    return outcomes


def _refused(trade_id: int, seen: str, reason: str, actor: Actor, at: datetime) -> Outcome:
    try:
        trade = refuse_trade(trade_id=trade_id, seen=seen, reason=reason, actor=actor, at=at)
    except Refusal as refusal:
        known = Trade.objects.visible_to(actor, Action.VIEW_TRADES).filter(pk=trade_id).first()
        return Outcome(trade_id, known.reference if known else "", refusal)
    return Outcome(trade_id, trade.reference)


def _validate_chunk(
    seen: Mapping[int, str], reason: str, actor: Actor, at: datetime
) -> list[Outcome]:
    """Lock, judge and decide one chunk set-wise, by the checks of `validate_trade`."""
    visible = Trade.objects.visible_to(actor, Action.VIEW_TRADES)
    locked = visible.select_for_update(of=("self",)).filter(pk__in=seen).order_by("pk")
    found = {trade.pk: trade for trade in locked}
    asked = selectors.asked_to_cancel(found)
    refused: dict[int, Refusal] = {}
    for trade_id, text in seen.items():
        try:
            trade = _within_reach(found.get(trade_id), actor)
            _require(trade, TradeState.VALIDATED, text)
            if trade_id in asked:
                raise _cancellation_asked()
        except Refusal as refusal:
            refused[trade_id] = refusal
    items = [
        (_seen(trade, seen[trade.pk]), trade.risk_amount_eur)
        for trade in found.values()
        if trade.pk not in refused
    ]
    approved = approvals.approve_many(items=items, actor=actor, at=at, reason=reason)
    refused |= approved.refused
    good = [t for t in found.values() if t.pk not in refused and t.pk not in approved.lacking]
    _decided(good, TradeState.VALIDATED, "trade.validated", actor, at)
    return [
        Outcome(
            trade_id,
            found[trade_id].reference if trade_id in found else "",
            refused.get(trade_id),
            approved.lacking.get(trade_id, 0),
        )
        for trade_id in seen
    ]


def decide_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Decide on some trades of a job, as `decide_many` does."""
    outcomes = decide_many(
        seen=step.seen,
        approve=bool(step.parameters["approve"]),
        reason=str(step.parameters["reason"]),
        actor=step.actor,
        at=step.at,
    )
    return [
        bulk.Outcome(
            one.trade_id,
            one.reference,
            f"/trades/{one.trade_id}/" if one.reference else "",
            one.refusal,
        )
        for one in outcomes
    ]


def _locked(trade_id: int, actor: Actor) -> Trade:
    """Return the trade under its row lock; one of a desk out of reach does not exist."""
    visible = Trade.objects.visible_to(actor, Action.VIEW_TRADES)
    return _within_reach(visible.select_for_update(of=("self",)).filter(pk=trade_id).first(), actor)


def _within_reach(trade: Trade | None, actor: Actor) -> Trade:
    if trade is None:
        raise UnableToFindTrade(_("There is no such trade."))
    access.require(actor, Action.VALIDATE_TRADE, desk=trade.desk_code)
    return trade


def _require(trade: Trade, target: TradeState, seen: str) -> None:
    """A trade that moved on since it was seen is a changed one, whatever its state now."""
    if trade.fingerprint != seen:
        raise approvals.SeenChanged(_("It has changed since you saw it. Look at it again."))
    if trade.state == TradeState.CLOSED:
        raise IllegalTransition(_("The trade is over."), source=trade.state)
    if trade.state == TradeState.VALIDATED and target is TradeState.VALIDATED:
        raise approvals.AlreadyDecided(_("This version is already validated."))
    if trade.state != TradeState.PENDING_VALIDATION:
        require_transition(TRANSITIONS, source=TradeState(trade.state), target=TradeState.VALIDATED)
    require_transition(TRANSITIONS, source=TradeState(trade.state), target=target)


def _cancellation_asked() -> CancellationAsked:
    return CancellationAsked(
        _("Its cancellation is asked for: its page shows the request, decide there.")
    )


def _seen(trade: Trade, seen: str) -> Seen:
    return Seen(
        subject_kind=SUBJECT_KIND,
        subject_id=trade.pk,
        version_no=trade.version_no,
        fingerprint=seen,
        current_fingerprint=trade.fingerprint,
        maker=trade.maker,
        contributors=tuple(trade.contributors),
        desk_code=trade.desk_code,
    )


def _ask_correction(trade: Trade, reason: str, actor: Actor, at: datetime) -> None:
    """Put a refused trade into the queue, due when its validation was, for its maker if he may."""
    due_at = desk_selectors.due_of(
        kind=WorkKind.VALIDATION, subject_kind=SUBJECT_KIND, subject_id=trade.pk
    )
    subject = Subject(
        kind=SUBJECT_KIND,
        id=trade.pk,
        reference=trade.reference,
        desk_code=trade.desk_code,
        url=f"/trades/{trade.pk}/",
        due_at=due_at,
        amount_at_risk=trade.risk_amount_eur,
        currency="" if trade.risk_amount_eur is None else "EUR",
    )
    task = desk.Task(subject=subject, title=f"{trade.reference} {reason_of(reason)}")
    desk.open_work(kind=WorkKind.CORRECTION, tasks=[task], actor=actor, at=at)
    maker = _who_may_amend(trade)
    if maker is not None:
        assign_work(
            kind=WorkKind.CORRECTION,
            subject_kind=SUBJECT_KIND,
            subject_id=trade.pk,
            owner_id=maker.user_id,
            actor=actor,
        )


def _who_may_amend(trade: Trade) -> Actor | None:
    """Return the person who made the trade, if there is one who may correct it."""
    user = User.objects.filter(username=trade.maker, is_active=True).first()
    if user is None:
        return None
    maker = actor_of(user)
    may = access.allows(maker, Action.AMEND_TRADE, desk=trade.desk_code)
    return maker if may else None


def _decided(
    trades: Sequence[Trade], target: TradeState, event: str, actor: Actor, at: datetime
) -> None:
    """Move the trades, take them out of the queue and announce each."""
    ids = [trade.pk for trade in trades]
    if not ids:
        return
    Trade.objects.filter(pk__in=ids).update(state=target.value)
    for trade in trades:
        trade.state = target.value
    desk.close_work(
        kind=WorkKind.VALIDATION,
        subject_kind=SUBJECT_KIND,
        subject_ids=ids,
        actor=actor,
        at=at,
    )
    news.tell_states(target, [(trade.pk, trade.version_no) for trade in trades], at=at)
    announce_each(
        event,
        [(t.reference, {"trade_id": t.pk, "version_no": t.version_no}) for t in trades],
    )
    if target is TradeState.VALIDATED:
        announce("trades.validated", subject=f"{len(ids)} trades", payload={"trade_ids": ids})


def refusals(outcomes: Iterable[Outcome]) -> Sequence[Outcome]:
    """Return those that were not decided."""
    return [outcome for outcome in outcomes if outcome.refusal]
