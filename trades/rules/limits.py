"""TRD-6xx: is the firm, the trader and the desk still within what was agreed?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from kernel.money import rounded
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.families import Owner
from trades.rules.rule import COUNTERPARTY, DEALER, INSTRUMENT, N_, Limits, Parameter, rule

EUR: Final = "EUR"
SOME: Final = 8
ZERO: Final = Decimal(0)


def _euros(amount: Decimal) -> str:
    """Write an amount as evidence: a plain decimal, which each page writes for its reader."""
    return f"{rounded(amount, EUR):f}"


def _with(facts: TradeFacts, before: Mapping[int, Decimal]) -> Decimal:
    """Return what is used once the trade passed."""
    return before.get(facts.trade_id, ZERO) + (facts.risk_amount_eur or ZERO)


@rule(
    "TRD-601",
    Severity.BLOCKING,
    owner=Owner.MARKET_RISK,
    title=N_("Amount is under the limit of one trade"),
    message=N_("The trade is worth {found} EUR; the limit is {expected} EUR."),
    source=N_("MiFID II RTS 6 art. 15 (maximum order value)"),
    rationale=N_("A very large trade is looked at by a second person before it goes on."),
    parameters=(Parameter("maximum", Decimal(25_000_000), EUR),),
)
def check_trade_limit(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The amount at risk, in EUR, is not above the limit of one trade."""
    amount = facts.risk_amount_eur
    if amount is not None and amount > limits["maximum"]:
        yield check_trade_limit.finding(
            "gross_amount", expected=_euros(limits["maximum"]), found=_euros(amount)
        )


@rule(
    "TRD-602",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.TRADER,
    title=N_("Trader is under the gross limit of the day"),
    message=N_(
        "With {found} EUR more the trader passes the limit of the day, {expected} EUR gross."
    ),
    source=N_("Mission Green report (2008): gross, not net, limits; RTS 6 art. 15"),
    rationale=N_("A small net position can hide a huge gross one."),
    parameters=(Parameter("maximum", Decimal(500_000_000), EUR),),
)
def check_trader_day(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The trade fits under what the trader's trades of the day that passed leave of the limit."""
    crossing = context.over_trader.get(facts.trade_id)
    if crossing is not None:
        yield check_trader_day.finding(
            "trader_code",
            expected=_euros(crossing.limit),
            found=_euros(facts.risk_amount_eur or ZERO),
            evidence={
                "trader": facts.trader_code,
                "day": facts.trade_date.isoformat(),
                "used": _euros(crossing.before),
            },
        )


@rule(
    "TRD-603",
    Severity.WARNING,
    owner=Owner.COUNTERPARTY_RISK,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Counterparty is under the limit of what is not settled"),
    message=N_(
        "With {found} EUR more what is not settled with this counterparty passes {expected} EUR."
    ),
    source=N_("CRR large exposures (practice: settlement limit)"),
    rationale=N_("Settlement risk adds up per counterparty until both legs are exchanged."),
    parameters=(Parameter("maximum", Decimal(1_000_000_000), EUR),),
)
def check_counterparty_exposure(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The trade fits under what those not settled yet, of those that passed, leave of the limit."""
    crossing = context.over_counterparty.get(facts.trade_id)
    if crossing is not None:
        yield check_counterparty_exposure.finding(
            "counterparty_code",
            expected=_euros(crossing.limit),
            found=_euros(facts.risk_amount_eur or ZERO),
            evidence={
                "counterparty": facts.counterparty_code,
                "used": _euros(crossing.before),
            },
        )


@rule(
    "TRD-604",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("Counterparty is active"),
    message=N_("The counterparty {found} is not active."),
    source=N_("Market practice: onboarding"),
    rationale=N_("A closed or suspended relation must not be dealt with."),
    reads=COUNTERPARTY,
)
def check_counterparty_active(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The party is ACTIVE."""
    party = context.counterparties.get(facts.counterparty_code)
    if party is not None and not party.active:
        yield check_counterparty_active.finding(
            "counterparty_code", expected="ACTIVE", found=party.code
        )


@rule(
    "TRD-605",
    Severity.BLOCKING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.INSTRUMENT,
    title=N_("Instrument is active"),
    message=N_("The instrument {found} is not active."),
    source=N_("RTS 22 CON-412; market practice"),
    rationale=N_("A delisted or blocked instrument is not tradable."),
    reads=INSTRUMENT,
)
def check_instrument_active(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The instrument is ACTIVE."""
    instrument = context.instruments.get(facts.isin)
    if instrument is not None and not instrument.active:
        yield check_instrument_active.finding("isin", expected="ACTIVE", found=instrument.isin)


@rule(
    "TRD-606",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.TRADER,
    title=N_("Trader is active"),
    message=N_("The trader {found} is not active."),
    source=N_("Mission Green report (2008): rights kept after a move"),
    rationale=N_("Somebody who left does not deal: the code was borrowed."),
    reads=DEALER,
)
def check_trader_active(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The trader is active."""
    trader = context.traders.get(facts.trader_code)
    if trader is not None and not trader.active:
        yield check_trader_active.finding("trader_code", expected="ACTIVE", found=trader.code)


@rule(
    "TRD-607",
    Severity.BLOCKING,
    owner=Owner.OPERATIONS,
    cause=CauseKind.BOOK,
    title=N_("Book is active"),
    message=N_("The book {found} is not active."),
    source=N_("Mission Green report (2008): accounts nobody watches; market practice"),
    rationale=N_("Nobody explains the result of a closed book: a position may hide there."),
    reads=DEALER,
)
def check_book_active(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The book is ACTIVE."""
    book = context.books.get(facts.book_code)
    if book is not None and not book.active:
        yield check_book_active.finding("book_code", expected="ACTIVE", found=book.code)


@rule(
    "TRD-608",
    Severity.BLOCKING,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.CURRENCY,
    title=N_("Amount in EUR is known"),
    message=N_("No rate of {found}: the amount in EUR was compared with no limit."),
    source=N_("MiFID II RTS 6 art. 15 (maximum order value)"),
    rationale=N_("It may be above the limit of one trade, so it holds as that does (TRD-601)."),
    fix=N_("Load the rate of {found}, then amend the trade: its amount is worked out again."),
)
def check_amount_known(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """The amount at risk could be worked out in EUR when the terms were completed."""
    if facts.risk_amount_eur is None:
        yield check_amount_known.finding(
            "gross_amount",
            expected=N_("an amount in EUR"),
            found=facts.currency,
            evidence={"gross_amount": str(facts.gross_amount), "trade_date": str(facts.trade_date)},
        )


@rule(
    "TRD-609",
    Severity.INFO,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.TRADER,
    title=N_("Day of the trader is counted in full"),
    message=N_("The trader's day lacks {found} trades without an amount in EUR: it is more."),
    source=N_("Mission Green report (2008): gross, not net, limits; RTS 6 art. 15"),
    rationale=N_("A sum that lacks amounts proves no limit; the trades it lacks are held."),
    parameters=(Parameter("from", Decimal(250_000_000), EUR),),
)
def check_trader_day_complete(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Every trade of the trader's day that passed has its amount in EUR, where the others come to
    so much that these could matter: each trade without one is held itself (TRD-608).
    """
    key = (facts.trader_code, facts.trade_date)
    lacking = context.trader_unvalued.get(key)
    if lacking and _with(facts, context.trader_before) >= limits["from"]:
        yield check_trader_day_complete.finding(
            "trader_code",
            expected=0,
            found=lacking,
            evidence={"trader": facts.trader_code, "day": facts.trade_date.isoformat()},
        )


@rule(
    "TRD-610",
    Severity.INFO,
    owner=Owner.COUNTERPARTY_RISK,
    cause=CauseKind.COUNTERPARTY,
    title=N_("What is not settled with the counterparty is counted in full"),
    message=N_(
        "What is not settled with this counterparty lacks {found} trades without an amount in EUR:"
        " it is more."
    ),
    source=N_("CRR large exposures (practice: settlement limit)"),
    rationale=N_("A sum that lacks amounts proves no limit; the trades it lacks are held."),
    parameters=(Parameter("from", Decimal(500_000_000), EUR),),
)
def check_counterparty_complete(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Every trade with the counterparty that passed and is not settled has its amount in EUR,
    where the others come to so much that these could matter.
    """
    code = facts.counterparty_code
    lacking = context.counterparty_unvalued.get((code, facts.trade_date))
    if lacking and _with(facts, context.counterparty_before) >= limits["from"]:
        yield check_counterparty_complete.finding(
            "counterparty_code", expected=0, found=lacking, evidence={"counterparty": code}
        )


@rule(
    "TRD-611",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.TRADER,
    title=N_("Large orders are not sliced under the limit"),
    message=N_("Trades close together come to {found} EUR; the limit of one is {expected} EUR."),
    source=N_("MiFID II RTS 6 art. 15 (maximum order value); MAR art. 16"),
    rationale=N_("Parts that each stay just under the limit escape the second look at the whole."),
    parameters=(
        Parameter("within", Decimal(30), N_("minutes")),
        Parameter("share", Decimal(20), N_("percent of the limit of one trade")),
    ),
)
def check_not_sliced(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Trades of one trader, instrument, side and day, dealt within the set time, each from the set
    share of the limit of TRD-601 up to it, do not pass it together.
    """
    slices = context.slices.get(facts.trade_id)
    if slices is not None:
        yield check_not_sliced.finding(
            "gross_amount",
            expected=_euros(slices.limit),
            found=_euros(slices.total),
            evidence={
                "trader": facts.trader_code,
                "trades": ", ".join(slices.references[:SOME]),
                "count": str(slices.count),
                "within_minutes": str(limits["within"]),
            },
        )


RULES: Final = (
    check_trade_limit,
    check_trader_day,
    check_counterparty_exposure,
    check_counterparty_active,
    check_instrument_active,
    check_trader_active,
    check_book_active,
    check_amount_known,
    check_trader_day_complete,
    check_counterparty_complete,
    check_not_sliced,
)
