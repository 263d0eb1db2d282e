"""What a person does with a confirmation: pair, take apart, dispute, accept the other side's terms.

Nobody says "matched": a pair that is made by hand is compared as any other, and matches when its
terms agree. Whoever accepts their terms amends the trade, which a second person validates.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import Action, desk_or_any, require
from core.acts import acting
from core.reasons import reason_of
from desk import services as desk
from desk.facts import Place
from desk.models import Comment
from kernel.actors import Actor
from kernel.findings import Refusal
from settlement import selectors
from settlement.facts import Pair
from settlement.models import Confirmation, ReceivedConfirmation
from settlement.rules.matching import paired_by_hand
from settlement.rules.products import FX, REPO, facing
from settlement.services import queue, writing
from settlement.services.holding import hold
from settlement.services.matching import alleged_by, join
from settlement.states import UNCONFIRMED, Basis, ConfirmationState, Deed, EndReason
from trades.models import Trade
from trades.services import manual
from trades.services.plan import Item

ACCEPTABLE: Final = frozenset(
    {"price", "amount", "settlement_date", "quantity"}
    | {"counter_amount", "rate", "end_date", "end_amount"}
)
"""Fields that an amendment can take over: another instrument or side is another trade."""

IDENTITY: Final = frozenset({"source_reference", "version", "action", "message_id"})
FOLLOW: Final = frozenset({"gross_amount", "net_amount"})
"""Amounts of an exchange that follow from what is dealt."""


class UnableToConfirm(Refusal):
    """The confirmation is not one on which this can be done, or a reason is missing."""

    code = "UNABLE_TO_CONFIRM"


class NoSuchConfirmation(Refusal):
    """No such confirmation within reach of this person."""

    code = "NO_SUCH_CONFIRMATION"
    status_code = 404


def pair(*, confirmation_id: int, alleged_id: int, actor: Actor, at: datetime) -> Confirmation:
    """Pair one of ours with what is alleged; they match when their terms agree.

    Raises Forbidden, NoSuchConfirmation, UnableToConfirm when one of them is not open, or they are
    of two counterparties.
    """
    with acting(actor=actor):
        row, alleged = _locked(confirmation_id, actor), _locked(alleged_id, actor)
        if row.trade_id is None or row.state not in UNCONFIRMED:
            raise UnableToConfirm(_("Only what waits for the counterparty can be paired."))
        if alleged.state != ConfirmationState.ALLEGED or alleged.received is None:
            raise UnableToConfirm(_("Only what is alleged can be paired with it."))
        if row.party_id != alleged.party_id:
            raise UnableToConfirm(_("They are of two counterparties."))
        message = alleged.received
        writing.move(alleged, ConfirmationState.CANCELLED)
        alleged.end_reason = EndReason.EXPLAINED.value
        alleged.save(update_fields=["state", "end_reason"])
        found = _compared(row, message, at)
        join(row, found, at)
        writing.save([row])
        writing.record([
            writing.decision(
                alleged.pk, Deed.CANCELLED, actor=actor, at=at, received_id=message.pk
            ),
            _decided(row, found, actor, at),
        ])  # fmt: skip
        _tell_queue(row, actor, at)
        queue.done([alleged.pk], actor=actor, at=at)
    return row


def unpair(*, confirmation_id: int, reason: str, actor: Actor, at: datetime) -> Confirmation:
    """Take a pair apart, for a reason: their message is alleged again, ours waits again.

    The rules never make this pair again. Raises Forbidden, NoSuchConfirmation, UnableToConfirm.
    """
    with acting(actor=actor, reason=_required(reason)):
        row = _locked(confirmation_id, actor)
        message = row.received
        if row.trade_id is None or message is None:
            raise UnableToConfirm(_("It is paired with nothing."))
        before = row.basis
        writing.release(row)
        writing.save([row])
        alleged = alleged_by(message, at)
        alleged.save(force_insert=True)
        writing.record([
            writing.decision(
                row.pk, Deed.UNPAIRED, actor=actor, at=at, received_id=message.pk,
                basis=Basis.BY_HAND.value, found={"paired_by": before}, reason=reason_of(reason),
            ),
            writing.decision(alleged.pk, Deed.ALLEGED, actor=actor, at=at, received_id=message.pk),
        ])  # fmt: skip
        queue.done([row.pk], actor=actor, at=at)
        queue.ask([alleged], actor=actor, at=at)
    return row


def dispute(*, confirmation_id: int, reason: str, actor: Actor, at: datetime) -> Confirmation:
    """Say that we do not agree, or do not know the trade; no rule touches it until that ends.

    Raises Forbidden, NoSuchConfirmation, IllegalTransition, UnableToConfirm without a reason.
    """
    with acting(actor=actor, reason=_required(reason)):
        row = _locked(confirmation_id, actor)
        writing.move(row, ConfirmationState.DISPUTED)
        row.matched_at = None
        row.save(update_fields=["state", "matched_at"])
        writing.record([_note(row, Deed.DISPUTED, reason, actor, at)])
        desk.comment(subject_kind=queue.SUBJECT, subject_id=row.pk, text=reason, actor=actor, at=at)
        queue.ask([row], actor=actor, at=at)
    return row


def resume(*, confirmation_id: int, reason: str, actor: Actor, at: datetime) -> Confirmation:
    """End a dispute, for a reason: a pair is compared again, all else waits as it did.

    Raises Forbidden, NoSuchConfirmation, UnableToConfirm.
    """
    with acting(actor=actor, reason=_required(reason)):
        row = _locked(confirmation_id, actor)
        if row.state != ConfirmationState.DISPUTED:
            raise UnableToConfirm(_("It is not disputed."))
        decisions = [_note(row, Deed.RESUMED, reason, actor, at)]
        if row.trade_id is None:
            writing.move(row, ConfirmationState.ALLEGED)
        elif row.received is None:
            writing.release(row)
        else:
            found = _compared(row, row.received, at)
            join(row, found, at)
            decisions.append(_decided(row, found, actor, at))
        writing.save([row])
        writing.record(decisions)
        _tell_queue(row, actor, at)
    return row


def accept_terms(
    *, confirmation_id: int, seen: str, reason: str, actor: Actor, at: datetime
) -> Item:
    """Amend our trade to what the other side says; a second person validates it.

    The new version has a confirmation of its own, which meets their message again. `seen` is the
    fingerprint of the trade that was looked at. Raises Forbidden, NoSuchConfirmation,
    UnableToConfirm when something else differs than an amendment can take over, and what
    `manual.amend_trade` does.
    """
    with acting(actor=actor, reason=_required(reason)):
        row = _locked(confirmation_id, actor)
        message, trade = row.received, row.trade
        if row.state != ConfirmationState.MISMATCHED or message is None or trade is None:
            raise UnableToConfirm(_("Only what is mismatched has terms to accept."))
        if not ACCEPTABLE.issuperset(row.differs):
            raise UnableToConfirm(_("What differs makes it another trade: dispute it instead."))
        writing.record([_note(row, Deed.ACCEPTED, reason, actor, at)])
        return manual.amend_trade(
            trade_id=trade.pk,
            seen=seen,
            fields=amended_fields(trade, message),
            reason=reason_of(reason),
            actor=actor,
            at=at,
        )


def comment(*, confirmation_id: int, text: str, actor: Actor, at: datetime) -> Comment:
    """Say something about a confirmation, for ever. Raises Forbidden, NoSuchConfirmation."""
    with acting(actor=actor):
        row = _locked(confirmation_id, actor)
        return desk.comment(
            subject_kind=queue.SUBJECT,
            subject_id=row.pk,
            text=text,
            actor=actor,
            at=at,
            place=Place(
                url=row.get_absolute_url(),
                desk_code=desk_or_any(row.desk_code),
                action=Action.VIEW_CONFIRMATIONS,
            ),
        )


def amended_fields(trade: Trade, message: ReceivedConfirmation) -> dict[str, Any]:
    """Return the message of the trade as it stands, with the terms of the other side.

    Amounts follow: the net is theirs, and the gross is what it leaves beside interest and fees.
    """
    if trade.product:
        return _deal_fields(trade, message)
    terms = trade.versions.get(version_no=trade.version_no).terms
    assert message.amount is not None  # noqa: S101 - a NEWM says everything, by constraint
    gross = abs(message.amount) - (trade.net_amount - trade.gross_amount)
    fields = {
        "isin": trade.isin,
        "symbol": trade.symbol,
        "side": trade.side,
        "quantity": _plain(message.quantity),
        "price": _plain(message.price),
        "currency": trade.currency,
        "traded_at": trade.traded_at.isoformat(),
        "trade_date": trade.trade_date.isoformat(),
        "settlement_date": str(message.settlement_date),
        "venue": trade.venue,
        "counterparty": trade.counterparty_code,
        "book": trade.book_code,
        "trader": trade.trader_code,
        "account": trade.account_code,
        "gross_amount": _plain(gross),
        "accrued_interest": _plain(trade.accrued_interest),
        "fees": _plain(trade.fees),
        "net_amount": _plain(message.amount),
        "capacity": trade.capacity,
        "comment": terms.get("comment", ""),
    }
    return {name: value for name, value in fields.items() if value}


def _deal_fields(trade: Trade, message: ReceivedConfirmation) -> dict[str, Any]:
    """Return the last message of a trade of two legs, with the terms of the other side.

    What follows from these is left to be worked out again.
    """
    execution = (
        trade.versions.select_related("execution").get(version_no=trade.version_no).execution
    )
    said = {name: value for name, value in execution.content.items() if name not in IDENTITY}
    ours = selectors.deal_of_confirmation(trade.confirmations.latest("pk"))
    theirs = facing(ours, selectors.deal_of_message(message))
    said |= {"quantity": _plain(theirs.quantity), "settlement_date": str(theirs.settlement_date)}
    if trade.product == FX:
        said |= {"price": _plain(theirs.price), "counter_amount": _plain(theirs.counter_amount)}
        return {name: value for name, value in said.items() if name not in FOLLOW}
    rate = "repo_rate" if trade.product == REPO else "lending_fee"
    cash = "net_amount" if trade.product == REPO else "collateral_amount"
    told = {
        rate: theirs.rate,
        cash: theirs.amount if trade.product == REPO or theirs.amount else None,
        "end_cash": theirs.end_amount,
    }
    said |= {name: _plain(value) for name, value in told.items() if value is not None}
    said["end_date"] = theirs.end_date and str(theirs.end_date)
    return {name: value for name, value in said.items() if value is not None}


def _plain(value: Any) -> str:  # noqa: ANN401 - a number of a message, never None by constraint
    return f"{value.normalize():f}"


def _required(reason: str) -> str:
    if not reason_of(reason):
        raise UnableToConfirm(_("Give a reason."))
    return reason_of(reason)


def _locked(confirmation_id: int, actor: Actor) -> Confirmation:
    hold()
    row = selectors.get_for_update(confirmation_id=confirmation_id, actor=actor)
    if row is None:
        raise NoSuchConfirmation(_("There is no such confirmation."))
    require(actor, Action.CONFIRM, desk=desk_or_any(row.desk_code))
    return row


def _compared(row: Confirmation, message: ReceivedConfirmation, at: datetime) -> Pair:
    day = timezone.localtime(at).date()
    return paired_by_hand(
        selectors.deal_of_confirmation(row),
        selectors.deal_of_message(message),
        selectors.terms_for(day, ()),
    )


def _decided(row: Confirmation, found: Pair, actor: Actor, at: datetime) -> Any:  # noqa: ANN401 - a row to be saved
    return writing.decision(
        row.pk, Deed(row.state), actor=actor, at=at, received_id=found.theirs,
        basis=found.basis, found=writing.evidence(found),
    )  # fmt: skip


def _note(row: Confirmation, deed: Deed, reason: str, actor: Actor, at: datetime) -> Any:  # noqa: ANN401 - a row to be saved
    return writing.decision(
        row.pk, deed, actor=actor, at=at, received_id=row.received_id, reason=reason_of(reason)
    )


def _tell_queue(row: Confirmation, actor: Actor, at: datetime) -> None:
    if row.state in (ConfirmationState.MISMATCHED, ConfirmationState.ALLEGED):
        queue.ask([row], actor=actor, at=at)
    else:
        queue.done([row.pk], actor=actor, at=at)
