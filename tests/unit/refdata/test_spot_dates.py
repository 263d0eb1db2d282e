"""Spot dates: the dated convention of a pair, counted on the calendars of both currencies."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.calendars import BusinessCalendar, UnknownDate
from refdata.facts import CycleFacts
from refdata.rules.settlement import (
    NoSettlementCalendar,
    NoSettlementCycle,
    SettlementBook,
    spot_days,
)

CYCLES = (
    CycleFacts("", "", date(2014, 10, 6), 2),
    CycleFacts("EU", "", date(2027, 10, 11), 1),
    CycleFacts("FX", "", date(1999, 1, 1), 2),
    CycleFacts("USD/CAD", "", date(1999, 1, 1), 1),
    CycleFacts("EUR/GBP", "", date(2030, 1, 1), 1),
)


def calendar(code: str, *closed: date) -> BusinessCalendar:
    return BusinessCalendar(code, date(2025, 1, 1), date(2030, 12, 31), frozenset(closed))


BOOK = SettlementBook(
    cycles=CYCLES,
    calendars={
        "TARGET": calendar("TARGET", date(2026, 12, 25)),
        "US": calendar("US", date(2026, 11, 26), date(2026, 12, 25)),
        "CA": calendar("CA", date(2026, 12, 25), date(2026, 12, 28)),
        "GB": calendar("GB", date(2026, 12, 25), date(2026, 12, 28)),
    },
    currency_calendars={"EUR": "TARGET", "USD": "US", "CAD": "CA", "GBP": "GB"},
    venues={},
)


@pytest.mark.parametrize(
    ("case", "pair", "day", "spot"),
    [
        ("two_days", "EUR/USD", date(2026, 11, 20), date(2026, 11, 24)),
        ("over_the_weekend", "EUR/USD", date(2026, 11, 19), date(2026, 11, 23)),
        ("a_dollar_holiday_between_counts", "EUR/USD", date(2026, 11, 25), date(2026, 11, 27)),
        ("not_on_a_dollar_holiday", "EUR/USD", date(2026, 11, 24), date(2026, 11, 27)),
        ("one_day", "USD/CAD", date(2026, 11, 20), date(2026, 11, 23)),
        ("one_day_whichever_is_first", "CAD/USD", date(2026, 11, 20), date(2026, 11, 23)),
        ("both_closed_at_christmas", "USD/CAD", date(2026, 12, 24), date(2026, 12, 29)),
        ("a_cross_counts_both", "EUR/GBP", date(2026, 12, 24), date(2026, 12, 30)),
        ("the_cycle_of_shares_is_another", "EUR/USD", date(2027, 10, 11), date(2027, 10, 13)),
        ("a_convention_changes_on_its_day", "EUR/GBP", date(2030, 1, 2), date(2030, 1, 3)),
    ],
)
def test_spot_date(case: str, pair: str, day: date, spot: date) -> None:
    assert BOOK.spot_date(pair, day) == spot, case


def test_what_is_unknown_is_not_guessed() -> None:
    with pytest.raises(NoSettlementCalendar):
        BOOK.spot_date("EUR/TND", date(2026, 11, 20))
    with pytest.raises(NoSettlementCalendar):
        BOOK.spot_date("USD/USD", date(2026, 11, 20))
    with pytest.raises(NoSettlementCycle):
        spot_days((), pair="EUR/USD", trade_date=date(2026, 11, 20))
    with pytest.raises(UnknownDate):
        BOOK.spot_date("EUR/USD", date(2031, 1, 2))
