"""What an approved allocation does: shares become trades, and the block is over as allocated.

They go through the capture as everything does: an identity of their own, version 1, controls. What
replaces an allocation cancels its trades first, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from core.outbox import announce
from desk import services as desk
from kernel.actors import Actor
from kernel.states import require_transition
from trades.facts import ALLOCATION_SOURCE, ExecutionFacts
from trades.models import Allocation, AllocationShare, Block, Execution, Trade
from trades.rules.shares import average_price
from trades.services import blocks, capture, control, repair, validation
from trades.services.enrichment import load_reference
from trades.services.lapse import supersede
from trades.services.plan import ItemStatus
from trades.services.sharing import UnableToAllocate
from trades.states import (
    TRANSITIONS,
    Action,
    AllocationState,
    BlockState,
    Channel,
    CloseReason,
    Outcome,
    TradeState,
)

ALONE: Final = 1


def take_effect(
    allocation: Allocation, trades: Sequence[Trade], *, actor: Actor, at: datetime
) -> None:
    """Do what was approved; all of it, or nothing. Raises UnableToAllocate."""
    replaced = allocation.replaces
    shares = list(allocation.shares.order_by("n"))
    if replaced is not None:
        blocks.move(replaced, AllocationState.ENDED, actor=actor, at=at)
    cancelled = _cancelling(replaced) if replaced is not None else []
    wanted = [_new(share, trades) for share in shares]
    captured = _capture(allocation, trades, [*cancelled, *wanted], actor, at)
    for share, item in zip(shares, captured.items[len(cancelled) :], strict=True):
        share.trade_id = item.trade.id if item.trade else None
    AllocationShare.objects.bulk_update(shares, ["trade"])
    if shares:
        blocks.move(allocation, AllocationState.IN_FORCE, actor=actor, at=at)
        _close(trades, actor, at)
    else:
        blocks.move(allocation, AllocationState.ENDED, actor=actor, at=at)
        _reopen(trades, actor, at)
    announce(
        "trades.changed",
        subject=f"batch:{captured.batch_id}",
        payload={"trade_ids": sorted(trade.pk for trade in trades)},
    )
    _tell(shares, trades, actor, at)
    _control(shares, actor, at)


def _cancelling(replaced: Allocation) -> list[ExecutionFacts]:
    """Return the cancellations of the trades of an allocation.

    Raises UnableToAllocate for one that is settled, or was itself allocated further.
    """
    found = Trade.objects.select_for_update(of=("self",)).filter(share_of__allocation=replaced)
    messages = []
    for trade in found.order_by("pk"):
        if trade.close_reason == CloseReason.ALLOCATED:
            raise UnableToAllocate(
                _("%(trade)s is allocated further: undo that first.") % {"trade": trade.reference}
            )
        if trade.state == TradeState.CLOSED:
            raise UnableToAllocate(
                _("%(trade)s is over (%(reason)s): it is reversed, not allocated again.")
                % {"trade": trade.reference, "reason": trade.get_close_reason_display()}
            )
        messages.append(
            ExecutionFacts(
                source_reference=trade.source_reference,
                version=trade.source_version + 1,
                action=Action.CANCEL.value,
            )
        )
    return messages


def _new(share: AllocationShare, trades: Sequence[Trade]) -> ExecutionFacts:
    """Return the message that books a share: the terms of its block, its part of every amount."""
    last = max(trades, key=lambda trade: (trade.traded_at, trade.pk))
    traders = {trade.trader_code for trade in trades}
    price = average_price([(trade.quantity, trade.price) for trade in trades])
    return ExecutionFacts(
        source_reference=f"{share.allocation_id}-{share.n}",
        version=1,
        action=Action.NEW.value,
        isin=last.isin or None,
        symbol=last.symbol or None,
        side=last.side,
        quantity=f"{share.quantity:f}",
        price=f"{price:f}",
        currency=last.currency,
        traded_at=last.traded_at,
        trade_date=last.trade_date,
        settlement_date=last.settlement_date,
        venue=last.venue or None,
        counterparty=last.counterparty_code or None,
        book=last.book_code or None,
        trader=traders.pop() if len(traders) == ALONE else None,
        account=share.account_code or None,
        gross_amount=f"{share.gross_amount:f}",
        accrued_interest=f"{share.accrued_interest:f}",
        fees=f"{share.fees:f}",
        net_amount=f"{share.net_amount:f}",
        capacity=last.capacity or None,
    )


def _capture(
    allocation: Allocation,
    trades: Sequence[Trade],
    messages: Sequence[ExecutionFacts],
    actor: Actor,
    at: datetime,
) -> capture.Captured:
    captured = capture.capture_here(
        messages=messages,
        origin=capture.Origin(
            source_system=ALLOCATION_SOURCE,
            channel=Channel.MANUAL,
            reason=allocation.reason
            or _("Allocation of %(trades)s")
            % {"trades": ", ".join(trade.reference for trade in trades)},
            maker=allocation.proposed_by,
            checked=True,
        ),
        actor=actor,
        at=at,
        # by the names that the sender of the block uses
        reference=load_reference(source_system=trades[0].source_system, messages=messages),
    )
    for item in captured.items:
        if item.status is not ItemStatus.CREATED or item.outcome is not Outcome.BOOKED:
            raise UnableToAllocate(_("A share was not booked."), findings=item.findings)
    return captured


def _close(trades: Sequence[Trade], actor: Actor, at: datetime) -> None:
    """End the trades of a block as allocated, and what was asked about them; those that were so
    already stay so.
    """
    ids = [trade.pk for trade in trades if trade.state != TradeState.CLOSED]
    for trade in trades:
        if trade.pk in ids:
            standing = TradeState(trade.state)
            require_transition(TRANSITIONS, source=standing, target=TradeState.CLOSED)
    Trade.objects.filter(pk__in=ids).update(
        state=TradeState.CLOSED.value, close_reason=CloseReason.ALLOCATED.value
    )
    if ids:
        supersede(trade_ids=ids, actor=actor, at=at)
        desk.close_exceptions(
            subject_kind=blocks.TRADE,
            subject_ids=ids,
            actor=actor,
            at=at,
            reason="the trade was allocated",
        )


def _reopen(trades: Sequence[Trade], actor: Actor, at: datetime) -> None:
    """Open the trades of a block again, as they were validated; what waited for them goes on."""
    for trade in trades:
        standing = TradeState(trade.state)
        require_transition(TRANSITIONS, source=standing, target=TradeState.VALIDATED)
    ids = [trade.pk for trade in trades]
    Trade.objects.filter(pk__in=ids).update(state=TradeState.VALIDATED.value, close_reason="")
    blocks.reopen(ids, actor=actor, at=at)
    for trade in trades:
        identity = {
            "source_system": trade.source_system,
            "source_reference": trade.source_reference,
        }
        if Execution.objects.filter(outcome=Outcome.EXCEPTION.value, **identity).exists():
            references = {trade.source_reference}
            repair.replay(trade.source_system, references, actor=actor, at=at, by_hand=False)


def _tell(
    shares: Sequence[AllocationShare], trades: Sequence[Trade], actor: Actor, at: datetime
) -> None:
    """Say how far the block is, and have what no share took allocated."""
    left = [share.trade_id for share in shares if not share.account_code and share.trade_id]
    if shares:
        state = BlockState.PARTLY if left else BlockState.ALLOCATED
        blocks.set_state([trade.pk for trade in trades], state, actor=actor, at=at)
    if left:
        blocks.reopen(left, actor=actor, at=at)
    else:
        _complete([trade.pk for trade in trades], complete=bool(shares), actor=actor, at=at)


def _complete(ids: Sequence[int], *, complete: bool, actor: Actor, at: datetime) -> None:
    """Tell the block that these trades are the remainder of whether it is allocated whole now."""
    parents = Block.objects.filter(
        trade__allocations__state=AllocationState.IN_FORCE.value,
        trade__allocations__allocation__shares__trade__in=ids,
    )
    found = list(parents.values_list("trade_id", flat=True))
    if found:
        state = BlockState.ALLOCATED if complete else BlockState.PARTLY
        blocks.set_state(found, state, actor=actor, at=at)
        _complete(found, complete=complete, actor=actor, at=at)


def _control(shares: Sequence[AllocationShare], actor: Actor, at: datetime) -> None:
    """Judge the new trades now, and validate those that nothing is found about.

    Who approved the allocation saw the terms of each, and neither made nor touched them.
    """
    ids = [share.trade_id for share in shares if share.trade_id]
    control.control_trades(trade_ids=ids, actor=actor, at=at)
    clean = Trade.objects.filter(pk__in=ids, state=TradeState.PENDING_VALIDATION.value)
    for trade in clean.order_by("pk"):
        validation.validate_trade(trade_id=trade.pk, seen=trade.fingerprint, actor=actor, at=at)
