"""TRD-80x: does an exchange of currencies hold together, on days when both are paid?"""

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
from trades.rules.economics import FX, MINOR_UNITS, ZERO, unit_of
from trades.rules.families import Owner
from trades.rules.prices import HUNDRED, PERCENT, TENTH
from trades.rules.rule import N_, Limits, Parameter, rule


def _deal(facts: TradeFacts) -> DealTerms | None:
    return facts.deal if facts.product == FX else None


@rule(
    "TRD-801",
    Severity.BLOCKING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.PAIR,
    title=N_("Pair is of two currencies that we know"),
    message=N_("{found} is not a pair of two known currencies with {expected}."),
    source=N_("ISO 4217; market practice"),
    rationale=N_("Another pair is another rate, other calendars and another payment."),
    deals=True,
)
def check_pair(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Two currencies of reference data, one of them dealt."""
    deal = _deal(facts)
    if deal is None:
        return
    codes = legs.currencies_of(deal.pair)
    known = all(code in context.currencies for code in codes)
    if not known or codes[0] == codes[1] or facts.currency not in codes:
        yield check_pair.finding("pair", expected=facts.currency, found=deal.pair)


@rule(
    "TRD-802",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("Counter-amount is amount times rate"),
    message=N_("The counter-amount is {found}; amount and rate give {expected}."),
    source=N_("Market practice"),
    rationale=N_("Both amounts are paid: a gap is money lost on one side."),
    parameters=(Parameter("tolerance", Decimal(1), MINOR_UNITS),),
    fix=N_("Set {field} to {expected}."),
    deals=True,
)
def check_counter_amount(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The dealt amount at the rate of the pair, rounded to the other currency."""
    deal = _deal(facts)
    if deal is None or facts.price <= ZERO:
        return
    dealt, other = deal.legs
    if other.amount is None or dealt.amount is None:
        return
    expected = legs.counter_amount(deal.pair, dealt.currency, abs(dealt.amount), facts.price)
    if abs(abs(other.amount) - expected) > limits["tolerance"] * unit_of(other.currency):
        yield check_counter_amount.finding(
            "counter_amount",
            expected=expected,
            found=abs(other.amount),
            evidence={"pair": deal.pair, "price": f"{facts.price.normalize():f}"},
        )


@rule(
    "TRD-803",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.PAIR,
    title=N_("Rate is near the rate of the ECB"),
    message=N_("The rate is {found}; the reference rates give {expected}."),
    source=N_("MAR art. 16; ECB euro foreign exchange reference rates"),
    rationale=N_("An off-market rate is a mistake, or a way to move profit."),
    parameters=(
        Parameter("spot", Decimal(2), PERCENT),
        Parameter("forward", Decimal(10), PERCENT),
    ),
    deals=True,
)
def check_rate(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Within the tolerance around the cross of the latest reference rates on the trade date.

    Of a forward the points are taken off where they are told, and the tolerance is wider.
    """
    deal = _deal(facts)
    if deal is None:
        return
    usual = legs.cross_rate(deal.pair, dict(context.rates.get(facts.trade_date, {})))
    if usual is None:
        return
    spot = facts.price - (deal.forward_points or ZERO)
    is_forward = deal.spot_date is not None and (facts.settlement_date or deal.spot_date) > (
        deal.spot_date
    )
    maximum = limits["forward" if is_forward and deal.forward_points is None else "spot"]
    gap = abs(spot - usual) * HUNDRED / usual
    if gap > maximum:
        yield check_rate.finding(
            "price",
            expected=f"{usual.quantize(TENTH * TENTH):f} ± {maximum.normalize():f} %",
            found=f"{spot.normalize():f}",
            evidence={"pair": deal.pair, "gap_percent": str(gap.quantize(TENTH))},
        )


@rule(
    "TRD-804",
    Severity.BLOCKING,
    owner=Owner.SETTLEMENT,
    cause=CauseKind.CALENDAR,
    title=N_("Value date is open in both currencies"),
    message=N_("{found} is no day of payment in {expected}."),
    source=N_("Calendars of the payment systems"),
    rationale=N_("A leg that cannot be paid leaves the other one paid alone."),
    deals=True,
)
def check_value_date_open(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Open on the payment calendar of each currency; a day that it does not know is not."""
    deal = _deal(facts)
    day = facts.settlement_date
    if deal is None or day is None:
        return
    for leg in deal.legs:
        calendar = context.settlement_calendars.get((leg.currency, facts.venue))
        if calendar is None:
            continue
        try:
            is_open = calendar.is_open(day)
        except UnknownDate:
            is_open = False
        if not is_open:
            yield check_value_date_open.finding(
                "settlement_date",
                expected=leg.currency,
                found=day,
                evidence={"calendar": calendar.code},
            )


@rule(
    "TRD-805",
    Severity.WARNING,
    owner=Owner.SETTLEMENT,
    title=N_("Value date is spot or later"),
    message=N_("Value {found} is before spot, {expected}."),
    source=N_("Spot conventions of the pair"),
    rationale=N_("Value today or tomorrow exists, and is most often a typing error."),
    deals=True,
)
def check_not_before_spot(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Not before the spot date of the pair on the trade date."""
    deal = _deal(facts)
    day = facts.settlement_date
    if deal is None or deal.spot_date is None or day is None:
        return
    if day < deal.spot_date:
        yield check_not_before_spot.finding("settlement_date", expected=deal.spot_date, found=day)


@rule(
    "TRD-806",
    Severity.WARNING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.PAIR,
    title=N_("Value date follows from the pair"),
    message=N_("Nothing says when {found} is spot."),
    source=N_("Spot conventions of the pair"),
    rationale=N_("Without convention and calendars the value date cannot be checked."),
    fix=N_("Add the payment calendar of the currency, or the convention of the pair."),
    deals=True,
)
def check_spot_known(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The spot date could be worked out when the terms were completed."""
    deal = _deal(facts)
    if deal is not None and deal.spot_date is None:
        yield check_spot_known.finding(
            "settlement_date", expected=N_("a convention"), found=deal.pair
        )


@rule(
    "TRD-807",
    Severity.WARNING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.PAIR,
    title=N_("Reference rate of the pair is known"),
    message=N_("No reference rate of {found}: the rate could not be compared."),
    source=N_("MAR art. 16; ECB euro foreign exchange reference rates"),
    rationale=N_("The rate is all there is to check of an exchange: unchecked, somebody looks."),
    fix=N_("Load the reference rates of {found}."),
    deals=True,
)
def check_rate_known(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Both currencies have a reference rate on or before the trade date."""
    deal = _deal(facts)
    if deal is None:
        return
    if legs.cross_rate(deal.pair, dict(context.rates.get(facts.trade_date, {}))) is None:
        yield check_rate_known.finding("price", expected=N_("a rate"), found=deal.pair)


RULES: Final = (
    check_pair,
    check_counter_amount,
    check_rate,
    check_value_date_open,
    check_not_before_spot,
    check_spot_known,
    check_rate_known,
)
