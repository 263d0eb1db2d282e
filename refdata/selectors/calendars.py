"""Calendars, venues and settlement dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, time

from django.db.models import Q

from kernel.calendars import BusinessCalendar
from refdata.facts import CycleFacts, InstrumentFacts, VenueFacts
from refdata.models import Calendar, CalendarDay, Currency, CutOff, SettlementCycle, Venue
from refdata.rules.settlement import SettlementBook
from refdata.states import InstructionState, RecordState


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
    """Load in four queries what settling trades in these currencies and venues needs."""
    mics = {mic for mic in mics if mic}
    venues = venues_by_mic(mics)
    payment = dict(
        Currency.objects.filter(code__in=set(currencies), calendar__isnull=False).values_list(
            "code", "calendar__code"
        )
    )
    codes = {*payment.values(), *mics, *(venue.operating_mic for venue in venues.values())}
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


def cut_offs(day: date) -> dict[str, tuple[int, time]]:
    """Return (open days after, local time) of each step that somebody set a cut-off for.

    What was approved for that day alone goes before what holds from a day on.
    """
    rows = (
        CutOff.objects.filter(state=InstructionState.APPROVED)
        .filter(Q(only_day=False, valid_from__lte=day) | Q(only_day=True, valid_from=day))
        .order_by("step", "-only_day", "-valid_from", "-pk")
        .distinct("step")
    )
    return {row.step: (row.days_after, row.at_time) for row in rows}
