"""Blocks: how they are allocated, by which rules, which trades are alike, and what is late."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.access import Action, desks_of
from kernel.actors import Actor
from refdata import selectors as refdata
from refdata.states import DayStep
from trades.models import Allocation, AllocationMember, AllocationRule, Trade, TradeQuerySet
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
