"""TRD-3xx: do we know what a listed derivative is?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.rule import INSTRUMENT, N_, Limits, rule


@rule(
    "TRD-311",
    Severity.WARNING,
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


RULES: Final = (check_contract,)
