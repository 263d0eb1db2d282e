"""What the rule book needs besides the trades: the reference data of a job, loaded set-wise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.utils import timezone

from kernel.calendars import UnknownDate
from refdata import selectors as refdata
from refdata.facts import (
    AccountFacts,
    AccountHoldings,
    AgreementFacts,
    BookFacts,
    InstructionFacts,
    InstrumentFacts,
    PartyFacts,
    PriceFacts,
    ScreeningFacts,
    TraderFacts,
)
from refdata.models import Currency
from refdata.rules.accounts import AccountSigns
from refdata.rules.fees import FeeBook
from refdata.rules.settlement import NoSettlementCalendar, NoSettlementCycle, SettlementBook
from trades.facts import Product, TradeFacts
from trades.rules.context import (
    HOUSE_ZONE,
    LastPrice,
    OnDemand,
    PartyRef,
    Restrictions,
    RuleContext,
    Slices,
)
from trades.rules.rule import Limits
from trades.rules.scopes import CodeOf, Places
from trades.services import control_records
from trades.services.consumption import Room, Uses, uses_of
from trades.services.control_records import currencies_of
from trades.services.counted import LIVE, Counted
from trades.services.provision import Provisions, provisions_of
from trades.services.slices import SliceTerms, slices_of
from trades.services.twins import twins_of

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")

ZONES: Final = {
    "GB": ZoneInfo("Europe/London"),
    "IE": ZoneInfo("Europe/Dublin"),
    "PT": ZoneInfo("Europe/Lisbon"),
    "US": ZoneInfo("America/New_York"),
    "CA": ZoneInfo("America/Toronto"),
    "JP": ZoneInfo("Asia/Tokyo"),
    "HK": ZoneInfo("Asia/Hong_Kong"),
    "SG": ZoneInfo("Asia/Singapore"),
    "AU": ZoneInfo("Australia/Sydney"),
}


@dataclass(slots=True)
class Shelf(Generic[KeyT, ValueT]):
    """What was read once in a job; asking again for the same keys costs nothing."""

    read: Callable[[set[KeyT]], Mapping[KeyT, ValueT]]
    known: dict[KeyT, ValueT] = field(default_factory=dict)
    asked: set[KeyT] = field(default_factory=set)

    def of(self, keys: Iterable[KeyT]) -> dict[KeyT, ValueT]:
        missing = set(keys) - self.asked
        if missing:
            self.known.update(self.read(missing))
            self.asked |= missing
        return self.known


def _prices(keys: set[tuple[str, date]]) -> dict[tuple[str, date], LastPrice]:
    found: dict[tuple[str, date], LastPrice] = {}
    for day in {day for _isin, day in keys}:
        isins = [isin for isin, of_day in keys if of_day == day]
        prices: dict[str, PriceFacts] = refdata.last_prices(isins, day)
        found |= {(isin, day): control_records.last_price(price) for isin, price in prices.items()}
    return found


def _counterparties(
    chunk: Sequence[TradeFacts],
    shelf: Shelf[int, PartyFacts],
    screened: Shelf[int, ScreeningFacts],
) -> dict[str, PartyRef]:
    named = {(facts.counterparty_code, facts.counterparty_id or 0) for facts in chunk}
    parties = shelf.of(pk for _code, pk in named if pk)
    said = screened.of(pk for _code, pk in named if pk)
    return {
        code: control_records.party(parties[pk], said.get(pk))
        for code, pk in named
        if pk in parties
    }


def _currencies(codes: set[str]) -> dict[str, bool]:
    return dict.fromkeys(
        Currency.objects.filter(code__in=codes).values_list("code", flat=True), True
    )


def _rates(days: set[date]) -> dict[date, dict[str, Decimal]]:
    return {day: refdata.fx_rates(day) for day in days}


@dataclass(frozen=True, slots=True)
class Windows:
    """What is compared with other trades: how far apart they may be, as the rules are set."""

    near_seconds: int = 0
    slices: SliceTerms | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Limits]) -> Windows:
        """Return those of the rules that are in force."""
        whole, parts = settings.get("TRD-601"), settings.get("TRD-611")
        return cls(
            near_seconds=int(settings.get("TRD-502", {}).get("within", 0)),
            slices=SliceTerms(
                limit=whole["maximum"],
                share=parts["share"],
                within=timedelta(minutes=int(parts["within"])),
            )
            if whole and parts
            else None,
        )


@dataclass(slots=True)
class Library:
    """The reference data of one job: each row is read once, whatever the number of chunks.

    `counted` are the trades that count beside those that are judged.
    """

    at: datetime
    counted: Counted = LIVE
    instruments: Shelf[str, InstrumentFacts] = field(
        default_factory=lambda: Shelf(refdata.instruments_by_isin)
    )
    parties: Shelf[int, PartyFacts] = field(default_factory=lambda: Shelf(refdata.parties_by_id))
    books: Shelf[str, BookFacts] = field(default_factory=lambda: Shelf(refdata.books_by_code))
    traders: Shelf[str, TraderFacts] = field(default_factory=lambda: Shelf(refdata.traders_by_code))
    currencies: Shelf[str, bool] = field(default_factory=lambda: Shelf(_currencies))
    sessions: Shelf[str, tuple[time, time]] = field(
        default_factory=lambda: Shelf(refdata.session_hours)
    )
    prices: Shelf[tuple[str, date], LastPrice] = field(default_factory=lambda: Shelf(_prices))
    instructions: Shelf[int, list[InstructionFacts]] = field(
        default_factory=lambda: Shelf(refdata.instructions_looked_at)
    )
    chosen: Shelf[int, InstructionFacts] = field(
        default_factory=lambda: Shelf(refdata.instructions_by_id)
    )
    signs: Shelf[int, AccountSigns] = field(default_factory=lambda: Shelf(refdata.account_signs))
    accounts: Shelf[str, AccountFacts] = field(
        default_factory=lambda: Shelf(refdata.accounts_by_code)
    )
    agreements: Shelf[int, tuple[AgreementFacts, ...]] = field(
        default_factory=lambda: Shelf(refdata.agreements_with)
    )
    entities: Shelf[str, str] = field(default_factory=lambda: Shelf(refdata.entities_of_desks))
    holdings: Shelf[str, AccountHoldings] = field(init=False)
    rates: Shelf[date, dict[str, Decimal]] = field(default_factory=lambda: Shelf(_rates))
    fees: FeeBook = field(default_factory=refdata.fee_book)
    restrictions: Restrictions = field(default_factory=refdata.restrictions)
    listed: Shelf[str, str] = field(default_factory=lambda: Shelf(refdata.listed_isins))
    screened: Shelf[int, ScreeningFacts] = field(init=False)
    settlement: SettlementBook | None = None
    settlement_of: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    _dates: dict[tuple[str, str, date], date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Clearances of false hits are those of the day of the control, holdings those until it."""
        today = timezone.localtime(self.at).date()
        self.screened = Shelf(lambda ids: refdata.screened(ids, self.at.date()))
        self.holdings = Shelf(lambda codes: refdata.holdings_of(codes, today))

    def context(self, chunk: Sequence[TradeFacts], *, windows: Windows, room: Room) -> RuleContext:
        """Return what the rules may look at for these trades: read when one of them looks.

        `room` is what limits leave for all trades that are judged together.
        """
        beside = self._beside(chunk, windows)
        return OnDemand(self.at, {**self._about(chunk), **beside, **_limits(room)})

    def _about(self, chunk: Sequence[TradeFacts]) -> dict[str, Callable[[], Any]]:
        """Return how to read what trades name, by the name of the section."""
        book = cache(lambda: self._settlement_book(chunk))
        mics = cache(lambda: {facts.venue for facts in chunk if facts.venue})
        known = cache(lambda: mics() & book().venues.keys())
        latest = cache(lambda: max(facts.trade_date for facts in chunk))
        instruments = cache(
            lambda: self.instruments.of(facts.isin for facts in chunk if facts.isin)
        )
        return {
            "fees": lambda: self.fees,
            "instruments": lambda: {
                isin: control_records.instrument(found) for isin, found in instruments().items()
            },
            "counterparties": lambda: _counterparties(chunk, self.parties, self.screened),
            "books": lambda: {
                code: control_records.book(found)
                for code, found in self.books.of(facts.book_code for facts in chunk).items()
            },
            "traders": lambda: {
                code: control_records.trader(found)
                for code, found in self.traders.of(facts.trader_code for facts in chunk).items()
            },
            "venues": lambda: {m: book().venues[m].is_active_on(latest()) for m in known()},
            "sessions": lambda: self.sessions.of(mics()),
            "zones": lambda: {m: ZONES.get(book().venues[m].country, HOUSE_ZONE) for m in known()},
            "currencies": lambda: frozenset(
                self.currencies.of(code for facts in chunk for code in currencies_of(facts))
            ),
            "calendars": lambda: control_records.venue_calendars(book(), mics()),
            "settlement_calendars": lambda: control_records.settlement_calendars(book(), chunk),
            "payable": lambda: book().payable,
            "house": lambda: book().calendars.get(refdata.HOUSE_CALENDAR),
            "settlement_dates": lambda: self._settlement_dates(book(), chunk, instruments()),
            "agreements": lambda: self.agreements.of(
                facts.counterparty_id for facts in chunk if facts.counterparty_id
            ),
            "restrictions": lambda: self.restrictions,
            "listed_isins": lambda: self.listed.of(facts.isin for facts in chunk if facts.isin),
        }

    def _beside(
        self, chunk: Sequence[TradeFacts], windows: Windows
    ) -> dict[str, Callable[[], Any]]:
        """Return how to read what trades are compared with, by the name of the section."""
        twins = cache(lambda: self.twins(chunk, windows.near_seconds))
        delivery = cache(lambda: self._delivery(chunk))
        return {
            "rates": lambda: self.rates.of(
                facts.trade_date for facts in chunk if facts.product == Product.FX
            ),
            "last_prices": lambda: self.prices.of(
                {(facts.isin, facts.trade_date) for facts in chunk}
            ),
            "twins": lambda: twins()[0],
            "near_twins": lambda: twins()[1],
            "slices": lambda: self.slices(chunk, windows.slices) if windows.slices else {},
            "instructions": lambda: delivery()[0],
            "chosen": lambda: delivery()[1],
            "stated_on": lambda: {
                code: min(day for day in (found.securities_on, found.cash_on) if day)
                for code, found in self.stated(chunk).items()
            },
            "account_signs": lambda: self.signs.of(delivery()[1]),
            "accounts": lambda: delivery()[2],
        }

    def uses(self, chunk: Sequence[TradeFacts]) -> Uses:
        """Return what others use of the limits of these trades."""
        return uses_of(chunk)

    def stated(self, chunk: Sequence[TradeFacts]) -> Mapping[str, AccountHoldings]:
        """Return the holdings of the accounts of these trades of which any are stated."""
        codes = {facts.account_code for facts in chunk} - {""}
        known = self.holdings.of(codes) if codes else {}
        return {code: known[code] for code in codes if code in known}

    def provisions(self, chunk: Sequence[TradeFacts]) -> Provisions:
        """Return what the accounts of these trades have free."""
        return provisions_of(chunk, self.stated(chunk), self.product_of(chunk))

    def places_of(self, chunk: Sequence[TradeFacts]) -> Places:
        """Return how to tell the entity of a trade, by its desk, and what it deals in."""
        known = cache(lambda: self.entities.of(facts.desk_code for facts in chunk))
        return Places(lambda facts: known().get(facts.desk_code, ""), self.product_of(chunk))

    def product_of(self, chunk: Sequence[TradeFacts]) -> CodeOf:
        """Return how to tell what a trade of these deals in: its product, or an asset class."""
        known = cache(lambda: self.instruments.of(facts.isin for facts in chunk if facts.isin))

        def product(facts: TradeFacts) -> str:
            if facts.product:
                return facts.product
            found = known().get(facts.isin)
            return found.asset_class if found else ""

        return product

    def _delivery(
        self, chunk: Sequence[TradeFacts]
    ) -> tuple[
        Mapping[int, Sequence[InstructionFacts]], Mapping[int, InstructionFacts], Mapping[str, int]
    ]:
        """Return what there is to say why none fits, the instructions that trades have, and the
        accounts of ours that both may name.
        """
        lacking = {f.counterparty_id for f in chunk if f.settlement_instruction_id is None}
        numbers = {facts.settlement_instruction_id for facts in chunk}
        accounts = self.accounts.of(facts.account_code for facts in chunk if facts.account_code)
        return (
            self.instructions.of(pk for pk in lacking if pk is not None),
            self.chosen.of(number for number in numbers if number is not None),
            {code: found.account_id for code, found in accounts.items()},
        )

    def twins(
        self, chunk: Sequence[TradeFacts], within: int
    ) -> tuple[dict[int, str], dict[int, str]]:
        """Return trade id -> reference of an older trade: with the very same terms, and alike."""
        return twins_of(chunk, within, counted=self.counted)

    def slices(self, chunk: Sequence[TradeFacts], terms: SliceTerms) -> dict[int, Slices]:
        """Return trade id -> the trades that are over the limit of one with it."""
        return slices_of(chunk, terms, counted=self.counted)

    def _settlement_book(self, chunk: Sequence[TradeFacts]) -> SettlementBook:
        currencies, mics = self.settlement_of
        wanted = (
            frozenset(code for facts in chunk for code in currencies_of(facts)),
            frozenset(facts.venue for facts in chunk),
        )
        if self.settlement is None or not (wanted[0] <= currencies and wanted[1] <= mics):
            self.settlement_of = currencies | wanted[0], mics | wanted[1]
            self.settlement = refdata.settlement_book(
                currencies=self.settlement_of[0], mics=self.settlement_of[1]
            )
        return self.settlement

    def _settlement_dates(
        self,
        book: SettlementBook,
        chunk: Sequence[TradeFacts],
        instruments: Mapping[str, InstrumentFacts],
    ) -> dict[tuple[str, str, date], date]:
        """Compute each (ISIN, venue, trade date) once; where no cycle is known there is none."""
        for facts in chunk:
            key = (facts.isin, facts.venue, facts.trade_date)
            if key in self._dates or facts.isin not in instruments:
                continue
            try:
                self._dates[key] = book.settlement_date(
                    instruments[facts.isin],
                    trade_date=facts.trade_date,
                    mic=facts.venue,
                    currency=facts.currency,
                )
            except (NoSettlementCycle, NoSettlementCalendar, UnknownDate):
                continue
        return self._dates


def _limits(room: Room) -> dict[str, Callable[[], Any]]:
    """Return how to read what is used of limits, by the name of the section."""
    return {
        "short_of_securities": lambda: room.lacking().securities,
        "short_of_cash": lambda: room.lacking().cash,
        "over_trader": lambda: room.over().traders,
        "over_counterparty": lambda: room.over().counterparties,
        "trader_before": lambda: room.before().traders,
        "counterparty_before": lambda: room.before().counterparties,
        "trader_unvalued": lambda: {
            (code, day): number
            for code, use in room.uses().traders.items()
            for day, number in use.unvalued.items()
        },
        "counterparty_unvalued": lambda: _lacking(room),
    }


def _lacking(room: Room) -> dict[tuple[str, date], int]:
    """Return how many trades without an amount each counterparty has from a day on."""
    days = {facts.trade_date for facts in room.trades}
    uses = room.uses().counterparties.items()
    return {(code, day): use.lacking_since(day) for code, use in uses for day in days}
