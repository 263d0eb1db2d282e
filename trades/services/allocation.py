"""Allocating a block: one person proposes who takes how much, another decides.

A proposal is bound to the versions of the trades that were seen: when one of them changes first, it
lapses. Approved, its shares are booked as trades (`booking.py`) and the block is over as allocated.
An allocation in force is replaced by another, or undone, in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.reasons import reason_of
from core.roles import Action
from desk import services as desk
from desk.facts import Seen
from desk.services import approvals
from kernel.actors import Actor, ActorKind
from trades.models import (
    Allocation,
    AllocationMember,
    Trade,
)
from trades.services import blocks, booking, proposals
from trades.services.manual import TradeChanged
from trades.services.sharing import Sharing, UnableToAllocate, Wish, share_out, total
from trades.services.validation import UnableToFindTrade
from trades.states import AllocationState, CloseReason, TradeState

OPEN: Final = frozenset(TradeState) - {TradeState.REJECTED, TradeState.CLOSED}


def propose_allocation(
    *,
    trade_id: int,
    seen: str,
    wish: Wish,
    actor: Actor,
    at: datetime,
    deed: Action = Action.AMEND_TRADE,
) -> Allocation:
    """Propose to share out a trade, or it and others like it as one block at their average price.

    A trade that is allocated already is allocated again: its whole block, with the trades that are
    in it.
    Raises UnableToFindTrade, Forbidden, TradeChanged, AlreadyProposed, UnableToAllocate.
    """
    with acting(actor=actor, reason=wish.reason):
        trades, replaces = _block_of(trade_id, seen, wish.others, actor, deed)
        return proposals.open_proposal(
            share_out(trades, wish.asked), replaces=replaces, wish=wish, actor=actor, at=at
        )


def propose_undoing(
    *, trade_id: int, seen: str, reason: str, actor: Actor, at: datetime
) -> Allocation:
    """Propose to cancel the shares of an allocated trade and to open its block again.

    Raises UnableToFindTrade, Forbidden, TradeChanged, AlreadyProposed, UnableToAllocate.
    """
    if not reason_of(reason):
        raise UnableToAllocate(_("Give a reason."))
    with acting(actor=actor, reason=reason):
        trades, replaces = _block_of(trade_id, seen, (), actor, Action.AMEND_TRADE)
        if replaces is None:
            raise UnableToAllocate(_("This trade is not allocated."))
        sharing = Sharing(trades=trades, shares=())
        return proposals.open_proposal(
            sharing, replaces=replaces, wish=Wish(asked=(), reason=reason), actor=actor, at=at
        )


def withdraw_allocation(*, allocation_id: int, actor: Actor, at: datetime) -> Allocation:
    """Take back one's own proposal. Raises UnableToFindTrade, UnableToAllocate, AlreadyDecided."""
    with acting(actor=actor):
        allocation, _trades = _locked(allocation_id, actor)
        if allocation.proposed_by != actor.name:
            raise UnableToAllocate(_("Only who proposed it may take it back."))
        blocks.end_proposal(allocation, AllocationState.LAPSED, actor=actor, at=at)
        return allocation


def refuse_allocation(*, allocation_id: int, reason: str, actor: Actor, at: datetime) -> Allocation:
    """Leave the block as it is, for a reason. Raises UnableToFindTrade, Forbidden, AlreadyDecided,
    UnableToApprove.
    """
    with acting(actor=actor, reason=reason):
        allocation, trades = _locked(allocation_id, actor)
        access.require(actor, Action.VALIDATE_TRADE, desk=trades[0].desk_code)
        seen = _seen(allocation, allocation.fingerprint, trades)
        approvals.refuse(seen=seen, reason=reason, actor=actor, at=at)
        blocks.end_proposal(allocation, AllocationState.REFUSED, actor=actor, at=at)
        for trade in trades:
            desk.comment(subject_kind="trade", subject_id=trade.pk, text=reason, actor=actor, at=at)
        return allocation


def approve_allocation(*, allocation_id: int, seen: str, actor: Actor, at: datetime) -> Allocation:
    """Book the shares as trades, or undo what they replace, all in one transaction.

    The decision is on the terms of every share: those that the controls find nothing about are
    validated by it. Raises UnableToFindTrade, Forbidden, AlreadyDecided, SeenChanged, OverLimit,
    UnableToApprove, UnableToAllocate.
    """
    with acting(actor=actor):
        allocation, trades = _locked(allocation_id, actor)
        access.require(actor, Action.VALIDATE_TRADE, desk=trades[0].desk_code)
        _require_ready(allocation, trades)
        risks = [trade.risk_amount_eur for trade in trades]
        approvals.approve(
            seen=_seen(allocation, seen, trades),
            amount_eur=None if None in risks else total(trades, "risk_amount_eur"),
            actor=actor,
            at=at,
            reason=allocation.reason,
        )
        booking.take_effect(allocation, trades, actor=actor, at=at)
        return allocation


def _block_of(
    trade_id: int, seen: str, others: Collection[int], actor: Actor, deed: Action
) -> tuple[list[Trade], Allocation | None]:
    """Return the locked trades of the block, and the allocation that is in force for it."""
    standing = (
        Allocation.objects.filter(state=AllocationState.IN_FORCE.value, members__trade=trade_id)
        .order_by("pk")
        .first()
    )
    if standing is not None:
        others = standing.members.values_list("trade_id", flat=True)
    trades = _trades({trade_id, *others}, actor)
    first = next(trade for trade in trades if trade.pk == trade_id)
    access.require(actor, deed, desk=first.desk_code)
    if first.fingerprint != seen:
        raise TradeChanged(_("The trade has changed since you saw it. Look at it again."))
    allocated = [trade for trade in trades if trade.close_reason == CloseReason.ALLOCATED]
    if standing is not None and len(allocated) == len(trades):
        return trades, standing
    for trade in trades:
        if trade.state not in OPEN:
            raise UnableToAllocate(_("%(trade)s is over.") % {"trade": trade.reference})
        if trade.product:
            raise UnableToAllocate(
                _("%(trade)s has two legs: it is not allocated.") % {"trade": trade.reference}
            )
    return trades, None


def _trades(ids: Collection[int], actor: Actor) -> list[Trade]:
    """Return these trades under their row locks; one of a desk out of reach does not exist."""
    rows = Trade.objects.select_for_update(of=("self",)).select_related("instrument")
    found = list(rows.filter(pk__in=ids).order_by("pk"))
    reach = access.desks_of(actor, Action.VIEW_TRADES)
    if actor.kind is ActorKind.CLIENT:
        reach = None  # its door looks at the source of the trade
    if len(found) < len(set(ids)) or any(
        reach is not None and trade.desk_code not in reach for trade in found
    ):
        raise UnableToFindTrade(_("There is no such trade."))
    return found


def _locked(allocation_id: int, actor: Actor) -> tuple[Allocation, list[Trade]]:
    """Return a proposal and the trades of its block under their locks, the trades first."""
    ids = AllocationMember.objects.filter(allocation=allocation_id)
    trades = _trades(list(ids.values_list("trade_id", flat=True)), actor)
    allocation = Allocation.objects.select_for_update().get(pk=allocation_id)
    if allocation.state != AllocationState.PROPOSED:
        raise approvals.AlreadyDecided(_("This request is decided already."))
    return allocation, trades


def _require_ready(allocation: Allocation, trades: Sequence[Trade]) -> None:
    """Raise UnableToAllocate while a trade of the block is not validated itself."""
    if allocation.replaces_id is not None:
        return
    for trade in trades:
        if trade.state != TradeState.VALIDATED:
            raise UnableToAllocate(
                _("%(trade)s is not validated: it comes before its shares.")
                % {"trade": trade.reference}
            )


def _seen(allocation: Allocation, seen: str, trades: Sequence[Trade]) -> Seen:
    return Seen(
        subject_kind=blocks.ALLOCATION,
        subject_id=allocation.pk,
        version_no=1,
        fingerprint=seen,
        current_fingerprint=allocation.fingerprint,
        maker=allocation.proposed_by,
        contributors=(),
        desk_code=trades[0].desk_code,
    )
