"""What is compared of each product, and what two sides must say alike to be about one deal."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from kernel.money import EXACT
from settlement.facts import Deal

FX: Final = "FX"
REPO: Final = "REPO"
LENDING: Final = "LENDING"
RATE_PLACES: Final = Decimal("0.0000000001")
OPPOSITE: Final = {"BUY": "SELL", "SELL": "BUY"}


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a product that are compared.

    `exact` are there and equal; `may_be_open` are equal, or on both sides not known yet;
    `relative` differ by a percentage, `amounts` by an amount. Where one of `close` is near, the two
    can be the same deal.
    """

    exact: tuple[str, ...]
    relative: tuple[str, ...]
    amounts: tuple[str, ...]
    close: tuple[str, ...]
    may_be_open: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        return (*self.exact, *self.may_be_open, *self.relative, *self.amounts)


SECURITY: Final = ("isin", "side", "quantity", "currency", "trade_date", "settlement_date")
EXCHANGE: Final = ("pair", "side", "quantity", "currency", "trade_date", "settlement_date")
FIELDS: Final[Mapping[str, Fields]] = {
    "": Fields(exact=SECURITY, relative=("price",), amounts=("amount",), close=("price", "amount")),
    FX: Fields(
        exact=EXCHANGE,
        relative=("price",),
        amounts=("counter_amount",),
        close=("price", "counter_amount"),
    ),
    REPO: Fields(
        exact=SECURITY,
        relative=("rate",),
        amounts=("amount", "end_amount"),
        close=("rate", "amount"),
        may_be_open=("end_date",),
    ),
    LENDING: Fields(
        exact=SECURITY,
        relative=("rate",),
        amounts=("amount",),
        close=("rate",),
        may_be_open=("end_date",),
    ),
}


class Key(NamedTuple):
    """The minimum fields: what two sides must say alike. `what` is an ISIN, or a pair and which
    currency of it the quantity is of.
    """

    party_id: int
    product: str
    what: str
    side: str
    trade_date: date
    quantity: Decimal


def keys_of(deal: Deal) -> tuple[Key, ...]:
    """Return the minimum fields of a deal, its side being ours.

    An exchange has two: who buys one currency sells the other, and either side may say it either
    way. Two sides with one key in common are candidates.
    """
    if deal.product != FX:
        what = deal.isin
        return (Key(deal.party_id, deal.product, what, deal.side, deal.trade_date, deal.quantity),)
    ways = (deal,) if deal.counter_amount is None else (deal, other_way(deal))
    return tuple(
        Key(
            *(way.party_id, way.product, f"{ordered(way.pair)} {way.currency}", way.side),
            *(way.trade_date, way.quantity),
        )
        for way in ways
    )


def ordered(pair: str) -> str:
    """Return a pair with its currencies in the order of the alphabet: EUR/USD for USD/EUR."""
    return "/".join(sorted(pair.split("/")))


def other_way(deal: Deal) -> Deal:
    """Return an exchange as who names the other currency tells it; the rate stays that of the
    pair.
    """
    assert deal.counter_amount is not None  # noqa: S101 - an exchange has both, by its reader
    return dataclasses.replace(
        deal,
        side=OPPOSITE[deal.side],
        quantity=deal.counter_amount,
        counter_amount=deal.quantity,
        currency=deal.counter_currency,
    )


def facing(ours: Deal, theirs: Deal) -> Deal:
    """Return their side told in our way: of an exchange our pair, and the currency we dealt."""
    if ours.product != FX or theirs.product != FX or ordered(ours.pair) != ordered(theirs.pair):
        return theirs
    if theirs.pair != ours.pair and theirs.price:
        inverse = EXACT.divide(Decimal(1), theirs.price).quantize(RATE_PLACES)
        theirs = dataclasses.replace(theirs, pair=ours.pair, price=inverse)
    if theirs.currency != ours.currency and theirs.counter_amount is not None:
        return other_way(theirs)
    return theirs
