"""Which trades are to be allocated, how far that is, and by when: a status, and work in the queue.

A trade without an account is a block where an allocation rule is in force for its book; any other
becomes one when somebody proposes to share it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from desk import services as desk
from desk.facts import Subject
from desk.states import SettingState, WorkKind
from kernel.actors import Actor
from kernel.states import require_transition
from refdata import selectors as refdata
from refdata.states import DayStep
from trades.facts import TradeFacts
from trades.models import Allocation, AllocationMember, AllocationRule, Block, Trade
from trades.rules.context import HOUSE_ZONE
from trades.states import (
    ALLOCATION_TRANSITIONS,
    BLOCK_TRANSITIONS,
    AllocationState,
    BlockState,
    CloseReason,
    TradeState,
)

TRADE: str = "trade"
ALLOCATION: str = "allocation"


def deadlines(days: Iterable[date]) -> Mapping[date, datetime]:
    """Return by when the blocks of these trade dates must be allocated."""
    return refdata.cut_off_moments(DayStep.ALLOCATE, days, zone=HOUSE_ZONE)


def rules_in_force(books: Collection[str]) -> list[AllocationRule]:
    """Return every approved rule of these books, the one that counts more first.

    A counterparty counts more than any; of equals, the rule that began last.
    """
    rows = AllocationRule.objects.filter(
        book_code__in=books, state=SettingState.APPROVED.value
    ).order_by("-valid_from", "-pk")
    return sorted(rows, key=lambda rule: rule.counterparty_code == "")


def rule_for(
    rules: Sequence[AllocationRule], *, book: str, counterparty: str, day: date
) -> AllocationRule | None:
    """Return the rule by which a trade of that day is shared out, from `rules_in_force`.

    One that was ended hides the earlier ones of its kind, not those for any counterparty.
    """
    ended: set[str] = set()
    for rule in rules:
        fits = rule.book_code == book and rule.counterparty_code in ("", counterparty)
        if not fits or rule.valid_from > day or rule.counterparty_code in ended:
            continue
        if rule.active:
            return rule
        ended.add(rule.counterparty_code)
    return None


def expect(chunk: Sequence[TradeFacts], *, actor: Actor, at: datetime) -> None:
    """Make blocks of the trades among these that a rule wants allocated; repeated, nothing happens.

    A block that an amendment gave an account is none any more.
    """
    rules = rules_in_force({facts.book_code for facts in chunk if facts.book_code})
    wanted = [
        facts.trade_id
        for facts in chunk
        if not facts.account_code
        and not facts.product
        and rule_for(
            rules,
            book=facts.book_code,
            counterparty=facts.counterparty_code,
            day=facts.trade_date,
        )
    ]
    if wanted:
        Block.objects.bulk_create([Block(trade_id=pk) for pk in wanted], ignore_conflicts=True)
        _ask(Block.objects.filter(trade__in=wanted, state=BlockState.UNALLOCATED), actor, at)
    given = [f.trade_id for f in chunk if f.account_code and f.version_no > 1]
    if given:
        found = Block.objects.filter(trade__in=given, state=BlockState.UNALLOCATED)
        _drop([block.trade_id for block in found], actor, at)


def lapse(*, trade_ids: Collection[int], actor: Actor, at: datetime) -> None:
    """End what was proposed about trades that just changed; what is to be allocated is work again.

    A cancelled one has nothing left to allocate.
    """
    touched = Block.objects.filter(trade__in=trade_ids).exclude(state=BlockState.NOT_NEEDED)
    if not touched.exists():
        return
    proposed = Allocation.objects.filter(
        members__trade__in=trade_ids, state=AllocationState.PROPOSED.value
    ).distinct()
    for allocation in list(proposed.order_by("pk")):
        end_proposal(allocation, AllocationState.LAPSED, actor=actor, at=at)
    over = touched.filter(trade__close_reason=CloseReason.CANCELLED)
    _drop(list(over.values_list("trade_id", flat=True)), actor, at)


def end_proposal(
    allocation: Allocation, target: AllocationState, *, actor: Actor, at: datetime
) -> None:
    """Leave a proposal without effect; its block is as it was before."""
    move(allocation, target, actor=actor, at=at)
    trades = list(allocation.members.values_list("trade_id", flat=True))
    back = Block.objects.filter(trade__in=trades, state=BlockState.PROPOSED)
    reopen([block.trade_id for block in back], actor=actor, at=at)


def move(allocation: Allocation, target: AllocationState, *, actor: Actor, at: datetime) -> None:
    """Give an allocation and its members their next state; what waited for a decision is done."""
    source = AllocationState(allocation.state)
    require_transition(ALLOCATION_TRANSITIONS, source=source, target=target)
    allocation.state = target.value
    allocation.save(update_fields=["state"])
    AllocationMember.objects.filter(allocation=allocation).update(state=target.value)
    desk.close_work(
        kind=WorkKind.ALLOCATION,
        subject_kind=ALLOCATION,
        subject_ids=[allocation.pk],
        actor=actor,
        at=at,
    )


def set_state(
    trade_ids: Collection[int], target: BlockState, *, actor: Actor, at: datetime
) -> None:
    """Move blocks; a trade that was none becomes one. What was to be allocated is no work now."""
    Block.objects.bulk_create([Block(trade_id=pk) for pk in trade_ids], ignore_conflicts=True)
    for block in Block.objects.filter(trade__in=trade_ids).exclude(state=target):
        require_transition(BLOCK_TRANSITIONS, source=BlockState(block.state), target=target)
    Block.objects.filter(trade__in=trade_ids).update(state=target.value)
    desk.close_work(
        kind=WorkKind.ALLOCATION,
        subject_kind=TRADE,
        subject_ids=trade_ids,
        actor=actor,
        at=at,
    )


def reopen(trade_ids: Collection[int], *, actor: Actor, at: datetime) -> None:
    """Have these trades allocated: they are unallocated, and work by their deadline."""
    set_state(trade_ids, BlockState.UNALLOCATED, actor=actor, at=at)
    _ask(Block.objects.filter(trade__in=trade_ids), actor, at)


def ask_decision(
    allocation: Allocation, trades: Sequence[Trade], *, actor: Actor, at: datetime
) -> None:
    """Put a proposal in the queue of those who decide, due when its block is."""
    first = trades[0]
    due = deadlines([first.trade_date])
    subject = _subject(first, kind=ALLOCATION, subject_id=allocation.pk, due=due)
    task = desk.Task(subject=subject, title=", ".join(trade.reference for trade in trades))
    desk.open_work(kind=WorkKind.ALLOCATION, tasks=[task], actor=actor, at=at)


def _drop(trade_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    if trade_ids:
        set_state(trade_ids, BlockState.NOT_NEEDED, actor=actor, at=at)


def _ask(blocks: Iterable[Block], actor: Actor, at: datetime) -> None:
    trades = Trade.objects.filter(pk__in=[block.trade_id for block in blocks]).order_by("pk")
    due = deadlines({trade.trade_date for trade in trades})
    tasks = [
        desk.Task(
            subject=_subject(trade, kind=TRADE, subject_id=trade.pk, due=due),
            title=trade.reference,
        )
        for trade in trades
        if trade.state != TradeState.CLOSED
    ]
    desk.open_work(kind=WorkKind.ALLOCATION, tasks=tasks, actor=actor, at=at)


def _subject(trade: Trade, *, kind: str, subject_id: int, due: Mapping[date, datetime]) -> Subject:
    return Subject(
        kind=kind,
        id=subject_id,
        reference=trade.reference,
        desk_code=trade.desk_code,
        amount_at_risk=trade.risk_amount_eur,
        currency="" if trade.risk_amount_eur is None else "EUR",
        url=f"/trades/{trade.pk}/",
        due_at=due.get(trade.trade_date),
        day=trade.trade_date,
    )
