"""How a trade of two legs is worked out: what is exchanged, when, and what it comes to in the end.

Signs are ours: below zero we pay or deliver. Each amount is rounded half up to its own currency,
once, from the exact product.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from kernel.coupons import DayCount, part_of_year
from kernel.money import EXACT, rounded
from trades.facts import LegKind, LegTerms
from trades.states import Side

ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)
BASIS_POINTS: Final = Decimal(10_000)
STERLING_BASIS: Final = frozenset({"GBP", "AUD", "CAD", "HKD", "NZD", "PLN", "SGD"})
"""Currencies whose money market counts 365 days; the others count 360."""


def currencies_of(pair: str) -> tuple[str, str]:
    """Return base and quoted currency of a pair: a rate is units of the quoted for one base."""
    base, _slash, quoted = pair.partition("/")
    return base, quoted


def counter_currency(pair: str, dealt: str) -> str:
    """Return the other currency of a pair; that of a pair that lacks `dealt` is its base."""
    base, quoted = currencies_of(pair)
    return quoted if dealt == base else base


def counter_amount(pair: str, dealt: str, amount: Decimal, rate: Decimal) -> Decimal:
    """Return what is paid for an amount of `dealt`, rounded to the other currency.

    `rate` is that of the pair and not zero: the base times it, the quoted currency divided by it.
    """
    base, _quoted = currencies_of(pair)
    exact = EXACT.multiply(amount, rate) if dealt == base else EXACT.divide(amount, rate)
    return rounded(exact, counter_currency(pair, dealt))


def cross_rate(pair: str, per_euro: dict[str, Decimal]) -> Decimal | None:
    """Return the rate of a pair from units per euro; None where one of them is not known."""
    base, quoted = (per_euro.get(code) for code in currencies_of(pair))
    return EXACT.divide(quoted, base) if base and quoted else None


def usual_day_count(currency: str) -> DayCount:
    """Return the day count of the money market of a currency."""
    return DayCount.ACT_365 if currency in STERLING_BASIS else DayCount.ACT_360


def start_cash(value: Decimal, haircut: Decimal, currency: str) -> Decimal:
    """Return what is lent against securities of this value: less the haircut, in percent of it."""
    share = EXACT.divide(EXACT.subtract(HUNDRED, haircut), HUNDRED)
    return rounded(EXACT.multiply(value, share), currency)


def interest(
    principal: Decimal, rate: Decimal, span: tuple[date, date], day_count: str, currency: str
) -> Decimal:
    """Return the simple interest at `rate` percent a year between two days, rounded."""
    part = part_of_year(*span, DayCount(day_count))
    year = EXACT.divide(EXACT.multiply(principal, rate), HUNDRED)
    exact = EXACT.divide(EXACT.multiply(year, Decimal(part.numerator)), Decimal(part.denominator))
    return rounded(exact, currency)


def lending_fee(
    value: Decimal, points: Decimal, span: tuple[date, date], day_count: str, currency: str
) -> Decimal:
    """Return the fee of a loan of securities of this value, in basis points a year, rounded."""
    rate = EXACT.divide(EXACT.multiply(points, HUNDRED), BASIS_POINTS)
    return interest(value, rate, span, day_count, currency)


def exchange_legs(
    side: str, dealt: tuple[str, Decimal], counter: tuple[str, Decimal], day: date | None
) -> tuple[LegTerms, LegTerms]:
    """Return the legs of an exchange: who buys receives what is dealt and pays the other."""
    sign = ONE if side == Side.BUY else -ONE
    return (
        LegTerms(
            number=1,
            kind=LegKind.DEALT.value,
            currency=dealt[0],
            settlement_date=day,
            amount=sign * dealt[1],
        ),
        LegTerms(
            number=2,
            kind=LegKind.COUNTER.value,
            currency=counter[0],
            settlement_date=day,
            amount=-sign * counter[1],
        ),
    )


def financing_legs(
    side: str,
    quantity: Decimal,
    cash: tuple[str, Decimal, Decimal | None],
    days: tuple[date | None, date | None],
) -> tuple[LegTerms, LegTerms]:
    """Return the legs of a repo or loan: securities out and back, cash in and back.

    `cash` is its currency, what the seller receives at the start and pays back in the end (below
    zero: receives, as a lender does who took no cash); None while that is not known.
    """
    sign = ONE if side == Side.SELL else -ONE
    currency, start, end = cash
    return (
        LegTerms(
            number=1,
            kind=LegKind.START.value,
            currency=currency,
            settlement_date=days[0],
            amount=sign * start,
            quantity=-sign * quantity,
        ),
        LegTerms(
            number=2,
            kind=LegKind.END.value,
            currency=currency,
            settlement_date=days[1],
            amount=None if end is None else -sign * end,
            quantity=sign * quantity,
        ),
    )
