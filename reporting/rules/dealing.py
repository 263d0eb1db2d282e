"""Content rules on what was dealt, when, where and at what price: RTS 22 fields 28-40 and 61-65."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.findings import Severity
from kernel.identifiers import is_mic
from reporting.facts import (
    Capacity,
    PriceKind,
    QuantityKind,
    ReportedPrice,
    TransactionFacts,
)
from reporting.rules.book import COUNTRIES, N_, Judgement, Rule, RuleContext
from reporting.rules.eligibility import EEA

FIRST_DAY: Final = date(2018, 1, 3)
NET_AMOUNT_CFI: Final = ("DB", "DC", "DT", "DN")
WAIVERS: Final = frozenset({"RFPT", "NLIQ", "OILQ", "PRIC", "SIZE", "ILQD"})
FLAG_TEXT: Final = "BENC ACTX LRGS ILQD SIZE CANC AMND SDIV RPRI DUPL TNCP TPAC XFPH"
POST_TRADE_FLAGS: Final = frozenset(FLAG_TEXT.split())
SHORT_SELLING: Final = frozenset({"SESH", "SSEX", "SELL", "UNDI"})
PACKAGE: Final = re.compile(r"[A-Z0-9]{1,35}", re.ASCII)
PRICE_DIGITS: Final = {
    PriceKind.MONETARY: (18, 13),
    PriceKind.PERCENT: (11, 10),
    PriceKind.YIELD: (11, 10),
    PriceKind.BASIS_POINTS: (18, 17),
}


def fits(value: Decimal, digits: int, decimals: int) -> bool:
    """XSD facets: at most `digits` in all and `decimals` after the point, zeros not counted."""
    text = f"{abs(value):f}"
    whole, _point, fraction = text.partition(".")
    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    return len(fraction) <= decimals and len(whole) + len(fraction) <= digits


def check_traded_at_zone(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-28-1: The moment has no time zone."""
    if facts.traded_at.tzinfo is None:
        yield "a moment with its offset", facts.traded_at.isoformat()


def check_traded_at_span(facts: TransactionFacts, context: RuleContext) -> Judgement:
    """R22-28-2: The moment is before MiFIR or in the future."""
    moment = facts.traded_at
    if moment.tzinfo is None:
        return
    if moment.date() < FIRST_DAY or moment > context.reported_at:
        yield f"{FIRST_DAY} to {context.reported_at:%Y-%m-%d %H:%M}", moment.isoformat()


def check_traded_at_precision(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-28-3: The moment is coarser than a venue's clock."""
    if facts.is_on_venue and facts.traded_at.microsecond == 0:
        yield "finer than a second on a venue", facts.traded_at.isoformat()


def check_capacity(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-29-1: This capacity does not exist."""
    if facts.capacity not in {capacity.value for capacity in Capacity}:
        yield "DEAL, MTCH, AOTC", facts.capacity or "nothing"


def check_quantity(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-30-1: The quantity cannot be reported."""
    decimals = 17 if facts.quantity.kind is QuantityKind.UNIT else 5
    amount = facts.quantity.amount
    if amount <= 0:
        yield "more than 0", str(amount)
    elif not fits(amount, 18, decimals):
        yield f"18 digits, {decimals} decimals", str(amount)


def check_quantity_currency(facts: TransactionFacts, context: RuleContext) -> Judgement:
    """R22-31-1: The currency of the quantity is wrong."""
    currency = facts.quantity.currency
    if facts.quantity.kind is QuantityKind.UNIT:
        if currency:
            yield "no currency with units", currency
    elif currency not in context.currencies:
        yield "ISO 4217", currency or "nothing"


def check_quantity_kind(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-30-2: The quantity is in the wrong unit for this instrument."""
    is_debt = facts.cfi[:1] == "D"
    is_unit = facts.quantity.kind is QuantityKind.UNIT
    if facts.cfi and is_debt == is_unit:
        yield "nominal value for debt, units otherwise", facts.quantity.kind.value


def check_notional_change(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-32-1: This code does not exist."""
    if facts.notional_change not in {"", "INCR", "DECR"}:
        yield "INCR, DECR", facts.notional_change


def check_price(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-33-1: The price cannot be reported."""
    yield from price_problems(facts.price)


def check_price_not_zero(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-33-2: The price is zero."""
    if facts.price.kind is PriceKind.MONETARY and facts.price.amount == 0:
        yield "not 0", "0"


def check_price_kind(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-33-3: The price is in the wrong notation for this instrument."""
    if facts.cfi[:1] == "E" and facts.price.kind is PriceKind.PERCENT:
        yield "a monetary price for shares", facts.price.kind.value


def check_price_currency(facts: TransactionFacts, context: RuleContext) -> Judgement:
    """R22-34-1: The currency of the price is wrong."""
    price = facts.price
    if price.kind is PriceKind.MONETARY:
        if price.currency not in context.currencies:
            yield "ISO 4217", price.currency or "nothing"
    elif price.amount is not None and price.currency:
        yield "a currency only with a monetary price", price.currency


def check_net_amount_present(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-35-1: Debt needs a net amount."""
    if facts.cfi[:2] in NET_AMOUNT_CFI and facts.net_amount is None:
        yield f"a net amount with CFI {facts.cfi[:2]}", "nothing"


def check_net_amount(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-35-2: The net amount cannot be reported."""
    amount = facts.net_amount
    if amount is not None and (amount < 0 or not fits(amount, 18, 5)):
        yield "0 or more, 18 digits, 5 decimals", str(amount)


def check_net_amount_is_for_debt(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-35-3: Only debt has a net amount."""
    if facts.net_amount is not None and facts.cfi and facts.cfi[:1] != "D":
        yield "empty unless debt", str(facts.net_amount)


def check_venue(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-36-1: The venue is not a MIC."""
    if not is_mic(facts.venue):
        yield "MIC, XOFF or XXXX", facts.venue or "nothing"


def check_unlisted_is_described(facts: TransactionFacts, context: RuleContext) -> Judgement:
    """R22-36-2: XXXX is for what is admitted nowhere, with its description."""
    if facts.venue != "XXXX":
        return
    if facts.instrument is None:
        yield "the full description, fields 42-56", facts.isin
    if context.listings.get(facts.isin):
        yield "XOFF for an admitted instrument", ", ".join(sorted(context.listings[facts.isin]))


def check_off_venue_is_admitted(facts: TransactionFacts, context: RuleContext) -> Judgement:
    """R22-36-3: XOFF is for what is admitted somewhere."""
    if facts.venue == "XOFF" and not context.listings.get(facts.isin, frozenset({"unknown"})):
        yield "XXXX for an instrument that is admitted nowhere", facts.isin


def check_listed_on_venue(facts: TransactionFacts, context: RuleContext) -> Judgement:
    """R22-36-4: The instrument was not admitted on this venue on the trade date."""
    listings = context.listings.get(facts.isin)
    is_foreign = bool(facts.venue_country) and facts.venue_country not in EEA
    if (
        facts.is_on_venue
        and not is_foreign
        and listings is not None
        and facts.venue not in listings
    ):
        yield (
            f"{facts.isin} admitted on {facts.venue} on the trade date",
            ", ".join(sorted(listings)) or "nowhere",
        )


def check_membership_country(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-37-1: The country of the branch membership is wrong."""
    country = facts.membership_country
    if facts.is_on_venue and country not in COUNTRIES:
        yield "ISO 3166, for a trade on a venue", country or "nothing"
    if not facts.is_on_venue and country:
        yield f"empty with {facts.venue}", country


def check_up_front(facts: TransactionFacts, context: RuleContext) -> Judgement:
    """R22-38-1: The up-front payment cannot be reported."""
    amount = facts.up_front_amount
    if amount is None:
        if facts.up_front_currency:
            yield "no currency without an amount", facts.up_front_currency
    elif facts.up_front_currency not in context.currencies or not fits(amount, 18, 5):
        yield "18 digits, 5 decimals and a currency", f"{amount} {facts.up_front_currency}"


def check_package(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-40-1: The package reference has a form that is not allowed."""
    if facts.package_id and not PACKAGE.fullmatch(facts.package_id):
        yield "1 to 35 capitals or digits", facts.package_id


def check_waivers(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-61-1: The waiver indicator is wrong."""
    for flag in facts.waivers:
        if flag not in WAIVERS:
            yield ", ".join(sorted(WAIVERS)), flag
    if facts.waivers and not facts.is_on_venue:
        yield f"none with {facts.venue}", ", ".join(facts.waivers)


def check_short_selling_code(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-62-1: This code does not exist."""
    if facts.short_selling and facts.short_selling not in SHORT_SELLING:
        yield ", ".join(sorted(SHORT_SELLING)), facts.short_selling


def check_short_selling_scope(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """Regulation 236/2012 covers shares and sovereign debt."""
    if facts.short_selling and facts.cfi and facts.cfi[:1] not in ("E", "D"):
        yield "only for shares and sovereign debt", f"{facts.short_selling} {facts.cfi}"


def check_post_trade_flags(facts: TransactionFacts, _context: RuleContext) -> Judgement:
    """R22-63-1: This code does not exist."""
    for flag in facts.post_trade_flags:
        if flag not in POST_TRADE_FLAGS:
            yield ", ".join(sorted(POST_TRADE_FLAGS)), flag


def price_problems(price: ReportedPrice) -> Judgement:
    """Say what keeps a price from being written: its digits, or an amount that its kind forbids."""
    if price.amount is None:
        if price.kind not in (PriceKind.PENDING, PriceKind.NOT_APPLICABLE):
            yield "an amount, PNDG or NOAP", "nothing"
        return
    if price.kind not in PRICE_DIGITS:
        yield f"no amount with {price.kind.value}", str(price.amount)
        return
    digits, decimals = PRICE_DIGITS[price.kind]
    if not fits(price.amount, digits, decimals):
        yield f"{digits} digits, {decimals} decimals", str(price.amount)


F28: Final = "28 Trading date time"
F30: Final = "30 Quantity"
F33: Final = "33 Price"
F35: Final = "35 Net amount"
F36: Final = "36 Venue"

DEALING_RULES: Final = (
    Rule("R22-28-1", F28, N_("The moment has no time zone."), check_traded_at_zone),
    Rule("R22-28-2", F28, N_("The moment is before MiFIR or in the future."), check_traded_at_span),
    Rule(
        "R22-28-3",
        F28,
        N_("The moment is coarser than a venue's clock."),
        check_traded_at_precision,
        Severity.INFO,
    ),
    Rule("R22-29-1", "29 Trading capacity", N_("This capacity does not exist."), check_capacity),
    Rule("R22-30-1", F30, N_("The quantity cannot be reported."), check_quantity),
    Rule(
        "R22-30-2",
        F30,
        N_("The quantity is in the wrong unit for this instrument."),
        check_quantity_kind,
        Severity.WARNING,
    ),
    Rule(
        "R22-31-1",
        "31 Quantity currency",
        N_("The currency of the quantity is wrong."),
        check_quantity_currency,
    ),
    Rule(
        "R22-32-1",
        "32 Derivative notional change",
        N_("This code does not exist."),
        check_notional_change,
    ),
    Rule("R22-33-1", F33, N_("The price cannot be reported."), check_price),
    Rule("R22-33-2", F33, N_("The price is zero."), check_price_not_zero, Severity.WARNING),
    Rule(
        "R22-33-3",
        F33,
        N_("The price is in the wrong notation for this instrument."),
        check_price_kind,
    ),
    Rule(
        "R22-34-1",
        "34 Price currency",
        N_("The currency of the price is wrong."),
        check_price_currency,
    ),
    Rule(
        "R22-35-1",
        F35,
        N_("Debt needs a net amount."),
        check_net_amount_present,
        esma_code="111, 262",
    ),
    Rule("R22-35-2", F35, N_("The net amount cannot be reported."), check_net_amount),
    Rule("R22-35-3", F35, N_("Only debt has a net amount."), check_net_amount_is_for_debt),
    Rule("R22-36-1", F36, N_("The venue is not a MIC."), check_venue),
    Rule(
        "R22-36-2",
        F36,
        N_("XXXX is for what is admitted nowhere, with its description."),
        check_unlisted_is_described,
        esma_code="270",
    ),
    Rule(
        "R22-36-3", F36, N_("XOFF is for what is admitted somewhere."), check_off_venue_is_admitted
    ),
    Rule(
        "R22-36-4",
        F36,
        N_("The instrument was not admitted on this venue on the trade date."),
        check_listed_on_venue,
        Severity.WARNING,
        esma_code="CON-412",
    ),
    Rule(
        "R22-37-1",
        "37 Country of the branch membership",
        N_("The country of the branch membership is wrong."),
        check_membership_country,
    ),
    Rule(
        "R22-38-1",
        "38, 39 Up-front payment",
        N_("The up-front payment cannot be reported."),
        check_up_front,
    ),
    Rule(
        "R22-40-1",
        "40 Complex trade component",
        N_("The package reference has a form that is not allowed."),
        check_package,
    ),
    Rule("R22-61-1", "61 Waiver indicator", N_("The waiver indicator is wrong."), check_waivers),
    Rule(
        "R22-62-1",
        "62 Short selling indicator",
        N_("This code does not exist."),
        check_short_selling_code,
    ),
    Rule(
        "R22-62-2",
        "62 Short selling indicator",
        N_("Short selling is not asked of this instrument."),
        check_short_selling_scope,
    ),
    Rule(
        "R22-63-1",
        "63 OTC post-trade indicator",
        N_("This code does not exist."),
        check_post_trade_flags,
    ),
)
