"""What rules may look at besides the trade: loaded once for a whole batch, never trade by trade."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from kernel.calendars import BusinessCalendar
from kernel.coupons import Coupons
from refdata.facts import AgreementFacts, InstructionFacts, RestrictionFacts, ScreeningFacts
from refdata.rules.accounts import AccountSigns
from refdata.rules.fees import FeeBook

HOUSE_ZONE = ZoneInfo("Europe/Paris")
CLEAR = ScreeningFacts()
Restrictions = Mapping[str, Sequence[RestrictionFacts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRef:
    """`contract_known` says whether static data tells all terms of a future or an option."""

    isin: str
    asset_class: str
    currency: str
    price_type: str
    multiplier: Decimal
    active: bool
    maturity_date: date | None = None
    lot_size: Decimal | None = None
    tick_size: Decimal | None = None
    coupon_rate: Decimal | None = None
    coupons: Coupons | None = None
    is_future: bool = False
    is_option: bool = False
    contract_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRef:
    """`screening` is None for a party that was never screened."""

    code: str
    active: bool
    lei: str
    lei_next_renewal: date | None = None
    is_counterparty: bool = True
    lei_status: str = ""
    country: str = ""
    nature: str = "OUTSIDE"
    screening: ScreeningFacts | None = CLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRef:
    code: str
    active: bool
    desk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderRef:
    """A trader; `mandate` names the books that it may deal for, none means those of its desk."""

    code: str
    active: bool
    desk: str
    mandate: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LastPrice:
    """The last close on or before the trade date, from a source that the desk does not feed.

    `usual_move` is the median daily move before it in percent, of so many `moves`; `others` are
    what other sources say of its day.
    """

    day: date
    close: Decimal
    source: str
    high: Decimal | None = None
    low: Decimal | None = None
    usual_move: Decimal | None = None
    moves: int = 0
    others: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Slices:
    """Trades that are under the limit of one each and over it together: in EUR, and which."""

    limit: Decimal
    total: Decimal
    references: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """A limit that a trade does not fit under, and what others used of it before; in EUR."""

    limit: Decimal
    before: Decimal


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a trade takes of an account that is not there: of a security by ISIN or a currency.

    `free` was held by the end of `day` and is neither `blocked` nor `pledged`; `available` is what
    is left of it for the trade, less than it `needs`.
    """

    what: str
    needs: Decimal
    free: Decimal
    available: Decimal
    day: date
    blocked: Decimal
    pledged: Decimal


@dataclass(frozen=True, slots=True)
class RuleContext:
    """Reference data of one batch. A key that is absent means "not known", never "fine".

    `venues` maps a MIC to "is active", `sessions` to the hours of its session in its own time;
    `calendars` are keyed by MIC, `settlement_calendars` by (currency, MIC), and `payable` are the
    currencies whose payment system has one; `settlement_dates` by (ISIN, MIC, trade date); `rates`
    are units per euro by trade date; `last_prices` by (ISIN, trade date);
    `twins` and `near_twins` map a trade id to the reference of an older trade with the same terms;
    `over_trader` and `over_counterparty` map a trade id to the limit that it crosses,
    `trader_before` and `counterparty_before` to what others used before it: in EUR, of a trader on
    the trade date, of a counterparty until settlement; the `unvalued` trades that these lack are
    counted, by (code, trade date); `house` is the calendar of our own days and `slices` map a trade
    id to the trades it is part of. `instructions` are those of a counterparty of which a trade
    lacks one, approved or not, `chosen` those that trades have, by their ids, `account_signs` what
    is odd about their accounts, and `accounts` the keys of ours that trades name. `agreements` are
    those with a party, absent where the house keeps none. `short_of_securities` and `short_of_cash`
    map a trade id to what its account lacks, `stated_on` the code of an account to the day of its
    oldest statement in use. `restrictions` are by ISIN or country,
    `listed_isins` are the securities that a sanctions list names, with the name of the entry.
    """

    at: datetime
    fees: FeeBook = dataclasses.field(default_factory=lambda: FeeBook(()))
    instruments: Mapping[str, InstrumentRef] = dataclasses.field(default_factory=dict)
    counterparties: Mapping[str, PartyRef] = dataclasses.field(default_factory=dict)
    books: Mapping[str, BookRef] = dataclasses.field(default_factory=dict)
    traders: Mapping[str, TraderRef] = dataclasses.field(default_factory=dict)
    venues: Mapping[str, bool] = dataclasses.field(default_factory=dict)
    sessions: Mapping[str, tuple[time, time]] = dataclasses.field(default_factory=dict)
    zones: Mapping[str, tzinfo] = dataclasses.field(default_factory=dict)
    currencies: frozenset[str] = frozenset()
    rates: Mapping[date, Mapping[str, Decimal]] = dataclasses.field(default_factory=dict)
    calendars: Mapping[str, BusinessCalendar] = dataclasses.field(default_factory=dict)
    settlement_calendars: Mapping[tuple[str, str], BusinessCalendar] = dataclasses.field(
        default_factory=dict
    )
    payable: frozenset[str] = frozenset()
    house: BusinessCalendar | None = None
    settlement_dates: Mapping[tuple[str, str, date], date] = dataclasses.field(default_factory=dict)
    last_prices: Mapping[tuple[str, date], LastPrice] = dataclasses.field(default_factory=dict)
    twins: Mapping[int, str] = dataclasses.field(default_factory=dict)
    near_twins: Mapping[int, str] = dataclasses.field(default_factory=dict)
    slices: Mapping[int, Slices] = dataclasses.field(default_factory=dict)
    over_trader: Mapping[int, Crossing] = dataclasses.field(default_factory=dict)
    over_counterparty: Mapping[int, Crossing] = dataclasses.field(default_factory=dict)
    trader_before: Mapping[int, Decimal] = dataclasses.field(default_factory=dict)
    counterparty_before: Mapping[int, Decimal] = dataclasses.field(default_factory=dict)
    trader_unvalued: Mapping[tuple[str, date], int] = dataclasses.field(default_factory=dict)
    counterparty_unvalued: Mapping[tuple[str, date], int] = dataclasses.field(default_factory=dict)
    instructions: Mapping[int, Sequence[InstructionFacts]] = dataclasses.field(default_factory=dict)
    chosen: Mapping[int, InstructionFacts] = dataclasses.field(default_factory=dict)
    account_signs: Mapping[int, AccountSigns] = dataclasses.field(default_factory=dict)
    accounts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    agreements: Mapping[int, Sequence[AgreementFacts]] = dataclasses.field(default_factory=dict)
    short_of_securities: Mapping[int, Shortfall] = dataclasses.field(default_factory=dict)
    short_of_cash: Mapping[int, Shortfall] = dataclasses.field(default_factory=dict)
    stated_on: Mapping[str, date] = dataclasses.field(default_factory=dict)
    restrictions: Restrictions = dataclasses.field(default_factory=dict)
    listed_isins: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def local_day(self, moment: datetime, mic: str) -> date:
        """Return the calendar day of a moment at a venue; the house's own zone off venue."""
        return moment.astimezone(self.zones.get(mic, HOUSE_ZONE)).date()


class OnDemand(RuleContext):
    """The same, read section by section when a rule first looks at one: what no rule that runs
    looks at costs nothing.
    """

    __slots__ = ("_read",)
    _read: Mapping[str, Callable[[], Any]]

    def __init__(self, at: datetime, read: Mapping[str, Callable[[], Any]]) -> None:
        object.__setattr__(self, "at", at)
        object.__setattr__(self, "_read", read)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - sections are of any type
        """Read a section that is not there yet, and keep it: the next look finds it."""
        if name not in self._read:
            raise AttributeError(name)
        section = self._read[name]()
        object.__setattr__(self, name, section)
        return section
