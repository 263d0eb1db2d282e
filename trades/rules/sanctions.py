"""TRD-620 to 624: may the house deal with this party, in this instrument, in these countries?

Names are compared when a party or a list changes, never trade by trade: rules read what that found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from refdata.facts import ListedOwner, RestrictionFacts
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.families import Owner
from trades.rules.rule import COUNTERPARTY, N_, Limits, Parameter, rule

VALUE_MAX: Final = 200
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


@rule(
    "TRD-623",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Listed owners hold no half of the counterparty"),
    message=N_(
        "Owners on a sanctions list hold {found} % of the counterparty: from {expected} % on it"
        " counts as listed."
    ),
    source=N_("OFAC, 50 Percent Rule (13 August 2014); EU best practices on sanctions, 2024"),
    rationale=N_("What listed persons own is frozen with them, whatever its own name."),
    fix=N_("Look at the hits of its owners: if they mean somebody else, two people clear them."),
    parameters=(Parameter("share", Decimal(50), N_("percent, together")),),
    reads=COUNTERPARTY,
)
def check_owned_by_listed(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The owners who may be listed hold less than the set share together on the day."""
    owners = _listed_owners(facts.counterparty_code, context)
    share = sum((owner.share for owner in owners), Decimal(0))
    if owners and share >= limits["share"]:
        yield check_owned_by_listed.finding(
            "counterparty_code",
            expected=f"{limits['share'].normalize():f}",
            found=f"{share.normalize():f}",
            evidence=_named(facts.counterparty_code, owners),
        )


@rule(
    "TRD-624",
    Severity.WARNING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Owners of the counterparty are on no list"),
    message=N_("Owners of the counterparty may be on a sanctions list: {found}."),
    source=N_("EU best practices on sanctions, 2024 (ownership and control)"),
    rationale=N_("Less than half may control it all the same: somebody looks before it is dealt."),
    fix=N_("Look at the hits of its owners: if they mean somebody else, two people clear them."),
    reads=COUNTERPARTY,
)
def check_owners_unlisted(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Every hit of an owner of the day is cleared, whatever the share."""
    owners = _listed_owners(facts.counterparty_code, context)
    if owners:
        yield check_owners_unlisted.finding(
            "counterparty_code",
            expected=N_("on no list"),
            found=", ".join(owner.name for owner in owners)[:VALUE_MAX],
            evidence=_named(facts.counterparty_code, owners),
        )


def _listed_owners(code: str, context: RuleContext) -> Sequence[ListedOwner]:
    party = context.counterparties.get(code)
    return party.screening.owners if party is not None and party.screening is not None else ()


def _named(code: str, owners: Sequence[ListedOwner]) -> dict[str, str]:
    """Return the counterparty and its owners, each with the share and the name on the list."""
    said = (f"{one.name} ({one.share.normalize():f} %): {one.listed_as}" for one in owners)
    return {"counterparty": code, "owners": "; ".join(said)}


def _restricted(context: RuleContext, value: str, day: date) -> RestrictionFacts | None:
    held = (one for one in context.restrictions.get(value, ()) if one.holds_on(day))
    return next(held, None)


RULES: Final = (
    check_counterparty_unlisted,
    check_instrument_unrestricted,
    check_countries_unrestricted,
    check_owned_by_listed,
    check_owners_unlisted,
)
