"""ISO 20022 camt.052, camt.053 and camt.054, versions 1 to 13: XML in, statements and reports out.

Namespaces, prefixes and wrappers (DataPDU, RequestPayload, BizData, SOAP, a Document inside CDATA)
do not matter: elements are read by their local name. DTDs are refused, nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from lxml import etree

from kernel import xml
from kernel.findings import Finding
from kernel.money import UnreadableDecimal, decimal_from_text
from kernel.xml import XmlElement
from reconciliation.facts import Balance, CashReport, CashStatement, StatementFile, Total
from reconciliation.formats import N_
from reconciliation.formats.camt_elements import (
    account_of,
    amount_of,
    child_of,
    children_of,
    day_of,
    entries_of,
    first_children,
    name_of,
    text_of,
)
from reconciliation.formats.holds import FINDINGS_MAX, Unreadable, about, unheld
from reconciliation.formats.told import Told, balance_findings, total_findings
from reconciliation.states import Purpose

MESSAGES: Final = ("BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn")
"""Version 1 writes its version behind the name."""
REPORTS: Final = {"Rpt": Purpose.INTRADAY, "Ntfctn": Purpose.ADVICE}
OPENING_CODES: Final = ("OPBD", "PRCD", "ITBD")
CLOSING_CODES: Final = ("CLBD", "ITBD")
TOTALS: Final = {"TtlCdtNtries": False, "TtlDbtNtries": True}
WRAPPERS_MAX: Final = 3
READ: Final = tuple(
    f"{{*}}{name}" for name in (*MESSAGES, *(f"{name}V01" for name in MESSAGES), "Stmt", *REPORTS)
)
DECLARED_MAX: Final = 65_536
LABELS: Final = ("Id", "Acct", "ElctrncSeqNb", "Amt", "NtryRef")


def read_camt(content: bytes) -> StatementFile:
    """Return every whole statement and report of the message, and a finding for everything else.

    Guarantees opening + booked entries = closing for each statement returned. Pending entries are
    counted, never booked. Memory stays bounded by one statement: entries are dropped when read.
    """
    told = Told()
    try:
        seen = _read_message(content, told)
    except etree.XMLSyntaxError as error:
        message = N_("This is not well-formed XML")
        text = str(error.msg).split(", line ")[0]
        told.findings.append(about("CAMT-XML", "Document", error.lineno or 1, message, text))
        return StatementFile((), tuple(told.findings))
    if not seen and not told.findings:
        message = N_("The file holds no bank statement (camt.052, camt.053 or camt.054)")
        told.findings.append(about("CAMT-EMPTY", MESSAGES[0], 1, message, ""))
    return told.as_file()


def _read_message(content: bytes, told: Told, *, wrappers: int = WRAPPERS_MAX) -> bool:
    """Read all statements; True if the document holds such a message, even an empty one.

    A bank wraps a document in the text of an envelope, and a network wraps that once more: what
    is wrapped deeper is no statement.
    """
    if b"<!DOCTYPE" in content[:DECLARED_MAX] and _declares_type(content, told):
        return True
    seen = False
    for event, element in xml.steps(content, tag=READ, bare=True):
        name = name_of(element)
        if event == "start":
            if not seen and xml.declares_type(element):
                told.findings.append(_typed(element))
                return True
            seen = seen or name.startswith(MESSAGES)
        elif seen and (name == "Stmt" or name in REPORTS):
            _take(element, name, told)
            element.clear()
            if len(told.findings) > FINDINGS_MAX:
                return True
    wrapped = "" if seen or not wrappers else _wrapped(content)
    if wrapped:
        return _read_message(wrapped.strip().encode(), told, wrappers=wrappers - 1)
    return seen


def _declares_type(content: bytes, told: Told) -> bool:
    """Refuse a document with a type of its own, at its first element."""
    for _event, element in xml.steps(content, bare=True):
        if not xml.declares_type(element):
            return False
        told.findings.append(_typed(element))
        return True
    return False


def _typed(element: XmlElement) -> Finding:
    message = N_("A document type declaration is not accepted")
    name = name_of(element)
    return about("CAMT-DTD", name, element.sourceline or 1, message, name)


def _wrapped(content: bytes) -> str:
    """Return the text of the last element that holds a message as text, empty without one."""
    found = ""
    for _event, element in xml.steps(content, events=("end",), bare=True):
        if element.text and any(message in element.text for message in MESSAGES):
            found = element.text
    return found


def _take(element: XmlElement, name: str, told: Told) -> None:
    purpose = REPORTS.get(name)
    if purpose is None:
        statement = _statement(element, told.findings)
        told.statement(statement, _proof(element, statement))
    else:
        report = _report(element, purpose, told.findings)
        told.report(report, _totals(element, report))


def _statement(element: XmlElement, findings: list[Finding]) -> CashStatement | None:
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
        findings.append(about("CAMT-BALANCE", "Bal", line, message, found, expected=missing))
        return None
    entries, pending = entries_of(element, opening.currency, findings)
    if len(findings) > before:
        return None
    statement = CashStatement(
        reference=text_of(element, "Id"),
        account=account_of(element),
        number=_number(element),
        page=text_of(element, "StmtPgntn", "PgNb"),
        opening=opening,
        closing=closing,
        entries=entries,
        line=element.sourceline or 1,
        pending=pending,
    )
    findings.extend(unheld(statement, "CAMT", LABELS))
    return statement if len(findings) == before else None


def _report(element: XmlElement, purpose: Purpose, findings: list[Finding]) -> CashReport | None:
    """Return an intraday report or an advice as it reads, or None with at least one finding."""
    before = len(findings)
    currency = _currency(element)
    entries, pending = entries_of(element, currency, findings)
    try:
        day = _day(element)
    except Unreadable as unreadable:
        findings.append(unreadable.finding)
        return None
    if len(findings) > before:
        return None
    booked = [entry.booking_date or entry.value_date for entry in entries]
    report = CashReport(
        purpose=purpose,
        reference=text_of(element, "Id"),
        account=account_of(element),
        number=_number(element),
        page=text_of(element, "RptPgntn", "PgNb") or text_of(element, "NtfctnPgntn", "PgNb"),
        currency=currency,
        day=day or max(booked, default=None),
        entries=entries,
        line=element.sourceline or 1,
        pending=pending,
    )
    findings.extend(unheld(report, "CAMT", LABELS))
    return report if len(findings) == before else None


def _number(element: XmlElement) -> str:
    return text_of(element, "ElctrncSeqNb") or text_of(element, "LglSeqNb")


def _currency(element: XmlElement) -> str:
    """Return the currency of a report: that of its account, else of what it lists first."""
    said = text_of(element, "Acct", "Ccy")
    if said:
        return said
    for item in (*children_of(element, "Bal"), *children_of(element, "Ntry")):
        amount = child_of(item, "Amt")
        if amount is not None:
            return str(amount.get("Ccy", ""))
    return ""


def _day(element: XmlElement) -> date | None:
    """Return the day that a report speaks of: the last of its period, else when it was made."""
    period = child_of(element, "FrToDt")
    if period is not None:
        day = day_of(period, "ToDt") or day_of(period, "ToDtTm")
        if day is not None:
            return day
    return day_of(element, "CreDtTm")


def _pick(balances: list[tuple[str, Balance]], codes: tuple[str, ...]) -> Balance | None:
    """Return the first balance of the most telling code."""
    return next((balance for code in codes for kind, balance in balances if kind == code), None)


def _balances(element: XmlElement, findings: list[Finding]) -> list[tuple[str, Balance]]:
    balances: list[tuple[str, Balance]] = []
    for item in children_of(element, "Bal"):
        code = text_of(item, "Tp", "CdOrPrtry", "Cd") or text_of(item, "Tp", "Cd")
        if code not in OPENING_CODES and code not in CLOSING_CODES:
            continue
        try:
            amount, currency = amount_of(item, first_children(item))
            day = day_of(item, "Dt")
        except Unreadable as unreadable:
            findings.append(unreadable.finding)
            continue
        if day is None:
            line = item.sourceline or 1
            findings.append(about("CAMT-DATE", "Dt", line, N_("A balance needs a date"), ""))
            continue
        line = item.sourceline or 1
        balances.append((code, Balance(amount, currency, day, code == "ITBD", line)))
    return balances


def _proof(element: XmlElement, statement: CashStatement | None) -> Iterator[Finding]:
    if statement is not None:
        yield from balance_findings(statement, prefix="CAMT", label="Bal")
        yield from _totals(element, statement)


def _totals(element: XmlElement, told: CashStatement | CashReport | None) -> Iterator[Finding]:
    """The entries are what the summary of the message says, if it says something.

    A summary counts what is pending, or leaves it out: with pending entries it is no proof.
    """
    summary = child_of(element, "TxsSummry")
    if told is None or told.pending or summary is None:
        return
    for name in TOTALS:
        said = child_of(summary, name)
        if said is not None:
            yield from _total(said, told)


def _total(said: XmlElement, told: CashStatement | CashReport) -> Iterator[Finding]:
    label, line = name_of(said), said.sourceline or 1
    count, amount = text_of(said, "NbOfNtries"), text_of(said, "Sum")
    try:
        total = Total(
            is_debit=TOTALS[label],
            count=int(decimal_from_text(count)) if count else None,
            amount=decimal_from_text(amount) if amount else None,
            line=line,
            label=label,
        )
    except UnreadableDecimal as unreadable:
        message = N_("{found} is not a number")
        yield about("CAMT-TOTAL", label, line, message, str(unreadable))
        return
    yield from total_findings(total, told.entries, code="CAMT-TOTAL")
