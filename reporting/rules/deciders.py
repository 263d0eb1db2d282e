"""Content rules on who decided and executed within the firm: RTS 22 fields 57-60."""

from __future__ import annotations

import re
from typing import Final

from kernel.findings import Severity
from reporting.facts import Capacity, Decider, DeciderKind, TransactionFacts
from reporting.rules.book import COUNTRIES, N_, Judgement, Rule, RuleContext
from reporting.rules.people import identifier_problem, scheme_problem

F57: Final = "57 Investment decision within firm"


F59: Final = "59 Execution within firm"


ALGORITHM: Final = re.compile(r"[A-Z0-9]{1,50}", re.ASCII)


def check_investment_decider_present(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-57-1: Dealing on own account, somebody in the firm decided."""
    if facts.capacity == Capacity.DEAL and facts.investment_decider is None:
        yield "a person or an algorithm within the firm", "nobody"


def check_investment_decider(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-57-2: The identifier of who decided is malformed."""
    decider = facts.investment_decider
    if decider is None:
        return
    if decider.kind is DeciderKind.NO_REASON:
        yield "a person or an algorithm", decider.kind.value
    yield from _decider_problems(decider)


def check_executing_decider(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-59-1: The identifier of who executed is malformed."""
    yield from _decider_problems(facts.executing_person)


def check_nore_is_for_clients(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-59-2: NORE is for orders that a client timed and placed."""
    none = facts.executing_person.kind is DeciderKind.NO_REASON
    if none and facts.capacity == Capacity.DEAL:
        yield "a person or an algorithm when the firm deals on own account", "NORE"


def check_decider_country(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-58-1: This country does not exist."""
    for decider in (facts.investment_decider, facts.executing_person):
        is_person = decider is not None and decider.kind is DeciderKind.PERSON
        if decider is not None and is_person and decider.branch_country not in COUNTRIES:
            yield "ISO 3166", decider.branch_country or "nothing"


def _decider_problems(decider: Decider) -> Judgement:
    if decider.kind is DeciderKind.ALGO and not ALGORITHM.fullmatch(decider.identifier):
        yield "1 to 50 capitals or digits", decider.identifier
    if decider.kind is DeciderKind.PERSON:
        problem = identifier_problem(decider.identifier, decider.scheme) or scheme_problem(
            decider.identifier, decider.scheme
        )
        if problem:
            yield problem, decider.identifier or "nothing"


DECIDER_RULES: Final = (
    Rule(
        "R22-57-1",
        F57,
        N_("Dealing on own account, somebody in the firm decided."),
        check_investment_decider_present,
    ),
    Rule(
        "R22-57-2", F57, N_("The identifier of who decided is malformed."), check_investment_decider
    ),
    Rule(
        "R22-58-1",
        "58, 60 Branch country of the person",
        N_("This country does not exist."),
        check_decider_country,
    ),
    Rule(
        "R22-59-1", F59, N_("The identifier of who executed is malformed."), check_executing_decider
    ),
    Rule(
        "R22-59-2",
        F59,
        N_("NORE is for orders that a client timed and placed."),
        check_nore_is_for_clients,
        Severity.WARNING,
    ),
)
