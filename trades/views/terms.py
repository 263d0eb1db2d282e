"""The terms of a version as people read them: what changed, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.pages import formats, words
from refdata import selectors

FIELD_NAMES: dict[str, str | Promise] = {
    "isin": "ISIN",
    "symbol": _("Symbol"),
    "side": _("Side"),
    "quantity": _("Quantity"),
    "price": _("Price"),
    "currency": _("Currency"),
    "gross_amount": _("Gross amount"),
    "accrued_interest": _("Accrued interest"),
    "fees": _("Fees"),
    "net_amount": _("Net amount"),
    "trade_date": _("Trade date"),
    "traded_at": _("Traded at"),
    "settlement_date": _("Settlement date"),
    "venue": _("Venue"),
    "counterparty_code": _("Counterparty"),
    "desk_code": _("Desk"),
    "book_code": _("Book"),
    "trader_code": _("Trader"),
    "account_code": _("Account"),
    "settlement_instruction_id": _("Settlement instruction"),
    "capacity": _("Capacity"),
    "comment": _("Comment"),
}
AMOUNTS = frozenset({"gross_amount", "accrued_interest", "fees", "net_amount"})


def changed_terms(
    before: dict[str, Any], after: dict[str, Any]
) -> Iterator[tuple[str | Promise, str, str]]:
    """Yield (label, before, after) of every term that changed, written for the reader."""
    for name, label in FIELD_NAMES.items():
        old, new = before.get(name), after.get(name)
        if _same(old, new) or not (old or new):
            continue
        yield (
            label,
            _written(name, old, str(before.get("currency"))),
            _written(name, new, str(after.get("currency"))),
        )


def charges_of(terms: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the charges that the fees of a version add up from, their amounts as numbers."""
    return [charge | {"amount": Decimal(charge["amount"])} for charge in terms.get("charges", ())]


def compared_terms(
    before: dict[str, Any], after: dict[str, Any]
) -> Iterator[tuple[str | Promise, str, str, bool]]:
    """Yield (label, one, other, differs) of every term that either version has."""
    changed = {str(label) for label, _old, _new in changed_terms(before, after)}
    for name, label in FIELD_NAMES.items():
        if before.get(name) or after.get(name):
            one = _written(name, before.get(name), str(before.get("currency")))
            other = _written(name, after.get(name), str(after.get("currency")))
            yield label, one, other, str(label) in changed


def _same(old: object, new: object) -> bool:
    if isinstance(old, str) and isinstance(new, str) and old != new:
        try:
            return Decimal(old) == Decimal(new)
        except ArithmeticError:
            return False
    return old == new


def _written(name: str, value: object, currency: str) -> str:
    """Write a stored term as the reader reads it."""
    if value in (None, ""):
        return "–"
    text = str(value)
    if name == "settlement_instruction_id":
        return selectors.name_of_instruction(instruction_id=int(text))
    if name in AMOUNTS:
        return formats.amount(Decimal(text), currency)
    if name == "quantity":
        return formats.quantity(Decimal(text))
    if name == "price":
        return formats.price(Decimal(text))
    if name in ("trade_date", "settlement_date"):
        return formats.day(date.fromisoformat(text))
    if name == "traded_at":
        return formats.moment(datetime.fromisoformat(text))
    return words.said(text, name) if name in ("side", "capacity") else text
