"""What rules come to: how often they speak, and how often people let that pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models import Max, Q, Sum

from trades.models import RuleDay

Row = tuple[str, int, int, int, date | None]
EVER: Final = datetime(1, 1, 1, tzinfo=UTC)
#: Of the runs and exceptions that ended from a moment on, up to another.
COUNTED: Final = """
SELECT '' AS code, coalesce(sum(judged), 0) AS hits, 0 AS decided, 0 AS waived, NULL::date AS last
  FROM desk_controlrun WHERE ended_at >= %(since)s AND ended_at < %(until)s
UNION ALL
SELECT said.key, sum(said.value::bigint), 0, 0, (max(ended_at) AT TIME ZONE 'UTC')::date
  FROM desk_controlrun, jsonb_each_text(hits) said
 WHERE ended_at >= %(since)s AND ended_at < %(until)s GROUP BY 1
UNION ALL
SELECT rule_code, 0, count(*), count(*) FILTER (WHERE state = 'WAIVED'), NULL
  FROM desk_controlexception
 WHERE ended_at >= %(since)s AND ended_at < %(until)s AND kind = 'CONTROL' AND severity <> 'INFO'
 GROUP BY 1
"""


@dataclass(slots=True)
class Numbers:
    """Of a rule: its findings, the exceptions that were decided, and those of them let pass; the
    last day on which it spoke.
    """

    hits: int = 0
    decided: int = 0
    waived: int = 0
    last: date | None = field(default=None, compare=False)

    def add(self, hits: int, decided: int, waived: int, last: date | None = None) -> None:
        """Count more of the same."""
        self.last = max(filter(None, (self.last, last)), default=None)
        self.hits += hits
        self.decided += decided
        self.waived += waived

    @property
    def false_rate(self) -> Decimal | None:
        """What part of the decisions was to let it pass; None where nothing was decided."""
        return Decimal(self.waived) / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many trades were judged in all, and what each rule came to."""

    judged: int
    rules: Mapping[str, Numbers]

    def of(self, codes: Iterable[str]) -> Numbers:
        """Return the numbers of these codes together."""
        total = Numbers()
        for code in codes:
            one = self.rules.get(code, Numbers())
            total.add(one.hits, one.decided, one.waived, one.last)
        return total

    def hit_rate(self, numbers: Numbers) -> Decimal | None:
        """Return how many findings there are per trade that was judged."""
        return Decimal(numbers.hits) / self.judged if self.judged else None


def rule_statistics(*, until: datetime, since: datetime = EVER) -> Statistics:
    """Return what all rules came to from a moment on, up to another: the days that are summed up
    and lie between as wholes, and what came before and after them.
    """
    first = _next_midnight(since)
    last = max(first, min(start_of(until.astimezone(UTC).date()), first_unsummed()))
    days = RuleDay.objects.filter(day__gte=first.date(), day__lt=last.date())
    rows = days.values_list("code").annotate(
        Sum("hits"), Sum("decided"), Sum("waived"), last=Max("day", filter=Q(hits__gt=0))
    )
    found = summed(
        [
            *rows.order_by("code"),
            *counted(since=since, until=min(first, until)),
            *counted(since=last, until=until),
        ]
    )
    return Statistics(judged=found.pop("", Numbers()).hits, rules=found)


def _next_midnight(moment: datetime) -> datetime:
    """Return the first moment of the first day, as the sums count days, that begins no earlier."""
    day = moment.astimezone(UTC).date()
    return moment if moment == start_of(day) else start_of(day + timedelta(days=1))


def summed(rows: Iterable[Row]) -> dict[str, Numbers]:
    """Return the numbers of each code together."""
    found: dict[str, Numbers] = {}
    for code, hits, decided, waived, last in rows:
        found.setdefault(code, Numbers()).add(hits, decided, waived, last)
    return found


def counted(*, since: datetime, until: datetime) -> list[Row]:
    """Return (code, findings, decided, waived, last day of a finding) of what ended from a moment
    on, up to another.
    """
    if since >= until:
        return []
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"since": since, "until": until})
        return [(code, int(hits), *rest) for code, hits, *rest in cursor]


def first_unsummed() -> datetime:
    """Return the first moment of the first day that is not summed up."""
    latest: date | None = RuleDay.objects.aggregate(latest=Max("day"))["latest"]
    return EVER if latest is None else start_of(latest + timedelta(days=1))


def start_of(day: date) -> datetime:
    """Return the first moment of a day, as the sums count days."""
    return datetime.combine(day, time.min, tzinfo=UTC)
