"""What a line pays of a trade: every item whole, both sides the same by form."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.frames import shared_out

AMOUNTS = st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("case", "ours", "theirs", "shares"),
    [
        ("pair", [5], [5], [(0, 0, 5)]),
        ("parts", [120], [60, 60], [(0, 0, 60), (0, 1, 60)]),
        ("several_for_one", [60, 60], [120], [(0, 0, 60), (1, 0, 60)]),
        ("several", [100, 50], [120, 30], [(0, 0, 100), (1, 0, 20), (1, 1, 30)]),
        ("alike", [5, 7], [5, 7], [(0, 0, 5), (1, 1, 7)]),
        ("reversed_and_booked_again", [9], [9, -9, 9], [(0, 0, 9), (0, 1, -9), (0, 2, 9)]),
        ("nothing_due", [0], [0], [(0, 0, 0)]),
        ("heavier_trade_is_cut", [101], [100], [(0, 0, 100)]),
        ("largest_line_is_cut", [100], [41, 60], [(0, 0, 41), (0, 1, 59)]),
    ],
)
def test_amounts_are_shared_out(
    case: str, ours: list[int], theirs: list[int], shares: list[tuple[int, int, int]]
) -> None:
    found = shared_out(list(enumerate(ours)), list(enumerate(theirs)))

    assert [share[:3] for share in found] == shares, case


@given(AMOUNTS, AMOUNTS)
def test_every_item_stands_with_its_amount_and_is_claimed_once(
    ours: list[int], theirs: list[int]
) -> None:
    found = list(shared_out(list(enumerate(ours)), list(enumerate(theirs))))

    gap = sum(ours) - sum(theirs)
    of_trades, of_lines = Counter[int](), Counter[int]()
    for share in found:
        of_trades[share.ours] += share.amount
        of_lines[share.theirs] += share.amount
    left = [amount - of_trades[n] for n, amount in enumerate(ours)]
    right = [amount - of_lines[n] for n, amount in enumerate(theirs)]
    assert sorted(map(abs, filter(None, left + right))) == ([abs(gap)] if gap else [])
    assert sorted(s.ours for s in found if s.claims_trade) == list(range(len(ours)))
    assert sorted(s.theirs for s in found if s.claims_line) == list(range(len(theirs)))
    assert len(found) < len(ours) + len(theirs)
    assert len({share[:2] for share in found}) == len(found), "a pair stands once"
