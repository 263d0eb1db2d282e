"""TRD-4xx: is the price near an independent price of the same instrument?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.completeness import OFF_VENUE
from trades.rules.context import LastPrice, RuleContext
from trades.rules.families import Owner
from trades.rules.rule import DAYS, INSTRUMENT, MARKET, N_, Limits, Parameter, rule

HUNDRED: Final = Decimal(100)
TENTH: Final = Decimal("0.01")
FUND: Final = "FUND"
PERCENT: Final = N_("percent")
ASSET_CLASSES: Final = {
    "EQUITY": "equity",
    "BOND": "bond",
    "ETF": "etf",
    "FUND": "fund",
    "DERIVATIVE": "derivative",
}


def gap_percent(facts: TradeFacts, last: LastPrice) -> Decimal:
    """How far the price is from the last close, in percent of that close, without its sign."""
    return abs(facts.price - last.close) * HUNDRED / last.close


def usable_price(facts: TradeFacts, context: RuleContext) -> LastPrice | None:
    """Return the last close when it can be compared: known, above zero, in the same currency."""
    last = context.last_prices.get((facts.isin, facts.trade_date))
    if last is None or last.close <= 0:
        return None
    instrument = context.instruments.get(facts.isin)
    return last if instrument is not None and instrument.currency == facts.currency else None


@rule(
    "TRD-401",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.INSTRUMENT,
    title=N_("Price is near the last close"),
    message=N_("The price is {found}; the last close was {expected}."),
    source=N_("MAR art. 16; MiFID II RTS 6 art. 15 (price collars)"),
    rationale=N_("An off-market price is a mistake, or a way to move profit."),
    parameters=(
        Parameter("equity", Decimal(5), PERCENT),
        Parameter("bond", Decimal(2), PERCENT),
        Parameter("etf", Decimal(3), PERCENT),
        Parameter("fund", Decimal(1), PERCENT),
        Parameter("derivative", Decimal(20), PERCENT),
    ),
)
def check_price(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Within the tolerance of the asset class around an independent close."""
    last = usable_price(facts, context)
    if last is None:
        return
    name = ASSET_CLASSES.get(context.instruments[facts.isin].asset_class, "equity")
    gap = gap_percent(facts, last)
    if gap > limits[name]:
        yield check_price.finding(
            "price",
            expected=f"{last.close.normalize():f} ± {limits[name].normalize():f} %",
            found=f"{facts.price.normalize():f}",
            evidence={
                "close": str(last.close),
                "day": last.day.isoformat(),
                "source": last.source,
                "gap_percent": str(gap.quantize(TENTH)),
            },
        )


@rule(
    "TRD-402",
    Severity.BLOCKING,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.INSTRUMENT,
    title=N_("Price is not absurd"),
    message=N_("The price {found} is far from the last close {expected}."),
    source=N_("MiFID II RTS 6 art. 15 (fat finger)"),
    rationale=N_("A factor of two is a wrong decimal point, not an opinion."),
    parameters=(Parameter("maximum", Decimal(50), PERCENT),),
)
def check_price_absurd(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Within the outer bound, the same for every asset class."""
    last = usable_price(facts, context)
    if last is None:
        return
    gap = gap_percent(facts, last)
    if gap > limits["maximum"]:
        yield check_price_absurd.finding(
            "price",
            expected=f"{last.close.normalize():f}",
            found=f"{facts.price.normalize():f}",
            evidence={"day": last.day.isoformat(), "gap_percent": str(gap.quantize(TENTH))},
        )


@rule(
    "TRD-403",
    Severity.INFO,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.INSTRUMENT,
    title=N_("Last price is fresh"),
    message=N_("The last close is of {found}; nothing newer than {expected} is known."),
    source=N_("Market practice: stale price control"),
    rationale=N_("A price control against an old price proves little."),
    parameters=(Parameter("maximum_age", Decimal(5), DAYS),),
    reads=INSTRUMENT,
)
def check_price_fresh(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The last close is not older than the set number of days before the trade date."""
    last = context.last_prices.get((facts.isin, facts.trade_date))
    if last is not None and (facts.trade_date - last.day).days > limits["maximum_age"]:
        yield check_price_fresh.finding(
            "price", expected=facts.trade_date, found=last.day, evidence={"source": last.source}
        )


@rule(
    "TRD-404",
    Severity.INFO,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.INSTRUMENT,
    title=N_("Last price is known"),
    message=N_("No close of {found} is known: the price could not be compared."),
    source=N_("Market practice"),
    rationale=N_("What could not be checked must be seen as unchecked."),
    reads=INSTRUMENT,
)
def check_price_known(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """A known instrument has a close on or before the trade date."""
    known = facts.isin in context.instruments
    if known and (facts.isin, facts.trade_date) not in context.last_prices:
        yield check_price_known.finding("price", expected=N_("a close"), found=facts.isin)


@rule(
    "TRD-405",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.INSTRUMENT,
    title=N_("Fund is dealt at its net asset value"),
    message=N_("The price is {found}; the net asset value of the day is {expected}."),
    source=N_("Directive 2009/65/EC art. 84 and 85; prospectus of the fund"),
    rationale=N_("Units are issued and redeemed at one value: another price favours somebody."),
    parameters=(Parameter("maximum", Decimal(0), PERCENT),),
    fix=N_("Set {field} to {expected}."),
)
def check_net_asset_value(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Equal to the net asset value of the trade date, where that is known; ETFs have a market."""
    last = usable_price(facts, context)
    if last is None or last.day != facts.trade_date:
        return
    if context.instruments[facts.isin].asset_class != FUND or facts.product:
        return
    if gap_percent(facts, last) > limits["maximum"]:
        yield check_net_asset_value.finding(
            "price",
            expected=f"{last.close.normalize():f}",
            found=f"{facts.price.normalize():f}",
            evidence={"day": last.day.isoformat(), "source": last.source},
        )


@rule(
    "TRD-406",
    Severity.INFO,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.INSTRUMENT,
    title=N_("Price is in the currency of the close"),
    message=N_("The price is in {found}, the last close in {expected}: they were not compared."),
    source=N_("Market practice"),
    rationale=N_("What could not be checked must be seen as unchecked; TRD-306 holds the trade."),
    reads=MARKET,
)
def check_price_comparable(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """A close that is known is of the trade's currency: no rate is guessed to compare the two."""
    instrument = context.instruments.get(facts.isin)
    last = context.last_prices.get((facts.isin, facts.trade_date))
    if instrument is None or last is None or instrument.currency == facts.currency:
        return
    yield check_price_comparable.finding(
        "price",
        expected=instrument.currency,
        found=facts.currency,
        evidence={"close": str(last.close), "day": last.day.isoformat(), "source": last.source},
    )


@rule(
    "TRD-407",
    Severity.WARNING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.INSTRUMENT,
    title=N_("Price is within the range of the day"),
    message=N_("The price is {found}; the range of that day is {expected}."),
    source=N_("MAR art. 12 and 16; MiFID II art. 27 (best execution)"),
    rationale=N_("Nobody dealt there at such a price: it is wrong, or was made up afterwards."),
    parameters=(Parameter("tolerance", Decimal("0.5"), PERCENT),),
)
def check_range(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """On a venue, between the lowest and the highest price of the trade date where these are known,
    within a tolerance for what other venues and auctions did.
    """
    last = usable_price(facts, context)
    if last is None or last.high is None or last.low is None or last.day != facts.trade_date:
        return
    if facts.product or facts.venue in OFF_VENUE:
        return
    spread = limits["tolerance"] / HUNDRED
    if not last.low * (1 - spread) <= facts.price <= last.high * (1 + spread):
        yield check_range.finding(
            "price",
            expected=f"{last.low.normalize():f} – {last.high.normalize():f}",
            found=f"{facts.price.normalize():f}",
            evidence={"day": last.day.isoformat(), "source": last.source, "venue": facts.venue},
        )


RULES: Final = (
    check_price,
    check_price_absurd,
    check_price_fresh,
    check_price_known,
    check_net_asset_value,
    check_price_comparable,
    check_range,
)
