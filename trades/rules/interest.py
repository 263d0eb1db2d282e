"""TRD-3xx: does the interest on the ticket accrue to the day of settlement?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.coupons import NoInterest
from kernel.findings import Finding, Severity
from kernel.money import rounded
from trades.facts import TradeFacts
from trades.rules.context import InstrumentRef, RuleContext
from trades.rules.economics import HUNDRED, ZERO
from trades.rules.families import Owner
from trades.rules.rule import INSTRUMENT, N_, Limits, Parameter, rule

BOND: Final = "BOND"


def _bond(isin: str, context: RuleContext) -> InstrumentRef | None:
    instrument = context.instruments.get(isin)
    return instrument if instrument is not None and instrument.asset_class == BOND else None


@rule(
    "TRD-308",
    Severity.WARNING,
    owner=Owner.OPERATIONS,
    cause=CauseKind.INSTRUMENT,
    title=N_("Accrued interest is what accrues to settlement"),
    message=N_("The accrued interest is {found}; the day count of the bond gives {expected}."),
    source=N_("ICMA rule 251; 2006 ISDA Definitions, 4.16"),
    rationale=N_("Another day count or another day than the counterparty's does not match."),
    parameters=(Parameter("maximum", Decimal("0.001"), N_("% of the nominal")),),
    fix=N_("Set {field} to {expected}."),
)
def check_accrued_interest(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Within the set share of the nominal: counterparties round the percentage, we the amount."""
    instrument = _bond(facts.isin, context)
    if instrument is None or instrument.coupons is None or facts.settlement_date is None:
        return
    day = facts.settlement_date
    try:
        accrued = instrument.coupons.accrued(nominal=facts.quantity, day=day)
    except NoInterest:
        return
    expected = rounded(accrued, facts.currency)
    maximum = facts.quantity * limits["maximum"] / HUNDRED
    if abs(facts.accrued_interest - expected) > maximum:
        start, end = instrument.coupons.period(day)
        yield check_accrued_interest.finding(
            "accrued_interest",
            expected=expected,
            found=facts.accrued_interest.normalize(),
            evidence={
                "settlement_date": day.isoformat(),
                "coupon_period": f"{start.isoformat()} – {end.isoformat()}",
                "day_count": instrument.coupons.day_count.value,
            },
        )


@rule(
    "TRD-309",
    Severity.WARNING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.INSTRUMENT,
    title=N_("Coupon terms of the bond are known"),
    message=N_("Nothing says how the interest of this bond accrues."),
    source=N_("Market practice"),
    rationale=N_("Without day count and coupon dates the accrued interest cannot be checked."),
    fix=N_("Complete coupon, coupons a year, day count and maturity of the instrument."),
    reads=INSTRUMENT,
)
def check_coupon_terms(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """A bond that pays a coupon has its terms in reference data; one of zero needs none."""
    instrument = _bond(facts.isin, context)
    if instrument is None or instrument.coupons is not None or instrument.coupon_rate == ZERO:
        return
    yield check_coupon_terms.finding("isin", expected=N_("coupon terms"), found=facts.isin)


RULES: Final = (check_accrued_interest, check_coupon_terms)
