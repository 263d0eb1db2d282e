"""BAI2, American balance reporting: groups of accounts, with totals and counts at each level.

Source: BAI, « Cash Management Balance Reporting Specifications », version 2 (records 01, 02, 03,
16, 88, 49, 98, 99). Amounts have no point: the currency says how many decimals they have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.calendars import is_plausible
from kernel.findings import Finding
from kernel.money import minor_units
from kernel.swift import decoded, lines
from reconciliation.facts import Balance, CashReport, CashStatement, Entry, StatementFile, Total
from reconciliation.formats import N_
from reconciliation.formats.holds import FINDINGS_MAX, Unreadable, about, free_text, unheld
from reconciliation.formats.told import Told, balance_findings, total_findings
from reconciliation.states import Purpose

CODES: Final = frozenset({"01", "02", "03", "16", "88", "49", "98", "99"})
OPENING_TYPE, CLOSING_TYPE, CREDITS, DEBITS = "010", "015", "100", "400"
INTERIM: Final = frozenset({"1", "3"})
"""As-of modifiers of a day that is not over."""
UPDATE: Final = frozenset({"", "1"})
WHOLE: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)
TYPE: Final = re.compile(r"\d{3}", re.ASCII)
CREDIT_TYPES, DEBIT_TYPES = range(101, 400), range(401, 700)
LABELS: Final = ("02", "03", "02", "02", "16")
MAX_TEXT: Final = 4000
AFTER_FUNDS: Final = {"S": 3, "V": 2}
"""How many fields follow a kind of funds; D counts its own, and none follow any other."""


@dataclass(slots=True)
class _Record:
    """One record with what continues it; `size` counts the lines that it lies on.

    `has_ended` says whether its latest line ends with a slash: what continues it begins a field.
    """

    code: str
    line: int
    fields: list[str]
    has_ended: bool
    size: int = 1

    def at(self, n: int) -> str:
        return self.fields[n].strip() if n < len(self.fields) else ""

    def go_on(self, rest: str) -> None:
        """Take what a record 88 holds: next fields, or the rest of a text that no slash ended."""
        last = self.fields[-1] if self.code == "16" and not self.has_ended else ""
        self.has_ended = rest.endswith("/")
        rest = rest.removesuffix("/")
        if last:
            self.fields[-1] = f"{last} {rest}".strip()
        else:
            self.fields += rest.split(",")
        self.size += 1


@dataclass(slots=True)
class _Level:
    """A file, a group or an account: its first record, and what its trailer must say."""

    head: _Record
    total: Decimal = Decimal(0)
    size: int = 0
    children: int = 0
    entries: list[_Record] = field(default_factory=list)


def read_bai2(content: bytes) -> StatementFile:
    """Return every whole account of the file, and a finding for everything else.

    Guarantees that control totals and counts of accounts, groups and file are right, and opening +
    entries = closing for each statement; an interim report has no balance to prove.
    """
    text, encoding = decoded(content)
    told = Told()
    levels: list[_Level] = []
    for record in _records(text, told.findings):
        _take(record, levels, told)
        if len(told.findings) > FINDINGS_MAX:
            break
    if levels:
        message = N_("The file does not end: record {expected} is missing")
        expected = TRAILERS[levels[-1].head.code]
        line = levels[-1].head.line
        told.findings.append(
            about("BAI2-INCOMPLETE", expected, line, message, "", expected=expected)
        )
    if not (told.statements or told.reports or told.findings):
        message = N_("The file holds no account (record 03)")
        told.findings.append(about("BAI2-EMPTY", "03", 1, message, ""))
    return told.as_file(encoding)


TRAILERS: Final = {"01": "99", "02": "98", "03": "49"}
OPENERS: Final = {"01": 0, "02": 1, "03": 2}
CLOSERS: Final = {"49": 3, "98": 2, "99": 1}
"""How many levels are open before a record that opens, or closes, one."""


def _records(text: str, findings: list[Finding]) -> Iterator[_Record]:
    """Yield the records, each with its continuations; a slash ends all but free text."""
    current: _Record | None = None
    for number, raw in lines(text):
        line = raw.strip()
        if not line:
            continue
        code, _, rest = line.partition(",")
        if code == "88" and current is not None:
            current.go_on(rest)
        elif code in CODES - {"88"}:
            if current is not None:
                yield current
            current = _Record(code, number, rest.removesuffix("/").split(","), line.endswith("/"))
        else:
            message = N_("{found} is no record of a BAI2 file")
            findings.append(about("BAI2-RECORD", code[:10], number, message, line[:40]))
            return
    if current is not None:
        yield current


def _take(record: _Record, levels: list[_Level], told: Told) -> None:
    """Let a record open, fill or close a level."""
    expected = OPENERS.get(record.code, CLOSERS.get(record.code, 3))
    if len(levels) != expected:
        message = N_("Record {found} does not stand in its place")
        told.findings.append(about("BAI2-ORDER", record.code, record.line, message, record.code))
        return
    try:
        if record.code in OPENERS:
            levels.append(_opened(record))
        elif record.code in CLOSERS:
            _close(record, levels, told)
        else:
            levels[-1].entries.append(record)
            levels[-1].size += record.size
            levels[-1].total += _units(record, 1)
    except Unreadable as unreadable:
        told.findings.append(unreadable.finding)


def _opened(record: _Record) -> _Level:
    level = _Level(record, size=record.size)
    if record.code == "02" and record.at(2) not in UPDATE:
        message = N_("A group of status {found} is no update: it corrects, deletes or tests")
        raise Unreadable(about("BAI2-STATUS", "02", record.line, message, record.at(2)))
    if record.code == "03":
        level.total = sum((amount for _kind, amount, _n in _summary(record)), start=Decimal(0))
    return level


def _close(record: _Record, levels: list[_Level], told: Told) -> None:
    """Hold a trailer against what was read, and hand its level over to the one around it."""
    level = levels.pop()
    size = level.size + record.size
    told.findings.extend(_control_findings(record, level, size))
    if record.code == "49":
        _account(level, levels[-1].head, told)
    if levels:
        levels[-1].total += level.total
        levels[-1].size += size
        levels[-1].children += 1


def _control_findings(record: _Record, level: _Level, size: int) -> Iterator[Finding]:
    said = [_units(record, n) for n in range(2 if record.code == "49" else 3)]
    right = [level.total, *([] if record.code == "49" else [level.children]), size]
    messages = [
        N_("The control total is {expected}, the record says {found}"),
        *(
            []
            if record.code == "49"
            else [N_("There are {expected} inside, the record says {found}")]
        ),
        N_("There are {expected} records, the record says {found}"),
    ]
    for found, expected, message in zip(said, right, messages, strict=True):
        if found != expected:
            yield about(
                "BAI2-CONTROL", record.code, record.line, message, str(found),
                expected=str(expected),
            )  # fmt: skip


def _units(record: _Record, n: int) -> Decimal:
    """Return a whole number of the record; raises Unreadable."""
    text = record.at(n)
    if not WHOLE.fullmatch(text):
        message = N_("{found} is not a whole number")
        raise Unreadable(about("BAI2-NUMBER", record.code, record.line, message, text))
    return Decimal(text)


def _summary(record: _Record) -> list[tuple[str, Decimal, str]]:
    """Return type, amount and number of items of what an account record sums up."""
    found = []
    rest = [text.strip() for text in record.fields[2:]]
    while any(rest):
        kind, amount, count, funds = (*rest[:4], "", "", "", "")[:4]
        rest = rest[4:]
        if kind and amount:
            if not (TYPE.fullmatch(kind) and WHOLE.fullmatch(amount)):
                message = N_("{found} is not a type with an amount")
                raise Unreadable(
                    about("BAI2-NUMBER", "03", record.line, message, f"{kind},{amount}")
                )
            found.append((kind, Decimal(amount), count))
        rest = rest[_after(funds, rest) :]
    return found


def _after(funds: str, rest: list[str]) -> int:
    """Return how many fields say more of the funds: days with their amounts, or a date."""
    if funds == "D":
        return 1 + 2 * int(rest[0]) if rest and WHOLE.fullmatch(rest[0]) else 1
    return AFTER_FUNDS.get(funds, 0)


def _account(level: _Level, group: _Record, told: Told) -> None:
    """Make a statement, or an interim report, of an account whose totals were right or not."""
    currency = (level.head.at(1) or group.at(5) or "USD").upper()
    scale = -minor_units(currency)
    day = _day(group, 3)
    entries = []
    for n, record in enumerate(level.entries, start=1):
        entries.append(_entry(n, record, currency, day))
    told_of = {kind: (amount.scaleb(scale), n) for kind, amount, n in _summary(level.head)}
    totals = [
        Total(is_debit, int(n) if n.isdecimal() else None, abs(amount), level.head.line, "03")
        for kind, is_debit in ((CREDITS, False), (DEBITS, True))
        for amount, n in [told_of.get(kind, (None, ""))]
        if amount is not None
    ]
    if group.at(6) in INTERIM:
        report = CashReport(
            Purpose.INTRADAY, "", level.head.at(0), "", "", currency, day, tuple(entries),
            level.head.line,
        )  # fmt: skip
        wrong = [*unheld(report, "BAI2", LABELS), *_totals(totals, report.entries)]
        told.report(report, iter(wrong))
        return
    _final(level, (currency, day), told_of, (tuple(entries), totals), told)


def _final(
    level: _Level,
    of: tuple[str, date],
    told_of: dict[str, tuple[Decimal, str]],
    listed: tuple[tuple[Entry, ...], list[Total]],
    told: Told,
) -> None:
    currency, day = of
    entries, totals = listed
    line = level.head.line
    missing = [kind for kind in (OPENING_TYPE, CLOSING_TYPE) if kind not in told_of]
    if missing:
        message = N_("The statement has no {expected} balance: it cannot be proved")
        expected = "opening (010)" if missing[0] == OPENING_TYPE else "closing (015)"
        told.findings.append(about("BAI2-BALANCE", "03", line, message, "", expected=expected))
        return
    opening, closing = (
        Balance(told_of[kind][0], currency, day, line=line) for kind in (OPENING_TYPE, CLOSING_TYPE)
    )
    statement = CashStatement("", level.head.at(0), "", "", opening, closing, entries, line)
    wrong = [
        *unheld(statement, "BAI2", LABELS),
        *balance_findings(statement, prefix="BAI2", label="03"),
        *_totals(totals, entries),
    ]
    told.statement(statement, iter(wrong))


def _totals(totals: list[Total], entries: tuple[Entry, ...]) -> Iterator[Finding]:
    for total in totals:
        yield from total_findings(total, entries, code="BAI2-TOTAL")


def _entry(n: int, record: _Record, currency: str, day: date) -> Entry:
    kind = record.at(0)
    number = int(kind) if TYPE.fullmatch(kind) else 0
    if number not in CREDIT_TYPES and number not in DEBIT_TYPES:
        message = N_("{found} is neither the type of a credit nor of a debit")
        raise Unreadable(about("BAI2-TYPE", "16", record.line, message, kind))
    amount = _units(record, 1).scaleb(-minor_units(currency))
    funds = record.at(2).upper()
    rest = record.fields[3:]
    value = _value_date(record, day) if funds == "V" else day
    rest = rest[_after(funds, rest) :]
    bank_reference, reference, *texts = (text.strip() for text in [*rest, "", ""])
    return Entry(
        n=n,
        line=record.line,
        amount=-amount if number in DEBIT_TYPES else amount,
        currency=currency,
        value_date=value,
        booking_date=day,
        reference=reference,
        bank_reference=bank_reference,
        kind=kind,
        description=free_text(" ".join(",".join(texts).strip(",").split()))[:MAX_TEXT],
    )


def _value_date(record: _Record, day: date) -> date:
    return _day(record, 3) if record.at(3) else day


def _day(record: _Record, n: int) -> date:
    text = record.at(n)
    try:
        day = date.fromisoformat(f"20{text}") if len(text) == len("YYMMDD") else None
    except ValueError:
        day = None
    if day is None or not is_plausible(day):
        message = N_("{found} is not a date (YYMMDD)")
        raise Unreadable(about("BAI2-DATE", record.code, record.line, message, text))
    return day
