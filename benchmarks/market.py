"""A market as life has it: venues, parties, traders, shares and bonds, and a flow of clean trades.

All of it follows from a seed. Names say what a record is good for: CLOSED-1 is a counterparty that
we do not deal with any more, and no clean trade names it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from stdnum import isin as stdnum_isin
from stdnum.iso7064 import mod_97_10

from kernel.actors import Actor, ActorKind
from refdata import models as refdata
from trades.formats.execution_json import read_fields
from trades.models import Trade
from trades.services import capture
from trades.states import Channel

Fields = dict[str, Any]

PARIS: Final = ZoneInfo("Europe/Paris")
FIRST: Final = date(2026, 11, 9)
DAYS: Final = 5
OPENING: Final = time(9, 5)
SESSION_S: Final = 8 * 3600
SLICE_S: Final = 1800
SOON: Final = timedelta(minutes=2)
FEED: Final = "OMS"
BY_HAND: Final = "TICKETS"
CENT: Final = Decimal("0.01")
CHRISTMAS: Final = date(2026, 12, 25)
SET_UP: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
VENUES: Final = {"XPAR": "FR", "XETR": "DE", "XAMS": "NL"}
DESKS: Final = 4
BOOKS_OF_A_DESK: Final = 3
TRADERS_OF_A_DESK: Final = 8
PARTIES: Final = 60
SHARES: Final = 160
BONDS: Final = 40
HISTORY_DAYS: Final = 15  # business days of prices before the first day
DEPOT: Final = "DEPOT-1"  # our account that holds enough of everything


def business_days(count: int, *, first: date = FIRST) -> list[date]:
    """Return so many weekdays from `first` on; before it, if the count is negative."""
    step, days, day = (1, [], first) if count > 0 else (-1, [], first - timedelta(days=1))
    while len(days) < abs(count):
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=step)
    return sorted(days)


def lei(number: int) -> str:
    """Return an LEI with right check digits."""
    body = f"9695{number:014d}"
    return body + mod_97_10.calc_check_digits(body)


def isin(country: str, number: int) -> str:
    """Return an ISIN with a right check digit."""
    body = f"{country}{number:09d}"
    return body + stdnum_isin.calc_check_digit(body)


@dataclass(frozen=True, slots=True)
class Listed:
    """What is dealt: an instrument on its venue, with its closes by day."""

    isin: str
    venue: str
    kind: str
    closes: dict[date, Decimal]

    def close_before(self, day: date) -> Decimal:
        return self.closes[max(known for known in self.closes if known < day)]


@dataclass(slots=True)
class Market:
    """What clean trades name."""

    dice: random.Random
    listed: list[Listed] = field(default_factory=list)
    traders: list[tuple[str, list[str]]] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)

    @property
    def shares(self) -> list[Listed]:
        return [one for one in self.listed if one.kind == "EQUITY"]

    @property
    def bonds(self) -> list[Listed]:
        return [one for one in self.listed if one.kind == "BOND"]


BESIDE: Final[list[Callable[[Market], None]]] = []  # what those who plant faults add to it


def opened(seed: int) -> Market:
    """Write the reference data of the market, and return what is dealt there."""
    market = Market(random.Random(seed))
    venues = _places()
    _organisation(market)
    _counterparties(market)
    days = business_days(-HISTORY_DAYS) + business_days(DAYS)
    for number in range(SHARES + BONDS):
        kind = "EQUITY" if number < SHARES else "BOND"
        mic = list(VENUES)[number % len(VENUES)] if kind == "EQUITY" else "XPAR"
        instrument = _instrument(number, kind, venues[mic])
        closes = _closes(market.dice, kind, days)
        refdata.Price.objects.bulk_create(
            refdata.Price(instrument=instrument, day=day, source="BENCH", close=close)
            for day, close in closes.items()
        )
        market.listed.append(Listed(instrument.isin, mic, kind, closes))
    _unfit(venues["XPAR"], days)
    for write in BESIDE:
        write(market)
    return market


def _places() -> dict[str, refdata.Venue]:
    codes = (("TARGET", "PAYMENT"), ("FEDWIRE", "PAYMENT"), *((m, "EXCHANGE") for m in VENUES))
    session = {"opens_at": time(9), "closes_at": time(17, 30)}
    calendars = {
        code: refdata.Calendar.objects.create(
            code=code, name=code, kind=kind, first_day=date(2023, 1, 1), last_day=date(2028, 1, 1),
            **(session if kind == "EXCHANGE" else {}),
        )
        for code, kind in codes
    }  # fmt: skip
    refdata.CalendarDay.objects.create(
        calendar=calendars["TARGET"], day=CHRISTMAS, name="Christmas"
    )
    refdata.Currency.objects.create(code="EUR", name="Euro", calendar=calendars["TARGET"])
    refdata.Currency.objects.create(code="USD", name="Dollar", calendar=calendars["FEDWIRE"])
    refdata.Currency.objects.create(code="NOK", name="Krone")
    refdata.SettlementCycle.objects.create(valid_from=date(2014, 10, 6), days=2)
    refdata.Venue.objects.create(
        mic="XNEW", operating_mic="XNEW", name="New", country="FR", status="ACTIVE"
    )
    for day in business_days(-HISTORY_DAYS) + business_days(DAYS + 5):
        refdata.FxRate.objects.create(day=day, currency="USD", rate=Decimal("1.08"), source="ECB")
    return {
        mic: refdata.Venue.objects.create(
            mic=mic, operating_mic=mic, name=mic, country=country, status="ACTIVE"
        )
        for mic, country in VENUES.items()
    }


def _organisation(market: Market) -> None:
    for number in range(DESKS):
        desk = refdata.Desk.objects.create(code=f"DESK-{number}", name=f"Desk {number}")
        books = [f"BOOK-{number}{letter}" for letter in "ABC"[:BOOKS_OF_A_DESK]]
        for code in books:
            refdata.Book.objects.create(code=code, name=code, desk=desk)
        for place in range(TRADERS_OF_A_DESK):
            code = f"T-{number}{place}"
            refdata.Trader.objects.create(code=code, name=code, desk=desk)
            market.traders.append((code, books))
    refdata.Book.objects.create(code="BOOK-CLOSED", name="Closed", desk=desk, status="INACTIVE")
    bound = refdata.Trader.objects.create(code="T-BOUND", name="Bound", desk=desk)
    bound.books.set(refdata.Book.objects.filter(code="BOOK-3B"))
    refdata.Trader.objects.create(code="T-LEFT", name="Left", desk=desk, status="INACTIVE")
    refdata.Trader.objects.create(code="T-BIG", name="Big", desk=desk)


def _counterparties(market: Market) -> None:
    for number in range(PARTIES):
        party_called(f"CP-{number:02d}", lei=lei(number))
        market.parties.append(f"CP-{number:02d}")
    party_called("BIG-1", lei=lei(900))
    party_called("CLOSED-1", lei=lei(901), status="INACTIVE")
    party_called("NO-LEI-1", lei="")
    party_called("LAPSED-1", lei=lei(902), lei_next_renewal=date(2026, 3, 1), lei_status="LAPSED")
    party_called("RETIRED-1", lei=lei(904), lei_status="RETIRED")
    party_called("UNSEEN-1", lei=lei(905), lei_next_renewal=None, lei_status="")
    party_called("NO-SSI-1", lei=lei(903), instructed=False)
    party_called("CODE-1", lei=lei(906), nature="TECHNICAL")
    _turned_aside()


def _turned_aside() -> None:
    """Write parties whose account was changed two days before what is dealt on each day settles,
    and one that gives the account of another.
    """
    for n, day in enumerate(business_days(DAYS)):
        party = party_called(moved(day), lei=lei(910 + n), instructed=False)
        settles = business_days(3, first=day)[-1]
        decided = datetime.combine(settles - timedelta(days=2), OPENING, PARIS)
        before = _instruct(party, f"BEFORE-{n}", valid_to=date(2026, 6, 30))
        _instruct(party, f"MOVED-{n}-NEW", replaces=before, valid_from=date(2026, 7, 1),
                  decided_at=decided)  # fmt: skip
    for n, code in enumerate(("OWNER-1", "TWIN-1")):
        _instruct(party_called(code, lei=lei(920 + n), instructed=False), "SHARED-ACCOUNT-1")


def moved(day: date) -> str:
    """Return the party whose account was changed just before the trades of a day settle."""
    return f"MOVED-{day:%d}"


def party_called(code: str, *, instructed: bool = True, **terms: object) -> refdata.Party:
    """Write a counterparty of this name, with a settlement instruction unless it has none."""
    fresh = {"lei_next_renewal": date(2027, 9, 1), "lei_status": "ISSUED"} if terms["lei"] else {}
    usual = {"name": f"{code} Bank", "country": "FR", "is_counterparty": True}
    party = refdata.Party.objects.create(code=code, **(usual | fresh | terms))
    refdata.Screening.objects.create(party=party, outcome="CLEAR", screened_at=SET_UP)
    if instructed:
        _instruct(party, code)
    return party


def _instruct(party: refdata.Party, account: str, **terms: object) -> refdata.SettlementInstruction:
    made: Fields = {
        "place_of_settlement": "SICVFRPPXXX", "agent_bic": "BNPAFRPPXXX", "state": "APPROVED",
        "valid_from": date(2026, 1, 1), "proposed_by": "ann", "proposed_at": SET_UP,
        "decided_by": "ben", "decided_at": SET_UP,
    }  # fmt: skip
    return refdata.SettlementInstruction.objects.create(
        party=party, account_number=account, **(made | terms)
    )


def _instrument(
    number: int, kind: str, venue: refdata.Venue, **terms: object
) -> refdata.Instrument:
    code = isin(venue.country, number + 1)
    of_a_bond = {
        "price_type": "PERCENT", "coupon_rate": Decimal("2.5"), "coupon_frequency": 1,
        "day_count": "ACT/ACT", "interest_from": date(2024, 5, 25),
        "maturity_date": date(2034, 5, 25), "nominal": Decimal(1000),
    }  # fmt: skip
    return refdata.Instrument.objects.create(
        isin=code, code=code, name=f"{kind} {number}", asset_class=kind, currency="EUR",
        venue=venue, **{"lot_size": Decimal(1)} | (of_a_bond if kind == "BOND" else {}) | terms,
    )  # fmt: skip


def _closes(dice: random.Random, kind: str, days: Sequence[date]) -> dict[date, Decimal]:
    """Return a walk of a percent a day, of a bond a fifth of that."""
    price = dice.uniform(8, 240) if kind == "EQUITY" else dice.uniform(90, 108)
    step, closes = (0.01 if kind == "EQUITY" else 0.002), {}
    for day in days:
        price *= 1 + dice.gauss(0, step)
        closes[day] = Decimal(price).quantize(CENT)
    return closes


UNFIT: Final = {
    "delisted": 9001,
    "stale": 9002,
    "unpriced": 9003,
    "by_ten": 9004,
    "matured": 9005,
    "on_ticks": 9006,
    "ranged": 9007,
    "calm": 9008,
    "two_sources": 9009,
    "short": 9010,
}


UNFIT_TERMS: Final[dict[str, dict[str, Any]]] = {
    "delisted": {"status": "INACTIVE"},
    "on_ticks": {"tick_size": Decimal("0.05")},
    "by_ten": {"lot_size": Decimal(10)},
    "matured": {"maturity_date": FIRST - timedelta(days=30)},
    "short": {"maturity_date": date(2027, 5, 25)},
}


def _unfit(venue: refdata.Venue, days: Sequence[date]) -> None:
    """Write what clean trades do not deal in; each has a close of a hundred, unless it has none."""
    for what, number in UNFIT.items():
        kind = "BOND" if what in {"matured", "short"} else "EQUITY"
        instrument = _instrument(number, kind, venue, **UNFIT_TERMS.get(what, {}))
        if what == "two_sources":
            refdata.Price.objects.bulk_create(
                refdata.Price(instrument=instrument, day=day, source="OTHER", close=Decimal(103))
                for day in days
            )
        ranged = {"high": Decimal(101), "low": Decimal(99)} if what == "ranged" else {}
        known = {"stale": days[:1], "unpriced": []}.get(what, days)
        refdata.Price.objects.bulk_create(
            refdata.Price(
                instrument=instrument, day=day, source="BENCH", close=Decimal(100), **ranged
            )
            for day in known
        )


def unfit(what: str) -> str:
    """Return the ISIN of something that clean trades do not deal in."""
    return isin("FR", UNFIT[what] + 1)


def clean(market: Market, day: date, reference: str) -> Fields:
    """Return a clean trade of that day."""
    dice = market.dice
    listed = dice.choice(market.listed)
    trader, books = dice.choice(market.traders)
    close = listed.close_before(day)
    spread = 0.004 if listed.kind == "EQUITY" else 0.001
    price = (close * Decimal(1 + dice.uniform(-spread, spread))).quantize(CENT, ROUND_HALF_UP)
    at = datetime.combine(day, OPENING, PARIS) + timedelta(seconds=dice.randrange(SESSION_S))
    return {
        "source_reference": reference,
        "version": 1,
        "action": "NEW",
        "isin": listed.isin,
        "side": dice.choice(("BUY", "SELL")),
        "quantity": str(dice.randint(1, 3000) if listed.kind == "EQUITY"
                        else 1000 * dice.randint(1, 200)),
        "price": str(price),
        "currency": "EUR",
        "traded_at": at.isoformat(),
        "venue": listed.venue,
        "counterparty": dice.choice(market.parties),
        "book": dice.choice(books),
        "trader": trader,
        "capacity": "DEAL",
    }  # fmt: skip


def flow(
    market: Market, days: Sequence[date], count: int, *, prefix: str = "C"
) -> Iterator[Fields]:
    """Yield clean trades: one in ten on our account, one order in a hundred filled in parts."""
    dice, made = market.dice, 0
    while made < count:
        first = clean(market, days[made % len(days)], f"{prefix}-{made}")
        first |= {"account": DEPOT} if made % 10 == 0 else {}
        fills = dice.randint(3, 6) if dice.random() < 0.01 else 1
        at = datetime.fromisoformat(first["traded_at"])
        for _part in range(min(fills, count - made)):
            yield first | {"source_reference": f"{prefix}-{made}", "traded_at": at.isoformat()}
            at += timedelta(milliseconds=dice.randint(1, 15_000))
            made += 1


@dataclass(frozen=True, slots=True)
class Sent:
    """A message, when it comes in and from whom."""

    at: datetime
    message: Fields
    source: str = FEED

    @classmethod
    def soon(cls, message: Fields, *, source: str = FEED) -> Sent:
        """A message that comes two minutes after it was dealt."""
        return cls(datetime.fromisoformat(message["traded_at"]) + SOON, message, source)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What comes in together, when, and from whom."""

    at: datetime
    source: str
    messages: Sequence[Fields]


def deliveries(sent: Sequence[Sent]) -> Iterator[Delivery]:
    """Put together what one source sends within half an hour, in the order of its coming."""
    by_slice: defaultdict[tuple[int, str], list[Sent]] = defaultdict(list)
    for one in sent:
        by_slice[int(one.at.timestamp()) // SLICE_S, one.source].append(one)
    for (number, source), together in sorted(by_slice.items()):
        together.sort(key=lambda one: (one.at, one.message["source_reference"]))
        ends = datetime.fromtimestamp((number + 1) * SLICE_S, UTC)
        yield Delivery(ends, source, [one.message for one in together])


def brought_in(sent: Sequence[Sent]) -> int:
    """Capture what comes in, half an hour at a time, at the end of each; return how many trades."""
    actor = Actor(name="bench", kind=ActorKind.CLIENT)
    for delivery in deliveries(sent):
        channel = Channel.MANUAL if delivery.source == BY_HAND else Channel.BULK
        capture.capture(
            messages=[read_fields(message) for message in delivery.messages],
            origin=capture.Origin(source_system=delivery.source, channel=channel),
            actor=actor,
            at=delivery.at,
        )
    return Trade.objects.count()
