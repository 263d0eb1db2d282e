"""Tallies beside the trades that they count."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from trades.models import Tally, Trade
from trades.models.tally import ALIKE

Sums = dict[tuple[Any, ...], tuple[int, Decimal, Decimal]]


def told() -> Sums:
    """Return what the tallies come to, by what trades have in common."""
    rows = Tally.objects.values_list(*ALIKE, "trades", "net_amount", "risk_amount_eur")
    return _added_up(rows)


def counted() -> Sums:
    """Return the same, counted trade by trade."""
    rows = []
    for one in Trade.objects.all():
        common = [getattr(one, name) for name in ALIKE[:-2]]
        common += [one.version_no > 1, one.touched_by_hand_at is not None]
        rows.append((*common, 1, one.net_amount, one.risk_amount_eur or Decimal(0)))
    return _added_up(rows)


def _added_up(rows: Any) -> Sums:
    nothing = (0, Decimal(0), Decimal(0))
    sums: Sums = defaultdict(lambda: nothing)
    for *common, trades, net, risk in rows:
        before = sums[tuple(common)]
        sums[tuple(common)] = (before[0] + trades, before[1] + net, before[2] + risk)
    return {common: said for common, said in sums.items() if said != nothing}
