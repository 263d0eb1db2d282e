"""The terms of a version as people read them: what changed, before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.pages import formats, words
from refdata import selectors
from trades.facts import DealTerms, Product
from trades.models import Trade
from trades.states import Side

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
    "place_of_settlement": _("Place of settlement"),
    "capacity": _("Capacity"),
    "product": _("Product"),
    "pair": _("Pair of currencies"),
    "spot_date": _("Spot date"),
    "forward_points": _("Forward points"),
    "repo_rate": _("Repo rate, percent"),
    "lending_fee": _("Lending fee (bp)"),
    "day_count": _("Day count"),
    "haircut": _("Haircut, percent"),
    "margin": _("Margin, percent"),
    "interest": _("Interest or fee"),
    "collateral": _("Collateral"),
    "collateral_amount": _("Amount of collateral"),
    "notice_days": _("Notice (business days)"),
    "leg_1": _("First leg"),
    "leg_2": _("Second leg"),
    "comment": _("Comment"),
}
AMOUNTS = frozenset(
    {"gross_amount", "accrued_interest", "fees", "net_amount", "interest", "collateral_amount"}
)
SIDES: dict[tuple[str, str], str | Promise] = {
    (Product.REPO, Side.SELL): _("Repo"),
    (Product.REPO, Side.BUY): _("Reverse repo"),
    (Product.LENDING, Side.SELL): _("Loan"),
    (Product.LENDING, Side.BUY): _("Borrowing"),
}
CODES = frozenset({"side", "capacity", "product", "collateral"})
RATES = frozenset({"price", "forward_points", "repo_rate", "lending_fee", "haircut", "margin"})


def changed_terms(
    before: dict[str, Any], after: dict[str, Any]
) -> Iterator[tuple[str | Promise, str, str]]:
    """Yield (label, before, after) of every term that changed, written for the reader."""
    before, after = _flat(before), _flat(after)
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
    before, after = _flat(before), _flat(after)
    for name, label in FIELD_NAMES.items():
        if before.get(name) or after.get(name):
            one = _written(name, before.get(name), str(before.get("currency")))
            other = _written(name, after.get(name), str(after.get("currency")))
            yield label, one, other, str(label) in changed


def three_ways(
    saw: dict[str, Any], stands: dict[str, Any], typed: dict[str, Any]
) -> Iterator[tuple[str | Promise, str, str, str, bool]]:
    """Yield (label, saw, stands, typed, whether the last two differ) of every term that is not the
    same in all three, written for the reader.
    """
    three = [_flat(one) for one in (saw, stands, typed)]
    for name, label in FIELD_NAMES.items():
        old, now, new = (one.get(name) or None for one in three)
        if _same(old, now) and _same(now, new):
            continue
        written = [_written(name, one.get(name), str(one.get("currency"))) for one in three]
        yield label, written[0], written[1], written[2], not _same(now, new)


def side_of(trade: Trade) -> str | Promise:
    """Return what a side means for the product of a trade; a purchase or a sale of any other."""
    return SIDES.get((trade.product, trade.side), trade.get_side_display())


def deal_of(terms: dict[str, Any]) -> DealTerms | None:
    """Return what a version of two legs has besides; None of any other."""
    deal = terms.get("deal")
    return msgspec.convert(deal, DealTerms) if deal else None


def _flat(terms: dict[str, Any]) -> dict[str, Any]:
    """Return the terms with those of a deal beside them, each of its legs as one."""
    deal = dict(terms.get("deal") or {})
    legs = {f"leg_{leg['number']}": leg for leg in deal.pop("legs", ())}
    return terms | deal | legs


def _leg(leg: dict[str, Any]) -> str:
    """Write a leg: when, how much money, how many securities."""
    day = leg.get("settlement_date")
    parts = [formats.day(date.fromisoformat(day)) if day else str(_("open"))]
    if leg.get("amount") is not None:
        parts.append(f"{formats.amount(Decimal(leg['amount']), leg['currency'])} {leg['currency']}")
    if leg.get("quantity") is not None:
        parts.append(formats.quantity(Decimal(leg["quantity"])))
    return " · ".join(parts)


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
    if isinstance(value, dict):
        return _leg(value)
    text = str(value)
    if name in AMOUNTS:
        return formats.amount(Decimal(text), currency)
    if name in WRITTEN:
        return WRITTEN[name](text)
    return words.said(text, name) if name in CODES else text


def _day(text: str) -> str:
    return formats.day(date.fromisoformat(text))


WRITTEN: dict[str, Callable[[str], str]] = {
    "settlement_instruction_id": lambda text: selectors.name_of_instruction(
        instruction_id=int(text)
    ),
    "quantity": lambda text: formats.quantity(Decimal(text)),
    "traded_at": lambda text: formats.moment(datetime.fromisoformat(text)),
    **dict.fromkeys(("trade_date", "settlement_date", "spot_date"), _day),
    **dict.fromkeys(RATES, lambda text: formats.price(Decimal(text))),
}
"""How a term is written that is neither an amount nor a word."""
