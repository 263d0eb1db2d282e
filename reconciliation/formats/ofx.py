"""OFX, 1.x (SGML) and 2.x (XML), with QFX: bank and card statements.

Source: Open Financial Exchange 1.6 and 2.2, chapter 11. It tells no opening balance: it is what the
ledger balance leaves when the movements are taken off, and is held against the statement before.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.calendars import is_plausible
from kernel.findings import Finding
from kernel.money import UnreadableDecimal, decimal_from_text, minor_units
from kernel.swift import decoded
from reconciliation.facts import Balance, CashStatement, Entry, StatementFile
from reconciliation.formats import N_
from reconciliation.formats.holds import FINDINGS_MAX, Unreadable, about, free_text, unheld
from reconciliation.formats.told import Told

ELEMENT: Final = re.compile(r"<(/?)([A-Za-z0-9._:]{1,40})\s*>([^<]*)", re.ASCII)
CODED: Final = re.compile(r"(?:CHARSET|encoding=)\W?(1252|windows-1252|8859-1|ISO-8859-1)", re.I)
START: Final = re.compile(r"<OFX\s*>", re.IGNORECASE)
STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS"})
OTHERS: Final = frozenset({"INVSTMTRS", "LOANSTMTRS"})
INSIDE: Final = frozenset({"STMTTRN", "LEDGERBAL", "AVAILBAL", "CURRENCY", "STATUS"})
"""What has elements of its own that must not be taken for those around it."""
MAX_TEXT: Final = 4000
DECIMALS_MAX: Final = 4
LABELS: Final = ("TRNUID", "ACCTID", "TRNUID", "CURDEF", "FITID")


@dataclass(slots=True)
class _Part:
    """An element with what stands in it: the first text of each name."""

    name: str
    line: int
    texts: dict[str, tuple[str, int]] = field(default_factory=dict)
    parts: list[_Part] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.texts.get(name, ("", 0))[0]

    def line_of(self, name: str) -> int:
        return self.texts.get(name, ("", self.line))[1]

    def part(self, name: str) -> _Part | None:
        return next((part for part in self.parts if part.name == name), None)


def read_ofx(content: bytes) -> StatementFile:
    """Return every whole statement of the file, and a finding for everything else.

    Guarantees that each has a ledger balance, and that no movement is told twice (FITID).
    """
    text, encoding = decoded(content)
    if encoding == "iso-8859-1" and "1252" in str(CODED.search(text[:2_000])):
        text, encoding = content.decode("cp1252", "replace"), "cp1252"
    told = Told()
    if re.search(r"<!DOCTYPE|<!ENTITY", text[:10_000], re.IGNORECASE):
        message = N_("A document type declaration is not accepted")
        told.findings.append(about("OFX-DTD", "OFX", 1, message, "DOCTYPE"))
        return told.as_file(encoding)
    for part in _statements(text, told.findings):
        statement = _statement(part, told.findings)
        told.statement(statement, _twice(part))
        if len(told.findings) > FINDINGS_MAX:
            break
    if not (told.statements or told.findings):
        message = N_("The file holds no statement of an account (STMTRS, CCSTMTRS)")
        told.findings.append(about("OFX-EMPTY", "STMTRS", 1, message, ""))
    return told.as_file(encoding)


def _statements(text: str, findings: list[Finding]) -> Iterator[_Part]:
    """Yield the statements; elements without an end of their own hold text, as SGML has it."""
    start = START.search(text)
    counted, line = start.start() if start else len(text), 1
    line += text.count("\n", 0, counted)
    open_parts: list[_Part] = []
    for match in ELEMENT.finditer(text, counted):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        ends, name, said = bool(match[1]), match[2].upper(), html.unescape(match[3]).strip()
        if name in OTHERS and not ends:
            message = N_("This is {found}, not a statement of cash")
            findings.append(about("OFX-KIND", name, line, message, name))
        if not ends and (name in STATEMENTS or (open_parts and name in INSIDE)):
            open_parts.append(_Part(name, line))
        elif not ends and open_parts and said:
            open_parts[-1].texts.setdefault(name, (said, line))
        elif ends and open_parts and name == open_parts[-1].name:
            ended = open_parts.pop()
            if open_parts:
                open_parts[-1].parts.append(ended)
            else:
                yield ended
    for part in open_parts[:1]:
        message = N_("The statement does not end: {expected} is missing")
        expected = f"</{part.name}>"
        findings.append(
            about("OFX-INCOMPLETE", part.name, part.line, message, "", expected=expected)
        )


def _statement(part: _Part, findings: list[Finding]) -> CashStatement | None:
    """Return the statement as it reads, or None with at least one new finding."""
    before = len(findings)
    currency = part.text("CURDEF").upper()
    closing = _closing(part, currency, findings)
    entries: list[Entry] = []
    for item in part.parts:
        if item.name != "STMTTRN" or len(findings) > FINDINGS_MAX:
            continue
        try:
            entries.append(_entry(item, len(entries) + 1, currency))
        except Unreadable as unreadable:
            findings.append(unreadable.finding)
    if closing is None or len(findings) > before:
        return None
    movement = sum((entry.amount for entry in entries), start=Decimal(0))
    days = [entry.booking_date or entry.value_date for entry in entries]
    first = min([closing.day, *days])
    bank, account = part.text("BANKID"), part.text("ACCTID")
    statement = CashStatement(
        reference="",
        account=f"{bank}/{account}" if bank and account else account,
        number="",
        page="",
        opening=Balance(closing.amount - movement, currency, first, line=part.line),
        closing=closing,
        entries=tuple(entries),
        line=part.line,
    )
    findings.extend(unheld(statement, "OFX", LABELS))
    return statement if len(findings) == before else None


def _closing(part: _Part, currency: str, findings: list[Finding]) -> Balance | None:
    balance = part.part("LEDGERBAL")
    if balance is None:
        message = N_("The statement has no {expected} balance: it cannot be proved")
        findings.append(
            about(
                "OFX-BALANCE", "LEDGERBAL", part.line, message, "", expected="closing (LEDGERBAL)"
            )
        )
        return None
    try:
        return Balance(
            _amount(balance, "BALAMT", currency),
            currency,
            _day(balance, "DTASOF"),
            line=balance.line,
        )
    except Unreadable as unreadable:
        findings.append(unreadable.finding)
        return None


def _entry(item: _Part, n: int, currency: str) -> Entry:
    other = item.part("CURRENCY")
    if other is not None and other.text("CURSYM").upper() not in {"", currency}:
        message = N_("The entry is in {found}, the account in {expected}")
        found = other.text("CURSYM")
        raise Unreadable(
            about("OFX-CURRENCY", "CURSYM", other.line, message, found, expected=currency)
        )
    booked = _day(item, "DTPOSTED")
    texts = " ".join((item.text("NAME"), item.text("MEMO")))
    return Entry(
        n=n,
        line=item.line,
        amount=_amount(item, "TRNAMT", currency),
        currency=currency,
        value_date=_day(item, "DTAVAIL") if item.text("DTAVAIL") else booked,
        booking_date=booked,
        reference=item.text("REFNUM") or item.text("CHECKNUM"),
        bank_reference=item.text("FITID"),
        kind=item.text("TRNTYPE"),
        description=free_text(" ".join(texts.split()))[:MAX_TEXT],
    )


def _amount(part: _Part, name: str, currency: str) -> Decimal:
    """Return a signed amount: plus and minus stand before it, its decimal mark is either one.

    A comma with more figures after it than the currency has decimals may mean thousands: refused.
    """
    text = part.text(name)
    try:
        amount = decimal_from_text(text.removeprefix("+").replace(",", "."))
    except UnreadableDecimal:
        amount = None
    most = minor_units(currency) if "," in text else DECIMALS_MAX
    decimals = text.partition(",")[2] or text.partition(".")[2].rstrip("0")
    if amount is None or len(decimals) > most:
        message = N_("{found} is not an amount")
        raise Unreadable(about("OFX-AMOUNT", name, part.line_of(name), message, text))
    return amount


def _day(part: _Part, name: str) -> date:
    """Return the day of `YYYYMMDD[HHMMSS[.XXX]][offset]`, as the bank counts days."""
    text = part.text(name)
    try:
        day = date.fromisoformat(text[:8]) if text[:8].isdecimal() else None
    except ValueError:
        day = None
    if day is None or not is_plausible(day):
        message = N_("{found} is not a date (YYYYMMDD)")
        raise Unreadable(about("OFX-DATE", name, part.line_of(name), message, text))
    return day


def _twice(part: _Part) -> Iterator[Finding]:
    """The bank's own number of a movement stands once in a statement."""
    seen: set[str] = set()
    for item in part.parts:
        number = item.text("FITID")
        if item.name == "STMTTRN" and number:
            if number in seen:
                message = N_("The movement {found} is told twice")
                yield about("OFX-TWICE", "FITID", item.line_of("FITID"), message, number)
            seen.add(number)
