"""TRD-7xx: was the trade booked when it was dealt?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from typing import Final

from kernel.calendars import UnknownDate
from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.context import HOUSE_ZONE, RuleContext
from trades.rules.families import Owner
from trades.rules.rule import BOOKING, N_, Limits, Parameter, rule

MINUTE_SECONDS: Final = 60
SATURDAY: Final = 5
HOUR: Final = N_("hour of the day, Europe/Paris")
MINUTES: Final = N_("minutes")


@rule(
    "TRD-701",
    Severity.INFO,
    owner=Owner.COMPLIANCE,
    title=N_("Trade is booked soon after it is dealt"),
    message=N_("Booked {found} minutes after the execution; the limit is {expected}."),
    source=N_("MiFID II art. 25 (records); market practice"),
    rationale=N_("A late ticket may have been chosen with hindsight."),
    parameters=(Parameter("maximum", Decimal(60), MINUTES),),
)
def check_late_booking(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Received within the set time after the execution, when both are of one day."""
    minutes = int((facts.received_at - facts.traded_at).total_seconds()) // MINUTE_SECONDS
    if minutes > limits["maximum"]:
        yield check_late_booking.finding(
            "received_at",
            expected=limits["maximum"],
            found=minutes,
            evidence={
                "traded_at": facts.traded_at.isoformat(),
                "received_at": facts.received_at.isoformat(),
            },
        )


@rule(
    "TRD-702",
    Severity.WARNING,
    owner=Owner.COMPLIANCE,
    title=N_("Trade is not backdated"),
    message=N_("Received on {found} for the trade date {expected}."),
    source=N_("Mission Green report (2008); MAR art. 16"),
    rationale=N_("A trade for a day that is closed changes figures that were already given."),
    parameters=(Parameter("maximum", Decimal(1), N_("business days")),),
    reads=BOOKING,
)
def check_backdated(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Received not more than the set number of business days after the trade date."""
    day = context.local_day(facts.received_at, facts.venue)
    if (day - facts.trade_date).days <= limits["maximum"]:
        return
    calendar = context.calendars.get(facts.venue)
    if calendar is not None:
        try:
            if calendar.between(facts.trade_date, day) <= limits["maximum"]:
                return
        except UnknownDate:
            pass  # beyond the calendar: calendar days have already said "late"
    yield check_backdated.finding("trade_date", expected=facts.trade_date, found=day)


@rule(
    "TRD-703",
    Severity.INFO,
    owner=Owner.COMPLIANCE,
    title=N_("Trade is booked on a working day"),
    message=N_("Received on {found}; expected: {expected}."),
    source=N_("Mission Green report (2008): bookings at unusual hours; market practice"),
    rationale=N_("Who books while the house is closed works alone: it deserves a look."),
    reads=BOOKING,
)
def check_received_on_working_day(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Received on a day that is open in the calendar of the house; one it does not know is not."""
    day = facts.received_at.astimezone(HOUSE_ZONE).date()
    try:
        if context.house is not None and context.house.is_open(day):
            return
        known = context.house is not None or day.weekday() >= SATURDAY
    except UnknownDate:
        known = False
    yield check_received_on_working_day.finding(
        "received_at",
        expected=N_("a working day") if known else N_("a day that the calendar of the house knows"),
        found=day,
    )


@rule(
    "TRD-704",
    Severity.INFO,
    owner=Owner.OPERATIONS,
    title=N_("Trade is booked before the cut-off"),
    message=N_("Received at {found}, after the cut-off of {expected}."),
    source=N_("ESMA final report on T+1 (13 October 2025): confirmations by 23:00 on trade date"),
    rationale=N_("After the cut-off allocation and confirmation are no longer of the day."),
    parameters=(Parameter("cut_off", Decimal(23), HOUR),),
    reads=BOOKING,
)
def check_cut_off(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Received on its trade date before the cut-off hour, house time."""
    received = facts.received_at.astimezone(HOUSE_ZONE)
    if received.date() == facts.trade_date and received.hour >= limits["cut_off"]:
        yield check_cut_off.finding(
            "received_at", expected=f"{int(limits['cut_off'])}:00", found=f"{received:%H:%M}"
        )


@rule(
    "TRD-705",
    Severity.INFO,
    owner=Owner.COMPLIANCE,
    title=N_("Trade is booked by day"),
    message=N_("Received at {found}, at night ({expected})."),
    source=N_("Mission Green report (2008): bookings at unusual hours; market practice"),
    rationale=N_("Who books at night works alone; a desk that deals overseas has other hours."),
    parameters=(
        Parameter("night_from", Decimal(22), HOUR),
        Parameter("night_to", Decimal(6), HOUR),
    ),
    reads=BOOKING,
)
def check_by_day(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Not received between the two hours, house time; from 22 to 6 is over midnight."""
    received = facts.received_at.astimezone(HOUSE_ZONE)
    start, end, hour = limits["night_from"], limits["night_to"], received.hour
    at_night = start <= hour < end if start <= end else not end <= hour < start
    if at_night:
        yield check_by_day.finding(
            "received_at",
            expected=f"{int(start):02}:00 – {int(end):02}:00",
            found=f"{received:%H:%M}",
        )


@rule(
    "TRD-706",
    Severity.WARNING,
    owner=Owner.COMPLIANCE,
    title=N_("Trade is dealt while the venue is open"),
    message=N_("Dealt at {found}; the session of the venue is {expected}."),
    source=N_("RTS 25; MAR art. 16; Mission Green report (2008): deals outside hours"),
    rationale=N_("Nobody deals on a closed market: the time is wrong, or the trade was made up."),
    parameters=(Parameter("around", Decimal(30), MINUTES),),
)
def check_session(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """On a venue whose hours are known, within its session and so many minutes around it, in which
    auctions and trades at the last price are dealt.
    """
    hours = context.sessions.get(facts.venue)
    if hours is None or facts.product:
        return
    dealt = facts.traded_at.astimezone(context.zones.get(facts.venue, HOUSE_ZONE))
    opens, closes = (_minutes(hour) for hour in hours)
    if not opens - limits["around"] <= _minutes(dealt.time()) <= closes + limits["around"]:
        yield check_session.finding(
            "traded_at",
            expected=f"{hours[0]:%H:%M} – {hours[1]:%H:%M}",
            found=f"{dealt:%H:%M}",
            evidence={"venue": facts.venue},
        )


def _minutes(hour: time) -> int:
    return hour.hour * 60 + hour.minute


RULES: Final = (
    check_late_booking,
    check_backdated,
    check_received_on_working_day,
    check_cut_off,
    check_by_day,
    check_session,
)
