"""TRD-3xx: do the numbers on the ticket agree with each other?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from kernel.money import minor_units
from trades.facts import TradeFacts
from trades.rules.context import InstrumentRef, RuleContext
from trades.rules.families import Owner
from trades.rules.rule import MARKET, N_, Limits, Parameter, rule

ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)
MINOR_UNITS: Final = N_("minor units")
FX: Final = "FX"
DERIVATIVE: Final = "DERIVATIVE"
WITH_ACCRUED: Final = frozenset({"BOND", "FUND", "DERIVATIVE"})


FINANCING: Final = frozenset({"REPO", "LENDING"})


@lru_cache(maxsize=512)
def unit_of(currency: str) -> Decimal:
    """Return the minor unit of a currency as an amount: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-minor_units(currency))


def clean_amount(facts: TradeFacts, instrument: InstrumentRef | None) -> Decimal:
    """Quantity times price; a bond's price is in percent of its nominal; contracts multiply.

    Of an exchange of currencies it is what is dealt: the price is that of the other currency.
    """
    if facts.product == FX:
        return facts.quantity
    amount = facts.quantity * facts.price
    if instrument is None:
        return amount
    if instrument.price_type == "PERCENT":
        return amount / HUNDRED
    return amount * instrument.multiplier


@rule(
    "TRD-301",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("Quantity and price are positive"),
    message=N_("{field} must be above zero, not {found}."),
    source=N_("RTS 22 fields 30 and 33"),
    rationale=N_("The side says who buys; a sign in the quantity says it twice."),
)
def check_positive(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Quantity above zero; price above zero, but of futures, whose price may be negative.

    The premium of an option is above zero.
    """
    if facts.quantity <= ZERO:
        yield check_positive.finding("quantity", expected="> 0", found=facts.quantity)
    if facts.price <= ZERO:
        instrument = context.instruments.get(facts.isin)
        if instrument is None or instrument.is_option or instrument.asset_class != DERIVATIVE:
            yield check_positive.finding("price", expected="> 0", found=facts.price)


@rule(
    "TRD-302",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("Gross amount is quantity times price"),
    message=N_("The gross amount is {found}; quantity and price give {expected}."),
    source=N_("Market practice; RTS 22 fields 30, 33, 35"),
    rationale=N_("A gap means that a number was mistyped, or that a price unit is wrong."),
    parameters=(Parameter("tolerance", Decimal(2), MINOR_UNITS),),
    fix=N_("Set {field} to {expected}."),
)
def check_consideration(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The gross amount equals quantity x price, within the tolerance in minor units.

    The tolerance is in minor units of the trade's currency: brokers round once per fill.
    """
    expected = clean_amount(facts, context.instruments.get(facts.isin))
    unit = unit_of(facts.currency)
    if abs(facts.gross_amount - expected) > limits["tolerance"] * unit:
        yield check_consideration.finding(
            "gross_amount",
            expected=expected.quantize(unit),
            found=facts.gross_amount.normalize().quantize(unit),
            evidence={"quantity": str(facts.quantity), "price": str(facts.price)},
        )


@rule(
    "TRD-303",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("Net amount is gross, accrued and fees"),
    message=N_("The net amount is {found}; gross, accrued interest and fees give {expected}."),
    source=N_("Market practice"),
    rationale=N_("The net amount is what is paid: it must be explained to the cent."),
    parameters=(Parameter("tolerance", Decimal(2), MINOR_UNITS),),
    fix=N_("Set {field} to {expected}."),
)
def check_net_amount(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Net = gross + accrued interest, plus fees for a buyer, minus fees for a seller.

    A future pays its fees alone: gains and losses come as variation margin. What is lent against
    securities, or left for them, follows rules of its own (TRD-813, TRD-818).
    """
    if facts.product in FINANCING:
        return
    fees = facts.fees if facts.side == "BUY" else -facts.fees
    instrument = context.instruments.get(facts.isin)
    if instrument is not None and instrument.is_future:
        expected = fees
    else:
        expected = facts.gross_amount + facts.accrued_interest + fees
    unit = unit_of(facts.currency)
    if abs(facts.net_amount - expected) > limits["tolerance"] * unit:
        yield check_net_amount.finding(
            "net_amount",
            expected=expected.quantize(unit),
            found=facts.net_amount.quantize(unit),
            evidence={
                "gross_amount": str(facts.gross_amount),
                "accrued_interest": str(facts.accrued_interest),
                "fees": str(facts.fees),
            },
        )


@rule(
    "TRD-304",
    Severity.WARNING,
    owner=Owner.COMPLIANCE,
    title=N_("Fees are in proportion"),
    message=N_("Fees are {found}; the usual maximum is {expected}."),
    source=N_("MiFID II art. 27 (costs of execution); market practice"),
    rationale=N_("Fees out of proportion are a wrong amount, or a hidden payment."),
    parameters=(Parameter("maximum", Decimal("1.5"), N_("percent of gross amount")),),
)
def check_fees(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Fees do not pass the set share of the gross amount."""
    if not facts.fees:
        return
    maximum = abs(facts.gross_amount) * limits["maximum"] / HUNDRED
    if abs(facts.fees) > maximum:
        unit = unit_of(facts.currency)
        yield check_fees.finding(
            "fees", expected=f"<= {maximum.quantize(unit)}", found=facts.fees.quantize(unit)
        )


@rule(
    "TRD-305",
    Severity.WARNING,
    owner=Owner.OPERATIONS,
    title=N_("Accrued interest only where interest accrues"),
    message=N_("Accrued interest of {found} on an instrument that pays no coupon."),
    source=N_("Market practice"),
    rationale=N_("A share has no coupon to accrue: the amount belongs to another field."),
)
def check_accrued(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Equities and ETFs carry no accrued interest."""
    if not facts.accrued_interest:
        return
    instrument = context.instruments.get(facts.isin)
    if instrument is not None and instrument.asset_class not in WITH_ACCRUED:
        yield check_accrued.finding(
            "accrued_interest", expected=ZERO, found=facts.accrued_interest.normalize()
        )


@rule(
    "TRD-306",
    Severity.WARNING,
    owner=Owner.OPERATIONS,
    cause=CauseKind.INSTRUMENT,
    title=N_("Currency is the instrument's"),
    message=N_("Dealt in {found}; the instrument is quoted in {expected}."),
    source=N_("RTS 22 field 33; market practice"),
    rationale=N_(
        "Pence for pounds, or a listing in another currency: the price means another thing."
    ),
    fix=N_("Set {field} to {expected}."),
    reads=MARKET,
)
def check_instrument_currency(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The trade's currency is the currency in which the instrument is quoted."""
    instrument = context.instruments.get(facts.isin)
    if instrument is None or not instrument.currency or not facts.currency:
        return
    if instrument.currency != facts.currency:
        yield check_instrument_currency.finding(
            "currency", expected=instrument.currency, found=facts.currency
        )


@rule(
    "TRD-307",
    Severity.WARNING,
    owner=Owner.OPERATIONS,
    cause=CauseKind.INSTRUMENT,
    title=N_("Quantity is a multiple of the lot"),
    message=N_("The quantity {found} is not a multiple of {expected}."),
    source=N_("Admission terms of the instrument"),
    rationale=N_("A broken lot cannot be delivered."),
)
def check_lot(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The quantity is a whole number of lots (of nominals, for a bond)."""
    instrument = context.instruments.get(facts.isin)
    if instrument is None or not instrument.lot_size:
        return
    if facts.quantity % instrument.lot_size:
        yield check_lot.finding(
            "quantity",
            expected=f"{instrument.lot_size.normalize():f}",
            found=f"{facts.quantity.normalize():f}",
        )


RULES: Final = (
    check_positive,
    check_consideration,
    check_net_amount,
    check_fees,
    check_accrued,
    check_instrument_currency,
    check_lot,
)
