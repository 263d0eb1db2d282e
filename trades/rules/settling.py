"""TRD-1xx, continued: do we know where the trade is delivered and to whom, and is that still so?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from refdata.rules.instructions import explain_choice, misfit_of
from trades.facts import TradeFacts
from trades.rules.completeness import WITHDRAWN
from trades.rules.context import RuleContext
from trades.rules.economics import DERIVATIVE
from trades.rules.families import Owner
from trades.rules.rule import COUNTERPARTY, DELIVERY, N_, Limits, rule


@rule(
    "TRD-113",
    Severity.WARNING,
    owner=Owner.SETTLEMENT,
    cause=CauseKind.COUNTERPARTY,
    title=N_("A settlement instruction fits"),
    message=N_("No settlement instruction of the counterparty fits {found}."),
    source=N_("CSDR art. 6; ESMA final report on T+1 (13 October 2025): standing instructions"),
    rationale=N_("Without the place and account of the other side nothing can be instructed."),
    fix=N_("Propose one for {found}, starting from the nearest; once approved the trade goes on."),
    reads=DELIVERY,
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


@rule(
    "TRD-114",
    Severity.WARNING,
    owner=Owner.SETTLEMENT,
    cause=CauseKind.COUNTERPARTY,
    title=N_("The settlement instruction that was chosen still fits"),
    message=N_("The settlement instruction that was chosen no longer fits {found}."),
    source=N_("CSDR art. 6; market practice: standing instructions are replaced"),
    rationale=N_("What is instructed to an account that was replaced fails, or settles elsewhere."),
    fix=N_("Amend the trade: it takes the instruction that fits {found} by now."),
    reads=DELIVERY,
)
def check_instruction_fits(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The instruction of the trade is approved, in force on the settlement date and for such a
    trade; the evidence says why it is not.

    Without a settlement date or an instrument there is nothing to compare with: other rules ask.
    """
    number, instrument = facts.settlement_instruction_id, context.instruments.get(facts.isin)
    if number is None or facts.settlement_date is None or instrument is None:
        return
    chosen = context.chosen.get(number)
    misfit = None
    if chosen is not None:
        misfit = misfit_of(
            chosen,
            currency=facts.currency,
            asset_class=instrument.asset_class,
            settlement_date=facts.settlement_date,
            account_id=context.accounts.get(facts.account_code),
        )
        if misfit is None:
            return
    why = {f"instruction_{misfit.lower()}": str(number)} if misfit else {}
    yield check_instruction_fits.finding(
        "settlement_instruction",
        expected=N_("an approved settlement instruction"),
        found=f"{facts.currency} {facts.settlement_date}",
        evidence={"counterparty": facts.counterparty_code, "asset_class": instrument.asset_class}
        | why,
    )


@rule(
    "TRD-115",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("LEI of the counterparty is not withdrawn"),
    message=N_("The LEI of the counterparty is {found}."),
    source=N_("RTS 22 art. 13(2); status of the LEI in the validation rules of ESMA"),
    rationale=N_("A withdrawn code names nobody, or somebody who has another one: no report."),
    fix=N_("Give the counterparty the LEI that took its place, or close the relation."),
    reads=COUNTERPARTY,
)
def check_lei_in_force(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Neither retired, annulled or cancelled, nor merged into another or a duplicate of it."""
    party = context.counterparties.get(facts.counterparty_code)
    if party is not None and party.lei_status in WITHDRAWN:
        yield check_lei_in_force.finding(
            "lei_status", expected="ISSUED", found=party.lei_status, evidence={"lei": party.lei}
        )


RULES: Final = (check_instruction_known, check_instruction_fits, check_lei_in_force)
