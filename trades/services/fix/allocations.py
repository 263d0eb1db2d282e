"""Acting on allocations that a session instructs (35=J), and what is answered (35=P).

An instruction proposes, exactly as a person does: somebody else decides. What cannot be matched is
told to its sender at once, and waits for a person, who may take it up again. The answer is owed
until the connection has said it: RECEIVED first, ACCEPTED or REJECTED when the matter is decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.remarks import told
from desk import services as desk
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from kernel.states import require_transition
from trades.formats.fix import allocations, live
from trades.formats.fix.allocations import Instruction, Transaction
from trades.formats.fix.wire import Fields, Garbled, read
from trades.models import (
    Allocation,
    FixAllocation,
    FixMessage,
    FixResult,
    FixSession,
    Trade,
)
from trades.rules.shares import average_price
from trades.services import allocation
from trades.services.fix import lines, named
from trades.services.fix.named import NotMatched
from trades.services.sharing import Asked, Wish, total
from trades.states import (
    ANSWER_TRANSITIONS,
    AllocationAnswer,
    AllocationState,
    FixOutcome,
)

SUBJECT: Final = "fix_message"
NOT_TOLD: Final = ("", AllocationAnswer.RECEIVED.value)
DONE: Final = {
    AllocationState.IN_FORCE: AllocationAnswer.ACCEPTED,
    AllocationState.ENDED: AllocationAnswer.ACCEPTED,
    AllocationState.REFUSED: AllocationAnswer.REJECTED,
    AllocationState.LAPSED: AllocationAnswer.REJECTED,
}
WHAT: Final = {
    None: "AllocationInstruction",
    Transaction.NEW: "AllocationInstruction/new",
    Transaction.REPLACE: "AllocationInstruction/replace",
    Transaction.CANCEL: "AllocationInstruction/cancel",
}


@dataclass(slots=True)
class Case:
    """One instruction, in the session that it came over, at the moment that it is acted on."""

    session: FixSession
    message: FixMessage
    said: Instruction
    at: datetime
    actor: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.actor = lines.actor_of(self.session)


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of an instruction."""

    what: str
    outcome: FixOutcome
    finding: Finding | None = None


def act(*, session: FixSession, message: FixMessage, said: Instruction, at: datetime) -> Acted:
    """Propose, replace or take back what an instruction says, and owe its sender the answer."""
    case = Case(session, message, said, at)
    what = WHAT[said.transaction]
    try:
        with transaction.atomic():
            earlier = _earlier(case)
            if earlier is not None:
                return _repeat(case, earlier, what)
            found = _do(case)
    except NotMatched as failed:
        return _reject(case, failed.wrong, what)
    except Refusal as refusal:
        return _reject(case, _finding_of(refusal), what)
    answer = AllocationAnswer.RECEIVED
    if found.state == AllocationState.LAPSED:  # a proposal that was taken back needs nobody
        answer = AllocationAnswer.ACCEPTED
    _owe(case, answer, found)
    _close_rejected(case)
    return Acted(what, FixOutcome.COUNTED)


def owed(*, session: FixSession) -> list[tuple[FixAllocation, AllocationAnswer]]:
    """Return the answers that the sender of a session waits for, oldest first."""
    rows = (
        FixAllocation.objects.filter(session=session, said__in=NOT_TOLD)
        .filter(
            ~Q(said=F("answer"))
            | Q(answer=AllocationAnswer.RECEIVED.value)
            & ~Q(allocation__state=AllocationState.PROPOSED.value)
        )
        .select_related("message", "allocation")
        .order_by("pk")
    )
    return [(row, _answer_of(row)) for row in rows]


def body_of(
    row: FixAllocation, answer: AllocationAnswer, *, begin: str, at: datetime
) -> tuple[Fields, Fields]:
    """Return an answer as fields of FIX, and its routing back."""
    message = read(bytes(row.message.content))
    if isinstance(message, Garbled):
        raise TypeError(message.why)  # it was acted on: it is a message
    text = row.text
    if answer is AllocationAnswer.REJECTED and not text and row.allocation is not None:
        text = _why(row.allocation)
    body = allocations.acknowledgement(
        live.instruction_of(message), answer, begin=begin, code=row.reject_code, text=text, at=at
    )
    return body, live.way_back(message)


def _answer_of(row: FixAllocation) -> AllocationAnswer:
    if row.answer == AllocationAnswer.RECEIVED and row.allocation is not None:
        return DONE.get(AllocationState(row.allocation.state), AllocationAnswer.RECEIVED)
    return AllocationAnswer(row.answer)


def _why(found: Allocation) -> str:
    return (
        _("The allocation was refused.")
        if found.state == AllocationState.REFUSED
        else _("The block changed before the allocation was decided: send it again.")
    )


# ---------------------------------------------------------------------- what is asked
def _do(case: Case) -> Allocation:
    """Do what the instruction asks and return the allocation that it is about."""
    if case.said.findings:
        raise NotMatched(case.said.findings[0])
    if case.said.transaction is Transaction.NEW:
        trades = named.block_of(case.said, session=case.session)
        if Allocation.objects.filter(
            state=AllocationState.IN_FORCE.value, members__trade__in=trades
        ).exists():
            raise NotMatched(_unable(_("it is allocated already")))
        return _propose(case, trades)
    standing = _standing(case)
    if standing.allocation is None:
        raise _unknown(case)
    if case.said.transaction is Transaction.CANCEL:
        return _cancel(case, standing.allocation)
    return _replace(case, standing)


def _replace(case: Case, standing: FixAllocation) -> Allocation:
    found = standing.allocation
    assert found is not None  # noqa: S101 - asked before
    members = list(Trade.objects.filter(allocations__allocation=found).order_by("pk"))
    trades = (
        named.block_of(case.said, session=case.session)
        if case.said.executions or case.said.orders
        else members
    )
    if found.state == AllocationState.PROPOSED:
        allocation.withdraw_allocation(allocation_id=found.pk, actor=case.actor, at=case.at)
    elif {trade.pk for trade in trades} != {trade.pk for trade in members}:
        names = ", ".join(trade.reference for trade in members)
        raise NotMatched(allocations.finding("FIX-019", 124, expected=names))
    proposed = _propose(case, trades)
    _supersede(standing)
    return proposed


def _cancel(case: Case, found: Allocation) -> Allocation:
    if found.state == AllocationState.PROPOSED:
        FixAllocation.objects.filter(allocation=found).update(
            answer=AllocationAnswer.SUPERSEDED.value, said=AllocationAnswer.SUPERSEDED.value
        )
        return allocation.withdraw_allocation(allocation_id=found.pk, actor=case.actor, at=case.at)
    first = Trade.objects.filter(allocations__allocation=found).order_by("pk")[0]
    return allocation.propose_undoing(
        trade_id=first.pk,
        seen=first.fingerprint,
        reason=_reason(case),
        actor=case.actor,
        at=case.at,
    )


def _propose(case: Case, trades: Sequence[Trade]) -> Allocation:
    prices = [(trade.quantity, trade.price) for trade in trades]
    wrong = allocations.agreement(
        case.said,
        isins={trade.isin for trade in trades},
        sides={trade.side for trade in trades},
        currencies={trade.currency for trade in trades},
        quantity=total(trades, "quantity"),
        price=average_price(prices),
    )
    for one in wrong:
        raise NotMatched(one)
    first, *others = trades
    wish = Wish(
        asked=[Asked(account, quantity) for account, quantity in case.said.shares],
        others=[trade.pk for trade in others],
        reason=_reason(case),
    )
    return allocation.propose_allocation(
        trade_id=first.pk, seen=first.fingerprint, wish=wish, actor=case.actor, at=case.at
    )


def _reason(case: Case) -> str:
    return " ".join(f"35=J {case.said.alloc_id} {lines.plain(case.said.text)}".split())[:500]


def _standing(case: Case) -> FixAllocation:
    """Return the last instruction of this session that the AllocID to follow names."""
    found = (
        FixAllocation.objects.filter(session=case.session, alloc_id=case.said.follows)
        .filter(
            allocation__state__in=[AllocationState.PROPOSED.value, AllocationState.IN_FORCE.value]
        )
        .select_related("allocation")
        .order_by("-pk")
        .first()
    )
    if found is None:
        raise _unknown(case)
    return found


def _unknown(case: Case) -> NotMatched:
    return NotMatched(allocations.finding("FIX-020", 72, found=case.said.follows))


# ---------------------------------------------------------------------- what is kept of it
def _earlier(case: Case) -> FixAllocation | None:
    """Return what stands of the same AllocID, other than what was rejected.

    Raises NotMatched when it said something else.
    """
    if not case.said.alloc_id:
        return None
    rows = FixAllocation.objects.filter(session=case.session, alloc_id=case.said.alloc_id)
    for row in rows.exclude(message=case.message).order_by("-pk").select_related("message"):
        if row.answer == AllocationAnswer.REJECTED:
            continue
        kept = read(bytes(row.message.content))
        if isinstance(kept, Garbled) or live.instruction_of(kept) != case.said:
            raise NotMatched(allocations.finding("FIX-021", 70, found=case.said.alloc_id))
        return row
    return None


def _repeat(case: Case, earlier: FixAllocation, what: str) -> Acted:
    """Tell the same again: an instruction that came twice is acted on once."""
    _owe(case, AllocationAnswer(earlier.answer), earlier.allocation, like=earlier)
    if earlier.answer == AllocationAnswer.RECEIVED:
        _supersede(earlier)
    return Acted(what, FixOutcome.REPEATED)


def _reject(case: Case, wrong: Finding, what: str) -> Acted:
    if case.said.alloc_id and len(case.said.alloc_id) <= allocations.ALLOC_ID_LENGTH:
        _owe(case, AllocationAnswer.REJECTED, None, wrong=wrong)
    return Acted(what, FixOutcome.EXCEPTION, wrong)


def _owe(
    case: Case,
    answer: AllocationAnswer,
    found: Allocation | None,
    *,
    wrong: Finding | None = None,
    like: FixAllocation | None = None,
) -> None:
    """Keep the answer until it is said; a message that is taken up again is answered again."""
    values = {
        "session": case.session,
        "alloc_id": lines.plain(case.said.alloc_id),
        "allocation": found,
        "answer": answer.value,
        "said": "",
        "reject_code": allocations.code_of(wrong) if wrong else like.reject_code if like else None,
        "text": told(wrong)[: allocations.TEXT_MAX] if wrong else like.text if like else "",
    }
    row = FixAllocation.objects.filter(message=case.message).first()
    if row is not None and row.answer != answer:
        require_transition(ANSWER_TRANSITIONS, source=AllocationAnswer(row.answer), target=answer)
    FixAllocation.objects.update_or_create(message=case.message, defaults=values)


def _supersede(row: FixAllocation) -> None:
    """Owe nothing more about an instruction: another one of its sender came in its place."""
    if row.said in NOT_TOLD:
        row.answer = row.said = AllocationAnswer.SUPERSEDED.value
        row.save(update_fields=["answer", "said"])


def _close_rejected(case: Case) -> None:
    """Close what waits about earlier messages of this AllocID: the sender mended it."""
    rows = FixAllocation.objects.filter(
        session=case.session,
        alloc_id=case.said.alloc_id,
        answer=AllocationAnswer.REJECTED.value,
        allocation=None,
    ).exclude(message=case.message)
    ids = list(rows.values_list("message_id", flat=True))
    if not ids:
        return
    FixResult.objects.filter(message__in=ids, outcome=FixOutcome.EXCEPTION.value).update(
        outcome=FixOutcome.COUNTED.value, reason_code=""
    )
    desk.close_exceptions(
        subject_kind=SUBJECT,
        subject_ids=ids,
        actor=case.actor,
        at=case.at,
        reason="sent again",
    )


def _finding_of(refusal: Refusal) -> Finding:
    return refusal.findings[0] if refusal.findings else _unable(refusal.message)


def _unable(why: str) -> Finding:
    return allocations.finding("FIX-022", 70, found=why)
