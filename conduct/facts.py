"""What conduct rules judge: one trader, or one party, on one business day with the days before."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The day of a trader in figures; amounts are gross and in EUR.

    `early` are trades cancelled before anybody confirmed them, on the eve of their settlement;
    `outside` were dealt outside the hours of the house, `near` are just under the limit of one
    trade; `top` is what was dealt in one instrument, the most of the day.
    """

    trades: int = 0
    amended: int = 0
    cancelled: int = 0
    early: int = 0
    outside: int = 0
    near: int = 0
    round_trips: int = 0
    washes: int = 0
    gross_eur: Decimal = ZERO
    top_eur: Decimal = ZERO
    top_isin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A trade that a finding names; `hands` made or touched it.

    `age` counts the business days since it was dealt. `confirmed` says that its counterparty
    confirmed it, before it was cancelled if it was.
    """

    trade_id: int
    reference: str
    trader_code: str
    trade_date: date
    settlement_date: date | None = None
    counterparty_code: str = ""
    nature: str = "OUTSIDE"
    amount_eur: Decimal | None = None
    hands: tuple[str, ...] = ()
    confirmed: bool = False
    age: int = 0

    @property
    def days_ahead(self) -> int:
        """Return how many days after the trade it was to settle."""
        return (self.settlement_date - self.trade_date).days if self.settlement_date else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two trades of one trader that offset each other; `away` is the percent by which the price of
    the first is off the last close.
    """

    first: Deal
    second: Deal
    away: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """A trade whose settlement date was moved to a later day so many times."""

    deal: Deal
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderConduct:
    """One trader on one day: the day, the days of the window on which he dealt, what stands open.

    `names` are references of the trades behind a measure, by its name. `checkers` count who
    validated his trades in the window, `checkers_of_desk` how many people did so for his desk.
    """

    trader_id: int
    code: str
    desk: str
    day: date
    user: str = ""
    absence: str = ""
    absence_kind: str = ""
    today: Measures = dataclasses.field(default_factory=Measures)
    before: Sequence[Measures] = ()
    names: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    cancelled: Sequence[Deal] = ()
    offsets: Sequence[Pair] = ()
    put_off: Sequence[PutOff] = ()
    standing: Sequence[Deal] = ()
    unconfirmed: Sequence[Deal] = ()
    checkers: Mapping[str, int] = dataclasses.field(default_factory=dict)
    checkers_of_desk: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyConduct:
    """One counterparty on one day: what stands open with it, and the window beside the house's."""

    party_id: int
    code: str
    day: date
    nature: str = "OUTSIDE"
    standing: Sequence[Deal] = ()
    dealt: int = 0
    cancelled: int = 0
    house_dealt: int = 0
    house_cancelled: int = 0
