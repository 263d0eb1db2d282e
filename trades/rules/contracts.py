"""TRD-3xx: is it written as its instrument and its currency ask?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from trades.facts import ALLOCATION_SOURCE, TradeFacts
from trades.rules.completeness import OFF_VENUE
from trades.rules.context import RuleContext
from trades.rules.economics import FX, unit_of
from trades.rules.families import Owner
from trades.rules.rule import INSTRUMENT, N_, Limits, rule

AMOUNTS: Final = ("gross_amount", "accrued_interest", "fees", "net_amount")


@rule(
    "TRD-311",
    Severity.WARNING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.INSTRUMENT,
    title=N_("Terms of the contract are known"),
    message=N_("Nothing says what this contract is: {expected}."),
    source=N_("ISO 10962; market practice"),
    rationale=N_(
        "A future pays no price and an option does: the wrong kind pays the wrong amount."
    ),
    fix=N_("Complete CFI, expiry, and call or put and strike of an option."),
    reads=INSTRUMENT,
)
def check_contract(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """A derivative is a future or an option by its CFI, and has an expiry; an option a strike."""
    instrument = context.instruments.get(facts.isin)
    if instrument is not None and not instrument.contract_known:
        yield check_contract.finding(
            "isin", expected=N_("future or option, expiry, strike"), found=facts.isin
        )


@rule(
    "TRD-312",
    Severity.WARNING,
    owner=Owner.OPERATIONS,
    cause=CauseKind.INSTRUMENT,
    title=N_("Price is a multiple of the tick"),
    message=N_("The price {found} is not a multiple of the tick {expected}."),
    source=N_("MiFID II art. 49; RTS 11 (tick sizes)"),
    rationale=N_("No venue fills between two ticks: a digit is wrong, or it was dealt elsewhere."),
)
def check_tick(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """A whole number of ticks, where the instrument has one and is dealt on a venue.

    Off venue any price may be agreed, and a share of a block has the average of its fills.
    """
    instrument = context.instruments.get(facts.isin)
    if instrument is None or not instrument.tick_size or facts.product:
        return
    if facts.venue in OFF_VENUE or facts.source_system == ALLOCATION_SOURCE:
        return
    if facts.price % instrument.tick_size:
        yield check_tick.finding(
            "price",
            expected=f"{instrument.tick_size.normalize():f}",
            found=f"{facts.price.normalize():f}",
            evidence={"venue": facts.venue},
        )


@rule(
    "TRD-313",
    Severity.WARNING,
    owner=Owner.SETTLEMENT,
    title=N_("Amounts have the decimals of their currency"),
    message=N_("{field} is {found}: the smallest unit of its currency is {expected}."),
    source=N_("ISO 4217 (minor units); ISO 20022, amounts by currency"),
    rationale=N_("What cannot be paid is refused by the bank, or rounded by each side its way."),
    fix=N_("Round {field} to {expected}."),
)
def check_decimals(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Gross, accrued interest, fees and net, and what the other leg pays, are whole minor units."""
    unit = unit_of(facts.currency)
    for name in AMOUNTS:
        amount: Decimal = getattr(facts, name)
        if amount and amount % unit:
            yield check_decimals.finding(name, expected=unit, found=f"{amount.normalize():f}")
    if facts.deal is None:
        return
    other = facts.deal.legs[-1]
    unit = unit_of(other.currency)
    if other.amount is not None and other.amount % unit:
        yield check_decimals.finding(
            "counter_amount" if facts.product == FX else "end_cash",
            expected=unit,
            found=f"{abs(other.amount).normalize():f}",
        )


RULES: Final = (check_contract, check_tick, check_decimals)
