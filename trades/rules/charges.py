"""TRD-3xx: are the fees those that were agreed?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from refdata.rules.fees import Deal
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.economics import MINOR_UNITS, ZERO, unit_of
from trades.rules.families import Owner
from trades.rules.rule import N_, Limits, Parameter, rule


@rule(
    "TRD-310",
    Severity.WARNING,
    owner=Owner.OPERATIONS,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Fees follow the schedules"),
    message=N_("Fees are {found}; our schedules ask {expected}."),
    source=N_("MiFID II art. 24(4) (costs and charges); agreements on fees"),
    rationale=N_("What a counterparty charges beyond the agreement is claimed back the same day."),
    parameters=(Parameter("tolerance", Decimal(2), MINOR_UNITS),),
    fix=N_("Set {field} to {expected}."),
)
def check_schedule(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Where a line of our fee schedules applies, fees are theirs, within the tolerance."""
    instrument = context.instruments.get(facts.isin)
    if instrument is None or facts.product:  # schedules are of purchases and sales
        return
    deal = Deal(
        party_id=facts.counterparty_id,
        venue=facts.venue,
        issuer_country=facts.isin[:2],
        asset_class=instrument.asset_class,
        side=facts.side,
        currency=facts.currency,
        day=facts.trade_date,
    )
    charges = context.fees.charges(deal, quantity=facts.quantity, gross=facts.gross_amount)
    if not charges:
        return
    expected = sum((charge.amount for charge in charges), ZERO)
    unit = unit_of(facts.currency)
    if abs(facts.fees - expected) > limits["tolerance"] * unit:
        yield check_schedule.finding(
            "fees",
            expected=expected.quantize(unit),
            found=facts.fees.quantize(unit),
            evidence={charge.name: str(charge.amount) for charge in charges},
        )


RULES: Final = (check_schedule,)
