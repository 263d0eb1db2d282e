"""What each field of a confirmation may say, whatever format it came in.

A value that cannot be read gives a finding with its place and what was expected; a confirmation
with any finding is no confirmation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from core.table_reading import UnreadableCell, day_of, number_text
from core.text import disguise_in
from kernel.calendars import SPAN, is_plausible
from kernel.findings import Finding
from kernel.identifiers import is_isin
from kernel.money import UnreadableDecimal, decimal_from_text
from settlement.facts import Told
from settlement.formats import N_

TERMS: Final = (
    "isin", "side", "quantity", "price", "amount", "currency", "trade_date", "settlement_date",
)  # fmt: skip
"""What a NEWM must say, besides its reference; a CANC says its reference alone."""
IDENTITY: Final = ("reference", "version", "function", "our_reference", "party")
FIELDS: Final = (*IDENTITY, *TERMS)
REFERENCE_MAX: Final = 64
VERSION_MAX: Final = 2_147_483_647
DIGITS: Final[Mapping[str, tuple[int, int]]] = {
    "quantity": (18, 10),
    "price": (10, 10),
    "amount": (16, 4),
}
SIDES: Final = {
    **dict.fromkeys(("BUY", "B", "BUYI", "BOUGHT", "ACHAT", "A"), "BUY"),
    **dict.fromkeys(("SELL", "S", "SOLD", "VENTE", "V"), "SELL"),
}
FUNCTIONS: Final = {
    **dict.fromkeys(("NEWM", "NEW", "AMEND", ""), "NEWM"),
    **dict.fromkeys(("CANC", "CANCEL"), "CANC"),
}
CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
WHOLE: Final = re.compile(r"[1-9]\d{0,9}", re.ASCII)


class Unreadable(ValueError):
    """A value that cannot be read; the text says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How values are written: plain, as the API has them, or as a table says.

    `typed` cells are those of a workbook. `names` says what a field is called where it came from.
    """

    decimal_mark: str = "."
    date_format: str = "%Y-%m-%d"
    plain: bool = True
    typed: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


def read_told(
    cells: Mapping[str, str], written: Written, *, line: int | None = None
) -> Told | tuple[Finding, ...]:
    """Return the confirmation that these values make, or everything that is wrong with them."""
    findings: list[Finding] = []
    values: dict[str, Any] = {}
    readers = _readers(written)
    function = FUNCTIONS.get(cells.get("function", "").strip().upper(), "NEWM")
    asked = FIELDS if function == "NEWM" else IDENTITY
    for name in asked:
        text = cells.get(name, "").strip()
        try:
            values[name] = readers[name](text)
        except Unreadable as unreadable:
            findings.append(_finding(name, text, str(unreadable), written, line))
    if findings:
        return tuple(findings)
    return Told(line=line, **values)


def _finding(name: str, text: str, expected: str, written: Written, line: int | None) -> Finding:
    return Finding(
        "CNF-101",
        name,
        N_("{found} cannot be read: expected {expected}") if text else N_("{field} is missing"),
        expected=expected,
        found=text[:200],
        line=line,
        column=written.names.get(name, name) if line else "",
    )


def _readers(written: Written) -> Mapping[str, Callable[[str], Any]]:
    def number(name: str) -> Callable[[str], Decimal]:
        return lambda text: _number(name, text, written)

    def day(text: str) -> date:
        return _day(text, written.date_format)

    return {
        "reference": _filled,
        "version": _version,
        "function": _function,
        "our_reference": _fitting,
        "party": _fitting,
        "isin": _isin,
        "side": _side,
        "quantity": lambda text: _positive(number("quantity")(text)),
        "price": number("price"),
        "amount": lambda text: abs(number("amount")(text)),
        "currency": _currency,
        "trade_date": day,
        "settlement_date": day,
    }


def _filled(text: str) -> str:
    if not text:
        raise Unreadable(N_("a value"))
    return _fitting(text)


def _fitting(text: str) -> str:
    """Refuse a name that is too long, or not what it looks like."""
    if len(text) > REFERENCE_MAX:
        raise Unreadable(N_("up to 64 characters"))
    if disguise_in(text):
        raise Unreadable(N_("visible characters of one alphabet per word"))
    return text


def _version(text: str) -> int:
    if not text:
        return 1
    if not WHOLE.fullmatch(text) or int(text) > VERSION_MAX:
        raise Unreadable(N_("a whole number from 1"))
    return int(text)


def _function(text: str) -> str:
    try:
        return FUNCTIONS[text.upper()]
    except KeyError:
        raise Unreadable("NEWM, CANC") from None


def _side(text: str) -> str:
    try:
        return SIDES[text.upper()]
    except KeyError:
        raise Unreadable(N_("BUY or SELL")) from None


def _currency(text: str) -> str:
    if not CURRENCY.fullmatch(text):
        raise Unreadable(N_("an ISO 4217 code"))
    return text


def _isin(text: str) -> str:
    if not is_isin(text):
        raise Unreadable(N_("an ISIN with a right check digit"))
    return text


def _positive(number: Decimal) -> Decimal:
    if number <= 0:
        raise Unreadable(N_("a number above zero"))
    return number


def _number(name: str, text: str, written: Written) -> Decimal:
    try:
        plain = (
            text if written.plain else number_text(text, written.decimal_mark, typed=written.typed)
        )
        number = decimal_from_text(plain)
    except (UnreadableCell, UnreadableDecimal):
        raise Unreadable(N_("a number")) from None
    whole, decimals = DIGITS[name]
    if abs(number) >= Decimal(10) ** whole or round(number, decimals) != number:
        raise Unreadable(N_("fewer digits"))
    return number


def _day(text: str, date_format: str) -> date:
    try:
        day = day_of(text, date_format)
    except UnreadableCell:
        raise Unreadable(N_("a date of the chosen format")) from None
    if not is_plausible(day):
        raise Unreadable(SPAN)
    return day
