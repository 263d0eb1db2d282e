"""TRD-81x: does a repo or a loan of securities come back as it was agreed?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.calendars import UnknownDate
from kernel.findings import Finding, Severity
from trades.facts import DealTerms, TradeFacts
from trades.rules import legs
from trades.rules.context import RuleContext
from trades.rules.economics import FINANCING, HUNDRED, MINOR_UNITS, ZERO, unit_of
from trades.rules.families import Owner
from trades.rules.prices import PERCENT
from trades.rules.rule import DAYS, N_, Limits, Parameter, rule

REPO: Final = "REPO"
LENDING: Final = "LENDING"
POINTS: Final = N_("basis points")


def _deal(facts: TradeFacts, *products: str) -> DealTerms | None:
    return facts.deal if facts.product in (products or FINANCING) else None


def _value(facts: TradeFacts) -> Decimal:
    """Return what the securities are worth, interest included."""
    return facts.gross_amount + facts.accrued_interest


@rule(
    "TRD-811",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("End leg is after the start leg"),
    message=N_("Ends on {found}, not after its start on {expected}."),
    source=N_("GMRA 2011; GMSLA 2010"),
    rationale=N_("What comes back before it went is a typing error in one of the dates."),
    deals=True,
)
def check_end_after_start(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The end date, where there is one, is after the start date."""
    deal = _deal(facts)
    if deal is None or deal.end_date is None or facts.settlement_date is None:
        return
    if deal.end_date <= facts.settlement_date:
        yield check_end_after_start.finding(
            "end_date", expected=facts.settlement_date, found=deal.end_date
        )


@rule(
    "TRD-812",
    Severity.BLOCKING,
    owner=Owner.SETTLEMENT,
    title=N_("End date is open for stock and cash"),
    message=N_("{found} is no settlement day; expected: {expected}."),
    source=N_("Calendars of the payment system and of the venue"),
    rationale=N_("Securities and cash come back against each other: both must be open."),
    fix=N_("Set {field} to {expected}."),
    deals=True,
)
def check_end_date_open(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Open in the joined calendar of the currency and the venue."""
    deal = _deal(facts)
    calendar = context.settlement_calendars.get((facts.currency, facts.venue))
    if deal is None or deal.end_date is None or calendar is None:
        return
    try:
        expected = str(calendar.add(deal.end_date, 0))
    except UnknownDate:
        expected = N_("a day that the calendars know")
    if expected != str(deal.end_date):
        yield check_end_date_open.finding(
            "end_date",
            expected=expected,
            found=deal.end_date,
            evidence={"calendars": calendar.code.replace("+", ", ")},
        )


@rule(
    "TRD-813",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("Start cash is the value less the haircut"),
    message=N_("The start cash is {found}; value and haircut give {expected}."),
    source=N_("GMRA 2011, annex I: purchase price and haircut"),
    rationale=N_("Cash beyond the value of the securities is lent without anything behind it."),
    parameters=(Parameter("tolerance", Decimal(2), MINOR_UNITS),),
    fix=N_("Set {field} to {expected}."),
    deals=True,
)
def check_start_cash(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Market value, interest included, less the haircut, within the tolerance."""
    deal = _deal(facts, REPO)
    if deal is None:
        return
    haircut = deal.haircut or ZERO
    expected = legs.start_cash(_value(facts), haircut, facts.currency)
    unit = unit_of(facts.currency)
    if abs(facts.net_amount - expected) > limits["tolerance"] * unit:
        yield check_start_cash.finding(
            "net_amount",
            expected=expected,
            found=facts.net_amount.quantize(unit),
            evidence={"gross_amount": str(facts.gross_amount), "haircut": str(haircut)},
        )


@rule(
    "TRD-814",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("End cash is start cash and interest"),
    message=N_("The end cash is {found}; cash, rate and days give {expected}."),
    source=N_("GMRA 2011, 2(ii): repurchase price"),
    rationale=N_("The end cash is what is paid: it must be explained to the cent."),
    parameters=(Parameter("tolerance", Decimal(2), MINOR_UNITS),),
    fix=N_("Set {field} to {expected}."),
    deals=True,
)
def check_end_cash(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Start cash x (1 + rate x days / basis of the day count), within the tolerance."""
    deal = _deal(facts, REPO)
    if deal is None or deal.end_date is None or facts.settlement_date is None:
        return
    paid = deal.legs[-1].amount
    span = (facts.settlement_date, deal.end_date)
    if paid is None or span[1] <= span[0]:
        return
    earned = legs.interest(
        facts.net_amount, deal.repo_rate or ZERO, span, deal.day_count, facts.currency
    )
    expected = facts.net_amount + earned
    unit = unit_of(facts.currency)
    if abs(abs(paid) - expected) > limits["tolerance"] * unit:
        yield check_end_cash.finding(
            "end_cash",
            expected=expected.quantize(unit),
            found=abs(paid).quantize(unit),
            evidence={"repo_rate": str(deal.repo_rate), "day_count": deal.day_count},
        )


@rule(
    "TRD-815",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    title=N_("Repo rate and lending fee are in proportion"),
    message=N_("{found} is outside {expected}."),
    source=N_("Market practice"),
    rationale=N_("A rate in basis points typed as percent is a hundred times too much."),
    parameters=(
        Parameter("rate", Decimal(10), PERCENT),
        Parameter("fee", Decimal(500), POINTS),
    ),
    deals=True,
)
def check_price_of_money(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The repo rate, also below zero, and the fee, never below zero, are within their bounds."""
    deal = _deal(facts)
    if deal is None:
        return
    if deal.repo_rate is not None and abs(deal.repo_rate) > limits["rate"]:
        bound = f"{limits['rate'].normalize():f}"
        yield check_price_of_money.finding(
            "repo_rate", expected=f"± {bound} %", found=f"{deal.repo_rate.normalize():f}"
        )
    if deal.lending_fee is not None and not ZERO <= deal.lending_fee <= limits["fee"]:
        yield check_price_of_money.finding(
            "lending_fee",
            expected=f"0 .. {limits['fee'].normalize():f}",
            found=f"{deal.lending_fee.normalize():f}",
        )


@rule(
    "TRD-816",
    Severity.WARNING,
    owner=Owner.COUNTERPARTY_RISK,
    title=N_("Haircut and margin are in proportion"),
    message=N_("{field} of {found} is outside {expected}."),
    source=N_("GMRA 2011; GMSLA 2010; FSB framework of haircuts (2015)"),
    rationale=N_("Too little leaves a gap when the price moves, too much is a typing error."),
    parameters=(
        Parameter("haircut", Decimal(25), PERCENT),
        Parameter("margin", Decimal(125), PERCENT),
    ),
    deals=True,
)
def check_margin(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """A haircut from 0 to its maximum; a margin from 100 percent to its maximum."""
    deal = _deal(facts)
    if deal is None:
        return
    for name, value, lowest in (
        ("haircut", deal.haircut, ZERO),
        ("margin", deal.margin, HUNDRED),
    ):
        if value is not None and not lowest <= value <= limits[name]:
            yield check_margin.finding(
                name,
                expected=f"{lowest:f} .. {limits[name].normalize():f} %",
                found=f"{value.normalize():f}",
            )


@rule(
    "TRD-817",
    Severity.BLOCKING,
    owner=Owner.SETTLEMENT,
    cause=CauseKind.INSTRUMENT,
    title=N_("Security outlives the end leg"),
    message=N_("Comes back on {found}; the security matures on {expected}."),
    source=N_("Market practice"),
    rationale=N_("A security that was repaid cannot be given back."),
    deals=True,
)
def check_security_outlives(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The end date is before the maturity of the security."""
    deal = _deal(facts)
    instrument = context.instruments.get(facts.isin)
    if deal is None or deal.end_date is None or instrument is None:
        return
    if instrument.maturity_date is not None and deal.end_date >= instrument.maturity_date:
        yield check_security_outlives.finding(
            "end_date", expected=instrument.maturity_date, found=deal.end_date
        )


@rule(
    "TRD-818",
    Severity.WARNING,
    owner=Owner.COUNTERPARTY_RISK,
    title=N_("Loan is covered by its collateral"),
    message=N_("The collateral is {found}; value and margin ask {expected}."),
    source=N_("GMSLA 2010, 5; ESMA guidelines 2014/937 (UCITS)"),
    rationale=N_("A loan without cover is a credit that nobody has granted."),
    parameters=(Parameter("tolerance", Decimal(2), MINOR_UNITS),),
    fix=N_("Set {field} to {expected}."),
    deals=True,
)
def check_collateral(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The collateral is at least the value of what is lent times the margin (100 without one)."""
    deal = _deal(facts, LENDING)
    if deal is None:
        return
    margin = HUNDRED if deal.margin is None else deal.margin
    expected = legs.start_cash(_value(facts), HUNDRED - margin, facts.currency)
    left = deal.collateral_amount or ZERO
    unit = unit_of(facts.currency)
    if left < expected - limits["tolerance"] * unit:
        yield check_collateral.finding(
            "collateral_amount",
            expected=expected.quantize(unit),
            found=left.quantize(unit),
            evidence={"margin": str(margin), "gross_amount": str(facts.gross_amount)},
        )


@rule(
    "TRD-819",
    Severity.WARNING,
    owner=Owner.OPERATIONS,
    title=N_("Open trade can be ended"),
    message=N_("No end date and no notice: nothing says how this trade ends."),
    source=N_("GMRA 2011, 3(e); GMSLA 2010, 8"),
    rationale=N_("An open trade lasts until somebody calls it: both sides must know how."),
    deals=True,
)
def check_notice(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """A repo or loan without an end date names its notice in business days."""
    deal = _deal(facts)
    if deal is not None and deal.end_date is None and deal.notice_days is None:
        yield check_notice.finding("notice_days", expected=N_("a notice"), found="")


@rule(
    "TRD-820",
    Severity.WARNING,
    owner=Owner.COUNTERPARTY_RISK,
    title=N_("Financing is not for long"),
    message=N_("Ends on {found}, more than {expected} days after its start."),
    source=N_("GMRA 2011; GMSLA 2010; SFTR (maturity)"),
    rationale=N_("A wrong year is a typing error, and a long term a credit that others grant."),
    parameters=(Parameter("maximum", Decimal(400), DAYS),),
    deals=True,
)
def check_term(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The end date, where there is one, is within the set days of the start."""
    deal = _deal(facts)
    if deal is None or deal.end_date is None or facts.settlement_date is None:
        return
    days = (deal.end_date - facts.settlement_date).days
    if days > limits["maximum"]:
        yield check_term.finding(
            "end_date",
            expected=limits["maximum"],
            found=deal.end_date,
            evidence={"settlement_date": facts.settlement_date.isoformat(), "days": str(days)},
        )


RULES: Final = (
    check_end_after_start,
    check_end_date_open,
    check_start_cash,
    check_end_cash,
    check_price_of_money,
    check_margin,
    check_security_outlives,
    check_collateral,
    check_notice,
    check_term,
)
