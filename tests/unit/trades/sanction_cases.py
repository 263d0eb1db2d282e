"""Trades with whom, in what and where the house must not deal: each breaks one rule."""

from __future__ import annotations

import dataclasses
from typing import Final

from refdata.facts import RestrictionFacts, ScreeningFacts
from tests.unit.trades.rule_world import BNP_ISIN, FRIDAY, facts, world
from trades.rules.context import RuleContext

RESTRICTED: Final = RestrictionFacts("", "insider list", FRIDAY, None)


def with_party(**changes: object) -> RuleContext:
    party = dataclasses.replace(world().counterparties["BNPP"], **changes)  # type: ignore[arg-type]  # fields by name
    return world(counterparties={"BNPP": party})


SANCTION_CASES: Final = (
    ("TRD-620", "listed", facts(), with_party(screening=ScreeningFacts(listed_as="BNP", score=90))),
    ("TRD-620", "without_name", facts(), with_party(screening=ScreeningFacts(has_name=False))),
    ("TRD-620", "never_screened", facts(), with_party(screening=None)),
    ("TRD-621", "by_the_house", facts(), world(restrictions={BNP_ISIN: (RESTRICTED,)})),
    ("TRD-621", "by_a_list", facts(), world(listed_isins={BNP_ISIN: "BNP"})),
    (
        "TRD-622",
        "of_the_party",
        facts(),
        dataclasses.replace(with_party(country="KP"), restrictions={"KP": (RESTRICTED,)}),
    ),
    ("TRD-622", "of_the_isin", facts(), world(restrictions={"FR": (RESTRICTED,)})),
)
