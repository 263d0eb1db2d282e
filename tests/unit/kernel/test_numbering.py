"""Numbers that carry their day: how they are written, and found again by their first digits."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.numbering import SERIALS, first_of, number_of, spans, spans_of, written

NUMBERS = st.one_of(
    st.integers(1, SERIALS - 1),
    st.builds(
        lambda day, serial: first_of(day) + serial,
        st.dates(date(2010, 1, 1), date(2098, 12, 31)),
        st.integers(1, SERIALS - 1),
    ),
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (7, "000000007"),
        (999_999_999, "999999999"),
        (261_127_000_000_007, "261127000007"),
        (261_127_000_999_999, "261127999999"),
        (261_127_001_000_000, "2611271000000"),
        (261_127_999_999_999, "261127999999999"),
    ],
)
def test_a_number_is_written_with_its_day_and_at_least_six_digits(number: int, text: str) -> None:
    assert written(number) == text


def test_days_follow_one_another() -> None:
    assert first_of(date(2026, 11, 27)) == 261_127_000_000_000 < first_of(date(2026, 12, 1))


@given(NUMBERS, NUMBERS, st.integers(1, 15))
def test_a_number_is_found_by_its_first_digits_and_no_other_is(
    number: int, other: int, length: int
) -> None:
    digits = written(number)[:length]

    def found(wanted: int) -> bool:
        return any(first <= wanted <= last for first, last in spans(digits))

    assert found(number)
    assert found(other) == written(other).startswith(digits)


@given(NUMBERS, NUMBERS)
def test_no_two_numbers_are_written_alike(number: int, other: int) -> None:
    assert (written(number) == written(other)) == (number == other)


@given(NUMBERS)
def test_a_number_is_read_back(number: int) -> None:
    assert number_of(written(number)) == number


@pytest.mark.parametrize(
    "digits", ["", "7", "00000007", "26112700007", "26112700000000007", "٢٦١١٢٧٠٠٠٠٠٧", "x" * 9]
)
def test_what_no_number_is_written_like_is_none(digits: str) -> None:
    assert number_of(digits) is None


@given(st.lists(NUMBERS, max_size=20), NUMBERS)
def test_the_numbers_of_some_days_are_those_between_their_ends(
    numbers: list[int], other: int
) -> None:
    days = {number // SERIALS for number in numbers}
    found = spans_of(days)

    assert found == sorted(found)
    for number in [*numbers, other]:
        inside = any(first <= number <= last for first, last in found)
        assert inside == (number // SERIALS in days)
