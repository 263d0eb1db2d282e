"""Content rules on the report itself and who sends it: RTS 22 fields 2-6."""

from __future__ import annotations

import re
from typing import Final

from reporting.facts import TransactionFacts
from reporting.rules.book import LIVE_LEI, N_, Judgement, Rule, RuleContext, lei_is_valid

TRANSACTION_ID: Final = re.compile(r"[A-Z0-9]{1,52}", re.ASCII)


F2: Final = "2 Transaction reference number"


F3: Final = "3 Venue transaction identification"


F4: Final = "4 Executing entity"


def check_transaction_id(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-02-1: The reference has characters or a length that are not allowed."""
    if not TRANSACTION_ID.fullmatch(facts.transaction_id):
        yield "1 to 52 capitals or digits", facts.transaction_id


def check_transaction_id_is_new(facts: TransactionFacts, context: RuleContext) -> Judgement:
    """R22-02-2: This reference was already sent and is not cancelled."""
    if facts.transaction_id in context.live_transaction_ids:
        yield "not sent before, or cancelled", facts.transaction_id


def check_venue_transaction_id(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-03-1: The venue's reference has a form that is not allowed."""
    given = facts.venue_transaction_id
    if given and not TRANSACTION_ID.fullmatch(given):
        yield "1 to 52 capitals or digits", given


def check_venue_transaction_id_on_venue(
    facts: TransactionFacts, _context: RuleContext
) -> Judgement:
    """R22-03-2: Off a venue there is no venue reference."""
    if facts.venue_transaction_id and not facts.is_on_venue:
        yield f"empty with {facts.venue}", facts.venue_transaction_id


def check_executing_lei(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-04-1: The LEI of the executing entity is not valid."""
    if not lei_is_valid(facts.executing_lei):
        yield "LEI, mod 97-10", facts.executing_lei


def check_executing_lei_status(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-04-2: The LEI of the executing entity is not in force."""
    if facts.executing_lei_status not in LIVE_LEI:
        yield "ISSUED, PENDING_TRANSFER, PENDING_ARCHIVAL", facts.executing_lei_status


def check_submitting_lei(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-06-1: The LEI of the submitting entity is not valid."""
    if not lei_is_valid(facts.submitting_lei):
        yield "LEI, mod 97-10", facts.submitting_lei


IDENTITY_RULES: Final = (
    Rule(
        "R22-02-1",
        F2,
        N_("The reference has characters or a length that are not allowed."),
        check_transaction_id,
    ),
    Rule(
        "R22-02-2",
        F2,
        N_("This reference was already sent and is not cancelled."),
        check_transaction_id_is_new,
        esma_code="CON-023",
    ),
    Rule(
        "R22-03-1",
        F3,
        N_("The venue's reference has a form that is not allowed."),
        check_venue_transaction_id,
    ),
    Rule(
        "R22-03-2",
        F3,
        N_("Off a venue there is no venue reference."),
        check_venue_transaction_id_on_venue,
    ),
    Rule("R22-04-1", F4, N_("The LEI of the executing entity is not valid."), check_executing_lei),
    Rule(
        "R22-04-2",
        F4,
        N_("The LEI of the executing entity is not in force."),
        check_executing_lei_status,
    ),
    Rule(
        "R22-06-1",
        "6 Submitting entity",
        N_("The LEI of the submitting entity is not valid."),
        check_submitting_lei,
    ),
)
