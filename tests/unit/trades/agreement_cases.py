"""Trades that no agreement covers, and those that need none."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Final

from refdata.facts import AgreementFacts
from tests.unit.trades.product_cases import exchange, loan, option, repo
from tests.unit.trades.rule_world import FRIDAY, MONDAY, TUESDAY, facts, world
from trades.rules.context import RuleContext

GMRA: Final = AgreementFacts("GMRA", "G-1", frozenset({"REPO"}), date(2020, 1, 1), None)


def signed(*agreements: AgreementFacts) -> RuleContext:
    """Return a house that keeps agreements: these with the counterparty."""
    return world(agreements={1: agreements})


ENDED: Final = dataclasses.replace(GMRA, valid_to=date(2026, 11, 19))
BEGINS: Final = dataclasses.replace(GMRA, valid_from=MONDAY)
FORWARD: Final = exchange({"spot_date": date(2026, 11, 23)}, settlement_date=TUESDAY)

AGREEMENT_CASES: Final = (
    ("TRD-116", "repo_without", repo(), signed()),
    ("TRD-116", "repo_after_its_end", repo(), signed(ENDED)),
    ("TRD-116", "repo_before_its_beginning", repo(), signed(BEGINS)),
    ("TRD-116", "loan_under_one_for_repos", loan(), signed(GMRA)),
    ("TRD-116", "forward", FORWARD, signed(GMRA)),
    ("TRD-116", "option_off_venue", option(venue="XOFF"), signed(GMRA)),
)
COVERED: Final = (
    ("repo", repo(), signed(ENDED, GMRA)),
    ("last_day", repo(), signed(dataclasses.replace(GMRA, valid_to=FRIDAY))),
    ("first_day", repo(), signed(dataclasses.replace(GMRA, valid_from=FRIDAY))),
    ("spot_needs_none", exchange(), signed()),
    ("option_on_a_venue_needs_none", option(), signed()),
    ("share_needs_none_unless_so_set", facts(), signed()),
    ("house_that_keeps_none", repo(), world()),
    ("party_that_is_not_known", repo(counterparty_id=None), signed()),
)
