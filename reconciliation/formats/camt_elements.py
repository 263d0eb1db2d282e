"""Elements of camt messages by their local names: texts, amounts, dates, accounts, entries.

Namespaces and prefixes do not matter. What cannot be read is a finding with its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
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


def name_of(element: XmlElement) -> str:
    """Return the local name."""
    return str(element.tag).rpartition("}")[2]


def child_of(element: XmlElement, *path: str) -> XmlElement | None:
    """Return the first descendant along `path`, by local names."""
    current: XmlElement | None = element
    for step in path:
        if current is None:
            return None
        current = next((item for item in current if name_of(item) == step), None)
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
    return (item for item in element if name_of(item) == name)


def account_of(element: XmlElement) -> str:
    """Return the account: its IBAN, or the number that stands in the place of one."""
    kept = child_of(element, "Acct", "Id")
    if kept is None:
        return ""
    return next(filter(None, (text_of(kept, *path) for path in NUMBERS)), "")


def amount_of(element: XmlElement) -> tuple[Decimal, str]:
    """Return the signed amount and its currency. A reversal is already signed by CdtDbtInd."""
    found = child_of(element, "Amt")
    line = line_of(element, "Amt")
    text = (found.text or "").strip() if found is not None else ""
    mark = text_of(element, "CdtDbtInd") or "CRDT"
    try:
        amount = decimal_from_text(text)
    except UnreadableDecimal:
        message = N_("{found} is not an amount")
        raise Unreadable(about("CAMT-AMOUNT", "Amt", line, message, text)) from None
    if amount < 0 or -int(amount.normalize().as_tuple().exponent) > MAX_DECIMALS:
        message = N_("{found} is not an amount: it is negative or has more than four decimals")
        raise Unreadable(about("CAMT-AMOUNT", "Amt", line, message, text))
    if mark not in SIGN:
        message = N_("{found} is neither CRDT nor DBIT")
        line = line_of(element, "CdtDbtInd")
        raise Unreadable(about("CAMT-SIGN", "CdtDbtInd", line, message, mark))
    currency = found.get("Ccy", "") if found is not None else ""
    return SIGN[mark] * amount, currency


def day_of(element: XmlElement, name: str) -> date | None:
    """Return the calendar date of `name/Dt` or `name/DtTm`, None when it is absent."""
    text = text_of(element, name, "Dt") or text_of(element, name, "DtTm") or text_of(element, name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        day = None
    if day is None or not is_plausible(day):
        line = line_of(element, name)
        message = N_("{found} is not a date")
        raise Unreadable(about("CAMT-DATE", name, line, message, text))
    return day


def entries_of(
    element: XmlElement, currency: str, findings: list[Finding]
) -> tuple[tuple[Entry, ...], int]:
    """Return the booked entries, and how many are not booked yet."""
    entries: list[Entry] = []
    pending = 0
    for item in children_of(element, "Ntry"):
        status = text_of(item, "Sts", "Cd") or text_of(item, "Sts") or BOOKED
        if status != BOOKED:
            pending += 1
            continue
        try:
            entries.append(_entry(item, len(entries) + 1, currency))
        except Unreadable as unreadable:
            findings.append(unreadable.finding)
            if len(findings) > FINDINGS_MAX:
                break
    return tuple(entries), pending


def _entry(element: XmlElement, n: int, currency: str) -> Entry:
    amount, entry_currency = amount_of(element)
    line = element.sourceline or 1
    if entry_currency != currency:
        line = line_of(element, "Amt")
        message = N_("The entry is in {found}, the account in {expected}")
        raise Unreadable(
            about("CAMT-CURRENCY", "Amt", line, message, entry_currency, expected=currency)
        )
    booked = day_of(element, "BookgDt")
    value = day_of(element, "ValDt") or booked
    if value is None:
        message = N_("The entry has neither a value date nor a booking date")
        raise Unreadable(about("CAMT-DATE", "ValDt", line, message, ""))
    blocks = children_of(element, "NtryDtls")
    details = [tx for block in blocks for tx in children_of(block, "TxDtls")]
    return Entry(
        n=n,
        line=line,
        amount=amount,
        currency=currency,
        value_date=value,
        booking_date=booked,
        reference=_reference(element, details),
        bank_reference=text_of(element, "AcctSvcrRef"),
        kind=text_of(element, "BkTxCd", "Prtry", "Cd")
        or "/".join(filter(None, (text_of(element, "BkTxCd", "Domn", "Cd"),
                                  text_of(element, "BkTxCd", "Domn", "Fmly", "Cd")))),
        description=_description(element, details),
    )  # fmt: skip


def _reference(element: XmlElement, details: list[XmlElement]) -> str:
    """Return the end-to-end id of a single transaction, else the entry's own reference."""
    if len(details) == 1:
        for name in ("EndToEndId", "InstrId", "PmtInfId"):
            text = text_of(details[0], "Refs", name)
            if text and text.upper() not in PLACEHOLDERS:
                return text
    text = text_of(element, "NtryRef")
    return "" if text.upper() in PLACEHOLDERS else text


def _description(element: XmlElement, details: list[XmlElement]) -> str:
    texts = [text_of(element, "AddtlNtryInf")]
    texts += [text_of(tx, "RmtInf", "Ustrd") for tx in details]
    texts += [text_of(tx, "AddtlTxInf") for tx in details]
    return free_text(" ".join(" ".join(texts).split()))[:MAX_TEXT]
