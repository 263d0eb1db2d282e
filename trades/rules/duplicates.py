"""TRD-5xx: is this trade already here under another reference?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.families import Owner
from trades.rules.rule import N_, Limits, Parameter, rule


@rule(
    "TRD-501",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("Trade is not a duplicate"),
    message=N_("Same terms and same execution time as {found}."),
    source=N_("RTS 22 art. 15(1): find duplicates"),
    rationale=N_("A fill that comes twice under two references would be paid twice."),
)
def check_duplicate(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """No older trade has the same instrument, side, numbers, names and execution time."""
    twin = context.twins.get(facts.trade_id)
    if twin is not None:
        yield check_duplicate.finding("source_reference", expected=N_("a single trade"), found=twin)


@rule(
    "TRD-502",
    Severity.WARNING,
    owner=Owner.OPERATIONS,
    title=N_("Trade does not look like another"),
    message=N_("Looks like {found}: same instrument, side, quantity, price and counterparty."),
    source=N_("Market practice"),
    rationale=N_("A ticket typed by hand and sent by the feed gives two trades."),
    parameters=(Parameter("within", Decimal(120), N_("seconds")),),
)
def check_near_duplicate(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """No older trade of the day has the same key terms, within the set time, and came another way:
    from another source, or one of both by hand. One source fills an order in parts that are alike.
    """
    if facts.trade_id in context.twins:
        return
    twin = context.near_twins.get(facts.trade_id)
    if twin is not None:
        yield check_near_duplicate.finding(
            "source_reference",
            expected=N_("a single trade"),
            found=twin,
            evidence={"within_seconds": str(limits["within"])},
        )


RULES: Final = (check_duplicate, check_near_duplicate)
