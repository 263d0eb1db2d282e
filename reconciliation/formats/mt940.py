"""MT940 and MT950 statements: text in, whole statements and findings out; never a crash.

Sources: SWIFT Standards MT, category 9 (fields 20, 25, 28C, 60a, 61, 86, 62a). Banks add envelopes,
blank lines, `@@` line ends, `:28:`, `:NS:` and odd charsets; those are read. What would change a
number or a date is refused with its line.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from kernel.findings import Finding
from kernel.swift import Field, decoded, lines
from reconciliation.facts import Balance, CashStatement, Entry, StatementFile
from reconciliation.formats import N_
from reconciliation.formats.holds import CONTROL, FINDINGS_MAX, free_text, unheld

ReadT = TypeVar("ReadT")
TAG: Final = re.compile(
    r":(20|21|25P?|28C?|60[FM]|61|86|62[FM]|64|65|NS|13D?|34F|90[CD]):(.*)", re.ASCII | re.DOTALL
)
BALANCE: Final = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15})(?:[,.](\d{0,4}))?", re.ASCII)
ENTRY: Final = re.compile(
    r"(?P<value>\d{6})(?P<booked>\d{4})? *(?P<mark>RC|RD|C|D)(?P<funds>[A-Z])?"
    r"(?P<units>\d{1,15})(?:[,.](?P<cents>\d{0,4}))?"
    r"(?P<kind>[A-Z][A-Z0-9 ]{3})?(?P<reference>.*)",
    re.ASCII,
)
SIGN: Final = {"C": 1, "D": -1, "RC": -1, "RD": 1}
INTRADAY_TAGS: Final = frozenset({"34F", "90C", "90D"})
MANDATORY: Final = ("25", "60", "62")
MAX_TEXT: Final = 4000
LABELS: Final = (":20:", ":25:", ":28:", ":60:", ":61:")
CENTURY_TURN: Final = 80
HALF_YEAR: Final = 6
NO_REFERENCE: Final = frozenset({"NONREF", "NOREF", "EREF", "NOTPROVIDED"})


@dataclass(slots=True)
class _Draft:
    """Fields of one message, from its :20: to the next one, or to its end mark."""

    line: int
    last_line: int
    fields: list[Field] = field(default_factory=list)
    ended: bool = False

    def add(self, number: int, tag: str, rest: str, line: str) -> None:
        """Take one line: a field, a continuation of the last one, or the end mark.

        `-` ends a message only when no field follows before the next :20:, because a dash may
        also stand alone inside the remittance text.
        """
        if tag:
            self.fields.append(Field(tag, number, [rest]))
            self.last_line, self.ended = number, False
            return
        self.ended = self.ended or line.startswith("-}") or line.strip() == "-"
        if not self.ended and line.strip():
            self.fields[-1].lines.append(line)
            self.last_line = number

    def first(self, prefix: str) -> Field | None:
        return next((item for item in self.fields if item.tag.startswith(prefix)), None)

    def last(self, prefix: str) -> Field | None:
        return next((item for item in reversed(self.fields) if item.tag.startswith(prefix)), None)


class _Unreadable(ValueError):
    """One field that cannot be read; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def read_mt940(content: bytes) -> StatementFile:
    """Return every whole, balanced statement of the file, and a finding for everything else.

    Guarantees opening + entries = closing for each statement returned, and that intermediate
    pages (M balances) chain. Text that is not UTF-8 is read as ISO 8859-1, and said so.
    """
    text, encoding = decoded(content)
    findings: list[Finding] = []
    statements: list[CashStatement] = []
    unproved: list[CashStatement] = []
    drafts = list(_drafts(text, findings))
    for draft in drafts:
        statement = _statement(draft, findings)
        if statement is not None:
            wrong = list(_balance_findings(statement))
            findings.extend(wrong)
            (unproved if wrong else statements).append(statement)
        if len(findings) > FINDINGS_MAX:
            break
    if not drafts:
        findings.append(_finding("MT940-EMPTY", "20", 1, N_("No statement starts with :20:"), ""))
    findings.extend(_chain_findings(statements))
    return StatementFile(tuple(statements), tuple(findings), encoding, tuple(unproved))


def _lines(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield (line number, tag or empty, text of the tag, whole line)."""
    if "@@:" in text:
        text = text.replace("@@", "\n")
    for number, line in lines(text):
        tag = TAG.match(line)
        yield number, tag[1] if tag else "", tag[2] if tag else "", line


def _drafts(text: str, findings: list[Finding]) -> Iterator[_Draft]:
    """Split on :20: and join continuation lines to their field; envelopes are passed over."""
    draft: _Draft | None = None
    for number, tag, rest, line in _lines(text):
        if tag == "20":
            if draft is not None:
                yield draft
            draft = _Draft(number, number)
        if draft is not None:
            findings.extend(_control_findings(tag, number, line))
            draft.add(number, tag, rest, line)
            if len(findings) > FINDINGS_MAX:
                break
        elif tag:
            message = N_(
                "A field stands before any :20:: the beginning of the statement is missing"
            )
            findings.append(_finding("MT940-HEADLESS", tag, number, message, line))
            return
    if draft is not None:
        yield draft


def _control_findings(tag: str, number: int, line: str) -> Iterator[Finding]:
    """Refuse what no bank prints; the blocks around a message may hold their own marks."""
    hidden = CONTROL.search(line)
    if hidden and not line.startswith(("{", "-}")):
        message = N_("A control character, {found}, is in the text")
        yield _finding("MT940-CONTROL", tag or "86", number, message, f"U+{ord(hidden[0]):04X}")


def _statement(draft: _Draft, findings: list[Finding]) -> CashStatement | None:
    """Return the statement as it reads, or None with at least one new finding."""
    before = len(findings)
    if any(item.tag in INTRADAY_TAGS for item in draft.fields):
        message = N_(
            "This is an intraday report (MT942), not a statement: it has no booked balance"
        )
        findings.append(_finding("MT940-INTRADAY", "34F", draft.line, message, ""))
        return None
    for prefix in MANDATORY:
        if draft.first(prefix) is None:
            message = N_(
                "The statement is incomplete: field :{field}: is missing, it stops at line {found}"
            )
            last = str(draft.last_line)
            findings.append(_finding("MT940-INCOMPLETE", prefix, draft.line, message, last))
    if len(findings) > before:
        return None
    opening = _read(_balance, draft.first("60"), findings)
    closing = _read(_balance, draft.last("62"), findings)
    if opening is None or closing is None:
        return None
    entries = _entries(draft, opening.currency, findings)
    if len(findings) > before:
        return None
    statement = _assembled(draft, opening, closing, entries)
    findings.extend(unheld(statement, "MT940", LABELS))
    return statement if len(findings) == before else None


def _assembled(
    draft: _Draft, opening: Balance, closing: Balance, entries: tuple[Entry, ...]
) -> CashStatement:
    def text(prefix: str) -> str:
        found = draft.first(prefix)
        return found.text.strip() if found else ""

    number, _, page = text("28").partition("/")
    account = text("25").split("\n")[0]
    return CashStatement(
        reference=text("20").split("\n")[0],
        account=account.removesuffix(opening.currency).strip(),
        number=number,
        page=page,
        opening=opening,
        closing=closing,
        entries=entries,
        line=draft.line,
    )


def _read(
    reader: Callable[[Field], ReadT], item: Field | None, findings: list[Finding]
) -> ReadT | None:
    if item is None or len(findings) > FINDINGS_MAX:
        return None
    try:
        return reader(item)
    except _Unreadable as unreadable:
        findings.append(unreadable.finding)
        return None


def _balance(item: Field) -> Balance:
    text = item.text.strip()
    match = BALANCE.fullmatch(text)
    if match is None:
        message = N_("A balance reads C or D, YYMMDD, currency, amount with a comma; found {found}")
        raise _Unreadable(_finding("MT940-BALANCE", item.tag, item.line, message, text))
    mark, day, currency, units, cents = match.groups()
    return Balance(
        amount=SIGN[mark] * Decimal(f"{units}.{cents or '0'}"),
        currency=currency,
        day=_day(day, item),
        intermediate=item.tag.endswith("M"),
        line=item.line,
    )


def _day(text: str, item: Field) -> date:
    year = int(text[:2])
    try:
        return date(year + (2000 if year < CENTURY_TURN else 1900), int(text[2:4]), int(text[4:6]))
    except ValueError:
        message = N_("{found} is not a date (YYMMDD)")
        raise _Unreadable(_finding("MT940-DATE", item.tag, item.line, message, text)) from None


def _entries(draft: _Draft, currency: str, findings: list[Finding]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    pending: Field | None = None
    texts: list[str] = []

    def close() -> None:
        if pending is not None:
            entry = _read(
                lambda item: _entry(item, len(entries) + 1, currency, texts), pending, findings
            )
            if entry is not None:
                entries.append(entry)

    for item in draft.fields:
        if item.tag == "61":
            close()
            pending, texts = item, []
        elif item.tag == "86" and pending is not None:
            texts.append(item.text)
        elif item.tag.startswith("62"):
            close()
            pending = None
    close()
    return tuple(entries)


def _entry(item: Field, n: int, currency: str, texts: list[str]) -> Entry:
    head, _, supplement = item.text.partition("\n")
    match = ENTRY.fullmatch(head.rstrip())
    if match is None:
        message = N_("A statement line reads YYMMDD[MMDD] C/D amount type reference; found {found}")
        raise _Unreadable(_finding("MT940-LINE", "61", item.line, message, head))
    value_date = _day(match["value"], item)
    owner, _, bank = match["reference"].partition("//")
    amount = Decimal(f"{match['units']}.{match['cents'] or '0'}")
    return Entry(
        n=n,
        line=item.line,
        amount=SIGN[match["mark"]] * amount,
        currency=currency,
        value_date=value_date,
        booking_date=_booking_date(match["booked"], value_date, item),
        reference=_reference(owner, supplement),
        bank_reference=bank.strip(),
        kind=(match["kind"] or "").strip(),
        description=free_text(" ".join("\n".join([*texts, supplement]).split()))[:MAX_TEXT],
    )


def _reference(owner: str, supplement: str) -> str:
    """Return the owner's reference; a placeholder is no reference, and empty never matches."""
    text = owner.strip()
    return "" if text.upper().rstrip("+") in NO_REFERENCE else text


def _booking_date(text: str | None, value_date: date, item: Field) -> date | None:
    """Place MMDD in the year nearest to the value date: it may cross New Year either way."""
    if text is None:
        return None
    month = int(text[:2])
    year = value_date.year
    if month - value_date.month > HALF_YEAR:
        year -= 1
    elif value_date.month - month > HALF_YEAR:
        year += 1
    return _day(f"{year % 100:02}{text}", item)


def _balance_findings(statement: CashStatement) -> Iterator[Finding]:
    line = statement.closing.line
    if statement.closing.currency != statement.opening.currency:
        message = N_("Closing currency {found} is not the opening currency {expected}")
        yield _finding(
            "MT940-CURRENCY", "62", line, message, statement.closing.currency,
            expected=statement.opening.currency,
        )  # fmt: skip
        return
    proof = statement.opening.amount + statement.movement
    if proof != statement.closing.amount:
        message = N_("Opening balance plus lines is {expected}, the closing balance says {found}")
        yield _finding(
            "MT940-PROOF", "62", line, message, str(statement.closing.amount), expected=str(proof)
        )


def _chain_findings(statements: list[CashStatement]) -> Iterator[Finding]:
    """Intermediate pages must follow one another: closing M of a page opens the next one."""
    for before, after in itertools.pairwise(statements):
        if before.account != after.account or not after.opening.intermediate:
            continue
        if before.closing.amount != after.opening.amount:
            message = N_("The page opens at {found}, the page before closes at {expected}")
            yield _finding(
                "MT940-CHAIN", "60M", after.opening.line, message, str(after.opening.amount),
                expected=str(before.closing.amount),
            )  # fmt: skip


def _finding(
    code: str, tag: str, line: int, message: str, found: str, *, expected: str = ""
) -> Finding:
    return Finding(
        code=code, field=tag, message=message, expected=expected, found=found[:200], line=line,
        column=f":{tag}:",
    )  # fmt: skip
