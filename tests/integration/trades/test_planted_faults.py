"""A small week with one fault of every kind: each is found, and nothing else is held."""

from __future__ import annotations

import pytest

from benchmarks import answers, market, planting
from benchmarks.controls import brought_in
from core import jobs
from trades.rules import RULE_BY_CODE

pytestmark = pytest.mark.django_db


def test_every_planted_fault_is_found_and_no_clean_trade_is_held() -> None:
    dealt = market.opened(seed=7)
    days = market.business_days(market.DAYS)
    clean = list(market.flow(dealt, days, 300))
    cases, planted = answers.planted_in(dealt, days, each=1)

    brought_in([*map(market.Sent.soon, clean), *planted])
    jobs.run_pending()

    score = answers.scored(cases, [message["source_reference"] for message in clean])
    assert score["missed"] == {}
    assert score["false_alarms_by_rule"] == {}


def test_the_answer_key_names_rules_of_the_book() -> None:
    named = {code for kind in planting.FAULTS for code in kind.codes}

    assert {code for code in named if code.startswith("TRD-")} <= set(RULE_BY_CODE)
    assert {kind.family for kind in planting.FAULTS} == set(planting.FAMILIES)


def test_the_same_seed_plants_the_same() -> None:
    days = market.business_days(market.DAYS)

    def planted() -> list[market.Sent]:
        dealt = market.Market(market.random.Random(1), parties=["CP-00"])
        dealt.traders = [("T-00", ["BOOK-0A"])]
        dealt.listed = [
            market.Listed(market.isin("FR", n), "XPAR", kind, {days[0].replace(day=1): market.CENT})
            for n, kind in enumerate(("EQUITY", "BOND"))
        ]
        return answers.planted_in(dealt, days, each=1)[1]

    assert planted() == planted()
