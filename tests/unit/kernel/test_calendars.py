"""Business days: closed days are skipped, unknown days raise."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.calendars import BusinessCalendar, UnknownDate, is_plausible

TARGET = BusinessCalendar(
    code="TARGET",
    first=date(2026, 1, 1),
    last=date(2026, 12, 31),
    holidays=frozenset({date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)}),
)
PARIS_CLOSED_MONDAY = BusinessCalendar(
    code="X", first=date(2026, 2, 1), last=date(2026, 6, 30), holidays=frozenset({date(2026, 3, 9)})
)


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (date(2026, 3, 5), 2, date(2026, 3, 9)),
        (date(2026, 4, 1), 2, date(2026, 4, 7)),
        (date(2026, 4, 7), -1, date(2026, 4, 2)),
        (date(2026, 4, 3), 0, date(2026, 4, 7)),
        (date(2026, 3, 5), 0, date(2026, 3, 5)),
    ],
)
def test_adding_business_days(day: date, days: int, expected: date) -> None:
    assert TARGET.add(day, days) == expected


def test_ageing_counts_open_days_and_is_antisymmetric() -> None:
    assert TARGET.between(date(2026, 4, 1), date(2026, 4, 8)) == 3
    assert TARGET.between(date(2026, 4, 8), date(2026, 4, 1)) == -3


def test_a_joined_calendar_is_open_only_when_both_are() -> None:
    both = TARGET.joined(PARIS_CLOSED_MONDAY)
    assert both.add(date(2026, 3, 5), 2) == date(2026, 3, 10)
    assert (both.first, both.last) == (date(2026, 2, 1), date(2026, 6, 30))


def test_an_unknown_date_raises_instead_of_being_open() -> None:
    with pytest.raises(UnknownDate):
        TARGET.is_open(date(2027, 1, 4))


@pytest.mark.parametrize(("day", "days"), [(date.max, 0), (date.max, 2), (date.min, -1)])
def test_the_last_day_there_is_is_unknown_too(day: date, days: int) -> None:
    endless = BusinessCalendar("ALWAYS", date.min, date.max, frozenset({date.max, date.min}))

    with pytest.raises(UnknownDate):
        endless.add(day, days)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(1, 1, 1), False),
        (date(1899, 12, 31), False),
        (date(1900, 1, 1), True),
        (date(2999, 12, 31), True),
        (date(3000, 1, 1), False),
        (date(9999, 12, 31), False),
    ],
)
def test_a_plausible_day_lies_within_the_centuries_of_business(day: date, expected: bool) -> None:  # noqa: FBT001 - a table test
    assert is_plausible(day) is expected
