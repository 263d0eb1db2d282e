"""Reads of this room: what was watched, the days of a window, who checks whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from conduct.facts import Measures
from conduct.models import PairDay, PartyDay, TraderDay, Watch
from desk.models import ControlException
from desk.states import ExceptionKind, ExceptionState
from kernel.calendars import BusinessCalendar
from refdata import selectors as refdata
from refdata.models import Absence, Trader
from trades.models import Trade
from trades.selectors import EVER, Numbers, Statistics

WINDOW_DAYS: Final = 84
"""How far back a day is compared: twelve weeks."""
SHOWN_DAYS: Final = 28
"""How many days a page shows unless it is asked for others."""
MISSED_MAX: Final = 10
"""How many days that nobody watched are looked for."""
MEASURES: Final = (
    *("trades", "amended", "cancelled", "early", "outside", "near", "round_trips", "washes"),
    *("gross_eur", "top_eur", "top_isin"),
)


@dataclass(frozen=True, slots=True)
class Window:
    """The days up to one, and how many business days they are."""

    first: date
    last: date

    @classmethod
    def before(cls, day: date) -> Window:
        """Return the days that a day is compared with."""
        return cls(day - timedelta(days=WINDOW_DAYS), day - timedelta(days=1))


def house_calendar(day: date) -> BusinessCalendar:
    """Return the calendar of the house; every weekday is open where none is loaded."""
    try:
        return refdata.calendar_for(refdata.HOUSE_CALENDAR)
    except LookupError:
        span = timedelta(days=3 * 366)
        return BusinessCalendar("", day - span, day + span, frozenset())


def days_to_watch(*, today: date) -> list[date]:
    """Return the business days before `today` with trades that nobody watched, oldest first."""
    found = []
    day = refdata.latest_open_day(today, before=1)
    for _n in range(MISSED_MAX):
        if not Watch.objects.filter(day=day).exists():
            if not Trade.objects.filter(trade_date=day).exists():
                break
            found.append(day)
        day = refdata.latest_open_day(day, before=1)
    return sorted(found)


def is_latest(*, day: date) -> bool:
    """Say whether no later day was watched: what stands open is that of the latest one."""
    return not Watch.objects.filter(day__gt=day).exists()


def latest_watch() -> Watch | None:
    """Return the watch of the latest day, or None while none was."""
    return Watch.objects.order_by("-day", "-pk").first()


def window_of(since: date | None, until: date | None) -> Window:
    """Return the days asked for; four weeks up to the latest day watched where none are."""
    if until is None:
        latest = latest_watch()
        until = latest.day if latest else None
    if until is None:
        return Window(date.max, date.max)
    return Window(since or until - timedelta(days=SHOWN_DAYS - 1), until)


def trader_days(*, day: date) -> dict[int, TraderDay]:
    """Return the days of all traders who did anything on a day, by trader."""
    return {row.trader_id: row for row in TraderDay.objects.filter(day=day)}


def history(*, window: Window) -> dict[int, list[Measures]]:
    """Return the days of each trader in a window, the latest first."""
    rows = TraderDay.objects.filter(day__gte=window.first, day__lte=window.last).order_by("-day")
    found: defaultdict[int, list[Measures]] = defaultdict(list)
    for trader, *values in rows.values_list("trader_id", *MEASURES):
        found[trader].append(Measures(**dict(zip(MEASURES, values, strict=True))))
    return found


def measures_of(row: TraderDay) -> Measures:
    """Return the figures of a day of a trader."""
    return Measures(**{name: getattr(row, name) for name in MEASURES})


def checkers(*, first: date, last: date) -> dict[int, dict[str, int]]:
    """Return trader -> who validated his trades in these days, how often."""
    rows = PairDay.objects.filter(day__gte=first, day__lte=last).values_list("trader_id", "checker")
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for trader, checker, n in rows.annotate(n=Sum("decisions")).order_by():
        found[trader][checker] = n
    return found


def checkers_of_desks(*, first: date, last: date) -> dict[str, int]:
    """Return how many people validated anything on each desk in these days."""
    rows = PairDay.objects.filter(day__gte=first, day__lte=last).values_list("desk_code")
    return dict(rows.annotate(n=Count("checker", distinct=True)).order_by())


def party_totals(*, first: date, last: date) -> dict[int, tuple[int, int]]:
    """Return party -> trades dealt with it in these days, and cancelled."""
    rows = PartyDay.objects.filter(day__gte=first, day__lte=last).values_list("party_id")
    totals = rows.annotate(dealt=Sum("dealt"), cancelled=Sum("cancelled")).order_by()
    return {party: (dealt, cancelled) for party, dealt, cancelled in totals}


def absences(*, day: date) -> dict[int, Absence]:
    """Return trader -> the absence that a day lies in, also as the person that he signs in as."""
    rows = Absence.objects.filter(first_day__lte=day, last_day__gte=day).order_by("-first_day")
    found = rows.annotate(whose=Coalesce("trader", "user__trader")).exclude(whose=None)
    return {row.whose: row for row in found}


def traders() -> list[Trader]:
    """Return all traders, with their desks and the people that they sign in as."""
    return list(Trader.objects.select_related("desk", "user").order_by("pk"))


def rule_statistics(until: datetime, *, since: datetime = EVER) -> Statistics:
    """Return how many days of traders were judged from a moment on, up to another, and how often
    each rule spoke.

    A day that was watched again counts as it was watched last.
    """
    within = {"ended_at__gte": since, "ended_at__lt": until}
    latest = Watch.objects.filter(**within).order_by("day", "-pk").distinct("day")
    judged, found = 0, defaultdict[str, Numbers](Numbers)
    for day, traders_judged, counts in latest.values_list("day", "traders", "hits"):
        judged += traders_judged
        for code, count in counts.items():
            found[code].add(count, 0, 0, day)
    decided = ControlException.objects.filter(
        kind=ExceptionKind.CONDUCT.value, **within
    ).values_list("rule_code")
    counted = decided.annotate(
        ended=Count("pk"), waived=Count("pk", filter=Q(state=ExceptionState.WAIVED.value))
    )
    for code, ended, waived in counted:
        found[code].add(0, ended, waived)
    return Statistics(judged, found)
