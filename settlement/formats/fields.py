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
"""What a NEWM must say of a security, besides its reference; a CANC says its reference alone."""
DAYS: Final = ("trade_date", "settlement_date")
FINANCED: Final = ("isin", "side", "quantity", "amount", "currency", *DAYS, "rate")
TERMS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "": TERMS,
    "FX": ("pair", "side", "quantity", "currency", "price", "counter_amount", *DAYS),
    "REPO": (*FINANCED, "end_date", "end_amount"),
    "LENDING": (*FINANCED, "end_date"),
}
"""The terms of each product; those of `OPTIONAL` may be left out."""
OPTIONAL: Final = frozenset({"end_date", "end_amount"})
BESIDES: Final = ("product", "pair", "counter_amount", "rate", "end_date", "end_amount")
IDENTITY: Final = ("reference", "version", "function", "our_reference", "party")
FIELDS: Final = (*IDENTITY, *TERMS, *BESIDES)
REFERENCE_MAX: Final = 64
VERSION_MAX: Final = 2_147_483_647
DIGITS: Final[Mapping[str, tuple[int, int]]] = {
    "quantity": (18, 10),
    "price": (10, 10),
    "amount": (16, 4),
    "counter_amount": (16, 4),
    "rate": (10, 10),
    "end_amount": (16, 4),
}
SIDES: Final = {
    **dict.fromkeys(("BUY", "B", "BUYI", "BOUGHT", "ACHAT", "A"), "BUY"),
    **dict.fromkeys(("SELL", "S", "SOLD", "VENTE", "V"), "SELL"),
}
FUNCTIONS: Final = {
    **dict.fromkeys(("NEWM", "NEW", "AMEND", ""), "NEWM"),
    **dict.fromkeys(("CANC", "CANCEL"), "CANC"),
}
PRODUCTS: Final = {
    **dict.fromkeys(("", "SECURITY"), ""),
    **dict.fromkeys(("FX", "FOREX", "CHANGE"), "FX"),
    **dict.fromkeys(("REPO", "PENSION"), "REPO"),
    **dict.fromkeys(("LENDING", "LOAN", "PRET"), "LENDING"),
}
PAIR: Final = re.compile(r"([A-Z]{3})/?([A-Z]{3})", re.ASCII)
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
    for name in _asked(cells):
        text = cells.get(name, "").strip()
        try:
            values[name] = readers[name](text)
        except Unreadable as unreadable:
            findings.append(_finding(name, text, str(unreadable), written, line))
    findings += _strangers(cells, values, written, line)
    if findings:
        return tuple(findings)
    if values.get("product") == "FX":
        values["amount"] = values["quantity"]
    return Told(line=line, **values)


def _asked(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields that a confirmation of this function and product has."""
    function = FUNCTIONS.get(cells.get("function", "").strip().upper(), "NEWM")
    if function != "NEWM":
        return IDENTITY
    product = PRODUCTS.get(cells.get("product", "").strip().upper(), "")
    return (*IDENTITY, "product", *TERMS_OF[product])


def _strangers(
    cells: Mapping[str, str], values: Mapping[str, Any], written: Written, line: int | None
) -> list[Finding]:
    """Return what is told and is no term of the product, and what two terms contradict."""
    if values.get("function") != "NEWM" or "product" not in values:
        return []
    product = values["product"]
    known = {*IDENTITY, "product", *TERMS_OF[product]}
    found = [
        _remark("CNF-107", name, N_("{field} is no term of this product: {found}"), cells[name],
                written, line)
        for name in FIELDS
        if name not in known and cells.get(name, "").strip()
    ]  # fmt: skip
    if product == "REPO" and values.get("end_date") and values.get("end_amount") is None:
        found.append(_remark("CNF-101", "end_amount", N_("{field} is missing"), "", written, line))
    pair = values.get("pair", "") if product == "FX" else ""
    if pair and values.get("currency", pair[:3]) not in pair.split("/"):
        text = N_("{found} is not one of the currencies of {expected}")
        found.append(
            _remark("CNF-108", "currency", text, values["currency"], written, line, expected=pair)
        )
    return found


def _remark(
    code: str, name: str, text: str, found: str, written: Written, line: int | None,
    *, expected: str = "",
) -> Finding:  # fmt: skip
    column = written.names.get(name, name) if line else ""
    return Finding(code, name, text, expected=expected, found=found[:200], line=line, column=column)


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
        "product": _product,
        "pair": _pair,
        "counter_amount": lambda text: abs(number("counter_amount")(text)),
        "rate": number("rate"),
        "end_date": lambda text: day(text) if text else None,
        "end_amount": lambda text: abs(number("end_amount")(text)) if text else None,
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


def _product(text: str) -> str:
    try:
        return PRODUCTS[text.upper()]
    except KeyError:
        raise Unreadable("FX, REPO, LENDING") from None


def _pair(text: str) -> str:
    found = PAIR.fullmatch(text)
    if found is None or found[1] == found[2]:
        raise Unreadable(N_("two ISO 4217 codes, as EUR/USD"))
    return f"{found[1]}/{found[2]}"


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
