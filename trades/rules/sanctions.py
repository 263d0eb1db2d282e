"""TRD-620 to 622: may the house deal with this party, in this instrument, in these countries?

Names are compared when a party or a list changes, never trade by trade: rules read what that found.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from refdata.facts import RestrictionFacts
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.families import Owner
from trades.rules.rule import COUNTERPARTY, N_, Limits, rule

DEALT: Final = ("isin", "counterparty_code", "trade_date")


@rule(
    "TRD-620",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Counterparty is on no list"),
    message=N_("The counterparty may be on a sanctions list: {found}."),
    source=N_("Regulations (EU) 269/2014 art. 2 and 833/2014; OFAC 31 CFR part 501"),
    rationale=N_("What belongs to a listed person is frozen: nothing is delivered or paid to it."),
    fix=N_("Look at the hit: if it means somebody else, two people clear it on its page."),
    reads=COUNTERPARTY,
)
def check_counterparty_unlisted(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The party was screened under a name, and every hit is cleared on the day of the control.

    A party that was not screened or has no name is said to be so: it is not let through.
    """
    party = context.counterparties.get(facts.counterparty_code)
    if party is None:
        return
    screening = party.screening
    evidence = {"counterparty": facts.counterparty_code}
    if screening is None or not screening.has_name:
        found = N_("not screened yet") if screening is None else N_("it has no name to screen")
    elif screening.listed_as:
        found = screening.listed_as
        evidence["score"] = str(screening.score)
    else:
        return
    yield check_counterparty_unlisted.finding(
        "counterparty_code", expected=N_("on no list"), found=found, evidence=evidence
    )


@rule(
    "TRD-621",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.INSTRUMENT,
    title=N_("Instrument is not restricted"),
    message=N_("The instrument must not be dealt in: {found}."),
    source=N_("Regulation (EU) 833/2014 art. 5; MAR art. 18 (restricted lists)"),
    rationale=N_("Lists and the house itself forbid to deal in some securities."),
    reads=DEALT,
)
def check_instrument_unrestricted(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Neither a sanctions list nor the house names the ISIN on the trade date."""
    restriction = _restricted(context, facts.isin, facts.trade_date)
    found = restriction.reason if restriction else context.listed_isins.get(facts.isin, "")
    if found:
        yield check_instrument_unrestricted.finding(
            "isin", expected=N_("no restriction"), found=found, evidence={"isin": facts.isin}
        )


@rule(
    "TRD-622",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTRY,
    title=N_("Countries are not restricted"),
    message=N_("The house does not deal with {found}."),
    source=N_("Directive (EU) 2015/849 art. 9 (high-risk third countries); house policy"),
    rationale=N_("A country is restricted as a whole, whoever the party is."),
    reads=DEALT,
)
def check_countries_unrestricted(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Neither the country of the counterparty nor that of the ISIN is restricted that day."""
    party = context.counterparties.get(facts.counterparty_code)
    named = (("counterparty_code", party.country if party else ""), ("isin", facts.isin[:2]))
    for field, country in named:
        restriction = _restricted(context, country, facts.trade_date)
        if restriction is not None:
            yield check_countries_unrestricted.finding(
                field,
                expected=N_("no restriction"),
                found=country,
                evidence={"reason": restriction.reason},
            )


def _restricted(context: RuleContext, value: str, day: date) -> RestrictionFacts | None:
    held = (one for one in context.restrictions.get(value, ()) if one.holds_on(day))
    return next(held, None)


RULES: Final = (
    check_counterparty_unlisted,
    check_instrument_unrestricted,
    check_countries_unrestricted,
)
