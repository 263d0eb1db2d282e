"""Trades with whom, in what and where the house must not deal: each breaks one rule."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from typing import Final

from refdata.facts import ListedOwner, RestrictionFacts, ScreeningFacts
from refdata.rules.accounts import AccountSigns
from tests.unit.trades.rule_world import BNP_ISIN, FRIDAY, facts, world
from trades.rules.context import RuleContext

RESTRICTED: Final = RestrictionFacts("", "insider list", FRIDAY, None)


def with_party(**changes: object) -> RuleContext:
    party = dataclasses.replace(world().counterparties["BNPP"], **changes)  # type: ignore[arg-type]  # fields by name
    return world(counterparties={"BNPP": party})


def owned_by(*shares: str) -> ScreeningFacts:
    """Return a party whose listed owners hold these shares."""
    return ScreeningFacts(
        owners=tuple(ListedOwner(f"Owner {n}", "LISTED", Decimal(n)) for n in shares)
    )


SOON: Final = AccountSigns(changed_on=FRIDAY, changed_by="ann, ben")

SANCTION_CASES: Final = (
    ("TRD-620", "listed", facts(), with_party(screening=ScreeningFacts(listed_as="BNP", score=90))),
    ("TRD-620", "without_name", facts(), with_party(screening=ScreeningFacts(has_name=False))),
    ("TRD-620", "never_screened", facts(), with_party(screening=None)),
    ("TRD-623", "half", facts(), with_party(screening=owned_by("20", "30"))),
    ("TRD-624", "a_little", facts(), with_party(screening=owned_by("0.5"))),
    ("TRD-621", "by_the_house", facts(), world(restrictions={BNP_ISIN: (RESTRICTED,)})),
    ("TRD-621", "by_a_list", facts(), world(listed_isins={BNP_ISIN: "BNP"})),
    (
        "TRD-622",
        "of_the_party",
        facts(),
        dataclasses.replace(with_party(country="KP"), restrictions={"KP": (RESTRICTED,)}),
    ),
    ("TRD-622", "of_the_isin", facts(), world(restrictions={"FR": (RESTRICTED,)})),
    ("TRD-630", "technical", facts(), with_party(nature="TECHNICAL")),
    ("TRD-630", "unnamed", facts(), with_party(nature="UNNAMED")),
    (
        "TRD-631",
        "on_the_day_of_the_trade",
        facts(settlement_date=FRIDAY + timedelta(days=3)),
        world(account_signs={1: SOON}),
    ),
    ("TRD-632", "nearly", facts(), world(account_signs={1: AccountSigns(alike="CP FR76")})),
)
