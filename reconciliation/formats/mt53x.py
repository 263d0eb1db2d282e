"""MT535 (holdings) and MT536 (movements of securities): bytes in, pages and findings out.

Sources: SWIFT Standards MT, category 5, MT535 Statement of Holdings and MT536 Statement of
Transactions. No file of a custodian was at hand: the tests are written from the field tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final, TypeVar

from kernel.findings import Finding
from kernel.swift import Message, decoded, messages
from reconciliation.facts import (
    InstrumentBalance,
    SecuritiesFile,
    SecuritiesStatement,
    SecurityLine,
)
from reconciliation.formats import N_
from reconciliation.formats.holds import FINDINGS_MAX, Unreadable, about, free_text
from reconciliation.formats.securities import (
    ACCOUNT_MAX,
    as_file,
    checked_isin,
    checked_number,
    checked_text,
)
from reconciliation.states import Content
from settlement.formats.mt515_values import AMOUNT, ISIN, NUMBER, day_of
from settlement.formats.mt515_values import Unreadable as UnreadableSaid
from settlement.formats.sequences import Said, Sequence, read_sequences

ValueT = TypeVar("ValueT")
CONTENTS: Final = {"535": Content.STOCK, "536": Content.MOVES}
PAGE: Final = re.compile(r"(\d{1,5})/(ONLY|LAST|MORE)", re.ASCII)
BALANCE: Final = re.compile(rf"(UNIT|FAMT|AMOR)/(N?)({NUMBER})", re.ASCII)
PERIOD: Final = re.compile(r"(\d{8})(?:\d{6})?/(\d{8})(?:\d{6})?", re.ASCII)
OPENING, CLOSING = ("FIOP", "INOP"), ("FICL", "INCL")
SIGN: Final = {"RECE": 1, "DELI": -1}
GENERAL: Final = ("GENL",)


@dataclass(slots=True)
class _Draft:
    """One message on its way to a page."""

    content: Content
    message: Message
    tree: Sequence
    findings: list[Finding] = field(default_factory=list)
    lines: list[SecurityLine] = field(default_factory=list)
    balances: list[InstrumentBalance] = field(default_factory=list)

    def code(self, what: str) -> str:
        return f"MT{'535' if self.content is Content.STOCK else '536'}-{what}"

    def one(self, within: Sequence, path: tuple[str, ...], number: str, qualifier: str) -> Said:
        """Return the first field of this place; raises Unreadable without one."""
        said = within.said(path, number, qualifier)
        if not said:
            message = N_("Field {expected} is missing")
            label = f":{number}a::{qualifier}"
            raise Unreadable(
                about(self.code("MISSING"), label, within.line, message, "", expected=label)
            )
        return said[0]

    def wrong(self, said: Said, message: str) -> Unreadable:
        return Unreadable(about(self.code("FIELD"), said.place, said.item.line, message, said.text))

    def taken(self, reader: Callable[[], ValueT]) -> ValueT | None:
        """Return what a reader gives, or None with its finding."""
        try:
            return reader()
        except Unreadable as unreadable:
            self.findings.append(unreadable.finding)
            return None


def read_mt53x(content: bytes) -> SecuritiesFile:
    """Return every page of the file, and a finding for everything that cannot be read.

    Guarantees right ISINs, pages that follow one another to the last, and, where both ends are
    told, opening quantity + movements = closing quantity of each security.
    """
    text, encoding = decoded(content)
    findings: list[Finding] = []
    pages: list[SecuritiesStatement] = []
    for message in messages(text):
        tree = read_sequences(message)
        if not isinstance(tree, Sequence):
            findings.extend(tree)
            continue
        kind = message.kind or ("536" if any(_movements(tree)) else "535")
        if kind not in CONTENTS:
            text = N_("This is an MT{found}, not a statement of securities (MT535, MT536)")
            findings.append(about("MT535-KIND", "{2:", message.line, text, kind))
            continue
        draft = _Draft(CONTENTS[kind], message, tree)
        page = _page(draft)
        findings.extend(draft.findings)
        pages.extend([page] if page is not None and not draft.findings else [])
        if len(findings) > FINDINGS_MAX:
            break
    if not pages and not findings:
        message_text = N_("The file holds no statement of securities (MT535, MT536)")
        findings.append(about("MT535-EMPTY", ":16R:", 1, message_text, ""))
    return as_file(pages, findings, encoding)


def _movements(tree: Sequence) -> Iterator[Sequence]:
    for path in (("SUBSAFE", "FIN", "TRAN"), ("FIN", "TRAN")):
        yield from tree.at(*path)
    if tree.said(GENERAL, "69", "STAT"):
        yield tree


def _page(draft: _Draft) -> SecuritiesStatement | None:
    head = draft.taken(partial(_head, draft))
    if head is None:
        return None
    account, page, is_last, days, reference, number = head
    if any(draft.tree.at("FIN")):
        _instruments(draft, draft.tree, account)
    for inside in draft.tree.at("SUBSAFE"):
        own = inside.said((), "97", "SAFE")
        _instruments(draft, inside, own[0].text if own else account)
    return SecuritiesStatement(
        content=draft.content,
        reference=reference,
        account=account,
        number=number,
        page=page,
        is_last=is_last,
        first_day=days[0],
        last_day=days[1],
        lines=tuple(draft.lines),
        line=draft.message.line,
        balances=tuple(draft.balances),
    )


def _head(draft: _Draft) -> tuple[str, int, bool, tuple[date, date], str, str]:
    """Return account, page, whether it is the last, days, reference and number."""
    pages = [said for said in draft.tree.said(GENERAL, "28") if said.item.tag == "28E"]
    found = PAGE.fullmatch(pages[0].text) if pages else None
    if pages and found is None:
        raise draft.wrong(
            pages[0], N_("{found} is no page: expected a number and ONLY, LAST, MORE")
        )
    account = draft.one(draft.tree, GENERAL, "97", "SAFE")
    reference = draft.one(draft.tree, GENERAL, "20", "SEME")
    numbers = [said.text for said in draft.tree.said(GENERAL, "13", "STAT")]
    where = account.item.line
    return (
        checked_text(account.text, draft.code("LENGTH"), account.place, where, ACCOUNT_MAX),
        int(found[1]) if found else 1,
        found is None or found[2] != "MORE",
        _days(draft),
        checked_text(reference.text, draft.code("LENGTH"), reference.place, reference.item.line),
        numbers[0][:20] if numbers else "",
    )


def _days(draft: _Draft) -> tuple[date, date]:
    if draft.content is Content.STOCK:
        day = _day(draft, draft.one(draft.tree, GENERAL, "98", "STAT"))
        return day, day
    said = draft.one(draft.tree, GENERAL, "69", "STAT")
    found = PERIOD.fullmatch(said.text)
    try:
        if found is not None:
            return date.fromisoformat(found[1]), date.fromisoformat(found[2])
    except ValueError:
        pass
    raise draft.wrong(said, N_("{found} is not a period (YYYYMMDD/YYYYMMDD)"))


def _day(draft: _Draft, said: Said) -> date:
    try:
        return date.fromisoformat(day_of(said))
    except UnreadableSaid:
        raise draft.wrong(said, N_("{found} is not a date (YYYYMMDD)")) from None


def _instruments(draft: _Draft, within: Sequence, account: str) -> None:
    read = _holding if draft.content is Content.STOCK else _moved
    for item in within.at("FIN"):
        draft.taken(partial(read, draft, item, account))
        if len(draft.findings) > FINDINGS_MAX:
            return


def _security(draft: _Draft, item: Sequence) -> tuple[str, str]:
    """Return ISIN and name of a security."""
    named = [said for said in item.fields if said.item.tag == "35B"]
    if not named:
        message = N_("Field {expected} is missing")
        raise Unreadable(
            about(draft.code("MISSING"), ":35B:", item.line, message, "", expected=":35B:")
        )
    said = named[0]
    found = ISIN.match(said.text)
    isin = found[1] if found else said.text.split("\n")[0]
    checked_isin(isin, draft.code("ISIN"), ":35B:", said.item.line)
    return isin, free_text(" ".join(said.text.split("\n")[1:]))[:140]


def _quantity(draft: _Draft, said: Said) -> tuple[Decimal, str]:
    found = BALANCE.fullmatch(said.text)
    if found is None:
        raise draft.wrong(
            said,
            N_("{found} is no quantity: expected UNIT, FAMT or AMOR and a number with a comma"),
        )
    number = Decimal(found[3].replace(",", "."))
    checked_number(number, draft.code("FIELD"), said.place, said.item.line)
    return (-number if found[2] else number), found[1]


def _amount(draft: _Draft, said: Said) -> tuple[Decimal, str]:
    found = AMOUNT.fullmatch(said.text)
    if found is None:
        raise draft.wrong(
            said, N_("{found} is no amount: expected a currency, a number with a comma")
        )
    number = Decimal(found[3].replace(",", "."))
    checked_number(number, draft.code("FIELD"), said.place, said.item.line, is_amount=True)
    return (-number if found[1] else number), found[2]


def _holding(draft: _Draft, item: Sequence, account: str) -> None:
    isin, name = _security(draft, item)
    aggregate = draft.one(item, (), "93", "AGGR")
    quantity, quantity_type = _quantity(draft, aggregate)
    available = [_quantity(draft, said)[0] for said in item.said((), "93", "AVAI")]
    values = [_amount(draft, said) for said in item.said((), "19", "HOLD")]
    draft.lines.append(
        SecurityLine(
            n=len(draft.lines) + 1,
            line=item.line,
            account=account,
            isin=isin,
            name=name,
            quantity=quantity,
            quantity_type=quantity_type,
            available=available[0] if available else None,
            amount=values[0][0] if values else None,
            currency=values[0][1] if values else "",
        )
    )


def _moved(draft: _Draft, item: Sequence, account: str) -> None:
    isin, name = _security(draft, item)
    first = len(draft.lines)
    for movement in item.at("TRAN"):
        draft.taken(partial(_movement, draft, movement, account, (isin, name)))
    ends = [
        next((_quantity(draft, said)[0] for q in names for said in item.said((), "93", q)), None)
        for names in (OPENING, CLOSING)
    ]
    moved = sum((line.quantity for line in draft.lines[first:]), start=Decimal(0))
    draft.balances.append(InstrumentBalance(account, isin, ends[0], ends[1], moved, item.line))


def _movement(draft: _Draft, item: Sequence, account: str, security: tuple[str, str]) -> None:
    details = next(item.at("TRANSDET"), item)
    posted = draft.one(details, (), "36", "PSTA")
    way = draft.one(details, (), "22", "REDE")
    if way.text not in SIGN:
        raise draft.wrong(way, N_("{found} is neither RECE nor DELI"))
    quantity, quantity_type = _quantity(draft, posted)
    amounts = [_amount(draft, said) for said in details.said((), "19", "PSTA")]
    settled = [_day(draft, said) for q in ("ESET", "SETT") for said in details.said((), "98", q)]
    traded = [_day(draft, said) for said in details.said((), "98", "TRAD")]
    draft.lines.append(
        SecurityLine(
            n=len(draft.lines) + 1,
            line=item.line,
            account=account,
            isin=security[0],
            name=security[1],
            quantity=SIGN[way.text] * quantity,
            quantity_type=quantity_type,
            amount=amounts[0][0] if amounts else None,
            currency=amounts[0][1] if amounts else "",
            reference=_linked(draft, item, "RELA"),
            their_reference=_linked(draft, item, "ASRF"),
            trade_date=traded[0] if traded else None,
            settlement_date=settled[0] if settled else None,
        )
    )


def _linked(draft: _Draft, item: Sequence, qualifier: str) -> str:
    """Return the reference that a movement is linked with; NONREF is none."""
    for said in item.said(("LINK",), "20", qualifier):
        text = checked_text(said.text, draft.code("LENGTH"), said.place, said.item.line)
        return "" if text == "NONREF" else text
    return ""
