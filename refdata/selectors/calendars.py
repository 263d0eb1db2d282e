"""Calendars, venues and settlement dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.functional import Promise

from kernel.calendars import SATURDAY, BusinessCalendar, UnknownDate
from refdata.facts import CycleFacts, InstrumentFacts, VenueFacts
from refdata.models import Calendar, CalendarDay, Currency, CutOff, SettlementCycle, Venue
from refdata.models.labels import LABELS
from refdata.rules.cut_offs import DELIVERED
from refdata.rules.settlement import SettlementBook
from refdata.states import CalendarKind, DayStep, InstructionState, RecordState

HOUSE_CALENDAR: Final = "TARGET"
CLOSED_MAX: Final = timedelta(days=30)
"""No market is closed for longer."""


class UnknownCalendar(LookupError):
    """No calendar has this code, nor the market that operates this MIC."""


def venues_by_mic(mics: Iterable[str]) -> dict[str, VenueFacts]:
    """Return the known venues, expired ones too (`is_active_on` tells)."""
    return {venue.mic: venue_facts(venue) for venue in Venue.objects.filter(mic__in=set(mics))}


def calendar_for(mic_or_code: str) -> BusinessCalendar:
    """Return the calendar with this code, or of the market that operates this MIC.

    Raises UnknownCalendar.
    """
    found = _calendars([mic_or_code])
    if not found:
        operating = Venue.objects.filter(mic=mic_or_code).values_list("operating_mic", flat=True)
        found = _calendars(operating)
    if not found:
        raise UnknownCalendar(mic_or_code)
    return next(iter(found.values()))


def settlement_book(*, currencies: Iterable[str], mics: Iterable[str]) -> SettlementBook:
    """Load in four queries what settling trades in these currencies and venues needs.

    The calendar of the house comes with it.
    """
    mics = {mic for mic in mics if mic}
    venues = venues_by_mic(mics)
    payment = dict(
        Currency.objects.filter(code__in=set(currencies), calendar__isnull=False).values_list(
            "code", "calendar__code"
        )
    )
    codes = {
        HOUSE_CALENDAR,
        *payment.values(),
        *mics,
        *(venue.operating_mic for venue in venues.values()),
    }
    cycles = SettlementCycle.objects.values_list("market", "asset_class", "valid_from", "days")
    return SettlementBook(
        cycles=tuple(CycleFacts(*row) for row in cycles),
        calendars=_calendars(codes),
        currency_calendars=payment,
        venues=venues,
    )


def settlement_calendar(currency: str, mic: str) -> BusinessCalendar:
    """Return the days open for payment and venue; see SettlementBook.settlement_calendar."""
    book = settlement_book(currencies=[currency], mics=[mic])
    return book.settlement_calendar(currency=currency, mic=mic)


def settlement_date(instrument: InstrumentFacts, trade_date: date, mic: str) -> date:
    """Return the settlement date of one trade; for many, load one `settlement_book`."""
    mics = [code for code in (mic, instrument.mic) if code]
    book = settlement_book(currencies=[instrument.currency], mics=mics)
    return book.settlement_date(instrument, trade_date=trade_date, mic=mic)


def venue_facts(venue: Venue) -> VenueFacts:
    """Return the facts of a row."""
    return VenueFacts(
        mic=venue.mic,
        operating_mic=venue.operating_mic,
        name=venue.name,
        country=venue.country,
        active=venue.status == RecordState.ACTIVE,
        valid_from=venue.valid_from,
        valid_to=venue.valid_to,
    )


def _calendars(codes: Iterable[str]) -> dict[str, BusinessCalendar]:
    calendars = list(Calendar.objects.filter(code__in=set(codes)))
    closed: defaultdict[int, set[date]] = defaultdict(set)
    days = CalendarDay.objects.filter(calendar__in=calendars).values_list("calendar_id", "day")
    for calendar_id, day in days:
        closed[calendar_id].add(day)
    return {
        found.code: BusinessCalendar(
            code=found.code,
            first=found.first_day,
            last=found.last_day,
            holidays=frozenset(closed[found.pk]),
        )
        for found in calendars
    }


def latest_open_day(today: date, *, before: int = 0) -> date:
    """Return the latest business day of the house up to `today`, by what its calendar closes.

    With `before`, the one so many business days earlier.
    """
    first = today - CLOSED_MAX - timedelta(weeks=before)
    closed = set(
        CalendarDay.objects.filter(
            calendar__code=HOUSE_CALENDAR, day__gt=first, day__lte=today
        ).values_list("day", flat=True)
    )

    def is_open(day: date) -> bool:
        return day.weekday() < SATURDAY and day not in closed

    day, left = today, before
    while left or not is_open(day):
        left -= is_open(day)
        day -= timedelta(days=1)
    return day


@dataclass(frozen=True, slots=True)
class CutOffInForce:
    """A cut-off that holds on a day: set by `record`; by the product where that is None."""

    step: str
    days_after: int
    at_time: time
    record: CutOff | None = None

    @property
    def label(self) -> str | Promise:
        return LABELS[self.step]


def cut_off_moments(step: DayStep, days: Iterable[date], *, zone: ZoneInfo) -> dict[date, datetime]:
    """Return by when a step must be through on each of these days; two queries for all of them.

    A day is absent when the calendar of the house does not say which open days follow it.
    """
    wanted = set(days)
    if not wanted:
        return {}
    rows = CutOff.objects.filter(step=step.value, state=InstructionState.APPROVED).order_by(
        "only_day", "valid_from", "pk"
    )
    known = list(rows)
    moments = {}
    for day in wanted:
        holding = [
            r for r in known if r.valid_from == day or (not r.only_day and r.valid_from < day)
        ]
        after, at_time = DELIVERED[step]
        if holding:
            after, at_time = holding[-1].days_after, holding[-1].at_time
        last = _days_later(day, after)
        if last is not None:
            moments[day] = datetime.combine(last, at_time, tzinfo=zone)
    return moments


def _days_later(day: date, count: int) -> date | None:
    if not count:
        return day
    found = _calendars([HOUSE_CALENDAR]).get(HOUSE_CALENDAR)
    try:
        return found.add(day, count) if found else None
    except UnknownDate:
        return None


def cut_offs_in_force(day: date) -> list[CutOffInForce]:
    """Return the cut-off of each step on that day, in the order of the steps.

    What was approved for that day alone goes before what holds from a day on, and that before what
    the product brings.
    """
    rows = (
        CutOff.objects.filter(state=InstructionState.APPROVED)
        .filter(Q(only_day=False, valid_from__lte=day) | Q(only_day=True, valid_from=day))
        .order_by("step", "-only_day", "-valid_from", "-pk")
        .distinct("step")
    )
    known = {row.step: CutOffInForce(row.step, row.days_after, row.at_time, row) for row in rows}
    return [known.get(step) or CutOffInForce(step.value, *at) for step, at in DELIVERED.items()]


def session_hours(mics: Iterable[str]) -> dict[str, tuple[time, time]]:
    """Return by MIC the hours of its session, or those of the exchange that operates it."""
    exchanges = Calendar.objects.filter(kind=CalendarKind.EXCHANGE.value)
    hours = {
        code: (opens, closes)
        for code, opens, closes in exchanges.values_list("code", "opens_at", "closes_at")
        if opens is not None and closes is not None
    }
    operated = Venue.objects.filter(mic__in=set(mics)).values_list("mic", "operating_mic")
    told = {mic: hours.get(mic) or hours.get(operator) for mic, operator in operated}
    return {mic: found for mic, found in told.items() if found is not None}
