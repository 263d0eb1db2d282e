"""ISO 20022 semt.002 (holdings) and semt.017 (movements), all versions, by local names.

Sources: the schemas semt.002.001.11 and semt.017.001.12; what older versions name otherwise is read
where a figure of the same name stands. No file of a custodian was at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from kernel import xml
from kernel.findings import Finding
from kernel.money import UnreadableDecimal, decimal_from_text
from kernel.xml import XmlElement
from reconciliation.facts import (
    InstrumentBalance,
    SecuritiesFile,
    SecuritiesStatement,
    SecurityLine,
)
from reconciliation.formats import N_
from reconciliation.formats.camt_elements import child_of, children_of, name_of, text_of
from reconciliation.formats.holds import FINDINGS_MAX, Unreadable, about, free_text
from reconciliation.formats.securities import (
    ACCOUNT_MAX,
    as_file,
    checked_isin,
    checked_number,
    checked_text,
)
from reconciliation.states import Content

MESSAGES: Final = {
    "SctiesBalCtdyRpt": Content.STOCK,
    "SctiesTxPstngRpt": Content.MOVES,
}
QUANTITIES: Final = {"Unit": "UNIT", "FaceAmt": "FAMT", "AmtsdVal": "AMOR"}
SIGN: Final = {"RECE": 1, "DELI": -1}
MONEY: Final = {"CRDT": 1, "DBIT": -1}
YES: Final = frozenset({"true", "1"})


def read_semt(content: bytes) -> SecuritiesFile:
    """Return every page of the file, and a finding for everything that cannot be read.

    Guarantees right ISINs, pages that follow one another to the last, and, where both ends are
    told, opening quantity + movements = closing quantity of each security.
    """
    findings: list[Finding] = []
    pages: list[SecuritiesStatement] = []
    try:
        for event, element in xml.steps(content, bare=True):
            name = name_of(element)
            if event == "start" and element.getparent() is None and xml.declares_type(element):
                message = N_("A document type declaration is not accepted")
                findings.append(about("SEMT-DTD", name, 1, message, name))
                break
            if event == "end" and name in MESSAGES:
                pages.extend(_page(element, MESSAGES[name], findings))
                element.clear()
    except etree.XMLSyntaxError as error:
        message = N_("This is not well-formed XML")
        text = str(error.msg).split(", line ")[0]
        return SecuritiesFile(
            (), (about("SEMT-XML", "Document", error.lineno or 1, message, text),)
        )
    if not pages and not findings:
        message = N_("The file holds no statement of securities (semt.002, semt.017)")
        findings.append(about("SEMT-EMPTY", "SctiesBalCtdyRpt", 1, message, ""))
    return as_file(pages, findings, "utf-8")


def _page(
    element: XmlElement, content: Content, findings: list[Finding]
) -> Iterator[SecuritiesStatement]:
    before = len(findings)
    try:
        account = _needed(element, "SfkpgAcct", "Id")
        days = _days(element, content)
        number = _needed(element, "Pgntn", "PgNb")
        page = int(_figure(element, number))
        reference = _fitting(element, "StmtGnlDtls", "StmtId")
        checked_text(account, "SEMT-LENGTH", "SfkpgAcct", _line(element), ACCOUNT_MAX)
    except Unreadable as unreadable:
        findings.append(unreadable.finding)
        return
    lines: list[SecurityLine] = []
    balances: list[InstrumentBalance] = []
    for owner, item in _items(element, content, account):
        try:
            if content is Content.STOCK:
                lines.append(_holding(item, owner, len(lines) + 1))
            else:
                balances.append(_moved(item, owner, lines))
        except Unreadable as unreadable:
            findings.append(unreadable.finding)
        if len(findings) > FINDINGS_MAX:
            return
    if len(findings) == before:
        yield SecuritiesStatement(
            content=content,
            reference=reference,
            account=account,
            number=_fitting(element, "StmtGnlDtls", "RptNb", "Long")[:20] or reference[:20],
            page=page,
            is_last=text_of(element, "Pgntn", "LastPgInd").lower() in YES,
            first_day=days[0],
            last_day=days[1],
            lines=tuple(lines),
            line=_line(element),
            balances=tuple(balances),
        )


def _items(element: XmlElement, content: Content, account: str) -> Iterator[tuple[str, XmlElement]]:
    """Yield each security with the account that it stands on: the statement's, or one below it."""
    own, below = (
        ("BalForAcct", "BalForSubAcct")
        if content is Content.STOCK
        else ("FinInstrmDtls", "FinInstrmDtls")
    )
    for item in children_of(element, own):
        yield account, item
    for part in children_of(element, "SubAcctDtls"):
        for item in children_of(part, below):
            yield text_of(part, "SfkpgAcct", "Id") or account, item


def _holding(item: XmlElement, account: str, n: int) -> SecurityLine:
    isin, name = _security(item)
    quantity, quantity_type = _balance(item, "AggtBal")
    available = _balance(item, "AvlblBal")[0] if child_of(item, "AvlblBal") is not None else None
    value = child_of(item, "AcctBaseCcyAmts", "HldgVal")
    amount, currency = _value(value) if value is not None else (None, "")
    return SecurityLine(
        n=n, line=_line(item), account=account, isin=isin, name=name, quantity=quantity,
        quantity_type=quantity_type, available=available, amount=amount, currency=currency,
    )  # fmt: skip


def _moved(item: XmlElement, account: str, lines: list[SecurityLine]) -> InstrumentBalance:
    isin, name = _security(item)
    first = len(lines)
    for movement in children_of(item, "Tx"):
        lines.append(_movement(movement, account, (isin, name), len(lines) + 1))
    opening, closing = (
        _balance(item, end)[0] if child_of(item, end) is not None else None
        for end in ("OpngBal", "ClsgBal")
    )
    moved = sum((line.quantity for line in lines[first:]), start=Decimal(0))
    return InstrumentBalance(account, isin, opening, closing, moved, _line(item))


def _movement(item: XmlElement, account: str, security: tuple[str, str], n: int) -> SecurityLine:
    details = child_of(item, "TxDtls")
    details = item if details is None else details
    way = text_of(details, "SctiesMvmntTp")
    if way not in SIGN:
        message = N_("{found} is neither RECE nor DELI")
        raise Unreadable(about("SEMT-FIELD", "SctiesMvmntTp", _line(details), message, way))
    quantity, quantity_type = _balance(details, "PstngQty")
    posted = child_of(details, "PstngAmt")
    amount, currency = _value(posted) if posted is not None else (None, "")
    return SecurityLine(
        n=n,
        line=_line(item),
        account=account,
        isin=security[0],
        name=security[1],
        quantity=SIGN[way] * quantity,
        quantity_type=quantity_type,
        amount=amount,
        currency=currency,
        reference=_fitting(item, "AcctOwnrTxId"),
        their_reference=_fitting(item, "AcctSvcrTxId"),
        trade_date=_day(details, "TradDt"),
        settlement_date=_day(details, "FctvSttlmDt") or _day(details, "SttlmDt"),
    )


def _security(item: XmlElement) -> tuple[str, str]:
    isin = text_of(item, "FinInstrmId", "ISIN")
    checked_isin(isin, "SEMT-ISIN", "ISIN", _line(item))
    return isin, free_text(" ".join(text_of(item, "FinInstrmId", "Desc").split()))[:140]


def _balance(item: XmlElement, name: str) -> tuple[Decimal, str]:
    """Return the quantity below an element, negative when it is short, and its type."""
    found = child_of(item, name)
    figures = [] if found is None else [one for one in found.iter() if name_of(one) in QUANTITIES]
    if found is None or not figures:
        message = N_("{expected} tells no quantity")
        raise Unreadable(about("SEMT-MISSING", name, _line(item), message, "", expected=name))
    number = _figure(figures[0], (figures[0].text or "").strip())
    checked_number(number, "SEMT-FIELD", name, _line(figures[0]))
    is_short = text_of(found, "ShrtLngInd") == "SHOR"
    return (-number if is_short else number), QUANTITIES[name_of(figures[0])]


def _value(found: XmlElement) -> tuple[Decimal, str]:
    """Return a signed amount: `Sgn` false, or DBIT, is negative."""
    amount = child_of(found, "Amt")
    text = "" if amount is None else (amount.text or "").strip()
    number = checked_number(_figure(found, text), "SEMT-FIELD", "Amt", _line(found), is_amount=True)
    mark = text_of(found, "CdtDbt") or text_of(found, "CdtDbtInd")
    sign = MONEY.get(mark, -1 if text_of(found, "Sgn").lower() in {"false", "0"} else 1)
    return sign * number, str(amount.get("Ccy", "")) if amount is not None else ""


def _figure(element: XmlElement, text: str) -> Decimal:
    try:
        return decimal_from_text(text)
    except UnreadableDecimal:
        message = N_("{found} is not a number")
        name = name_of(element)
        raise Unreadable(about("SEMT-FIELD", name, _line(element), message, text)) from None


def _days(element: XmlElement, content: Content) -> tuple[date, date]:
    head = child_of(element, "StmtGnlDtls")
    if head is None:
        raise _missing(element, "StmtGnlDtls")
    if content is Content.STOCK:
        day = _day(head, "StmtDtTm")
        if day is None:
            raise _missing(head, "StmtDtTm")
        return day, day
    period = child_of(head, "StmtPrd")
    for inside in () if period is None else (period, *period):
        first = _day(inside, "FrDt") or _day(inside, "FrDtTm")
        last = _day(inside, "ToDt") or _day(inside, "ToDtTm")
        if first and last:
            return first, last
    raise _missing(head, "StmtPrd")


def _day(element: XmlElement, name: str) -> date | None:
    """Return the first date below an element, None when it is absent or told as a code."""
    found = child_of(element, name)
    for inside in () if found is None else found.iter():
        text = (inside.text or "").strip()
        if name_of(inside) in {name, "Dt", "DtTm"} and text:
            try:
                return date.fromisoformat(text[:10])
            except ValueError:
                message = N_("{found} is not a date")
                raise Unreadable(about("SEMT-DATE", name, _line(inside), message, text)) from None
    return None


def _needed(element: XmlElement, *path: str) -> str:
    text = text_of(element, *path)
    if not text:
        raise _missing(element, path[-1] if len(path) == 1 else "/".join(path))
    return text


def _fitting(element: XmlElement, *path: str) -> str:
    return checked_text(text_of(element, *path), "SEMT-LENGTH", path[-1], _line(element))


def _missing(element: XmlElement, name: str) -> Unreadable:
    message = N_("Element {expected} is missing")
    return Unreadable(about("SEMT-MISSING", name, _line(element), message, "", expected=name))


def _line(element: XmlElement) -> int:
    return int(element.sourceline or 1)
