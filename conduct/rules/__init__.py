"""The rule book of conduct: of a trader's day, of what he leaves open, and of counterparties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from conduct.facts import PartyConduct, TraderConduct
from conduct.rules import dealing, parties, standing
from conduct.rules.rule import PartyRule, TraderRule
from kernel.findings import Finding
from trades.rules.rule import BookLine, Limits

OF_A_DAY: Final[tuple[TraderRule, ...]] = dealing.RULES
OF_A_TRADER: Final[tuple[TraderRule, ...]] = standing.RULES
OF_A_PARTY: Final[tuple[PartyRule, ...]] = parties.RULES
RULE_BOOK: Final[tuple[BookLine[Any], ...]] = (*OF_A_DAY, *OF_A_TRADER, *OF_A_PARTY)
RULE_BY_CODE: Final[Mapping[str, BookLine[Any]]] = {rule.code: rule for rule in RULE_BOOK}
JudgeT = TypeVar("JudgeT")
Settings = Mapping[str, Limits | None]


def numbers_of(code: str, settings: Settings) -> Limits:
    """Return the numbers that a rule is set to, those of the book where nothing is set.

    A rule that is switched off counts as it is in the book: measures do not depend on it.
    """
    return {**RULE_BY_CODE[code].defaults(), **(settings.get(code) or {})}


def active(
    rules: Iterable[BookLine[JudgeT]], settings: Settings
) -> list[tuple[BookLine[JudgeT], Limits]]:
    """Return the rules that are on, each with its numbers."""
    return [
        (rule, numbers_of(rule.code, settings))
        for rule in rules
        if settings.get(rule.code, {}) is not None
    ]


def judge_trader(facts: TraderConduct, book: Sequence[tuple[TraderRule, Limits]]) -> list[Finding]:
    """Run every rule about a trader and return every finding."""
    return [finding for rule, limits in book for finding in rule.check(facts, limits)]


def judge_party(facts: PartyConduct, book: Sequence[tuple[PartyRule, Limits]]) -> list[Finding]:
    """Run every rule about a party and return every finding."""
    return [finding for rule, limits in book for finding in rule.check(facts, limits)]
