"""The RTS 22 rule book: every rule runs, every finding reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from kernel.findings import Finding, Severity
from reporting.facts import TransactionFacts
from reporting.rules.book import Rule, RuleContext
from reporting.rules.dealing import DEALING_RULES
from reporting.rules.deciders import DECIDER_RULES
from reporting.rules.identity import IDENTITY_RULES
from reporting.rules.instruments import INSTRUMENT_RULES
from reporting.rules.parties import PARTY_RULES

RULE_BOOK: Final[tuple[Rule, ...]] = (
    *IDENTITY_RULES,
    *PARTY_RULES,
    *DEALING_RULES,
    *INSTRUMENT_RULES,
    *DECIDER_RULES,
)
RULE_BOOK_VERSION: Final = "2026.1"


def judge(facts: TransactionFacts, context: RuleContext) -> tuple[Finding, ...]:
    """Run the whole book over one report."""
    return tuple(finding for rule in RULE_BOOK for finding in rule.judge(facts, context))


def repeated_ids(batch: Iterable[TransactionFacts]) -> frozenset[str]:
    """The transaction references that stand more than once in one file (CON-023)."""
    counts = Counter(facts.transaction_id for facts in batch)
    return frozenset(name for name, count in counts.items() if count > 1)


def is_blocked(findings: Iterable[Finding]) -> bool:
    """Whether any finding keeps the report out of a file."""
    return any(finding.severity is Severity.BLOCKING for finding in findings)
