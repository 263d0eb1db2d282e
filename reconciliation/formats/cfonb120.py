"""CFONB 120, the French bank statement: records of 120 columns, an amount that ends with its sign.

Source: CFONB, « Relevé de compte sur support informatique » (records 01, 04, 05, 07). The account
is told as a RIB and given as the IBAN that it makes, so that it is the account of other formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.findings import Finding
from kernel.swift import decoded, lines
from reconciliation.facts import Balance, CashStatement, Entry, StatementFile
from reconciliation.formats import N_
from reconciliation.formats.holds import FINDINGS_MAX, Unreadable, about, free_text, unheld
from reconciliation.formats.told import Told, balance_findings

WIDTH: Final = 120
AMOUNT_END: Final = 104
OPENING, MOVEMENT, DETAIL, CLOSING = "01", "04", "05", "07"
RECORDS: Final = frozenset({OPENING, MOVEMENT, DETAIL, CLOSING})
POSITIVE, NEGATIVE = "{ABCDEFGHI", "}JKLMNOPQR"
"""The last figure of an amount with its sign, by its value."""
CENTURY_TURN: Final = 80
RIB_WEIGHTS: Final = (89, 15, 3)
LETTERS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
LABELS: Final = ("01", "22-32", "01", "17-19", "105-120")
MAX_TEXT: Final = 4000
DECIMALS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class _Record:
    """One line: its columns are counted from 1, as the standard does."""

    line: int
    text: str

    @property
    def code(self) -> str:
        return self.text[:2]

    def at(self, first: int, last: int) -> str:
        return self.text[first - 1 : last].strip()

    @property
    def account(self) -> tuple[str, str, str]:
        return self.at(3, 7), self.at(12, 16), self.at(22, 32)


@dataclass(slots=True)
class _Draft:
    """One statement: its first record, then movements, each with the details below it."""

    opening: _Record
    movements: list[tuple[_Record, list[_Record]]] = field(default_factory=list)

    def money(self) -> tuple[str, str]:
        """Return currency and decimals, as the first record says that has them."""
        records = (self.opening, *(movement for movement, _details in self.movements))
        told = [(record.at(17, 19), record.at(20, 20)) for record in records]
        return next((pair for pair in told if all(pair)), ("", ""))


def read_cfonb120(content: bytes) -> StatementFile:
    """Return every whole, balanced statement of the file, and a finding for everything else.

    Guarantees opening + movements = closing for each statement returned, and that its records are
    of one branch and account; a movement may name another bank of the group. Lines that were cut
    at the last blank are read as if they were whole.
    """
    text, encoding = decoded(content)
    told = Told()
    draft: _Draft | None = None
    for record in _records(text, told.findings):
        wrong = _misplaced(record, draft)
        if wrong is not None:
            told.findings.append(wrong)
        if record.code == OPENING:
            draft = _Draft(record)
        elif draft is not None:
            draft = _taken(draft, record, told)
        if len(told.findings) > FINDINGS_MAX:
            break
    if draft is not None:
        message = N_("The statement does not end: its closing record 07 is missing")
        told.findings.append(about("CFONB-INCOMPLETE", "07", draft.opening.line, message, ""))
    if not (told.statements or told.findings):
        message = N_("The file holds no record of a bank statement (01, 04, 05, 07)")
        told.findings.append(about("CFONB-EMPTY", "1-2", 1, message, ""))
    return told.as_file(encoding)


def _records(text: str, findings: list[Finding]) -> Iterator[_Record]:
    for number, line in lines(text):
        if not line.strip():
            continue
        if line[:2] not in RECORDS:
            message = N_("{found} is no record of a bank statement (01, 04, 05, 07)")
            findings.append(about("CFONB-RECORD", "1-2", number, message, line[:2]))
        elif len(line.rstrip()) > WIDTH or (line[:2] != DETAIL and len(line) < AMOUNT_END):
            message = N_("A record has {expected} characters, this one {found}")
            found = str(len(line))
            findings.append(
                about("CFONB-WIDTH", "1-120", number, message, found, expected=str(WIDTH))
            )
        else:
            yield _Record(number, line.ljust(WIDTH))
        if len(findings) > FINDINGS_MAX:
            return


def _misplaced(record: _Record, draft: _Draft | None) -> Finding | None:
    """Say what is wrong with the place of a record, or with the account that it names."""
    if record.code == OPENING:
        if draft is None:
            return None
        message = N_("The statement before does not end: its closing record 07 is missing")
        return about("CFONB-INCOMPLETE", "07", record.line, message, "")
    if draft is None:
        message = N_("Record {found} stands in no statement: its opening record 01 is missing")
        return about("CFONB-ORDER", "1-2", record.line, message, record.code)
    if record.code == DETAIL and not draft.movements:
        message = N_("A detail (05) stands under no movement (04)")
        return about("CFONB-ORDER", "1-2", record.line, message, record.code)
    bank_may_differ = slice(0 if record.code == CLOSING else 1, None)
    if record.account[bank_may_differ] != draft.opening.account[bank_may_differ]:
        message = N_("The record is of account {found}, its statement of {expected}")
        found, expected = (" ".join(one.account) for one in (record, draft.opening))
        return about("CFONB-ACCOUNT", "3-32", record.line, message, found, expected=expected)
    return None


def _taken(draft: _Draft, record: _Record, told: Told) -> _Draft | None:
    """Let the draft take a record; the closing one makes a statement of it."""
    if record.code == MOVEMENT:
        draft.movements.append((record, []))
    elif record.code == DETAIL:
        if draft.movements:
            draft.movements[-1][1].append(record)
    else:
        statement = _statement(draft, record, told.findings)
        told.statement(statement, _proof(statement))
        return None
    return draft


def _proof(statement: CashStatement | None) -> Iterator[Finding]:
    if statement is not None:
        yield from balance_findings(statement, prefix="CFONB", label="91-104")


def _statement(draft: _Draft, closing: _Record, findings: list[Finding]) -> CashStatement | None:
    """Return the statement as it reads, or None with at least one new finding."""
    before = len(findings)
    currency, decimals = draft.money()
    if not currency or not decimals.isdecimal() or int(decimals) > DECIMALS_MAX:
        message = N_("No record says the currency and its number of decimals")
        findings.append(
            about("CFONB-CURRENCY", "17-20", draft.opening.line, message, f"{currency}{decimals}")
        )
        return None
    places = int(decimals)
    try:
        balances = [_balance(record, currency, places) for record in (draft.opening, closing)]
        account = _iban(draft.opening)
    except Unreadable as unreadable:
        findings.append(unreadable.finding)
        return None
    entries = []
    for n, (movement, details) in enumerate(draft.movements, start=1):
        try:
            entries.append(_entry(n, movement, details, (currency, places)))
        except Unreadable as unreadable:
            findings.append(unreadable.finding)
    if len(findings) > before:
        return None
    statement = CashStatement(
        reference="",
        account=account,
        number="",
        page="",
        opening=balances[0],
        closing=balances[1],
        entries=tuple(entries),
        line=draft.opening.line,
    )
    findings.extend(unheld(statement, "CFONB", LABELS))
    return statement if len(findings) == before else None


def _balance(record: _Record, currency: str, places: int) -> Balance:
    return Balance(_amount(record, places), currency, _day(record, 35, 40), line=record.line)


def _amount(record: _Record, places: int) -> Decimal:
    text = record.text[90:AMOUNT_END]
    digits, last = text[:-1], text[-1]
    mark = last in NEGATIVE
    if not (digits.isascii() and digits.isdecimal()) or last not in POSITIVE + NEGATIVE:
        message = N_("{found} is not an amount: 13 figures and a last one with its sign")
        raise Unreadable(about("CFONB-AMOUNT", "91-104", record.line, message, text))
    figure = (NEGATIVE if mark else POSITIVE).index(last)
    size = Decimal(f"{digits}{figure}").scaleb(-places)
    return -size if mark else size


def _day(record: _Record, first: int, last: int) -> date:
    text = record.at(first, last)
    readable = len(text) == last - first + 1 and text.isascii() and text.isdecimal()
    try:
        short = int(text[4:] if readable else "none")
        year = short + (2000 if short < CENTURY_TURN else 1900)
        return date(year, int(text[2:4]), int(text[:2]))
    except ValueError:
        message = N_("{found} is not a date (DDMMYY)")
        raise Unreadable(
            about("CFONB-DATE", f"{first}-{last}", record.line, message, text)
        ) from None


def _iban(record: _Record) -> str:
    """Return the IBAN that bank, branch and account make: key and check figures are computed."""
    bank, branch, account = record.account
    named = (bank.zfill(5), branch.zfill(5), account.zfill(11))
    bban = "".join(named)
    if not (bban.isascii() and bban.isalnum() and bank and branch and account):
        message = N_("{found} is not an account: bank, branch and number")
        raise Unreadable(
            about("CFONB-ACCOUNT", "3-32", record.line, message, " ".join(record.account))
        )
    figures = (int(part.upper().translate(LETTERS)) for part in named)
    key = 97 - sum(w * part for w, part in zip(RIB_WEIGHTS, figures, strict=True)) % 97
    whole = f"{bban}{key:02}FR00"
    check = 98 - int("".join(str(int(c, 36)) for c in whole)) % 97
    return f"FR{check:02}{bban}{key:02}"


def _filled(text: str) -> str:
    """Return a field as it is written; one of nothing but zeros and blanks is empty."""
    return text if text.strip("0 ") else ""


def _entry(n: int, record: _Record, details: list[_Record], money: tuple[str, int]) -> Entry:
    currency, places = money
    said = {detail.at(46, 48): detail.at(49, 118) for detail in reversed(details)}
    texts = [record.at(49, 79), *(detail.at(49, 118) for detail in details)]
    booked = _day(record, 35, 40)
    return Entry(
        n=n,
        line=record.line,
        amount=_amount(record, places),
        currency=currency,
        value_date=_day(record, 43, 48) if record.at(43, 48) else booked,
        booking_date=booked,
        reference=said.get("RCN", "")[:35].strip() or _filled(record.at(105, 120)),
        bank_reference=said.get("REF", "") or _filled(record.at(82, 88)),
        kind=record.at(33, 34),
        description=free_text(" ".join(" ".join(texts).split()))[:MAX_TEXT],
    )
