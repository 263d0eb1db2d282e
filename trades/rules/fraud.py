"""TRD-630 to 632: signs that a trade, or its payment, is not what it seems to be."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from refdata.states import PartyNature
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.families import Owner
from trades.rules.rule import COUNTERPARTY, DAYS, N_, Limits, Parameter, rule

NAMELESS: Final = frozenset({PartyNature.TECHNICAL.value, PartyNature.UNNAMED.value})
PAYMENT: Final = ("settlement_instruction_id", "settlement_date", "counterparty_code")


@rule(
    "TRD-630",
    Severity.WARNING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Counterparty is somebody, not a technical code"),
    message=N_("The counterparty {found} stands for nobody: it must be named."),
    source=N_("Société Générale, Mission Green report (2008): pending and technical parties"),
    rationale=N_("Nobody confirms, pays or margins a trade whose counterparty is a code."),
    fix=N_("Amend the trade with the counterparty that it was dealt with."),
    reads=COUNTERPARTY,
)
def check_counterparty_named(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The party of the trade is neither technical nor still to be named."""
    party = context.counterparties.get(facts.counterparty_code)
    if party is not None and party.nature in NAMELESS:
        yield check_counterparty_named.finding(
            "counterparty_code",
            expected=N_("a party that answers for it"),
            found=facts.counterparty_code,
            evidence={"nature": party.nature},
        )


@rule(
    "TRD-631",
    Severity.WARNING,
    owner=Owner.SETTLEMENT,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Settlement instruction was not changed shortly before settlement"),
    message=N_("The account to settle on was changed {found} days before settlement."),
    source=N_("EBA opinion on payment fraud (2024); market practice: call back on changes of SSI"),
    rationale=N_("Whoever turns a payment aside changes the account when it is late to ask."),
    parameters=(Parameter("within", Decimal(3), DAYS),),
    fix=N_("Call the counterparty back on a number known before, then waive with its answer."),
    reads=PAYMENT,
)
def check_instruction_settled(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The instruction did not come in place of another within the set days before settlement."""
    signs = context.account_signs.get(facts.settlement_instruction_id or 0)
    if signs is None or signs.changed_on is None or facts.settlement_date is None:
        return
    days = (facts.settlement_date - signs.changed_on).days
    if 0 <= days <= limits["within"]:
        yield check_instruction_settled.finding(
            "settlement_instruction",
            expected=f"> {limits['within']:f}",
            found=days,
            evidence={
                "counterparty": facts.counterparty_code,
                "day": signs.changed_on.isoformat(),
                "changed_by": signs.changed_by,
            },
        )


@rule(
    "TRD-632",
    Severity.WARNING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Account to settle on looks like no other"),
    message=N_("The account of the counterparty is nearly, or exactly, that of {found}."),
    source=N_("Regulation (EU) 260/2012 art. 5c (verification of payee); EPC fraud trends report"),
    rationale=N_("An account that differs in one sign from a known one passes every glance."),
    fix=N_("Call the counterparty back on a number known before, then waive with its answer."),
    reads=PAYMENT,
)
def check_account_unlike(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The account is not that of another party, nor nearly the replaced one or another's IBAN."""
    signs = context.account_signs.get(facts.settlement_instruction_id or 0)
    if signs is not None and signs.alike:
        yield check_account_unlike.finding(
            "settlement_instruction",
            expected=N_("an account of its own"),
            found=signs.alike,
            evidence={
                "counterparty": facts.counterparty_code,
                "same_account": N_("yes") if signs.same else N_("no"),
            },
        )


RULES: Final = (check_counterparty_named, check_instruction_settled, check_account_unlike)
