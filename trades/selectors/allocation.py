"""Blocks: how they are allocated, by which rules, which trades are alike, and what is late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.access import Action, desks_of
from core.history import rows_as_of
from kernel.actors import Actor
from refdata import selectors as refdata
from refdata.states import DayStep
from trades.facts import reference_of
from trades.models import (
    Allocation,
    AllocationMember,
    AllocationRule,
    AllocationShare,
    Block,
    Trade,
    TradeQuerySet,
)
from trades.rules.context import HOUSE_ZONE
from trades.rules.shares import ALIKE
from trades.states import TO_ALLOCATE, AllocationState, TradeState


def allocations_of(trade: Trade) -> QuerySet[Allocation]:
    """Return every allocation of a trade, or that made it, with shares and trades, the last first.

    Call it for a block or a share alone: others have none.
    """
    of = Q(members__trade=trade) | Q(shares__trade=trade)
    rows = Allocation.objects.filter(of).distinct().select_related("rule", "replaces")
    return rows.prefetch_related("shares__trade", "members__trade").order_by("-pk")


@dataclass(frozen=True, slots=True)
class StoodAllocation:
    """An allocation as it stood at a moment, with the trades of its block and its shares."""

    allocation: Allocation
    members: Sequence[Trade]
    shares: Sequence[AllocationShare]


@dataclass(frozen=True, slots=True)
class AllocationAsOf:
    """How a trade was shared out at a moment, whose share it was, and what was proposed then."""

    block: Block | None
    in_force: StoodAllocation | None
    proposed: StoodAllocation | None
    share_of: StoodAllocation | None


def allocation_ids_of(trade_id: int) -> list[int]:
    """Return every allocation that a trade was ever in, as part of the block or as a share."""
    members = AllocationMember.objects.filter(trade=trade_id).values_list("allocation", flat=True)
    shares = AllocationShare.objects.filter(trade=trade_id).values_list("allocation", flat=True)
    return sorted(members.order_by().union(shares.order_by()))


def allocation_as_of(*, trade_id: int, at: datetime) -> AllocationAsOf | None:
    """Return what the audit trail tells of the allocation of a trade; None of one without any."""
    block = next(iter(rows_as_of(Block, keys=[trade_id], at=at)), None)
    stood = _stood(allocation_ids_of(trade_id), at)
    if block is None and not stood:
        return None
    own = [one for one in stood if any(trade.pk == trade_id for trade in one.members)]
    shared = [one for one in stood if any(share.trade_id == trade_id for share in one.shares)]
    return AllocationAsOf(
        block=block,
        in_force=_in_state(own, AllocationState.IN_FORCE),
        proposed=_in_state(own, AllocationState.PROPOSED),
        share_of=next(iter(shared), None),
    )


def _in_state(stood: Sequence[StoodAllocation], state: AllocationState) -> StoodAllocation | None:
    return next((one for one in stood if one.allocation.state == state), None)


def _stood(ids: Collection[int], at: datetime) -> list[StoodAllocation]:
    if not ids:
        return []
    members = rows_as_of(AllocationMember, keys=ids, at=at)
    shares = sorted(rows_as_of(AllocationShare, keys=ids, at=at), key=lambda share: share.n)
    named = {row.trade_id for row in members}
    named |= {share.trade_id for share in shares if share.trade_id is not None}
    trades = {trade.pk: trade for trade in rows_as_of(Trade, keys=named, at=at)}
    for trade in trades.values():
        trade.reference = reference_of(trade.pk)  # generated: no column of the trail
    for share in shares:
        share.trade = trades.get(share.trade_id or 0)
    return [
        StoodAllocation(
            allocation=one,
            members=[trades[row.trade_id] for row in members if row.allocation_id == one.pk],
            shares=[share for share in shares if share.allocation_id == one.pk],
        )
        for one in rows_as_of(Allocation, keys=ids, at=at)
    ]


def list_allocation_rules(*, actor: Actor) -> QuerySet[AllocationRule]:
    """Return the allocation rules of the desks that the actor may see."""
    rows = AllocationRule.objects.all()
    desks = desks_of(actor, Action.VIEW_TRADES)
    return rows if desks is None else rows.filter(book_code__in=refdata.books_of_desks(desks))


def list_alike(trade: Trade, *, actor: Actor) -> QuerySet[Trade]:
    """Return the open trades that may be one block with this one: alike in what a share says."""
    alike = {name: getattr(trade, name) for name in ALIKE}
    rows = Trade.objects.visible_to(actor, Action.VIEW_TRADES).exclude(
        state__in=[TradeState.CLOSED.value, TradeState.REJECTED.value]
    )
    taken = AllocationMember.objects.filter(
        trade=OuterRef("pk"), state=AllocationState.PROPOSED.value
    )
    return rows.filter(~Exists(taken), **alike).exclude(pk=trade.pk).order_by("pk")


def late_to_allocate(trades: TradeQuerySet, *, at: datetime) -> TradeQuerySet:
    """Narrow to what is still to be allocated after the deadline of its trade date."""
    waiting = trades.filter(block__state__in=[state.value for state in TO_ALLOCATE])
    days = set(waiting.order_by().values_list("trade_date", flat=True).distinct())
    due = refdata.cut_off_moments(DayStep.ALLOCATE, days, zone=HOUSE_ZONE)
    return waiting.filter(trade_date__in=[day for day, moment in due.items() if moment < at])
