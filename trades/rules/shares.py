"""How a block is shared out: quantities by percentages, amounts so that they add up exactly.

Nothing is lost and nothing made: what percentages leave over is the remainder, and what rounding
leaves over is carried, one minor unit each, by the shares that lost most by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from functools import reduce
from typing import Final

from kernel.money import EXACT, minor_units

ZERO: Final = Decimal(0)
ALIKE: Final = (
    *(
        "isin",
        "symbol",
        "product",
        "instrument_id",
        "side",
        "currency",
        "trade_date",
        "settlement_date",
    ),
    *("counterparty_code", "desk_code", "book_code", "venue", "capacity"),
)
"""What trades must have in common to be one block: what a share is booked with."""
HUNDRED: Final = Decimal(100)
PRICE_STEP: Final = Decimal(1).scaleb(-10)
"""A price has ten decimals in every table: an average that has more is rounded half up there; the
amounts are those of the fills, not its product."""


def split_quantity(
    quantity: Decimal, percents: Mapping[str, Decimal], *, lot: Decimal
) -> tuple[dict[str, Decimal], Decimal]:
    """Return what each account takes, in whole lots, and the remainder that none takes.

    A share that comes to less than a lot is left out: what it would have been is remainder.
    """
    taken = {}
    for account, percent in percents.items():
        lots = EXACT.divide(EXACT.multiply(quantity, percent), EXACT.multiply(HUNDRED, lot))
        taken[account] = EXACT.multiply(_cut(lots, Decimal(1)), lot)
    shares = {account: share for account, share in taken.items() if share > ZERO}
    return shares, EXACT.subtract(quantity, _sum(shares.values()))


def split_amount(
    amount: Decimal, quantities: Sequence[Decimal], *, currency: str
) -> tuple[Decimal, ...]:
    """Return one amount per quantity, in proportion, that together are `amount` to the last digit.

    Each is cut to the minor unit, and the units that are left go one each to the shares that were
    cut most; of equals to the larger share, then to the first. None has the other sign, none is
    as far as one minor unit from its exact part. Digits below the minor unit, which a message may
    carry, go to the next of them. Quantities are above zero.
    """
    unit = Decimal(1).scaleb(-minor_units(currency))
    whole, sign = abs(amount), Decimal(-1 if amount < 0 else 1)
    total = _sum(quantities)
    exact = [EXACT.divide(EXACT.multiply(whole, one), total) for one in quantities]
    parts = [_cut(one, unit) for one in exact]
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], -quantities[n], n))
    left = EXACT.subtract(whole, _sum(parts))
    for n in order:
        carried = min(left, unit)
        parts[n] = EXACT.add(parts[n], carried)
        left = EXACT.subtract(left, carried)
    return tuple(EXACT.multiply(sign, part) for part in parts)


def average_price(fills: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Return the price of (quantity, price) fills weighted by quantity; one fill keeps its own."""
    prices = {price for _quantity, price in fills}
    if len(prices) == 1:
        return prices.pop()
    total = _sum([EXACT.multiply(quantity, price) for quantity, price in fills])
    average = EXACT.divide(total, _sum([quantity for quantity, _price in fills]))
    return EXACT.quantize(average, PRICE_STEP)


def _cut(number: Decimal, step: Decimal) -> Decimal:
    return number.quantize(step, rounding=ROUND_DOWN, context=EXACT)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return reduce(EXACT.add, numbers, ZERO)
