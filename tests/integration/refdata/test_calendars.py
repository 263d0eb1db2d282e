"""Calendars from well-kept sources, and the settlement dates that follow from them."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import exchange_calendars
import pytest

from kernel.actors import SYSTEM
from kernel.calendars import UnknownDate
from refdata import selectors, services
from refdata.models import Calendar, CalendarDay, SettlementCycle
from refdata.services.calendars import EXCHANGES, SESSIONS
from tests.factories import refdata as factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def markets() -> None:
    services.load_calendars(
        first_year=2026, last_year=2027, actor=SYSTEM, codes=("XPAR", "XNYS", "TARGET", "US")
    )
    services.load_currencies(actor=SYSTEM)
    services.load_settlement_cycles(actor=SYSTEM)


@pytest.mark.usefixtures("markets")
@pytest.mark.parametrize(
    ("today", "before", "found"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 22), 0, date(2026, 11, 20)),
        (date(2026, 11, 22), 1, date(2026, 11, 19)),
        (date(2026, 11, 20), 9, date(2026, 11, 9)),
        (date(2026, 12, 28), 1, date(2026, 12, 24)),
    ],
)
def test_business_days_of_the_house_are_counted_back(today: date, before: int, found: date) -> None:
    assert selectors.latest_open_day(today, before=before) == found


@pytest.mark.usefixtures("markets")
def test_paris_is_closed_on_the_days_that_the_exchange_says() -> None:
    paris = selectors.calendar_for("XPAR")

    assert sorted(day for day in paris.holidays if day.year == 2026) == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 12, 25),
    ]
    assert selectors.calendar_for("TARGET").holidays == paris.holidays
    with pytest.raises(UnknownDate):
        paris.is_open(date(2028, 1, 3))


@pytest.mark.usefixtures("markets")
def test_trades_of_both_days_of_the_change_settle_on_one_day() -> None:
    paris = factories.VenueFactory.create(mic="XPAR", country="FR")
    instrument = factories.InstrumentFactory.create(venue=paris)
    facts = selectors.instruments_by_isin([instrument.isin])[instrument.isin]

    settled = [
        selectors.settlement_date(facts, trade_date, "XPAR")
        for trade_date in (date(2027, 10, 8), date(2027, 10, 11), date(2027, 10, 12))
    ]

    assert settled == [date(2027, 10, 12), date(2027, 10, 12), date(2027, 10, 13)]


@pytest.mark.usefixtures("markets")
def test_an_american_share_settles_on_days_open_for_dollars_too() -> None:
    new_york = factories.VenueFactory.create(mic="XNYS", country="US")
    share = factories.InstrumentFactory.create(isin="US0378331005", currency="USD", venue=new_york)
    facts = selectors.instruments_by_isin([share.isin])[share.isin]

    assert selectors.settlement_date(facts, date(2026, 10, 9), "XNYS") == date(2026, 10, 13)
    assert selectors.settlement_date(facts, date(2026, 11, 25), "XNYS") == date(2026, 11, 27)


@pytest.mark.usefixtures("markets")
def test_loading_again_changes_nothing_and_keeps_what_an_administrator_set() -> None:
    SettlementCycle.objects.filter(market="EU").update(days=2)
    before = list(CalendarDay.objects.order_by("pk").values_list("pk", "day"))

    services.load_calendars(
        first_year=2026, last_year=2027, actor=SYSTEM, codes=("XPAR", "XNYS", "TARGET", "US")
    )
    services.load_settlement_cycles(actor=SYSTEM)

    assert list(CalendarDay.objects.order_by("pk").values_list("pk", "day")) == before
    assert SettlementCycle.objects.get(market="EU").days == 2


@pytest.mark.usefixtures("markets")
def test_a_segment_uses_the_calendar_of_its_market() -> None:
    factories.VenueFactory.create(mic="ALXP", operating_mic="XPAR")

    assert selectors.calendar_for("ALXP").code == "XPAR"
    with pytest.raises(selectors.UnknownCalendar):
        selectors.calendar_for("NOPE")


def test_paris_sessions_agree_with_an_independent_list(shared_data: Path) -> None:
    services.load_calendars(first_year=2015, last_year=2024, actor=SYSTEM, codes=("XPAR",))
    paris = selectors.calendar_for("XPAR")
    lines = next(shared_data.glob("calendars/*/xpar_2015_2024.csv")).read_text().splitlines()[1:]

    sessions = {date.fromisoformat(line[:10]) for line in lines}

    first, last = min(sessions), max(sessions)
    count = (last - first).days + 1
    ours = {
        day
        for day in (date.fromordinal(first.toordinal() + n) for n in range(count))
        if paris.is_open(day)
    }
    assert ours == sessions


def test_every_known_calendar_loads() -> None:
    loaded = services.load_calendars(first_year=2026, last_year=2026, actor=SYSTEM)

    assert Calendar.objects.count() == len(loaded) == 25
    assert all(4 <= closed <= 25 for closed in loaded.values()), loaded


def test_the_hours_of_every_session_are_those_of_an_independent_list() -> None:
    for code, (opens, closes) in SESSIONS.items():
        told = exchange_calendars.get_calendar(code)
        assert told.open_times[-1][1] == opens, code
        assert told.close_times[-1][1] == closes, code
    assert SESSIONS.keys() == EXCHANGES.keys()


def test_a_segment_has_the_hours_of_its_market() -> None:
    services.load_calendars(first_year=2026, last_year=2026, actor=SYSTEM, codes=("XPAR", "TARGET"))
    factories.VenueFactory.create(mic="XPAR", operating_mic="XPAR")
    factories.VenueFactory.create(mic="ALXP", operating_mic="XPAR")
    factories.VenueFactory.create(mic="XLON", operating_mic="XLON")

    hours = (time(9), time(17, 30))
    assert selectors.session_hours(["XPAR", "ALXP", "XLON"]) == {"XPAR": hours, "ALXP": hours}
