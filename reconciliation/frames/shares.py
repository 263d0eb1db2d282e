"""Who pays what inside a match: the amounts of its two sides, shared out in pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

#: The number of an item and its amount in 1/10,000 of the currency.
Item = tuple[int, int]


class Share(NamedTuple):
    """What a line pays of a trade; the first share of an item claims it for the match."""

    ours: int
    theirs: int
    amount: int
    claims_trade: bool
    claims_line: bool


def shared_out(ours: Sequence[Item], theirs: Sequence[Item]) -> Iterator[Share]:
    """Yield fewer pairs than there are items, in which each item stands with all of its amount.

    Where the sides differ, the largest item of the heavier side is cut by the difference, which the
    group keeps. Takes at least one item a side.
    """
    left, right = _balanced(ours, theirs)
    i, j, owed, paid = 0, 0, left[0][1], right[0][1]
    new_trade = new_line = True
    while True:
        last_trade, last_line = i == len(left) - 1, j == len(right) - 1
        ends_trade = last_line or (not last_trade and abs(owed) <= abs(paid))
        amount = owed if ends_trade else paid
        yield Share(left[i][0], right[j][0], amount, new_trade, new_line)
        if last_trade and last_line:
            return
        new_trade = not last_trade and amount == owed
        new_line = not last_line and amount == paid
        i, j = i + new_trade, j + new_line
        owed = left[i][1] if new_trade else owed - amount
        paid = right[j][1] if new_line else paid - amount


def _balanced(ours: Sequence[Item], theirs: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Return both sides, the heavier cut to the lighter at its largest item (the first)."""
    left, right = list(ours), list(theirs)
    gap = _sum(left) - _sum(right)
    heavier = left if abs(_sum(left)) > abs(_sum(right)) else right
    n = max(range(len(heavier)), key=lambda k: (abs(heavier[k][1]), -heavier[k][0]))
    number, amount = heavier[n]
    heavier[n] = (number, amount - gap if heavier is left else amount + gap)
    return left, right


def _sum(items: Sequence[Item]) -> int:
    return sum(amount for _, amount in items)
