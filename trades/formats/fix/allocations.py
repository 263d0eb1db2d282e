"""AllocationInstruction (35=J): how its sender wants a block shared out, and the answer (35=P).

The block is named by executions (124) or orders (73), the shares stand in a group of accounts (78).
What the message says of its block (ISIN, side, quantity, average price) is held against ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from kernel.findings import Finding
from kernel.money import UnreadableDecimal, decimal_from_text
from trades.formats.execution_checks import MAX_FOUND, N_
from trades.formats.fix.fills import OLD, SIDES
from trades.formats.fix.wire import Fields, stamp
from trades.states import AllocationAnswer

TEXT_MAX: Final = 200
NO_ORDERS, CL_ORD_ID, ORDER_ID = 73, 11, 37
NO_EXECS, EXEC_ID, TRADE_ID = 124, 17, 1003
NO_ALLOCS, ACCOUNT, QUANTITY = 78, 79, 80
ALLOC_ID, ALLOC_ID_LENGTH = 70, 64


class Transaction(StrEnum):
    """AllocTransType (71)."""

    NEW = "0"
    REPLACE = "1"
    CANCEL = "2"


class Code:
    """AllocRejCode (88); up to 4.2 there is none above 7."""

    ACCOUNT = 0
    QUANTITY = 1
    PRICE = 2
    OTHER = 7
    SHARES = 8
    EXECUTION = 10
    MISMATCH = 11
    ORDER = 12


MESSAGES: Final[Mapping[str, str]] = {
    "FIX-015": N_("An allocation cannot be acted on without this field: {field}"),
    "FIX-016": N_("The message says {expected} entries in group {field} and holds {found}"),
    "FIX-017": N_("{field} cannot be read: {found}"),
    "FIX-018": N_("No trade of this session, or with its sender, is known as {found}"),
    "FIX-019": N_(
        "The allocation does not agree with its block in {field}: {found}, not {expected}"
    ),
    "FIX-020": N_("No allocation of this session that still stands has the AllocID (70) {found}"),
    "FIX-021": N_("The AllocID (70) {found} came before with other content"),
    "FIX-022": N_("The block cannot be allocated: {found}"),
}
CODES: Final[Mapping[tuple[str, str], int]] = {
    ("FIX-018", "17"): Code.EXECUTION,
    ("FIX-018", "11"): Code.ORDER,
    ("FIX-019", "53"): Code.QUANTITY,
    ("FIX-019", "6"): Code.PRICE,
    ("FIX-019", "80"): Code.SHARES,
}
CODES_OF: Final[Mapping[str, int]] = {
    "FIX-019": Code.MISMATCH,
    "ALC-001": Code.ACCOUNT,
    "ALC-002": Code.ACCOUNT,
    "ALC-003": Code.ACCOUNT,
    "ALC-004": Code.SHARES,
    "ALC-006": Code.SHARES,
}
STATUSES: Final[Mapping[AllocationAnswer, str]] = {
    AllocationAnswer.ACCEPTED: "0",
    AllocationAnswer.REJECTED: "1",
    AllocationAnswer.RECEIVED: "3",
}
"""AllocStatus (87): accepted, block level reject, received and not yet processed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """What one message asks for; with findings it cannot be acted on."""

    alloc_id: str
    transaction: Transaction | None = None
    follows: str = ""
    executions: tuple[str, ...] = ()
    orders: tuple[frozenset[str], ...] = ()
    isin: str = ""
    side: str = ""
    currency: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    day: str = ""
    shares: tuple[tuple[str, Decimal], ...] = ()
    text: str = ""
    findings: tuple[Finding, ...] = ()


def finding(code: str, field: int | str, *, expected: str = "", found: str = "") -> Finding:
    """Return what is wrong with an instruction, at a tag."""
    return Finding(
        code=code,
        field=str(field),
        message=MESSAGES[code],
        expected=expected,
        found=found[:MAX_FOUND],
    )


def read_instruction(fields: Fields) -> Instruction:
    """Read an instruction; what is wrong with it is among its findings, and nothing is guessed."""
    tags = dict(reversed(fields))
    shares = group(fields, NO_ALLOCS, {ACCOUNT, QUANTITY}, to_the_end=True)
    findings = [*_missing(tags), *_counted(fields, tags, len(shares))]
    numbers: dict[int, Decimal | None] = {}
    for tag in (53, 6):
        numbers[tag] = _number(tag, tags.get(tag, ""), findings)
    asked = [
        (one.get(ACCOUNT, ""), _number(QUANTITY, one.get(QUANTITY, "?"), findings))
        for one in shares
    ]
    executions = group(fields, NO_EXECS, {32, EXEC_ID, 31, TRADE_ID, 30, 29})
    orders = group(fields, NO_ORDERS, {CL_ORD_ID, ORDER_ID, 198, 526, 66, 38, 799, 800})
    return Instruction(
        alloc_id=tags.get(ALLOC_ID, ""),
        transaction=_transaction(tags, findings),
        follows=tags.get(72, ""),
        executions=tuple(
            name for one in executions if (name := one.get(EXEC_ID) or one.get(TRADE_ID, ""))
        ),
        orders=tuple(_names(one) for one in orders if _names(one)),
        isin=tags.get(48, "") if tags.get(22) == "4" else "",
        side=str(SIDES.get(tags.get(54, ""), "")),
        currency=tags.get(15, ""),
        quantity=numbers[53],
        price=numbers[6],
        day=tags.get(75, ""),
        shares=tuple((account, quantity) for account, quantity in asked if quantity is not None),
        text=tags.get(58, ""),
        findings=tuple(findings),
    )


def group(
    fields: Fields, count: int, members: Collection[int], *, to_the_end: bool = False
) -> list[dict[int, str]]:
    """Return the entries of a repeating group: each begins with the tag that the first begins with.

    It ends at the first tag that is no member, unless its entries hold more than is read here.
    """
    entries: list[dict[int, str]] = []
    inside, first = False, 0
    for tag, value in fields:
        if tag == count:
            inside = True
        elif inside and tag in members:
            first = first or tag
            if tag == first:
                entries.append({})
            entries[-1].setdefault(tag, value)
        elif inside and not to_the_end:
            break
    return entries


def acknowledgement(
    instruction: Instruction,
    answer: AllocationAnswer,
    *,
    begin: str,
    code: int | None,
    text: str,
    at: datetime,
) -> Fields:
    """Return the body of an AllocationInstructionAck (P)."""
    body = [(ALLOC_ID, instruction.alloc_id)]
    if instruction.day:
        body.append((75, instruction.day))
    body += [(60, stamp(at)), (87, STATUSES[answer])]
    if answer is AllocationAnswer.REJECTED:
        told = Code.OTHER if code is None or (begin in OLD and code > Code.OTHER) else code
        body.append((88, str(told)))
    if text:
        body.append((58, "".join(c if " " <= c <= "~" else "?" for c in text)[:TEXT_MAX]))
    return body


def day_of(text: str) -> date | None:
    """Read a LocalMktDate; None when it is none."""
    if len(text) != len("YYYYMMDD") or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def code_of(wrong: Finding) -> int:
    """Return the AllocRejCode (88) of a finding."""
    return CODES.get((wrong.code, wrong.field)) or CODES_OF.get(wrong.code, Code.OTHER)


def _names(order: Mapping[int, str]) -> frozenset[str]:
    return frozenset(name for tag in (CL_ORD_ID, ORDER_ID) if (name := order.get(tag, "")))


def _missing(tags: Mapping[int, str]) -> Iterator[Finding]:
    needed = [ALLOC_ID, 71]
    if tags.get(71) != Transaction.NEW:
        needed.append(72)
    if tags.get(71) != Transaction.CANCEL:
        needed.append(NO_ALLOCS)
    if tags.get(71) == Transaction.NEW and not (tags.get(EXEC_ID) or _order(tags)):
        needed.append(NO_EXECS if tags.get(NO_EXECS) else NO_ORDERS)
    for tag in needed:
        if not tags.get(tag) or tag in (NO_EXECS, NO_ORDERS):
            yield finding("FIX-015", tag)


def _order(tags: Mapping[int, str]) -> str:
    return tags.get(TRADE_ID) or tags.get(CL_ORD_ID) or tags.get(ORDER_ID, "")


def _counted(fields: Fields, tags: Mapping[int, str], shares: int) -> Iterator[Finding]:
    told = tags.get(NO_ALLOCS, "")
    if told and told != str(shares):
        yield finding("FIX-016", NO_ALLOCS, expected=told[:MAX_FOUND], found=str(shares))
    if len(tags.get(ALLOC_ID, "")) > ALLOC_ID_LENGTH:
        yield finding("FIX-017", ALLOC_ID, found=tags[ALLOC_ID])
    if tags.get(75) and day_of(tags[75]) is None:
        yield finding("FIX-017", 75, found=tags[75])
    for tag, value in fields:
        if tag == ACCOUNT and not value.isprintable():
            yield finding("FIX-017", ACCOUNT, found=value)


def _transaction(tags: Mapping[int, str], findings: list[Finding]) -> Transaction | None:
    told = tags.get(71, "")
    try:
        return Transaction(told) if told else None
    except ValueError:
        findings.append(finding("FIX-017", 71, found=told))
        return None


def _number(tag: int, text: str, findings: list[Finding]) -> Decimal | None:
    if not text:
        return None
    try:
        return decimal_from_text(text)
    except UnreadableDecimal:
        findings.append(finding("FIX-017", tag, found=text))
        return None


def agreement(
    instruction: Instruction,
    *,
    isins: Collection[str],
    sides: Collection[str],
    currencies: Collection[str],
    quantity: Decimal,
    price: Decimal,
) -> Iterator[Finding]:
    """Yield where an instruction does not agree with the block that it names.

    A price is compared in the decimals in which it was sent: it may be cut or rounded there.
    """
    told = instruction.shares
    said: Sequence[tuple[int, str, Collection[str]]] = (
        (48, instruction.isin, isins),
        (54, instruction.side, sides),
        (15, instruction.currency, currencies),
    )
    for tag, one, ours in said:
        if one and set(ours) != {one}:
            yield finding("FIX-019", tag, expected=", ".join(sorted(ours)), found=one)
    if instruction.quantity is not None and instruction.quantity != quantity:
        yield _unequal(53, quantity, instruction.quantity)
    if instruction.price is not None and not _same_price(instruction.price, price):
        yield _unequal(6, price, instruction.price)
    shared = sum((share for _account, share in told), Decimal(0))
    if shared != quantity:
        yield _unequal(80, quantity, shared)


def _same_price(told: Decimal, ours: Decimal) -> bool:
    exponent = told.as_tuple().exponent
    unit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return abs(told - ours) < unit


def _unequal(tag: int, expected: Decimal, found: Decimal) -> Finding:
    return finding(
        "FIX-019",
        tag,
        expected=f"{expected.normalize():f}",
        found=f"{found.normalize():f}",
    )
