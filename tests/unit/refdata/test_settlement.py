"""Settlement dates: cycles are data, by trade date and market."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kernel.calendars import BusinessCalendar, UnknownDate
from refdata.facts import CycleFacts, InstrumentFacts, VenueFacts
from refdata.rules.settlement import (
    NoSettlementCalendar,
    NoSettlementCycle,
    SettlementBook,
    cycle_days,
    market_of,
)

CYCLES = (
    CycleFacts("", "", date(2014, 10, 6), 2),
    CycleFacts("EU", "", date(2027, 10, 11), 1),
    CycleFacts("UK", "", date(2027, 10, 11), 1),
    CycleFacts("CH", "", date(2027, 10, 11), 1),
    CycleFacts("US", "", date(2024, 5, 28), 1),
    CycleFacts("", "FUND", date(2014, 10, 6), 3),
)


def calendar(code: str, *closed: date) -> BusinessCalendar:
    return BusinessCalendar(code, date(2023, 1, 1), date(2028, 12, 31), frozenset(closed))


def instrument(**changes: object) -> InstrumentFacts:
    terms: dict[str, object] = {
        "instrument_id": 1,
        "isin": "FR0000120271",
        "code": "TTE",
        "name": "TotalEnergies",
        "short_name": "TTE",
        "cfi": "ESVUFR",
        "asset_class": "EQUITY",
        "currency": "EUR",
        "mic": "XPAR",
        "price_type": "MONETARY",
        "multiplier": Decimal(1),
        "nominal": None,
        "lot_size": Decimal(1),
        "tick_size": None,
        "issuer_lei": "",
        "coupon_rate": None,
        "maturity_date": None,
        "active": True,
    }
    return InstrumentFacts(**(terms | changes))  # type: ignore[arg-type]  # a table of terms


def venue(mic: str, country: str, operating_mic: str = "") -> VenueFacts:
    return VenueFacts(
        mic, operating_mic or mic, mic, country, active=True, valid_from=None, valid_to=None
    )


BOOK = SettlementBook(
    cycles=CYCLES,
    calendars={
        "TARGET": calendar("TARGET", date(2026, 12, 25), date(2026, 4, 3), date(2026, 4, 6)),
        "XPAR": calendar("XPAR", date(2026, 12, 25), date(2026, 4, 3), date(2026, 4, 6)),
        "US": calendar("US", date(2027, 10, 11)),
        "XNYS": calendar("XNYS"),
        "XLON": calendar("XLON", date(2026, 12, 28)),
    },
    currency_calendars={"EUR": "TARGET", "USD": "US"},
    venues={
        "XPAR": venue("XPAR", "FR"),
        "ALXP": venue("ALXP", "FR", "XPAR"),
        "XNYS": venue("XNYS", "US"),
        "XLON": venue("XLON", "GB"),
        "XOFF": venue("XOFF", "ZZ"),
    },
)


@pytest.mark.parametrize(
    ("case", "trade_date", "settles"),
    [
        ("friday_before_the_change_is_t_plus_2", date(2027, 10, 8), date(2027, 10, 12)),
        ("monday_of_the_change_is_t_plus_1", date(2027, 10, 11), date(2027, 10, 12)),
        ("over_christmas", date(2026, 12, 23), date(2026, 12, 28)),
        ("over_easter", date(2026, 4, 2), date(2026, 4, 8)),
        ("traded_on_a_saturday", date(2026, 11, 21), date(2026, 11, 24)),
    ],
)
def test_a_paris_trade_settles_by_the_cycle_of_its_trade_date(
    case: str, trade_date: date, settles: date
) -> None:
    assert BOOK.settlement_date(instrument(), trade_date=trade_date, mic="XPAR") == settles, case


def test_a_payment_holiday_moves_an_american_settlement() -> None:
    apple = instrument(isin="US0378331005", currency="USD", mic="XNYS")

    settles = BOOK.settlement_date(apple, trade_date=date(2027, 10, 8), mic="XNYS")

    assert settles == date(2027, 10, 12)


@pytest.mark.parametrize(
    ("case", "market", "asset_class", "trade_date", "days"),
    [
        ("default", "JP", "EQUITY", date(2026, 1, 5), 2),
        ("market_beats_asset_class", "US", "FUND", date(2026, 1, 5), 1),
        ("asset_class_beats_default", "EU", "FUND", date(2026, 1, 5), 3),
        ("day_before_the_american_change", "US", "EQUITY", date(2024, 5, 27), 2),
        ("day_of_the_american_change", "US", "EQUITY", date(2024, 5, 28), 1),
    ],
)
def test_the_most_specific_cycle_in_force_counts(
    case: str, market: str, asset_class: str, trade_date: date, days: int
) -> None:
    found = cycle_days(CYCLES, market=market, asset_class=asset_class, trade_date=trade_date)

    assert found == days, case


def test_nothing_is_guessed() -> None:
    with pytest.raises(NoSettlementCycle):
        cycle_days(CYCLES, market="EU", asset_class="EQUITY", trade_date=date(2010, 1, 4))
    with pytest.raises(NoSettlementCalendar):
        BOOK.settlement_calendar(currency="PLN", mic="XWAR")
    with pytest.raises(UnknownDate):
        BOOK.settlement_date(instrument(), trade_date=date(2029, 1, 2), mic="XPAR")


def test_a_segment_follows_its_market_and_over_the_counter_follows_the_isin() -> None:
    assert BOOK.venue_calendar("ALXP") is BOOK.calendars["XPAR"]
    assert BOOK.market(instrument(mic=""), "XOFF") == "EU"
    assert BOOK.market(instrument(mic="XNYS"), "") == "US"
    assert [market_of(country) for country in ("DE", "NO", "GB", "CH", "US", "JP")] == [
        "EU",
        "EU",
        "UK",
        "CH",
        "US",
        "JP",
    ]
