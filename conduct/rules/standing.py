"""CND-201 to 203: what a trader leaves open, and who always checks it. It holds until it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from conduct.facts import Deal, TraderConduct
from conduct.rules.rule import COUNT, about_traders, merged, naming, number, plain
from kernel.findings import Finding, Severity
from refdata.states import PartyNature
from trades.rules.rule import N_, Limits

HUNDRED: Final = Decimal(100)
BUSINESS_DAYS: Final = N_("business days")
INTERNAL: Final = PartyNature.INTERNAL.value


def aged(deals: Iterable[Deal], limits: Limits) -> list[Deal]:
    """Return the trades that stand too long; those of the house with itself have more time."""
    return [
        deal
        for deal in deals
        if deal.age >= limits["internal" if deal.nature == INTERNAL else "age"]
    ]


@about_traders(
    "CND-201",
    Severity.WARNING,
    title=N_("No trade stays with an internal, technical or unnamed party"),
    message=N_("Trades that stand with a party that nobody outside answers for: {found}."),
    source=N_("Société Générale, Mission Green report (2008): pending and technical parties"),
    rationale=N_("Nobody confirms, pays or margins a trade whose counterparty is a code."),
    parameters=(number("age", 1, BUSINESS_DAYS), number("internal", 5, BUSINESS_DAYS)),
)
def check_named_counterparties(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Trades with such parties have a counterparty after the set time, or are gone."""
    old = aged(facts.standing, limits)
    if old:
        yield check_named_counterparties.finding(
            "counterparty_code",
            expected=0,
            found=len(old),
            evidence=merged(
                {
                    "parties": ", ".join(sorted({deal.counterparty_code for deal in old})),
                    "oldest_days": str(max(deal.age for deal in old)),
                },
                naming(old),
            ),
        )


@about_traders(
    "CND-202",
    Severity.WARNING,
    title=N_("Trades of one trader do not stay unconfirmed"),
    message=N_("Trades of the trader that wait for the word of their counterparty: {found}."),
    source=N_("Regulation (EU) 149/2013 art. 12 (timely confirmation); market practice"),
    rationale=N_("A position that no counterparty confirms may be one that it does not know."),
    parameters=(number("age", 5, BUSINESS_DAYS), number("count", 5, COUNT)),
)
def check_confirmed(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Fewer of his trades than the set count are unconfirmed for longer than the set time."""
    old = [deal for deal in facts.unconfirmed if deal.age >= limits["age"]]
    if old and len(old) >= limits["count"]:
        yield check_confirmed.finding(
            "unconfirmed",
            expected=f"< {plain(limits['count'])}",
            found=len(old),
            evidence=merged({"oldest_days": str(max(deal.age for deal in old))}, naming(old)),
        )


@about_traders(
    "CND-203",
    Severity.WARNING,
    title=N_("Not always the same person validates"),
    message=N_("Nearly all trades of the trader are validated by {found}."),
    source=N_("EBA GL/2021/05: segregation of duties; ACPR order of 3 November 2014"),
    rationale=N_("A check that always falls to one person is as good as that person."),
    parameters=(
        number("percent", 90, N_("% of the decisions")),
        number("count", 30, N_("decisions at least")),
        number("people", 3, N_("people who validate on the desk")),
    ),
)
def check_checkers(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Where several people validate on the desk, no one of them has nearly all of his trades."""
    total = sum(facts.checkers.values())
    if total < limits["count"] or facts.checkers_of_desk < limits["people"]:
        return
    checker, most = max(facts.checkers.items(), key=lambda one: (one[1], one[0]))
    share = HUNDRED * most / total
    if share >= limits["percent"]:
        yield check_checkers.finding(
            "checker",
            expected=f"< {plain(limits['percent'])} %",
            found=checker,
            evidence={
                "share_percent": plain(share.quantize(Decimal("0.1"))),
                "decisions": str(total),
                "people_of_desk": str(facts.checkers_of_desk),
            },
        )


RULES: Final = (check_named_counterparties, check_confirmed, check_checkers)
