"""Findings carry plain values; pages say them in the notation of their reader."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from core.pages.words import FIGURES, finding_sentence, said, stored_sentence
from tests.unit.trades.rule_cases import CASES
from tests.unit.trades.rule_world import facts, world
from trades.facts import TradeFacts
from trades.rules import active_rules, judge
from trades.rules.context import RuleContext

GROUPED = re.compile(r"\d[,\s\u202f]\d{3}")
ENGLISH = re.compile(r"\d\.\d")
UNGROUPED = re.compile(r"(?<![\w/:])\d{5,}(?![\w/:])")


@pytest.mark.parametrize(
    ("code", "case", "trade", "context"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_a_rule_says_plain_values_which_a_page_writes_for_its_reader(
    code: str, case: str, trade: TradeFacts, context: RuleContext
) -> None:
    with translation.override("fr"):
        for finding in judge(trade, context, active_rules({})):
            for value in (finding.expected, finding.found):
                assert not GROUPED.search(value), (finding.code, value)
                shown = said(value, finding.field)
                assert not ENGLISH.search(shown), (finding.code, shown)
                if finding.field in FIGURES:
                    assert not UNGROUPED.search(shown), (finding.code, shown)


@pytest.mark.parametrize(
    ("language", "day", "sentence"),
    [
        ("en", "2026-11-22", "22/11/2026 is no settlement day; expected: 23/11/2026."),
        (
            "fr",
            "2026-11-22",
            "Le 22/11/2026 n’est pas un jour de dénouement ; attendu : 23/11/2026.",
        ),
        (
            "en",
            "2036-11-22",
            "22/11/2036 is no settlement day; expected: a day that the calendars know.",
        ),
    ],
)
def test_a_closed_day_names_the_next_open_one(language: str, day: str, sentence: str) -> None:
    trade = facts(settlement_date=date.fromisoformat(day))
    (finding,) = (one for one in judge(trade, world(), active_rules({})) if one.code == "TRD-203")

    with translation.override(language):
        assert finding_sentence(finding).replace("\xa0", " ") == sentence
    assert "+" not in finding.evidence["calendars"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The trade is worth 99,200,025.00 EUR; the limit is 25,000,000.00 EUR."),
        ("fr", "L’opération vaut 99 200 025,00 EUR ; la limite est 25 000 000,00 EUR."),
    ],
)
def test_a_limit_is_said_in_the_notation_of_the_reader(language: str, sentence: str) -> None:
    trade = facts(risk_amount_eur=Decimal("99200025.0000"))
    (finding,) = (one for one in judge(trade, world(), active_rules({})) if one.code == "TRD-601")

    with translation.override(language):
        assert finding_sentence(finding).replace("\u202f", " ").replace("\xa0", " ") == sentence


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_was_kept_without_a_text_says_nothing(language: str) -> None:
    """The catalogue answers an empty text with its own head."""
    with translation.override(language):
        assert stored_sentence("", field="price", expected="60", found="66") == ""
