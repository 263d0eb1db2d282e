"""ISO 20022 camt.053 statements, versions 1 to 13: XML in, whole statements and findings out.

Namespaces, prefixes and wrappers (DataPDU, RequestPayload, BizData, SOAP, a Document inside CDATA)
do not matter: elements are read by their local name. DTDs are refused, nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from kernel import xml
from kernel.calendars import is_plausible
from kernel.findings import Finding
from kernel.money import UnreadableDecimal, decimal_from_text
from reconciliation.facts import Balance, CashStatement, Entry, StatementFile
from reconciliation.formats import N_
from reconciliation.formats.holds import FINDINGS_MAX, free_text, unheld

MESSAGE: Final = "BkToCstmrStmt"
OTHER_MESSAGES: Final = {"BkToCstmrAcctRpt": "camt.052", "BkToCstmrDbtCdtNtfctn": "camt.054"}
OPENING_CODES: Final = ("OPBD", "PRCD", "ITBD")
CLOSING_CODES: Final = ("CLBD", "ITBD")
BOOKED: Final = "BOOK"
SIGN: Final = {"CRDT": 1, "DBIT": -1}
MAX_DECIMALS: Final = 4
MAX_TEXT: Final = 4000
WRAPPERS_MAX: Final = 3
LABELS: Final = ("Id", "Acct", "ElctrncSeqNb", "Amt", "NtryRef")
PLACEHOLDERS: Final = frozenset({"NOTPROVIDED", "NONREF"})


class _Unreadable(ValueError):
    """One element that cannot be read; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(slots=True)
class _Read:
    """What has been read of a message so far."""

    statements: list[CashStatement] = field(default_factory=list)
    unproved: list[CashStatement] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def take(self, statement: CashStatement | None) -> None:
        if statement is None:
            return
        wrong = list(_proof(statement))
        self.findings.extend(wrong)
        (self.unproved if wrong else self.statements).append(statement)


def read_camt053(content: bytes) -> StatementFile:
    """Return every whole, balanced statement of the message, and a finding for everything else.

    Guarantees opening + booked entries = closing for each statement returned. Pending entries are
    counted, never booked. Memory stays bounded by one statement: entries are dropped when read.
    """
    read = _Read()
    try:
        seen = _read_message(content, read)
    except etree.XMLSyntaxError as error:
        message = N_("This is not well-formed XML")
        text = str(error.msg).split(", line ")[0]
        read.findings.append(_finding("CAMT-XML", "Document", error.lineno or 1, message, text))
        return StatementFile((), tuple(read.findings))
    if not seen and not read.findings:
        message = N_("The file holds no bank statement (camt.053)")
        read.findings.append(_finding("CAMT-EMPTY", MESSAGE, 1, message, ""))
    return StatementFile(
        tuple(read.statements), tuple(read.findings), unproved=tuple(read.unproved)
    )


def _read_message(content: bytes, read: _Read, *, wrappers: int = WRAPPERS_MAX) -> bool:
    """Read all statements; True if the document is a camt.053, even an empty one.

    A bank wraps a document in the text of an envelope, and a network wraps that once more: what
    is wrapped deeper is no statement.
    """
    seen = False
    wrapped = ""
    for event, element in xml.steps(content, bare=True):
        name = _name(element)
        if event == "start":
            refusal = _unwelcome(element, name)
            if refusal is not None:
                read.findings.append(refusal)
                return True
            seen = seen or name == MESSAGE
        elif name == "Stmt":
            read.take(_statement(element, read.findings))
            element.clear()
            if len(read.findings) > FINDINGS_MAX:
                return True
        elif element.text and MESSAGE in element.text:
            wrapped = element.text
    if wrapped and not seen and wrappers:
        inner = wrapped.strip().encode()
        return _read_message(inner, read, wrappers=wrappers - 1)
    return seen


def _unwelcome(element: etree._Element, name: str) -> Finding | None:
    """Return the reason to stop reading at this element."""
    line = element.sourceline or 1
    if element.getparent() is None and xml.declares_type(element):
        message = N_("A document type declaration is not accepted")
        return _finding("CAMT-DTD", name, line, message, name)
    if name in OTHER_MESSAGES:
        message = N_("This is {found}, not a statement (camt.053)")
        return _finding("CAMT-KIND", name, line, message, OTHER_MESSAGES[name])
    return None


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: etree._Element, *path: str) -> etree._Element | None:
    """Return the first descendant along `path`, by local names."""
    current: etree._Element | None = element
    for step in path:
        if current is None:
            return None
        current = next((item for item in current if _name(item) == step), None)
    return current


def _text(element: etree._Element, *path: str) -> str:
    found = _child(element, *path)
    return (found.text or "").strip() if found is not None else ""


def _line_of(element: etree._Element, name: str) -> int:
    """Return where the child of this name stands, or the element where it is absent."""
    found = _child(element, name)
    return int((found if found is not None else element).sourceline or 1)


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (item for item in element if _name(item) == name)


def _statement(element: etree._Element, findings: list[Finding]) -> CashStatement | None:
    """Return the statement as it reads, or None with at least one new finding."""
    before = len(findings)
    balances = _balances(element, findings)
    opening = _pick(balances, OPENING_CODES)
    closing = _pick(list(reversed(balances)), CLOSING_CODES)
    if len(findings) > before:
        return None
    if opening is None or closing is None:
        message = N_("The statement has no {expected} balance: it cannot be proved")
        missing = "opening (OPBD)" if opening is None else "closing (CLBD)"
        line = element.sourceline or 1
        found = ", ".join(code for code, _ in balances)
        findings.append(_finding("CAMT-BALANCE", "Bal", line, message, found, expected=missing))
        return None
    entries, pending = _entries(element, opening.currency, findings)
    if len(findings) > before:
        return None
    statement = CashStatement(
        reference=_text(element, "Id"),
        account=_account(element),
        number=_text(element, "ElctrncSeqNb") or _text(element, "LglSeqNb"),
        page=_text(element, "StmtPgntn", "PgNb"),
        opening=opening,
        closing=closing,
        entries=entries,
        line=element.sourceline or 1,
        pending=pending,
    )
    findings.extend(unheld(statement, "CAMT", LABELS))
    return statement if len(findings) == before else None


def _account(element: etree._Element) -> str:
    return _text(element, "Acct", "Id", "IBAN") or _text(element, "Acct", "Id", "Othr", "Id")


def _pick(balances: list[tuple[str, Balance]], codes: tuple[str, ...]) -> Balance | None:
    """Return the first balance of the most telling code."""
    return next((balance for code in codes for kind, balance in balances if kind == code), None)


def _balances(element: etree._Element, findings: list[Finding]) -> list[tuple[str, Balance]]:
    balances: list[tuple[str, Balance]] = []
    for item in _children(element, "Bal"):
        code = _text(item, "Tp", "CdOrPrtry", "Cd") or _text(item, "Tp", "Cd")
        if code not in OPENING_CODES and code not in CLOSING_CODES:
            continue
        try:
            amount, currency = _amount(item)
            day = _day(item, "Dt")
        except _Unreadable as unreadable:
            findings.append(unreadable.finding)
            continue
        if day is None:
            line = item.sourceline or 1
            findings.append(_finding("CAMT-DATE", "Dt", line, N_("A balance needs a date"), ""))
            continue
        line = item.sourceline or 1
        balances.append((code, Balance(amount, currency, day, code == "ITBD", line)))
    return balances


def _amount(element: etree._Element) -> tuple[Decimal, str]:
    """Return the signed amount and its currency. A reversal is already signed by CdtDbtInd."""
    found = _child(element, "Amt")
    line = _line_of(element, "Amt")
    text = (found.text or "").strip() if found is not None else ""
    mark = _text(element, "CdtDbtInd") or "CRDT"
    try:
        amount = decimal_from_text(text)
    except UnreadableDecimal:
        message = N_("{found} is not an amount")
        raise _Unreadable(_finding("CAMT-AMOUNT", "Amt", line, message, text)) from None
    if amount < 0 or -int(amount.normalize().as_tuple().exponent) > MAX_DECIMALS:
        message = N_("{found} is not an amount: it is negative or has more than four decimals")
        raise _Unreadable(_finding("CAMT-AMOUNT", "Amt", line, message, text))
    if mark not in SIGN:
        message = N_("{found} is neither CRDT nor DBIT")
        line = _line_of(element, "CdtDbtInd")
        raise _Unreadable(_finding("CAMT-SIGN", "CdtDbtInd", line, message, mark))
    currency = found.get("Ccy", "") if found is not None else ""
    return SIGN[mark] * amount, currency


def _day(element: etree._Element, name: str) -> date | None:
    """Return the calendar date of `name/Dt` or `name/DtTm`, None when it is absent."""
    text = _text(element, name, "Dt") or _text(element, name, "DtTm") or _text(element, name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        day = None
    if day is None or not is_plausible(day):
        line = _line_of(element, name)
        message = N_("{found} is not a date")
        raise _Unreadable(_finding("CAMT-DATE", name, line, message, text))
    return day


def _entries(
    element: etree._Element, currency: str, findings: list[Finding]
) -> tuple[tuple[Entry, ...], int]:
    entries: list[Entry] = []
    pending = 0
    for item in _children(element, "Ntry"):
        status = _text(item, "Sts", "Cd") or _text(item, "Sts") or BOOKED
        if status != BOOKED:
            pending += 1
            continue
        try:
            entries.append(_entry(item, len(entries) + 1, currency))
        except _Unreadable as unreadable:
            findings.append(unreadable.finding)
            if len(findings) > FINDINGS_MAX:
                break
    return tuple(entries), pending


def _entry(element: etree._Element, n: int, currency: str) -> Entry:
    amount, entry_currency = _amount(element)
    line = element.sourceline or 1
    if entry_currency != currency:
        line = _line_of(element, "Amt")
        message = N_("The entry is in {found}, the account in {expected}")
        raise _Unreadable(
            _finding("CAMT-CURRENCY", "Amt", line, message, entry_currency, expected=currency)
        )
    booked = _day(element, "BookgDt")
    value = _day(element, "ValDt") or booked
    if value is None:
        message = N_("The entry has neither a value date nor a booking date")
        raise _Unreadable(_finding("CAMT-DATE", "ValDt", line, message, ""))
    details = [tx for block in _children(element, "NtryDtls") for tx in _children(block, "TxDtls")]
    return Entry(
        n=n,
        line=line,
        amount=amount,
        currency=currency,
        value_date=value,
        booking_date=booked,
        reference=_reference(element, details),
        bank_reference=_text(element, "AcctSvcrRef"),
        kind=_text(element, "BkTxCd", "Prtry", "Cd")
        or "/".join(filter(None, (_text(element, "BkTxCd", "Domn", "Cd"),
                                  _text(element, "BkTxCd", "Domn", "Fmly", "Cd")))),
        description=_description(element, details),
    )  # fmt: skip


def _reference(element: etree._Element, details: list[etree._Element]) -> str:
    """Return the end-to-end id of a single transaction, else the entry's own reference."""
    if len(details) == 1:
        for name in ("EndToEndId", "InstrId", "PmtInfId"):
            text = _text(details[0], "Refs", name)
            if text and text.upper() not in PLACEHOLDERS:
                return text
    text = _text(element, "NtryRef")
    return "" if text.upper() in PLACEHOLDERS else text


def _description(element: etree._Element, details: list[etree._Element]) -> str:
    texts = [_text(element, "AddtlNtryInf")]
    texts += [_text(tx, "RmtInf", "Ustrd") for tx in details]
    texts += [_text(tx, "AddtlTxInf") for tx in details]
    return free_text(" ".join(" ".join(texts).split()))[:MAX_TEXT]


def _proof(statement: CashStatement) -> Iterator[Finding]:
    if statement.closing.currency != statement.opening.currency:
        message = N_("Closing currency {found} is not the opening currency {expected}")
        yield _finding(
            "CAMT-CURRENCY", "Bal", statement.closing.line, message, statement.closing.currency,
            expected=statement.opening.currency,
        )  # fmt: skip
        return
    proof = statement.opening.amount + statement.movement
    if proof != statement.closing.amount:
        message = N_("Opening balance plus lines is {expected}, the closing balance says {found}")
        yield _finding(
            "CAMT-PROOF", "Bal", statement.closing.line, message, str(statement.closing.amount),
            expected=str(proof),
        )  # fmt: skip


def _finding(
    code: str, element: str, line: int, message: str, found: str, *, expected: str = ""
) -> Finding:
    return Finding(
        code=code, field=element, message=message, expected=expected, found=found[:200],
        line=line, column=element,
    )  # fmt: skip
