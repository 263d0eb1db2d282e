"""TRD-2xx: do the dates follow one another, on days when the market and the money are open?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.calendars import UnknownDate
from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.completeness import OFF_VENUE
from trades.rules.context import RuleContext
from trades.rules.economics import DERIVATIVE, FX
from trades.rules.families import Owner
from trades.rules.rule import BOOKING, DAYS, MARKET, N_, Limits, Parameter, rule

WITHOUT_DAYS: Final = OFF_VENUE | {"SINT"}
"""Codes of ISO 10383 for no market: nothing opens or closes there."""


@rule(
    "TRD-201",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("Settlement is not before trade date"),
    message=N_("Settles on {found}, before the trade date {expected}."),
    source=N_("Market practice"),
    rationale=N_("A trade never settles before it is struck."),
    reads=MARKET,
)
def check_date_order(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Settlement date is on or after trade date."""
    settlement = facts.settlement_date
    if settlement is not None and settlement < facts.trade_date:
        yield check_date_order.finding(
            "settlement_date", expected=facts.trade_date, found=settlement
        )


@rule(
    "TRD-202",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    cause=CauseKind.VENUE,
    title=N_("Venue is open on trade date"),
    message=N_("{found} is a closed day at {expected}."),
    source=N_("Calendar of the venue"),
    rationale=N_("Nothing is executed on a closed market: the date or the venue is wrong."),
    reads=MARKET,
)
def check_trade_day_open(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The venue's calendar is open; a day that the calendar does not know is a finding too."""
    calendar = context.calendars.get(facts.venue)
    if calendar is None:
        return
    try:
        is_open = calendar.is_open(facts.trade_date)
    except UnknownDate:
        is_open = False
    if not is_open:
        yield check_trade_day_open.finding(
            "trade_date",
            expected=facts.venue,
            found=facts.trade_date,
            evidence={"calendar": calendar.code, "known": f"{calendar.first}..{calendar.last}"},
        )


@rule(
    "TRD-203",
    Severity.BLOCKING,
    owner=Owner.SETTLEMENT,
    cause=CauseKind.CALENDAR,
    title=N_("Settlement date is open for stock and cash"),
    message=N_("{found} is no settlement day; expected: {expected}."),
    source=N_("CSDR art. 5; T2S calendar; market practice"),
    rationale=N_("Delivery against payment needs the depository and the payment system open."),
    reads=MARKET,
)
def check_settlement_day_open(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Open in the joined calendar of the currency and the venue's depository.

    Of two currencies TRD-804 asks both.
    """
    if facts.product == FX:
        return
    calendar = context.settlement_calendars.get((facts.currency, facts.venue))
    if calendar is None or facts.settlement_date is None:
        return
    try:
        expected: date | str = calendar.add(facts.settlement_date, 0)
    except UnknownDate:
        expected = N_("a day that the calendars know")
    if expected != facts.settlement_date:
        yield check_settlement_day_open.finding(
            "settlement_date",
            expected=expected,
            found=facts.settlement_date,
            evidence={"calendars": calendar.code.replace("+", ", ")},
        )


@rule(
    "TRD-204",
    Severity.WARNING,
    owner=Owner.SETTLEMENT,
    cause=CauseKind.VENUE,
    title=N_("Settlement date follows the market's cycle"),
    message=N_("Settles on {found}; the cycle of the market gives {expected}."),
    source=N_("CSDR art. 5(2): T+2, T+1 from trade date 11 October 2027 in the EU"),
    rationale=N_("An agreed other date exists, but most often it is a typing error."),
    fix=N_("Set {field} to {expected}."),
    reads=MARKET,
)
def check_settlement_cycle(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Equal to the date computed from the dated settlement cycles.

    The start of a repo or a loan is as agreed: CSDR article 5(2) leaves it out.
    """
    if facts.product:
        return
    usual = context.settlement_dates.get((facts.isin, facts.venue, facts.trade_date))
    settlement = facts.settlement_date
    if usual is None or settlement is None or settlement == usual:
        return
    if settlement >= facts.trade_date:
        yield check_settlement_cycle.finding("settlement_date", expected=usual, found=settlement)


@rule(
    "TRD-205",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("Trade is not in the future"),
    message=N_("The trade date {found} is after today, {expected}."),
    source=N_("RTS 25; market practice"),
    rationale=N_("A deferred start hides a position until it is cancelled."),
    reads=BOOKING,
)
def check_not_future(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Trade date is not after the day on which the trade was received, at the venue."""
    today = context.local_day(facts.received_at, facts.venue)
    if facts.trade_date > today:
        yield check_not_future.finding("trade_date", expected=today, found=facts.trade_date)


@rule(
    "TRD-206",
    Severity.WARNING,
    owner=Owner.OPERATIONS,
    title=N_("Trade date is the day of the execution time"),
    message=N_("Executed on {found} at the venue; the trade date is {expected}."),
    source=N_("RTS 22 field 28; RTS 25"),
    rationale=N_("The report carries the time, the ledger the date: they must be one day."),
)
def check_trade_day_is_execution_day(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The execution time, at the venue, falls on the trade date."""
    day = context.local_day(facts.traded_at, facts.venue)
    if day != facts.trade_date:
        yield check_trade_day_is_execution_day.finding(
            "trade_date",
            expected=facts.trade_date,
            found=day,
            evidence={"traded_at": facts.traded_at.isoformat()},
        )


@rule(
    "TRD-207",
    Severity.BLOCKING,
    owner=Owner.SETTLEMENT,
    cause=CauseKind.INSTRUMENT,
    title=N_("Instrument lives until settlement"),
    message=N_("Settles on {found}, after the instrument matured on {expected}."),
    source=N_("Market practice"),
    rationale=N_("A matured instrument cannot be delivered."),
    reads=MARKET,
)
def check_not_matured(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Settlement date (trade date when it is unknown) is not after maturity.

    A contract may be dealt on the day it expires; its premium and fees are paid later.
    """
    instrument = context.instruments.get(facts.isin)
    if instrument is None or instrument.maturity_date is None:
        return
    contract = instrument.asset_class == DERIVATIVE
    day = facts.trade_date if contract else facts.settlement_date or facts.trade_date
    if day > instrument.maturity_date:
        yield check_not_matured.finding(
            "trade_date" if contract else "settlement_date",
            expected=instrument.maturity_date,
            found=day,
        )


@rule(
    "TRD-208",
    Severity.BLOCKING,
    owner=Owner.SETTLEMENT,
    title=N_("Settlement date is known"),
    message=N_("No settlement date: nothing says when this is delivered and paid."),
    source=N_("CSDR art. 5; market practice"),
    rationale=N_("Without it nothing is instructed, and no rule on dates and interest can look."),
    fix=N_("Amend the trade with its settlement date, or load calendar and cycle of the market."),
    reads=MARKET,
)
def check_settlement_known(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """There is one for all that is delivered or paid; a future moves by its margin alone."""
    instrument = context.instruments.get(facts.isin)
    if facts.settlement_date is not None or (instrument is not None and instrument.is_future):
        return
    usual = context.settlement_dates.get((facts.isin, facts.venue, facts.trade_date))
    yield check_settlement_known.finding(
        "settlement_date", expected=usual or N_("a date"), found=""
    )


@rule(
    "TRD-209",
    Severity.INFO,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.VENUE,
    title=N_("Calendar of the venue is known"),
    message=N_("No calendar of {found}: whether it was open was not checked."),
    source=N_("Market practice"),
    rationale=N_("What could not be checked must be seen as unchecked; a fill proves a market."),
    fix=N_("Load the calendar of {found}."),
    reads=MARKET,
)
def check_venue_calendar(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """An active venue, or the market that operates it, has a calendar; off venue there is none."""
    mic = facts.venue
    if mic in WITHOUT_DAYS or mic in context.calendars or not context.venues.get(mic, False):
        return
    yield check_venue_calendar.finding("venue", expected=N_("a calendar"), found=mic)


@rule(
    "TRD-210",
    Severity.WARNING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.CURRENCY,
    title=N_("Calendar of the payment system is known"),
    message=N_("No payment calendar of {found}: whether it pays that day was not checked."),
    source=N_("CSDR art. 5; calendars of the payment systems"),
    rationale=N_("A day on which the currency is not paid ends in a fail, which costs penalties."),
    fix=N_("Load the payment calendar of {found}: all that waits for it goes on."),
    reads=MARKET,
)
def check_payment_calendar(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """A known currency has the calendar of its payment system; of two, TRD-806 asks both."""
    code = facts.currency
    if facts.product == FX or code in context.payable or code not in context.currencies:
        return
    yield check_payment_calendar.finding("currency", expected=N_("a calendar"), found=code)


@rule(
    "TRD-211",
    Severity.INFO,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.VENUE,
    title=N_("Usual settlement date is known"),
    message=N_("Nothing gives the usual settlement date of {found}: it was not compared."),
    source=N_("CSDR art. 5(2)"),
    rationale=N_("What could not be checked must be seen as unchecked."),
    fix=N_("Load cycle and calendars of the market."),
    reads=MARKET,
)
def check_cycle_known(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Cycle and calendars give a date for what is bought and sold; other products agree theirs."""
    if facts.product or facts.isin not in context.instruments:
        return
    if (facts.isin, facts.venue, facts.trade_date) not in context.settlement_dates:
        yield check_cycle_known.finding("settlement_date", expected=N_("a date"), found=facts.isin)


@rule(
    "TRD-212",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    title=N_("Settlement is not far away"),
    message=N_("Settles on {found}, more than {expected} days after the trade date."),
    source=N_("Mission Green report (2008): deferred starts; CSDR art. 5(2)"),
    rationale=N_("A wrong year is a typing error; a deferred start hides a position meanwhile."),
    parameters=(
        Parameter("security", Decimal(20), DAYS),
        Parameter("exchange", Decimal(400), DAYS),
        Parameter("start", Decimal(20), DAYS),
    ),
    reads=MARKET,
)
def check_not_far(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Within the days of its kind: what is bought or sold, an exchange, the start of financing."""
    settlement = facts.settlement_date
    if settlement is None:
        return
    maximum = limits[{"": "security", FX: "exchange"}.get(facts.product, "start")]
    days = (settlement - facts.trade_date).days
    if days > maximum:
        yield check_not_far.finding(
            "settlement_date",
            expected=maximum,
            found=settlement,
            evidence={"trade_date": facts.trade_date.isoformat(), "days": str(days)},
        )


RULES: Final = (
    check_date_order,
    check_trade_day_open,
    check_settlement_day_open,
    check_settlement_cycle,
    check_not_future,
    check_trade_day_is_execution_day,
    check_not_matured,
    check_settlement_known,
    check_venue_calendar,
    check_payment_calendar,
    check_cycle_known,
    check_not_far,
)
