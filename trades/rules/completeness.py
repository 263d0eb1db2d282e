"""TRD-1xx: is everything there, and does every name on the ticket mean something?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

from desk.states import CauseKind
from kernel import identifiers
from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.families import Owner
from trades.rules.rule import CAPACITY, COUNTERPARTY, DEALER, INSTRUMENT, MARKET, N_, Limits, rule

MANDATORY: Final = ("counterparty_code", "book_code", "trader_code", "venue", "currency")
CAPACITIES: Final = frozenset({"DEAL", "MTCH", "AOTC"})
FX: Final = "FX"
OFF_VENUE: Final = frozenset({"XOFF", "XXXX"})
LAPSED: Final = "LAPSED"
WITHDRAWN: Final = frozenset({"RETIRED", "ANNULLED", "MERGED", "DUPLICATE", "CANCELLED"})
"""What GLEIF says of a code that names nobody any more, or somebody under another code."""
SOME: Final = 8

is_isin = lru_cache(maxsize=65_536)(identifiers.is_isin)
is_lei = lru_cache(maxsize=65_536)(identifiers.is_lei)


@rule(
    "TRD-101",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    title=N_("Mandatory terms are present"),
    message=N_("{field} is missing."),
    source=N_("RTS 22 annex I; market practice"),
    rationale=N_(
        "A ticket without its book, trader, counterparty, venue or currency goes nowhere."
    ),
)
def check_mandatory_terms(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Counterparty, book, trader, venue and currency are filled, and the instrument is named."""
    for name in MANDATORY:
        if not getattr(facts, name):
            yield check_mandatory_terms.finding(name, expected=N_("a value"), found="")
    if not (facts.isin or facts.symbol):
        yield check_mandatory_terms.finding("isin", expected=N_("an ISIN or a symbol"), found="")


@rule(
    "TRD-102",
    Severity.BLOCKING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.INSTRUMENT,
    title=N_("ISIN has a right check digit"),
    message=N_("{found} is not an ISIN: its check digit is wrong."),
    source=N_("ISO 6166"),
    rationale=N_("One wrong digit settles another security."),
    reads=INSTRUMENT,
)
def check_isin(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """ISO 6166 form and Luhn digit."""
    if facts.isin and not is_isin(facts.isin):
        yield check_isin.finding("isin", expected="ISO 6166", found=facts.isin)


@rule(
    "TRD-103",
    Severity.BLOCKING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.INSTRUMENT,
    title=N_("Instrument is in reference data"),
    message=N_("{found} is not a known instrument."),
    source=N_("RTS 22 CON-412; market practice"),
    rationale=N_("What is not in reference data can be neither priced, settled nor reported."),
    fix=N_("Create the instrument {found}, or name it as an alias of one."),
    reads=INSTRUMENT,
)
def check_instrument_known(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The ISIN is an instrument of ours; a symbol must have been resolved to one.

    An exchange of currencies has a pair, and no instrument.
    """
    if facts.product == FX:
        return
    if facts.isin not in context.instruments and (facts.isin or facts.symbol):
        yield check_instrument_known.finding(
            "isin", expected=N_("an instrument"), found=facts.isin or facts.symbol
        )


@rule(
    "TRD-104",
    Severity.BLOCKING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Counterparty is in reference data"),
    message=N_("{found} is not a known counterparty."),
    source=N_("Mission Green report (2008): technical counterparties; market practice"),
    rationale=N_("A trade with nobody is how fictitious positions are hidden."),
    fix=N_("Say which counterparty {found} is, or create it: all that waits for it goes on."),
    reads=COUNTERPARTY,
)
def check_counterparty_known(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The counterparty code is one of our parties, and one that we trade with."""
    code = facts.counterparty_code
    if not code:
        return
    party = context.counterparties.get(code)
    if party is None or not party.is_counterparty:
        yield check_counterparty_known.finding(
            "counterparty_code", expected=N_("a counterparty"), found=code
        )


@rule(
    "TRD-105",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Counterparty has a valid LEI"),
    message=N_("The LEI of the counterparty is missing or has wrong check digits: {found}."),
    source=N_("MiFIR art. 26(6): no LEI, no trade; ISO 17442"),
    rationale=N_("A transaction report without the LEI of the other side is refused."),
    reads=COUNTERPARTY,
)
def check_counterparty_lei(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """ISO 17442 form and mod 97 of the counterparty's LEI."""
    party = context.counterparties.get(facts.counterparty_code)
    if party is not None and not (party.lei and is_lei(party.lei)):
        yield check_counterparty_lei.finding(
            "counterparty_code",
            expected="ISO 17442",
            found=party.lei,
            evidence={"counterparty": party.code},
        )


@rule(
    "TRD-106",
    Severity.INFO,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("LEI of the counterparty is renewed"),
    message=N_("The LEI of the counterparty is not known to be renewed on {expected}: {found}."),
    source=N_("RTS 22 art. 13(2); lapsed LEI of a client is tolerated"),
    rationale=N_("A lapsed LEI is reportable for a client, but should be chased."),
    reads=COUNTERPARTY,
)
def check_lei_renewed(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Registered, with its next renewal not before the trade date; neither known is said too."""
    party = context.counterparties.get(facts.counterparty_code)
    if party is None or not party.lei or party.lei_status in WITHDRAWN:
        return
    renewal = party.lei_next_renewal
    lapsed = party.lei_status == LAPSED or (renewal is not None and renewal < facts.trade_date)
    if lapsed or not (party.lei_status or renewal):
        yield check_lei_renewed.finding(
            "counterparty_code",
            expected=facts.trade_date,
            found=(renewal or N_("lapsed")) if lapsed else N_("nothing is known"),
            evidence={"lei": party.lei, "lei_status": party.lei_status or "–"},
        )


@rule(
    "TRD-107",
    Severity.BLOCKING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.BOOK,
    title=N_("Book is in reference data"),
    message=N_("{found} is not a known book."),
    source=N_("Market practice"),
    rationale=N_("The book decides who owns the position and which desk sees the trade."),
    reads=DEALER,
)
def check_book_known(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The book code exists."""
    if facts.book_code and facts.book_code not in context.books:
        yield check_book_known.finding("book_code", expected=N_("a book"), found=facts.book_code)


@rule(
    "TRD-108",
    Severity.BLOCKING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.TRADER,
    title=N_("Trader is in reference data"),
    message=N_("{found} is not a known trader."),
    source=N_("RTS 22 fields 57 and 59"),
    rationale=N_("The person who dealt is reported and has limits."),
    reads=DEALER,
)
def check_trader_known(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The trader code exists."""
    if facts.trader_code and facts.trader_code not in context.traders:
        yield check_trader_known.finding(
            "trader_code", expected=N_("a trader"), found=facts.trader_code
        )


@rule(
    "TRD-109",
    Severity.BLOCKING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.VENUE,
    title=N_("Venue is an active MIC"),
    message=N_("{found} is not an active venue of ISO 10383."),
    source=N_("ISO 10383; RTS 22 field 36"),
    rationale=N_("Calendar, settlement cycle and report all follow from the venue."),
    reads=MARKET,
)
def check_venue(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The MIC is listed and active, or one of the two codes for "off venue"."""
    mic = facts.venue
    if mic and mic not in OFF_VENUE and not context.venues.get(mic, False):
        yield check_venue.finding("venue", expected=N_("an active MIC"), found=mic)


@rule(
    "TRD-110",
    Severity.BLOCKING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.CURRENCY,
    title=N_("Currency is in reference data"),
    message=N_("{found} is not a known currency."),
    source=N_("ISO 4217"),
    rationale=N_("An amount without a known currency has no minor unit and no calendar."),
    reads=MARKET,
)
def check_currency(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The currency code exists."""
    if facts.currency and facts.currency not in context.currencies:
        yield check_currency.finding("currency", expected="ISO 4217", found=facts.currency)


@rule(
    "TRD-111",
    Severity.WARNING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.TRADER,
    title=N_("Trader deals within the mandate"),
    message=N_("The trader may deal for {expected}; the book is {found}."),
    source=N_("Mission Green report (2008): mandates; market practice: mandate of a desk"),
    rationale=N_("A trade in somebody else's book is a wrong book or a breach of mandate."),
    reads=DEALER,
)
def check_mandate(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The book is one of the trader's mandate; without a mandate, it is of the trader's desk."""
    trader = context.traders.get(facts.trader_code)
    book = context.books.get(facts.book_code)
    if trader is None or book is None:
        return
    within = book.code in trader.mandate if trader.mandate else book.desk == trader.desk
    if not within:
        yield check_mandate.finding(
            "book_code",
            expected=_few(trader.mandate) or trader.desk,
            found=f"{book.code} ({book.desk})",
            evidence={"trader": trader.code, "desk": trader.desk},
        )


def _few(codes: Collection[str]) -> str:
    """Name some of many: what is expected has to fit its column."""
    named = ", ".join(sorted(codes)[:SOME])
    return f"{named}, …" if len(codes) > SOME else named


@rule(
    "TRD-112",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    title=N_("Trading capacity is declared"),
    message=N_("Trading capacity must be one of {expected}."),
    source=N_("RTS 22 field 29"),
    rationale=N_("Own account, matched principal or any other capacity decides who is the buyer."),
    reads=CAPACITY,
)
def check_capacity(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """DEAL, MTCH or AOTC, of what may be reported: not of currencies, repos and loans."""
    if not facts.product and facts.capacity not in CAPACITIES:
        yield check_capacity.finding("capacity", expected="DEAL, MTCH, AOTC", found=facts.capacity)


RULES: Final = (
    check_mandatory_terms,
    check_isin,
    check_instrument_known,
    check_counterparty_known,
    check_counterparty_lei,
    check_lei_renewed,
    check_book_known,
    check_trader_known,
    check_venue,
    check_currency,
    check_mandate,
    check_capacity,
)
