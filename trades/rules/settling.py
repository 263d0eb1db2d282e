"""TRD-1xx, continued: do we know where the trade is to be delivered?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kernel.findings import Finding, Severity
from refdata.rules.instructions import explain_choice
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.economics import DERIVATIVE
from trades.rules.rule import N_, Limits, rule


@rule(
    "TRD-113",
    Severity.WARNING,
    title=N_("A settlement instruction fits"),
    message=N_("No settlement instruction of the counterparty fits {found}."),
    source=N_("CSDR art. 6; ESMA final report on T+1 (13 October 2025): standing instructions"),
    rationale=N_("Without the place and account of the other side nothing can be instructed."),
    fix=N_("Propose one for {found}, starting from the nearest; once approved the trade goes on."),
)
def check_instruction_known(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """A security that is to be delivered has an instruction; the evidence says why none fits.

    Currencies and listed contracts are not delivered. Without a known counterparty or settlement
    date there is nothing to look for: other rules ask for these.
    """
    if facts.settlement_instruction_id is not None or facts.settlement_date is None:
        return
    party = context.counterparties.get(facts.counterparty_code)
    instrument = context.instruments.get(facts.isin)
    if party is None or not party.is_counterparty or instrument is None:
        return
    if instrument.asset_class == DERIVATIVE:
        return
    judged = explain_choice(
        context.instructions.get(facts.counterparty_id or 0, ()),
        currency=facts.currency,
        asset_class=instrument.asset_class,
        settlement_date=facts.settlement_date,
        account_id=context.accounts.get(facts.account_code),
    )
    apart: defaultdict[str, list[str]] = defaultdict(list)
    for one in judged:
        apart[f"instruction_{one.fate.lower()}"].append(str(one.instruction.instruction_id))
    yield check_instruction_known.finding(
        "settlement_instruction",
        expected=N_("an approved settlement instruction"),
        found=f"{facts.currency} {facts.settlement_date}",
        evidence={"counterparty": facts.counterparty_code, "asset_class": instrument.asset_class}
        | {name: ", ".join(numbers) for name, numbers in apart.items()},
    )


RULES: Final = (check_instruction_known,)
