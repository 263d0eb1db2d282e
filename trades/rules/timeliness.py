"""TRD-7xx: was the trade booked when it was dealt?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from kernel.calendars import UnknownDate
from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.context import HOUSE_ZONE, RuleContext
from trades.rules.rule import BOOKING, N_, Limits, Parameter, rule

MINUTE_SECONDS: Final = 60
SATURDAY: Final = 5


@rule(
    "TRD-701",
    Severity.INFO,
    title=N_("Trade is booked soon after it is dealt"),
    message=N_("Booked {found} minutes after the execution; the limit is {expected}."),
    source=N_("MiFID II art. 25 (records); market practice"),
    rationale=N_("A late ticket may have been chosen with hindsight."),
    parameters=(Parameter("maximum", Decimal(60), N_("minutes")),),
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
    title=N_("Trade is booked on a working day"),
    message=N_("Received on {found}, a day on which the house is closed."),
    source=N_("Market practice"),
    rationale=N_("Bookings at the weekend deserve a look."),
    reads=BOOKING,
)
def check_received_on_working_day(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Not received on a Saturday or a Sunday, house time."""
    day = facts.received_at.astimezone(HOUSE_ZONE).date()
    if day.weekday() >= SATURDAY:
        yield check_received_on_working_day.finding(
            "received_at", expected=N_("a working day"), found=day
        )


@rule(
    "TRD-704",
    Severity.INFO,
    title=N_("Trade is booked before the cut-off"),
    message=N_("Received at {found}, after the cut-off of {expected}."),
    source=N_("ESMA final report on T+1 (13 October 2025): confirmations by 23:00 on trade date"),
    rationale=N_("After the cut-off allocation and confirmation are no longer of the day."),
    parameters=(Parameter("cut_off", Decimal(23), N_("hour of the day, Europe/Paris")),),
    reads=BOOKING,
)
def check_cut_off(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Received on its trade date before the cut-off hour, house time."""
    received = facts.received_at.astimezone(HOUSE_ZONE)
    if received.date() == facts.trade_date and received.hour >= limits["cut_off"]:
        yield check_cut_off.finding(
            "received_at", expected=f"{int(limits['cut_off'])}:00", found=f"{received:%H:%M}"
        )


RULES: Final = (check_late_booking, check_backdated, check_received_on_working_day, check_cut_off)
