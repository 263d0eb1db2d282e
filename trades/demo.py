"""A deterministic week of trading over the reference data that is there: mostly right, as in life.

The same seed and reference data give the same messages, so that tutorials and tests can name them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from kernel.actors import Actor
from refdata import selectors as refdata
from refdata.models import Book, Instrument, Party, Trader
from trades.formats.execution_json import read_fields
from trades.formats.fix.effects import Agreement
from trades.formats.fix.live import DropCopy
from trades.formats.fix.session import Session as FixMachine
from trades.formats.fix.wire import encode, read, stamp
from trades.models import FixSession
from trades.services import capture
from trades.services.fix import booking, lines
from trades.states import Channel, FixVersion

PARIS: Final = ZoneInfo("Europe/Paris")
SOURCE: Final = "OMS"
OPENING: Final = time(9, 5)
OPENING_OVERSEAS: Final = time(15, 35)
SESSION_S: Final = 8 * 3600
SLICE_HOURS: Final = 2
CENT: Final = Decimal("0.01")
PERCENT_PRICE: Final = "PERCENT"

#: kind of flaw -> one trade in so many
FLAWS: Final = {
    "amend": 25,
    "cancel": 50,
    "no_counterparty": 200,
    "unknown_counterparty": 250,
    "far_price": 180,
    "wrong_gross": 220,
    "unknown_symbol": 300,
    "weekend_settlement": 280,
    "unknown_book": 350,
    "no_trader": 260,
    "twin": 320,
    "late": 240,
}


PRODUCTS_AT: Final = time(11, 40)
PRICED: Final = ("CARPAT", "CARSEC", "FCE-Z28", "PXC-Z28-8000", "OAT-1132", "TTE")
FUNDS: Final = {"side": "BUY", "counterparty": "CACI", "book": "ETF-2", "trader": "T-ZOE",
                "capacity": "AOTC"}  # fmt: skip
INDEX: Final = {"side": "BUY", "counterparty": "BNPP", "book": "EQ-PAR-1", "trader": "T-ANA",
                "capacity": "DEAL", "venue": "XMON", "fees": "22.5"}  # fmt: skip
CURRENCIES: Final = {"product": "FX", "side": "BUY", "counterparty": "SOGE", "book": "EQ-INT-1",
                     "trader": "T-EMMA"}  # fmt: skip
FIXED_INCOME: Final = {"product": "REPO", "counterparty": "CACI", "book": "FI-GOV-1",
                       "trader": "T-LINA"}  # fmt: skip
LOAN: Final = {"product": "LENDING", "side": "SELL", "quantity": "10000", "lending_fee": "35",
               "collateral": "CASH", "margin": "105", "notice_days": "3", "counterparty": "NATX",
               "book": "EQ-PAR-2", "trader": "T-LEO"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deal:
    """One message and when it comes in."""

    arrives: datetime
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Market:
    """What the week is dealt in."""

    instruments: Sequence[Instrument]
    parties: Sequence[str]
    traders: Sequence[tuple[str, Sequence[str]]]

    @classmethod
    def of_reference_data(cls) -> Market:
        """Read instruments, counterparties and traders with the books of their desk."""
        books: dict[int, list[str]] = {}
        for code, desk_id in Book.objects.order_by("code").values_list("code", "desk_id"):
            books.setdefault(desk_id, []).append(code)
        return cls(
            instruments=list(
                Instrument.objects.filter(status="ACTIVE", isin__isnull=False)
                .exclude(asset_class__in=["DERIVATIVE", "FUND"])  # `seed_products` deals them
                .select_related("venue")
                .order_by("code")
            ),
            parties=list(
                Party.objects.filter(is_counterparty=True, status="ACTIVE", is_own_firm=False)
                .order_by("code")
                .values_list("code", flat=True)
            ),
            traders=[
                (code, books[desk_id])
                for code, desk_id in Trader.objects.filter(status="ACTIVE")
                .order_by("code")
                .values_list("code", "desk_id")
                if desk_id in books
            ],
        )

    def open_on(self, day: date) -> Sequence[Instrument]:
        """Return what is dealt that day: the controls know which markets are closed."""
        mics = {one.venue.mic for one in self.instruments if one.venue}
        book = refdata.settlement_book(currencies=(), mics=mics)
        calendars = {mic: book.venue_calendar(mic) for mic in mics}
        closed = {mic for mic, known in calendars.items() if known and not known.is_open(day)}
        return [one for one in self.instruments if not one.venue or one.venue.mic not in closed]


def seed_trades(
    *, days: Sequence[date], count: int, actor: Actor, seed: int = 2026
) -> dict[str, int]:
    """Send `count` new trades spread over `days` through the real capture; return what came of it.

    Messages arrive in slices of two hours; the event of each slice queues its control job.
    """
    dice = random.Random(seed)  # noqa: S311 - a demo, no secret
    market = Market.of_reference_data()
    totals: dict[str, int] = {}
    for number, day in enumerate(days):
        share = count // len(days) + (number < count % len(days))
        deals = sorted(_day(dice, market, day, share), key=lambda deal: deal.arrives)
        for arrives, messages in _slices(deals):
            captured = capture.capture(
                messages=[read_fields(message) for message in messages],
                origin=capture.Origin(source_system=SOURCE, channel=Channel.BULK),
                actor=actor,
                at=arrives,
            )
            for name, n in captured.counts().items():
                totals[name] = totals.get(name, 0) + n
    return totals


def seed_products(*, days: Sequence[date], actor: Actor) -> dict[str, int]:
    """Send a trade of each product for each of these days; none where their instruments are not.

    Rates and prices are those of the day, so that the controls find nothing.
    """
    totals: dict[str, int] = {}
    for day in days:
        at = datetime.combine(day, PRODUCTS_AT, PARIS)
        messages = list(_products(day, at))
        if not messages:
            continue
        captured = capture.capture(
            messages=[read_fields(message) for message in messages],
            origin=capture.Origin(source_system=SOURCE, channel=Channel.BULK),
            actor=actor,
            at=at + timedelta(minutes=5),
        )
        for name, n in captured.counts().items():
            totals[name] = totals.get(name, 0) + n
    return totals


def _products(day: date, at: datetime) -> Iterator[dict[str, Any]]:
    found = list(Instrument.objects.filter(code__in=PRICED).order_by("code"))
    isins = {one.code: one.isin for one in found if one.isin}
    prices = refdata.last_prices(isins.values(), day)
    rates = refdata.fx_rates(day)
    if len(isins) < len(PRICED) or not {"USD", "GBP"} <= rates.keys():
        return
    house = refdata.calendar_for(refdata.HOUSE_CALENDAR)
    start = house.add(day, 2)
    week, quarter = (house.add(start + timedelta(days), 0) for days in (7, 91))
    closes = {
        one.code: f"{_on_tick(prices[one.isin].close, one.tick_size):f}"
        for one in found
        if one.isin
    }
    both = {"quantity": "900000", "haircut": "2", "isin": isins["OAT-1132"]} | FIXED_INCOME
    outright = rates["GBP"] + Decimal("0.0041")
    told = (
        FUNDS | {"isin": isins["CARPAT"], "quantity": "120.5", "price": closes["CARPAT"]},
        FUNDS
        | {"isin": isins["CARSEC"], "quantity": "40", "price": closes["CARSEC"], "side": "SELL"},
        INDEX | {"isin": isins["FCE-Z28"], "quantity": "10", "price": closes["FCE-Z28"]},
        INDEX | {"isin": isins["PXC-Z28-8000"], "quantity": "20", "price": closes["PXC-Z28-8000"]},
        CURRENCIES | {"pair": "EUR/USD", "quantity": "800000", "price": f"{rates['USD']:f}"},
        CURRENCIES
        | {"pair": "EUR/GBP", "quantity": "750000", "price": f"{outright:f}", "side": "SELL"}
        | {"forward_points": "0.0041", "settlement_date": quarter.isoformat()},
        both
        | {"side": "SELL", "price": closes["OAT-1132"], "repo_rate": "1.94"}
        | {"settlement_date": start.isoformat(), "end_date": week.isoformat()},
        both
        | {"side": "BUY", "price": closes["OAT-1132"], "repo_rate": "1.91", "notice_days": "2"},
        LOAN | {"isin": isins["TTE"], "price": closes["TTE"]},
    )
    for n, fields in enumerate(told, 1):
        yield fields | {
            "source_reference": f"{day:%Y%m%d}-P{n:03d}",
            "version": 1,
            "action": "NEW",
            "traded_at": (at + timedelta(seconds=11 * n)).isoformat(),
            "currency": "EUR",
        }


def seed_fix(*, business_date: date, at: datetime, messages: bool) -> None:
    """Set up a FIX session that anybody on this machine may try, with a morning behind it."""
    session = FixSession.objects.create(
        name="EXAN",
        begin_string=FixVersion.FIX44.value,
        sender_comp_id="EXAN",
        target_comp_id="DENOUEMENT",
        source_system="EXAN>DENOUEMENT",
        addresses=["127.0.0.0/8", "::1/128"],
    )
    lines.open_line(session)
    if messages:
        _fix_morning(session, business_date, at)


def _fix_morning(session: FixSession, business_date: date, at: datetime) -> None:
    """Let the broker log on, report two fills, correct one, tell an allocation, and leave."""
    actor = lines.actor_of(session)
    held = lines.take_line(session=session, peer="127.0.0.1", actor=actor)
    if held is None:
        return
    machine = FixMachine(
        agreement=Agreement(
            begin=session.begin_string, ours=session.target_comp_id, theirs=session.sender_comp_id
        ),
        application=DropCopy(),
        history=lambda _first, _last: [],
        numbers=held.numbers,
    )
    for number, (kind, body) in enumerate(_fix_words(business_date), 1):
        head = [(35, kind), (34, str(number)), (49, session.sender_comp_id), (52, stamp(at))]
        raw = encode(session.begin_string, [*head, (56, session.target_comp_id), *body])
        machine.receive(read(raw), at)
    lines.write(held=held, effects=machine.drained(), numbers=machine.numbers, at=at)
    lines.leave_line(held=held, actor=actor)
    booking.act_on_kept(session=session, at=at)


def _fix_words(day_traded: date) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    day = f"{day_traded:%Y%m%d}"
    traded_at = stamp(datetime.combine(day_traded, time(10, 12), PARIS))
    fill = {37: "O-7", 39: "2", 150: "F", 22: "4", 48: "FR0000120271", 55: "TTE", 54: "1",
            38: "800", 151: "0", 14: "800", 6: "55.4", 15: "EUR", 60: traded_at, 75: day,
            30: "XPAR"}  # fmt: skip
    yield "A", [(98, "0"), (108, "30")]
    yield "8", [*(fill | {17: "F-1", 32: "300", 31: "55.4"}).items()]
    yield "8", [*(fill | {17: "F-2", 32: "500", 31: "55.42"}).items()]
    yield "8", [*(fill | {17: "F-3", 19: "F-2", 150: "G", 32: "500", 31: "55.41"}).items()]
    yield "J", [(70, "A-1"), (71, "0"), (626, "1"), (54, "1"), (55, "TTE"), (53, "800"), (75, day)]
    yield "5", []


def _slices(deals: Sequence[Deal]) -> Iterator[tuple[datetime, list[dict[str, Any]]]]:
    """Group deals by the end of the two hours in which they arrive."""
    groups: dict[datetime, list[dict[str, Any]]] = {}
    for deal in deals:
        hour = SLICE_HOURS * (deal.arrives.hour // SLICE_HOURS)
        start = deal.arrives.replace(hour=hour, minute=0, second=0, microsecond=0)
        end = start + timedelta(hours=SLICE_HOURS)
        groups.setdefault(end, []).append(deal.fields)
    yield from sorted(groups.items())


def _day(dice: random.Random, market: Market, day: date, count: int) -> Iterator[Deal]:
    instruments = market.open_on(day) or market.instruments
    prices = refdata.last_prices([i.isin or "" for i in instruments], day)
    opening = datetime.combine(day, OPENING, PARIS)
    for n in range(count):
        since = timedelta(seconds=dice.randrange(SESSION_S), microseconds=dice.randrange(10**6))
        instrument = dice.choice(instruments)
        at = opening + since
        if instrument.venue and instrument.venue.country == "US":
            at = datetime.combine(day, OPENING_OVERSEAS, PARIS) + since / 5
        last = prices.get(instrument.isin or "")
        fields = good_message(dice, market, instrument, last.close if last else None)
        fields |= {"source_reference": f"{day:%Y%m%d}-{n + 1:05d}", "traded_at": at.isoformat()}
        flaw = next((kind for kind, odds in FLAWS.items() if dice.randrange(odds) == 0), "")
        yield from _flawed(dice, flaw, fields, at)


def good_message(
    dice: random.Random, market: Market, instrument: Instrument, last: Decimal | None
) -> dict[str, Any]:
    """Return a message that nothing is wrong with, near the last price."""
    trader, books = dice.choice(market.traders)
    price = (last or Decimal(100)) * Decimal(10_000 + dice.randrange(-60, 61)) / Decimal(10_000)
    bond = instrument.price_type == PERCENT_PRICE
    size = Decimal(dice.choice((1, 2, 5, 10, 20))) * (Decimal(50_000) if bond else Decimal(50))
    lot = max(instrument.lot_size, Decimal(1))
    quantity = max((size // lot) * lot, lot)
    return {
        "version": 1,
        "action": "NEW",
        "isin": instrument.isin,
        "side": dice.choice(("BUY", "SELL")),
        "quantity": f"{quantity.normalize():f}",
        "price": f"{_on_tick(price, instrument.tick_size):f}",
        "currency": instrument.currency,
        "venue": instrument.venue.mic if instrument.venue else "XOFF",
        "counterparty": dice.choice(market.parties),
        "book": dice.choice(books),
        "trader": trader,
        "capacity": dice.choice(("DEAL", "DEAL", "DEAL", "AOTC", "MTCH")),
    }


def _on_tick(price: Decimal, tick: Decimal | None) -> Decimal:
    if not tick:
        return price.quantize(CENT, ROUND_HALF_UP)
    return ((price / tick).to_integral_value(ROUND_HALF_UP) * tick).normalize()


def _flawed(dice: random.Random, flaw: str, fields: dict[str, Any], at: datetime) -> Iterator[Deal]:
    """Yield the message with its flaw, and what follows it."""
    later = at + timedelta(minutes=dice.randrange(2, 40))
    yield Deal(later if flaw == "late" else at, fields | _change(flaw, fields, at))
    if flaw == "amend":
        price = Decimal(fields["price"]) + CENT
        yield Deal(later, fields | {"version": 2, "action": "AMEND", "price": f"{price:f}"})
    if flaw == "cancel":
        identity = {"source_reference": fields["source_reference"]}
        yield Deal(later, identity | {"version": 2, "action": "CANCEL"})
    if flaw == "twin":
        yield Deal(later, fields | {"source_reference": fields["source_reference"] + "-BIS"})


def _change(flaw: str, fields: dict[str, Any], at: datetime) -> dict[str, Any]:
    saturday = at.date() + timedelta(days=(5 - at.weekday()) % 7 or 7)
    gross = Decimal(fields["price"]) * Decimal(fields["quantity"]) + 25
    changes: dict[str, dict[str, Any]] = {
        "no_counterparty": {"counterparty": None},
        "unknown_counterparty": {"counterparty": "Societe Generale SA"},
        "far_price": {"price": f"{(Decimal(fields['price']) * 2):f}"},
        "wrong_gross": {"gross_amount": f"{gross.quantize(CENT, ROUND_HALF_UP):f}"},
        "unknown_symbol": {"isin": None, "symbol": "DELL"},
        "weekend_settlement": {"settlement_date": saturday.isoformat()},
        "unknown_book": {"book": "EQ-OLD"},
        "no_trader": {"trader": None},
        "late": {"traded_at": (at - timedelta(hours=3)).isoformat()},
    }
    return changes.get(flaw, {})
