"""Does a trade cost the same to judge in an empty table and in one of a million?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from benchmarks import market
from benchmarks.market import brought_in
from core.models import Job

SAMPLE: Final = 10_000
APART: Final = timedelta(milliseconds=180)
"""Ten thousand trades in half an hour: the pace of a day of more than a hundred thousand."""


def pace() -> dict[str, object]:
    """Return how many trades a second were judged at the beginning and at the end of a queue."""
    jobs = Job.objects.filter(kind="trades.control_batch", state="DONE", ended_at__isnull=False)
    began = min(moment for moment in jobs.values_list("started_at", flat=True) if moment)
    judged, marks = 0, [(0, began)]
    for counts, ended in jobs.order_by("ended_at").values_list("counts", "ended_at"):
        judged += counts.get("judged", 0)
        marks.append((judged, ended))
    first = next(mark for mark in marks if mark[0] >= SAMPLE)
    last = next(mark for mark in reversed(marks) if judged - mark[0] >= SAMPLE)
    return {
        "trades_per_s_first_10k": _rate(marks[0], first),
        "trades_per_s_last_10k": _rate(last, marks[-1]),
    }


def _rate(before: tuple[int, datetime], after: tuple[int, datetime]) -> int:
    seconds = (after[1] - before[1]).total_seconds()
    return round((after[0] - before[0]) / seconds)


def at_a_million(
    dealt: market.Market, drained: Callable[[], tuple[float, int]]
) -> dict[str, object]:
    """Return how many more trades a second are judged beside those that are there."""
    days = market.business_days(market.DAYS)
    at = datetime.combine(days[-1], market.OPENING, market.PARIS) + timedelta(hours=1)
    more = [
        message | {"traded_at": (at + number * APART).isoformat()}
        for number, message in enumerate(market.flow(dealt, days[-1:], SAMPLE, prefix="M"))
    ]
    there = brought_in([*map(market.Sent.soon, more)])
    seconds, _peak = drained()
    return {"trades_per_s_at_a_million": round(SAMPLE / seconds), "trades_at_a_million": there}
