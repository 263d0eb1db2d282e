"""The rule book for trades, in the order in which the rules run. All run, all report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from kernel.findings import Finding
from trades.facts import TradeFacts
from trades.rules import (
    agreed,
    charges,
    completeness,
    contracts,
    dates,
    duplicates,
    economics,
    exchange,
    financing,
    fraud,
    interest,
    limits,
    price_history,
    prices,
    provision,
    sanctions,
    settling,
    timeliness,
)
from trades.rules.context import RuleContext
from trades.rules.rule import Limits, Reads, Rule

RULE_BOOK: Final[tuple[Rule, ...]] = (
    *completeness.RULES,
    *settling.RULES,
    *agreed.RULES,
    *provision.RULES,
    *dates.RULES,
    *economics.RULES,
    *interest.RULES,
    *charges.RULES,
    *contracts.RULES,
    *prices.RULES,
    *price_history.RULES,
    *duplicates.RULES,
    *limits.RULES,
    *sanctions.RULES,
    *fraud.RULES,
    *timeliness.RULES,
    *exchange.RULES,
    *financing.RULES,
)
RULE_BY_CODE: Final[Mapping[str, Rule]] = {rule.code: rule for rule in RULE_BOOK}
NOBODY: Final[Mapping[int, Sequence[int]]] = {}
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


def judge_all(
    trades: Sequence[TradeFacts], context: RuleContext, book: Sequence[ActiveRule]
) -> dict[int, list[Finding]]:
    """Return what `judge` finds about each of these trades, by its id; clean trades are absent.

    Rule by rule, and what trades have in common is judged once: it costs less than half.
    """
    found: defaultdict[int, list[Finding]] = defaultdict(list)
    groups = {reads: _alike(trades, reads) for reads in {rule.reads for rule, _limits in book}}
    of_two_legs = [facts for facts in trades if facts.deal is not None]
    for rule, set_to in book:
        check = rule.check
        firsts, others = (of_two_legs, NOBODY) if rule.deals else groups[rule.reads]
        for facts in firsts:
            for finding in check(facts, context, set_to):
                for trade_id in (facts.trade_id, *others.get(facts.trade_id, ())):
                    found[trade_id].append(finding)
    return dict(found)


def _alike(
    trades: Sequence[TradeFacts], reads: Reads
) -> tuple[Sequence[TradeFacts], Mapping[int, Sequence[int]]]:
    """Return one trade of each kind that a check with these `reads` can tell apart, and by its id
    those of the others of its kind.
    """
    if not reads:
        return trades, {}
    firsts: dict[object, TradeFacts] = {}
    others: defaultdict[int, list[int]] = defaultdict(list)
    what: Callable[[TradeFacts], Any] = attrgetter(*reads)
    for facts in trades:
        first = firsts.setdefault(what(facts), facts)
        if first is not facts:
            others[first.trade_id].append(facts.trade_id)
    return list(firsts.values()), others
