"""When a trade settles: the cycle of its market on its trade date, counted in open days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Final

from kernel.calendars import BusinessCalendar
from kernel.findings import Refusal
from refdata.facts import CycleFacts, InstrumentFacts, VenueFacts

EEA: Final = frozenset(
    {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE"}
    | {"IT", "LV", "LI", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE"}
)
DOLLAR: Final = "USD"
ALL_PAIRS: Final = "FX"
OTHER_MARKETS: Final[Mapping[str, str]] = {"GB": "UK", "CH": "CH", "US": "US"}


class NoSettlementCycle(Refusal):
    """No cycle is in force for this market and trade date: it is not guessed."""

    code = "NO_SETTLEMENT_CYCLE"


class NoSettlementCalendar(Refusal):
    """Neither the currency nor the venue has a calendar: a weekday is not a business day."""

    code = "NO_SETTLEMENT_CALENDAR"


def market_of(country: str) -> str:
    """Return the settlement market of a country: EU (for the EEA), UK, CH, US or the country."""
    return "EU" if country in EEA else OTHER_MARKETS.get(country, country)


def cycle_days(
    cycles: Iterable[CycleFacts], *, market: str, asset_class: str, trade_date: date
) -> int:
    """Return n of T+n: the most specific cycle, and of these the latest in force on trade date.

    A market counts more than an asset class. Raises NoSettlementCycle.
    """
    fitting = [
        (bool(cycle.market), bool(cycle.asset_class), cycle.valid_from, cycle.days)
        for cycle in cycles
        if cycle.market in ("", market)
        and cycle.asset_class in ("", asset_class)
        and cycle.valid_from <= trade_date
    ]
    if not fitting:
        raise NoSettlementCycle(f"{market or '?'} {asset_class} {trade_date}")
    return max(fitting)[-1]


def spot_days(cycles: Iterable[CycleFacts], *, pair: str, trade_date: date) -> int:
    """Return n of T+n of a pair of currencies, whichever is named first; else that of all pairs.

    Conventions stand among the cycles, under the pair (`USD/CAD`) or `FX` as their market. Raises
    NoSettlementCycle.
    """
    base, _slash, quoted = pair.partition("/")
    names = {pair, f"{quoted}/{base}"}
    fitting = [
        (cycle.market != ALL_PAIRS, cycle.valid_from, cycle.days)
        for cycle in cycles
        if (cycle.market in names or cycle.market == ALL_PAIRS) and cycle.valid_from <= trade_date
    ]
    if not fitting:
        raise NoSettlementCycle(f"{pair} {trade_date}")
    return max(fitting)[-1]


@dataclass(frozen=True, slots=True)
class SettlementBook:
    """Everything that settling a batch needs, loaded once.

    `calendars` by code, `currency_calendars` currency -> calendar code, `venues` by MIC.
    """

    cycles: tuple[CycleFacts, ...]
    calendars: Mapping[str, BusinessCalendar]
    currency_calendars: Mapping[str, str]
    venues: Mapping[str, VenueFacts]

    def spot_date(self, pair: str, trade_date: date) -> date:
        """Return the spot date of a pair such as EUR/USD, by its dated convention.

        Days are counted on the calendars of the currencies other than the dollar, whose holidays
        matter on the spot date alone; that is then the first day open in both. Raises
        NoSettlementCycle, NoSettlementCalendar or kernel.calendars.UnknownDate.
        """
        codes = pair.split("/")
        counted = [self._payment(code) for code in codes if code != DOLLAR]
        if not counted:
            raise NoSettlementCalendar(pair)
        both = reduce(BusinessCalendar.joined, map(self._payment, codes))
        days = spot_days(self.cycles, pair=pair, trade_date=trade_date)
        return both.add(reduce(BusinessCalendar.joined, counted).add(trade_date, days), 0)

    def _payment(self, currency: str) -> BusinessCalendar:
        found = self.calendars.get(self.currency_calendars.get(currency, ""))
        if found is None:
            raise NoSettlementCalendar(currency)
        return found

    @property
    def payable(self) -> frozenset[str]:
        """The currencies of which we know on which days they are paid."""
        known = self.currency_calendars.items()
        return frozenset(currency for currency, code in known if code in self.calendars)

    def venue_calendar(self, mic: str) -> BusinessCalendar | None:
        """Return the calendar of a venue, or of the market that operates it."""
        found = self.calendars.get(mic)
        if found is None and mic in self.venues:
            found = self.calendars.get(self.venues[mic].operating_mic)
        return found

    def settlement_calendar(self, *, currency: str, mic: str) -> BusinessCalendar:
        """Return the days open for the payment in `currency` and at the venue where it has one.

        Raises NoSettlementCalendar when neither is known.
        """
        payment = self.calendars.get(self.currency_calendars.get(currency, ""))
        venue = self.venue_calendar(mic)
        if payment is not None and venue is not None:
            return payment.joined(venue)
        known = payment or venue
        if known is None:
            raise NoSettlementCalendar(f"{currency} {mic}".strip())
        return known

    def market(self, instrument: InstrumentFacts, mic: str) -> str:
        """Return the market by the venue's country; over the counter, by the ISIN's."""
        for candidate in (mic, instrument.mic):
            if candidate in self.venues and self.venues[candidate].country != "ZZ":
                return market_of(self.venues[candidate].country)
        return market_of(instrument.isin[:2])

    def settlement_date(
        self, instrument: InstrumentFacts, *, trade_date: date, mic: str, currency: str = ""
    ) -> date:
        """Return trade date plus the cycle, in days open for payment and venue.

        An instrument with a cycle of its own, as a fund, follows that. Raises NoSettlementCycle,
        NoSettlementCalendar or kernel.calendars.UnknownDate.
        """
        days = instrument.settlement_days
        if days is None:
            days = cycle_days(
                self.cycles,
                market=self.market(instrument, mic),
                asset_class=instrument.asset_class,
                trade_date=trade_date,
            )
        calendar = self.settlement_calendar(
            currency=currency or instrument.currency, mic=mic or instrument.mic
        )
        return calendar.add(trade_date, days)
