"""What is usual: the middle, and the typical distance from it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conduct.rules.robust import median, usual

COUNTS = st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("values", "middle"),
    [([], "0"), ([3], "3"), ([1, 2], "1.5"), ([9, 1, 2], "2"), ([1, 1, 1, 50], "1")],
)
def test_the_middle_of_an_even_number_lies_between_two(values: list[int], middle: str) -> None:
    assert median(values) == Decimal(middle)


def test_one_wild_day_hides_nothing() -> None:
    quiet = usual([2, 1, 3, 2, 2, 1, 3, 2, 2, 2])
    with_one = usual([2, 1, 3, 2, 2, 1, 3, 2, 2, 400])

    assert (quiet.middle, with_one.middle) == (Decimal(2), Decimal(2))
    assert with_one.bound(Decimal(6), Decimal(1)) < 31


def test_equal_days_have_no_spread_and_the_least_one_counts() -> None:
    same = usual([4] * 20)

    assert same.spread == 0
    assert same.bound(Decimal(6), Decimal(1)) == 10


@given(COUNTS)
def test_half_of_the_days_lie_on_each_side(values: list[int]) -> None:
    middle = median(values)

    assert sum(value <= middle for value in values) * 2 >= len(values)
    assert sum(value >= middle for value in values) * 2 >= len(values)


@given(COUNTS, st.integers(min_value=0, max_value=1000))
def test_the_bound_moves_with_the_days_and_grows_with_their_size(
    values: list[int], up: int
) -> None:
    times, least = Decimal(6), Decimal(1)
    moved = usual([value + up for value in values])

    assert moved.bound(times, least) == usual(values).bound(times, least) + up
    assert usual(values).bound(times, least) >= median(values) + 6


@given(st.permutations([5, 1, 9, 2, 2, 7, 30]))
def test_the_order_of_the_days_means_nothing(values: list[int]) -> None:
    assert usual(values) == usual(sorted(values))
