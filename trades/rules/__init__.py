"""The rule book for trades, in the order in which the rules run. All run, all report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kernel.findings import Finding
from trades.facts import TradeFacts
from trades.rules import completeness, dates, duplicates, economics, limits, prices, timeliness
from trades.rules.context import RuleContext
from trades.rules.rule import Limits, Rule

RULE_BOOK: Final[tuple[Rule, ...]] = (
    *completeness.RULES,
    *dates.RULES,
    *economics.RULES,
    *prices.RULES,
    *duplicates.RULES,
    *limits.RULES,
    *timeliness.RULES,
)
RULE_BY_CODE: Final[Mapping[str, Rule]] = {rule.code: rule for rule in RULE_BOOK}
ActiveRule = tuple[Rule, Limits]


def active_rules(settings: Mapping[str, Limits | None]) -> tuple[ActiveRule, ...]:
    """Return the book as it is set: a code mapped to None is switched off, an absent one has
    its defaults, and a parameter that a setting leaves out keeps its default.
    """
    book: list[ActiveRule] = []
    for rule in RULE_BOOK:
        setting = settings.get(rule.code, {})
        if setting is not None:
            book.append((rule, {**rule.defaults(), **setting}))
    return tuple(book)


def judge(facts: TradeFacts, context: RuleContext, book: Sequence[ActiveRule]) -> list[Finding]:
    """Run every rule and return every finding: operators fix a ticket once, not five times."""
    return [finding for rule, limits in book for finding in rule.check(facts, context, limits)]
