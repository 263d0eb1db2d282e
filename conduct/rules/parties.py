"""CND-301 and 302: what the trades with a counterparty have in common. It holds until it ends."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from conduct.facts import PartyConduct
from conduct.rules.rule import COUNT, about_parties, merged, naming, number, plain
from conduct.rules.standing import BUSINESS_DAYS, HUNDRED, aged
from kernel.findings import Finding, Severity
from trades.rules.families import Owner
from trades.rules.rule import N_, Limits

TENTH: Final = Decimal("0.1")


@about_parties(
    "CND-301",
    Severity.WARNING,
    owner=Owner.COUNTERPARTY_RISK,
    title=N_("An internal, technical or unnamed party holds no trades"),
    message=N_("Trades that stand with a party that nobody outside answers for: {found}."),
    source=N_("Société Générale, Mission Green report (2008): pending and technical parties"),
    rationale=N_("A code that carries positions hides them from confirmation and from limits."),
    parameters=(number("age", 3, BUSINESS_DAYS), number("internal", 5, BUSINESS_DAYS)),
)
def check_empty(facts: PartyConduct, limits: Limits) -> Iterator[Finding]:
    """No trade stays with it for longer than the set time."""
    old = aged(facts.standing, limits)
    if old:
        yield check_empty.finding(
            "counterparty_code",
            expected=0,
            found=len(old),
            evidence=merged(
                {
                    "traders": ", ".join(sorted({deal.trader_code for deal in old})),
                    "oldest_days": str(max(deal.age for deal in old)),
                },
                naming(old),
            ),
        )


@about_parties(
    "CND-302",
    Severity.WARNING,
    title=N_("Trades with a party are not mostly cancelled"),
    message=N_("{found} of the trades with this party were cancelled; in the house {expected}."),
    source=N_("MAR art. 16(2); reports on rogue trading"),
    rationale=N_("A party with which trades are undone more than done is no counterparty."),
    parameters=(
        number("percent", 30, N_("% cancelled")),
        number("least", 5, COUNT),
        number("times", 5, N_("times the share of the house")),
    ),
)
def check_cancelled_share(facts: PartyConduct, limits: Limits) -> Iterator[Finding]:
    """The share of cancelled trades is no multiple of that of the house, over the window."""
    if facts.cancelled < limits["least"] or not facts.dealt or not facts.house_dealt:
        return
    share = HUNDRED * facts.cancelled / facts.dealt
    house = HUNDRED * facts.house_cancelled / facts.house_dealt
    if share >= limits["percent"] and share > house * limits["times"]:
        yield check_cancelled_share.finding(
            "cancelled_share",
            expected=f"{plain(house.quantize(TENTH))} %",
            found=f"{plain(share.quantize(TENTH))} %",
            evidence={"cancelled_trades": str(facts.cancelled), "dealt_trades": str(facts.dealt)},
        )


RULES: Final = (check_empty, check_cancelled_share)
