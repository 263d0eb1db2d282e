"""Content rules on who reports, buys, sells and decides: RTS 22 fields 7-29."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from kernel.findings import Severity
from kernel.identifiers import is_mic
from reporting.facts import (
    Capacity,
    PartyKind,
    Person,
    ReportedParty,
    TransactionFacts,
)
from reporting.rules.book import COUNTRIES, LIVE_LEI, N_, Judgement, Rule, RuleContext, lei_is_valid
from reporting.rules.people import identifier_problem, scheme_problem

MAX_NAME: Final = 140

Parties = Callable[[TransactionFacts], tuple[ReportedParty, ...]]
Check = Callable[[TransactionFacts, RuleContext], Judgement]


def check_present(parties: Parties) -> Check:
    """Build the rule that there is at least one party on that side."""

    def check(facts: TransactionFacts, _context: RuleContext) -> Judgement:
        if not parties(facts):
            yield "at least one", "none"

    return check


def check_identified(parties: Parties) -> Check:
    """Build the rule that LEIs carry right check digits and MICs have their form."""

    def check(facts: TransactionFacts, _context: RuleContext) -> Judgement:
        for party in parties(facts):
            if party.kind is PartyKind.LEI and not lei_is_valid(party.value):
                yield "LEI, mod 97-10", party.value or "nothing"
            elif party.kind is PartyKind.MIC and not is_mic(party.value):
                yield "MIC", party.value

    return check


def check_internal_stands_alone(parties: Parties) -> Check:
    """Build the rule that INTC never stands beside another identifier."""

    def check(facts: TransactionFacts, _context: RuleContext) -> Judgement:
        kinds = [party.kind for party in parties(facts)]
        if PartyKind.INTERNAL in kinds and len(kinds) > 1:
            yield "INTC alone", ", ".join(kind.value for kind in kinds)

    return check


def check_lei_status(parties: Parties) -> Check:
    """Build the rule that a party's LEI is in force; a lapsed client is tolerated, and shown."""

    def check(facts: TransactionFacts, _context: RuleContext) -> Judgement:
        for party in parties(facts):
            if party.kind is PartyKind.LEI and party.lei_status not in LIVE_LEI:
                yield "ISSUED", f"{party.value} {party.lei_status}"

    return check


def check_branch_country(parties: Parties) -> Check:
    """Build the rule that branch countries exist."""

    def check(facts: TransactionFacts, _context: RuleContext) -> Judgement:
        for party in parties(facts):
            if party.branch_country and party.branch_country not in COUNTRIES:
                yield "ISO 3166", party.branch_country

    return check


def check_person_is_whole(parties: Parties) -> Check:
    """Build the rule that a natural person has first names, surname and a birth date."""

    def check(facts: TransactionFacts, _context: RuleContext) -> Judgement:
        for person in _people(parties(facts)):
            if not (_is_name(person.first_names) and _is_name(person.surname)):
                yield "first names and surname, 1 to 140 characters", person.identifier
            if person.birth_date is None or person.birth_date >= facts.traded_at.date():
                yield "birth date before the trade", str(person.birth_date)

    return check


def check_person_identifier(parties: Parties) -> Check:
    """Build the rule that a person's identifier has the form of its scheme."""

    def check(facts: TransactionFacts, _context: RuleContext) -> Judgement:
        for person in _people(parties(facts)):
            problem = identifier_problem(person.identifier, person.scheme)
            if problem:
                yield problem, person.identifier

    return check


def check_person_scheme(parties: Parties) -> Check:
    """Build the rule that the nationality's first identifier of annex II is used."""

    def check(facts: TransactionFacts, _context: RuleContext) -> Judgement:
        for person in _people(parties(facts)):
            wanted = scheme_problem(person.identifier, person.scheme)
            if wanted:
                yield wanted, person.scheme.value

    return check


def check_dealing_firm_is_a_side(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-29-2: Dealing on own account, the executing entity is buyer or seller."""
    if facts.capacity == Capacity.DEAL and facts.executing_lei not in _leis(facts):
        yield f"{facts.executing_lei} buys or sells", ", ".join(sorted(_leis(facts))) or "nobody"


def check_agent_is_no_side(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-29-3: Matching or as agent, the executing entity is neither buyer nor seller."""
    if facts.capacity != Capacity.DEAL and facts.executing_lei in _leis(facts):
        yield f"{facts.executing_lei} neither buys nor sells", facts.capacity


def check_internal_on_one_side(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-16-5: INTC must not stand on both sides."""
    sides = (facts.buyers, facts.sellers)
    if all(any(party.kind is PartyKind.INTERNAL for party in side) for side in sides):
        yield "INTC on one side", "INTC, INTC"


def check_internal_needs_agent(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-29-4: INTC is for orders of clients, not for own account."""
    internal = any(party.kind is PartyKind.INTERNAL for party in facts.buyers + facts.sellers)
    if internal and facts.capacity == Capacity.DEAL:
        yield "MTCH or AOTC with INTC", facts.capacity


def check_sides_differ(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-16-6: Buyer and seller are the same."""
    shared = {party.value for party in facts.buyers if party.value} & {
        party.value for party in facts.sellers
    }
    if shared:
        yield "another seller than the buyer", ", ".join(sorted(shared))


def check_transmitting_leis(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-26-1: The LEI of a transmitting firm is not valid."""
    for lei in (facts.transmitting_buyer, facts.transmitting_seller):
        if lei and not lei_is_valid(lei):
            yield "LEI, mod 97-10", lei


def check_transmitter_is_another_firm(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-26-2: The executing entity does not transmit to itself."""
    if facts.executing_lei in (facts.transmitting_buyer, facts.transmitting_seller):
        yield "a firm other than the executing entity", facts.executing_lei


def check_transmitted_is_no_own_account(
    facts: TransactionFacts, _context: RuleContext
) -> Judgement:
    """R22-25-1: Own-account dealing is not a transmitted order."""
    if facts.is_transmitted and facts.capacity == Capacity.DEAL:
        yield "MTCH or AOTC", facts.capacity


def _people(parties: Iterable[ReportedParty]) -> Iterable[Person]:
    return (party.person for party in parties if party.person is not None)


def _leis(facts: TransactionFacts) -> set[str]:
    return {party.value for party in facts.buyers + facts.sellers if party.kind is PartyKind.LEI}


def _is_name(name: str) -> bool:
    return 0 < len(name.strip()) <= MAX_NAME and name.isprintable()


def _buyers(facts: TransactionFacts) -> tuple[ReportedParty, ...]:
    return facts.buyers


def _sellers(facts: TransactionFacts) -> tuple[ReportedParty, ...]:
    return facts.sellers


def _buyer_deciders(facts: TransactionFacts) -> tuple[ReportedParty, ...]:
    return facts.buyer_deciders


def _seller_deciders(facts: TransactionFacts) -> tuple[ReportedParty, ...]:
    return facts.seller_deciders


def _side_rules(number: int, name: str, parties: Parties) -> tuple[Rule, ...]:
    """The same rules for buyer (7) and seller (16), whose sub-fields follow in the same order."""
    code = f"R22-{number:02d}"
    label = f"{number} {name}"
    return (
        Rule(f"{code}-1", label, N_("Somebody must stand on this side."), check_present(parties)),
        Rule(
            f"{code}-2",
            label,
            N_("The identifier of this party is not valid."),
            check_identified(parties),
        ),
        Rule(
            f"{code}-3",
            label,
            N_("INTC must not stand beside another party."),
            check_internal_stands_alone(parties),
        ),
        Rule(
            f"{code}-4",
            label,
            N_("The LEI of this party is not in force."),
            check_lei_status(parties),
            Severity.WARNING,
        ),
        Rule(
            f"R22-{number + 1:02d}-1",
            f"{number + 1} {name} branch country",
            N_("This country does not exist."),
            check_branch_country(parties),
        ),
        *_person_rules(number, name, parties),
    )


def _person_rules(number: int, name: str, parties: Parties) -> tuple[Rule, ...]:
    first, born = (f"R22-{number + offset:02d}" for offset in (2, 4))
    return (
        Rule(
            f"{first}-1",
            f"{number + 2} {name} names and birth date",
            N_("A natural person needs first names, surname and birth date."),
            check_person_is_whole(parties),
        ),
        Rule(
            f"{born}-1",
            f"{number} {name} person identifier",
            N_("The identifier of this person is malformed."),
            check_person_identifier(parties),
        ),
        Rule(
            f"{born}-2",
            f"{number} {name} person identifier",
            N_("This nationality is identified in another way."),
            check_person_scheme(parties),
        ),
    )


def _decision_maker_rules(number: int, name: str, parties: Parties) -> tuple[Rule, ...]:
    return (
        Rule(
            f"R22-{number}-1",
            f"{number} {name} decision maker",
            N_("The identifier of this decision maker is not valid."),
            check_identified(parties),
        ),
        Rule(
            f"R22-{number}-2",
            f"{number} {name} decision maker",
            N_("The identifier of this decision maker is malformed."),
            check_person_identifier(parties),
        ),
    )


F29: Final = "29 Trading capacity"


PARTY_RULES: Final = (
    *_side_rules(7, "Buyer", _buyers),
    *_decision_maker_rules(12, "Buyer", _buyer_deciders),
    *_side_rules(16, "Seller", _sellers),
    *_decision_maker_rules(21, "Seller", _seller_deciders),
    Rule(
        "R22-16-5",
        "16 Seller",
        N_("INTC must not stand on both sides."),
        check_internal_on_one_side,
    ),
    Rule(
        "R22-16-6",
        "16 Seller",
        N_("Buyer and seller are the same."),
        check_sides_differ,
        Severity.WARNING,
    ),
    Rule(
        "R22-26-1",
        "26, 27 Transmitting firms",
        N_("The LEI of a transmitting firm is not valid."),
        check_transmitting_leis,
    ),
    Rule(
        "R22-26-2",
        "26, 27 Transmitting firms",
        N_("The executing entity does not transmit to itself."),
        check_transmitter_is_another_firm,
    ),
    Rule(
        "R22-25-1",
        "25 Transmission of order",
        N_("Own-account dealing is not a transmitted order."),
        check_transmitted_is_no_own_account,
    ),
    Rule(
        "R22-29-2",
        F29,
        N_("Dealing on own account, the executing entity is buyer or seller."),
        check_dealing_firm_is_a_side,
    ),
    Rule(
        "R22-29-3",
        F29,
        N_("Matching or as agent, the executing entity is neither buyer nor seller."),
        check_agent_is_no_side,
    ),
    Rule(
        "R22-29-4",
        F29,
        N_("INTC is for orders of clients, not for own account."),
        check_internal_needs_agent,
    ),
)
