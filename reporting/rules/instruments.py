"""Content rules on the instrument: RTS 22 fields 41-56."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from kernel.identifiers import is_cfi
from reporting.facts import PriceKind, ReportedInstrument, TransactionFacts
from reporting.rules.book import N_, Judgement, Rule, RuleContext, isin_is_valid
from reporting.rules.dealing import price_problems

F41: Final = "41 Instrument identification code"


OPTION_TYPES: Final = frozenset({"PUTO", "CALL", "OTHR"})


EXERCISE_STYLES: Final = frozenset({"AMER", "ASIA", "BERM", "EURO", "OTHR"})


DELIVERY_TYPES: Final = frozenset({"PHYS", "CASH", "OPTL"})


MAX_FULL_NAME: Final = 350


def check_isin(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-41-1: The ISIN is not valid."""
    if facts.isin and not isin_is_valid(facts.isin):
        yield "ISIN with its check digit", facts.isin


def check_instrument_present(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-41-2: The instrument is not identified."""
    if not facts.isin and facts.instrument is None:
        yield "an ISIN or a description", "nothing"


def check_description(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-42-1: The description of the instrument is incomplete."""
    described = facts.instrument
    if described is None:
        return
    if not 0 < len(described.full_name) <= MAX_FULL_NAME:
        yield "a name of 1 to 350 characters", str(len(described.full_name))
    if not is_cfi(described.cfi):
        yield "CFI", described.cfi or "nothing"


def check_derivative(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-46-1: The description of the derivative is incomplete."""
    described = facts.instrument
    if described is None:
        return
    if described.multiplier is not None and described.multiplier <= 0:
        yield "a multiplier above 0", str(described.multiplier)
    if not isin_is_valid(described.underlying_isin):
        yield "the ISIN of the underlying", described.underlying_isin or "nothing"
    if described.delivery_type not in DELIVERY_TYPES:
        yield "PHYS, CASH, OPTL", described.delivery_type or "nothing"


def check_option(facts: TransactionFacts, context: RuleContext) -> Judgement:
    """R22-50-1: The description of the option is incomplete."""
    described = facts.instrument
    if described is None or described.cfi[:1] not in ("O", "H"):
        return
    if described.option_type not in OPTION_TYPES:
        yield "PUTO, CALL, OTHR", described.option_type or "nothing"
    if described.exercise_style not in EXERCISE_STYLES:
        yield "AMER, ASIA, BERM, EURO, OTHR", described.exercise_style or "nothing"
    yield from _strike_problems(described, context)


def check_expiry(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-54-1: The instrument had already ended."""
    described = facts.instrument
    ends = (described.maturity_date, described.expiry_date) if described else ()
    for end in ends:
        if end is not None and end < facts.traded_at.astimezone(UTC).date():
            yield "not before the trade date", end.isoformat()


def _strike_problems(described: ReportedInstrument, context: RuleContext) -> Judgement:
    strike = described.strike
    if strike is None:
        yield "a strike price or PNDG", "nothing"
        return
    yield from price_problems(strike)
    if strike.kind is PriceKind.MONETARY and strike.currency not in context.currencies:
        yield "ISO 4217", strike.currency or "nothing"


INSTRUMENT_RULES: Final = (
    Rule("R22-41-1", F41, N_("The ISIN is not valid."), check_isin),
    Rule("R22-41-2", F41, N_("The instrument is not identified."), check_instrument_present),
    Rule(
        "R22-42-1",
        "42, 43 Name and classification",
        N_("The description of the instrument is incomplete."),
        check_description,
    ),
    Rule(
        "R22-46-1",
        "46, 47, 56 Derivative",
        N_("The description of the derivative is incomplete."),
        check_derivative,
    ),
    Rule(
        "R22-50-1", "50-53 Option", N_("The description of the option is incomplete."), check_option
    ),
    Rule(
        "R22-54-1", "54, 55 Maturity, expiry", N_("The instrument had already ended."), check_expiry
    ),
)
