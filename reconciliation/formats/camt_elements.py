"""Elements of camt messages by their local names: texts, amounts, dates, accounts, entries.

Namespaces and prefixes do not matter. What cannot be read is a finding with its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from kernel.calendars import is_plausible
from kernel.findings import Finding
from kernel.money import UnreadableDecimal, decimal_from_text
from kernel.xml import XmlElement
from reconciliation.facts import Entry
from reconciliation.formats import N_
from reconciliation.formats.holds import FINDINGS_MAX, Unreadable, about, free_text

BOOKED: Final = "BOOK"
SIGN: Final = {"CRDT": 1, "DBIT": -1}
MAX_DECIMALS: Final = 4
MAX_TEXT: Final = 4000
NUMBERS: Final = (("IBAN",), ("Othr", "Id"), ("PrtryAcct", "Id"), ("BBAN",))
"""Where an account stands, in versions 1 to 13."""
PLACEHOLDERS: Final = frozenset({"NOTPROVIDED", "NONREF"})


@lru_cache(maxsize=1024)
def local_name(tag: str) -> str:
    """Return a name without its namespace: a message has few names and many elements."""
    return tag.rpartition("}")[2]


def name_of(element: XmlElement) -> str:
    """Return the local name."""
    return local_name(element.tag)


def first_children(element: XmlElement) -> dict[str, XmlElement]:
    """Return the first child of each local name: asked once where many of them are read."""
    found: dict[str, XmlElement] = {}
    for item in element:
        found.setdefault(local_name(item.tag), item)
    return found


def child_of(element: XmlElement, *path: str) -> XmlElement | None:
    """Return the first descendant along `path`, by local names."""
    current: XmlElement | None = element
    for step in path:
        for item in current if current is not None else ():
            if local_name(item.tag) == step:
                current = item
                break
        else:
            return None
    return current


def text_of(element: XmlElement, *path: str) -> str:
    """Return the text of the first descendant along `path`, empty when it is absent."""
    found = child_of(element, *path)
    return (found.text or "").strip() if found is not None else ""


def line_of(element: XmlElement, name: str) -> int:
    """Return where the child of this name stands, or the element where it is absent."""
    found = child_of(element, name)
    return int((found if found is not None else element).sourceline or 1)


def children_of(element: XmlElement, name: str) -> Iterator[XmlElement]:
    """Return the children of this local name."""
    return (item for item in element if local_name(item.tag) == name)


def account_of(element: XmlElement) -> str:
    """Return the account: its IBAN, or the number that stands in the place of one."""
    kept = child_of(element, "Acct", "Id")
    if kept is None:
        return ""
    return next(filter(None, (text_of(kept, *path) for path in NUMBERS)), "")


def amount_of(element: XmlElement, kids: Mapping[str, XmlElement]) -> tuple[Decimal, str]:
    """Return the signed amount and its currency. A reversal is already signed by CdtDbtInd."""
    found = kids.get("Amt")
    text = (found.text or "").strip() if found is not None else ""
    mark = _said(kids, "CdtDbtInd") or "CRDT"
    try:
        amount = decimal_from_text(text)
    except UnreadableDecimal:
        message = N_("{found} is not an amount")
        line = line_of(element, "Amt")
        raise Unreadable(about("CAMT-AMOUNT", "Amt", line, message, text)) from None
    if amount < 0 or -int(amount.normalize().as_tuple().exponent) > MAX_DECIMALS:
        message = N_("{found} is not an amount: it is negative or has more than four decimals")
        raise Unreadable(about("CAMT-AMOUNT", "Amt", line_of(element, "Amt"), message, text))
    if mark not in SIGN:
        message = N_("{found} is neither CRDT nor DBIT")
        line = line_of(element, "CdtDbtInd")
        raise Unreadable(about("CAMT-SIGN", "CdtDbtInd", line, message, mark))
    currency = found.get("Ccy", "") if found is not None else ""
    return SIGN[mark] * amount, currency


def _said(kids: Mapping[str, XmlElement], name: str, *path: str) -> str:
    """Return the text of a child, or of what lies below it, empty when it is absent."""
    found = kids.get(name)
    if found is None:
        return ""
    return text_of(found, *path) if path else (found.text or "").strip()


def day_of(element: XmlElement, name: str) -> date | None:
    """Return the calendar date of `name/Dt` or `name/DtTm`, None when it is absent."""
    return _day_in(element, child_of(element, name), name)


def _day_in(element: XmlElement, found: XmlElement | None, name: str) -> date | None:
    if found is None:
        return None
    text = text_of(found, "Dt") or text_of(found, "DtTm") or (found.text or "").strip()
    if not text:
        return None
    day = _calendar_day(text[:10])
    if day is None:
        line = line_of(element, name)
        message = N_("{found} is not a date")
        raise Unreadable(about("CAMT-DATE", name, line, message, text))
    return day


@lru_cache(maxsize=1024)
def _calendar_day(text: str) -> date | None:
    """Return the day, None for what is none: a statement has few days and many entries."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_plausible(day) else None


def entries_of(
    element: XmlElement, currency: str, findings: list[Finding]
) -> tuple[tuple[Entry, ...], int]:
    """Return the booked entries, and how many are not booked yet."""
    entries: list[Entry] = []
    pending = 0
    for item in children_of(element, "Ntry"):
        kids = first_children(item)
        status = _said(kids, "Sts", "Cd") or _said(kids, "Sts") or BOOKED
        if status != BOOKED:
            pending += 1
            continue
        try:
            entries.append(_entry(item, kids, len(entries) + 1, currency))
        except Unreadable as unreadable:
            findings.append(unreadable.finding)
            if len(findings) > FINDINGS_MAX:
                break
    return tuple(entries), pending


def _entry(element: XmlElement, kids: Mapping[str, XmlElement], n: int, currency: str) -> Entry:
    amount, entry_currency = amount_of(element, kids)
    line = element.sourceline or 1
    if entry_currency != currency:
        message = N_("The entry is in {found}, the account in {expected}")
        where = line_of(element, "Amt")
        raise Unreadable(
            about("CAMT-CURRENCY", "Amt", where, message, entry_currency, expected=currency)
        )
    booked = _day_in(element, kids.get("BookgDt"), "BookgDt")
    value = _day_in(element, kids.get("ValDt"), "ValDt") or booked
    if value is None:
        message = N_("The entry has neither a value date nor a booking date")
        raise Unreadable(about("CAMT-DATE", "ValDt", line, message, ""))
    details: list[dict[str, XmlElement]] = []
    if "NtryDtls" in kids:
        for block in children_of(element, "NtryDtls"):
            details += [first_children(tx) for tx in children_of(block, "TxDtls")]
    return Entry(
        n=n,
        line=line,
        amount=amount,
        currency=currency,
        value_date=value,
        booking_date=booked,
        reference=_reference(kids, details),
        bank_reference=_said(kids, "AcctSvcrRef"),
        kind=_kind(kids.get("BkTxCd")),
        description=_description(kids, details),
    )


def _kind(code: XmlElement | None) -> str:
    """Return the bank's own code of a kind of entry, else that of the domain with its family."""
    if code is None:
        return ""
    own = text_of(code, "Prtry", "Cd")
    domain = child_of(code, "Domn")
    if own or domain is None:
        return own
    return "/".join(filter(None, (text_of(domain, "Cd"), text_of(domain, "Fmly", "Cd"))))


def _reference(kids: Mapping[str, XmlElement], details: Sequence[Mapping[str, XmlElement]]) -> str:
    """Return the end-to-end id of a single transaction, else the entry's own reference."""
    references = details[0].get("Refs") if len(details) == 1 else None
    if references is not None:
        told = first_children(references)
        for name in ("EndToEndId", "InstrId", "PmtInfId"):
            text = _said(told, name)
            if text and text.upper() not in PLACEHOLDERS:
                return text
    text = _said(kids, "NtryRef")
    return "" if text.upper() in PLACEHOLDERS else text


def _description(
    kids: Mapping[str, XmlElement], details: Sequence[Mapping[str, XmlElement]]
) -> str:
    texts = [_said(kids, "AddtlNtryInf")]
    texts += [_said(tx, "RmtInf", "Ustrd") for tx in details]
    texts += [_said(tx, "AddtlTxInf") for tx in details]
    return free_text(" ".join(" ".join(texts).split()))[:MAX_TEXT]
