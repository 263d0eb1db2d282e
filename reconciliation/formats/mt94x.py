"""What MT940, MT942 and MT950 have in common: their messages, and the fields that they share.

Sources: SWIFT Standards MT, category 9 (fields 20, 25, 28C, 60a, 61, 86, 62a). Banks add envelopes,
blank lines, `@@` line ends, `:28:`, `:NS:` and odd charsets; those are read. What would change a
number or a date is refused with its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from kernel.findings import Finding
from kernel.swift import Field, lines
from reconciliation.facts import Balance, Entry
from reconciliation.formats import N_
from reconciliation.formats.holds import CONTROL, FINDINGS_MAX, Unreadable, about, free_text

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
MAX_TEXT: Final = 4000
LABELS: Final = (":20:", ":25:", ":28:", ":60:", ":61:")
CENTURY_TURN: Final = 80
HALF_YEAR: Final = 6
NO_REFERENCE: Final = frozenset({"NONREF", "NOREF", "EREF", "NOTPROVIDED"})


@dataclass(slots=True)
class Draft:
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


def _lines(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield (line number, tag or empty, text of the tag, whole line)."""
    if "@@:" in text:
        text = text.replace("@@", "\n")
    for number, line in lines(text):
        tag = TAG.match(line)
        yield number, tag[1] if tag else "", tag[2] if tag else "", line


def drafts_of(text: str, findings: list[Finding]) -> Iterator[Draft]:
    """Split on :20: and join continuation lines to their field; envelopes are passed over."""
    draft: Draft | None = None
    for number, tag, rest, line in _lines(text):
        if tag == "20":
            if draft is not None:
                yield draft
            draft = Draft(number, number)
        if draft is not None:
            findings.extend(_control_findings(tag, number, line))
            draft.add(number, tag, rest, line)
            if len(findings) > FINDINGS_MAX:
                break
        elif tag:
            message = N_(
                "A field stands before any :20:: the beginning of the statement is missing"
            )
            findings.append(finding_at("MT940-HEADLESS", tag, number, message, line))
            return
    if draft is not None:
        yield draft


def _control_findings(tag: str, number: int, line: str) -> Iterator[Finding]:
    """Refuse what no bank prints; the blocks around a message may hold their own marks."""
    hidden = CONTROL.search(line)
    if hidden and not line.startswith(("{", "-}")):
        message = N_("A control character, {found}, is in the text")
        yield finding_at("MT940-CONTROL", tag or "86", number, message, f"U+{ord(hidden[0]):04X}")


def read_field(
    reader: Callable[[Field], ReadT], item: Field | None, findings: list[Finding]
) -> ReadT | None:
    """Return what a field says, or None with a finding; None for a field that is not there."""
    if item is None or len(findings) > FINDINGS_MAX:
        return None
    try:
        return reader(item)
    except Unreadable as unreadable:
        findings.append(unreadable.finding)
        return None


def balance_of(item: Field) -> Balance:
    """Return a balance; raises Unreadable."""
    text = item.text.strip()
    match = BALANCE.fullmatch(text)
    if match is None:
        message = N_("A balance reads C or D, YYMMDD, currency, amount with a comma; found {found}")
        raise Unreadable(finding_at("MT940-BALANCE", item.tag, item.line, message, text))
    mark, day, currency, units, cents = match.groups()
    return Balance(
        amount=SIGN[mark] * Decimal(f"{units}.{cents or '0'}"),
        currency=currency,
        day=day_of(day, item),
        intermediate=item.tag.endswith("M"),
        line=item.line,
    )


def day_of(text: str, item: Field) -> date:
    """Return the date that YYMMDD means; raises Unreadable."""
    year = int(text[:2])
    try:
        return date(year + (2000 if year < CENTURY_TURN else 1900), int(text[2:4]), int(text[4:6]))
    except ValueError:
        message = N_("{found} is not a date (YYMMDD)")
        raise Unreadable(finding_at("MT940-DATE", item.tag, item.line, message, text)) from None


def text_of(draft: Draft, prefix: str) -> str:
    """Return the text of the first field whose tag begins so, empty when it is absent."""
    found = draft.first(prefix)
    return found.text.strip() if found else ""


def identity_of(draft: Draft, currency: str) -> tuple[str, str, str, str]:
    """Return reference, account, number and page: a currency glued to the account is dropped."""
    number, _, page = text_of(draft, "28").partition("/")
    account = text_of(draft, "25").split("\n")[0].removesuffix(currency).strip()
    return text_of(draft, "20").split("\n")[0], account, number, page


def missing_fields(draft: Draft, tags: tuple[str, ...]) -> Iterator[Finding]:
    """Say which fields a message lacks: it was cut, or is another message."""
    for prefix in tags:
        if draft.first(prefix) is None:
            message = N_(
                "The statement is incomplete: field :{field}: is missing, it stops at line {found}"
            )
            last = str(draft.last_line)
            yield finding_at("MT940-INCOMPLETE", prefix, draft.line, message, last)


def entries_of(draft: Draft, currency: str, findings: list[Finding]) -> tuple[Entry, ...]:
    """Return every entry with the text below it; what cannot be read is a finding."""
    entries: list[Entry] = []
    pending: Field | None = None
    texts: list[str] = []

    def close() -> None:
        if pending is not None:
            entry = read_field(
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
        raise Unreadable(finding_at("MT940-LINE", "61", item.line, message, head))
    value_date = day_of(match["value"], item)
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
    return day_of(f"{year % 100:02}{text}", item)


def finding_at(
    code: str, tag: str, line: int, message: str, found: str, *, expected: str = ""
) -> Finding:
    """Return a finding about a field of a message."""
    return about(code, f":{tag}:", line, message, found, expected=expected)
