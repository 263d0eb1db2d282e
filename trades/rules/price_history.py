"""TRD-4xx: does the price agree with what prices did before, with other sources, with the yield?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.coupons import NoInterest
from kernel.findings import Finding, Severity
from kernel.yields import NoYield, yield_of
from trades.facts import TradeFacts
from trades.rules.context import LastPrice, RuleContext
from trades.rules.families import Owner
from trades.rules.prices import ASSET_CLASSES, HUNDRED, PERCENT, TENTH, gap_percent, usable_price
from trades.rules.rule import INSTRUMENT, N_, Limits, Parameter, rule

MOVES: Final = N_("usual daily moves")
BASIS_POINTS: Final = N_("basis points")
ENOUGH_MOVES: Final = 10
BASIS_POINT: Final = Decimal("0.01")
A_FEW_POINTS: Final = Decimal(5)
ZERO: Final = Decimal(0)


@rule(
    "TRD-408",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.INSTRUMENT,
    title=N_("Price moved no further than usual"),
    message=N_("The price is {found}; the moves of the last weeks make {expected} usual."),
    source=N_("MAR art. 16; MiFID II RTS 6 art. 15 (dynamic price collars)"),
    rationale=N_("In a calm security two percent are far, in a nervous one they are a morning."),
    parameters=(
        Parameter("factor", Decimal(8), MOVES),
        Parameter("at_least", Decimal(1), PERCENT),
    ),
)
def check_usual_move(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Within so many times the median daily move of the last 20 closes around the last close.

    Needs ten moves; fewer say nothing about what is usual.
    """
    last = usable_price(facts, context)
    if last is None or last.usual_move is None or last.moves < ENOUGH_MOVES:
        return
    allowed = max(limits["factor"] * last.usual_move, limits["at_least"])
    gap = gap_percent(facts, last)
    if gap > allowed:
        spread = last.close * allowed / HUNDRED
        low, high = max(last.close - spread, ZERO), last.close + spread
        yield check_usual_move.finding(
            "price",
            expected=f"{_as_close(low, last)} – {_as_close(high, last)}",
            found=f"{facts.price.normalize():f}",
            evidence={
                "day": last.day.isoformat(),
                "source": last.source,
                "gap_percent": str(gap.quantize(TENTH)),
                "usual_move": f"{last.usual_move.quantize(TENTH)} %",
                "moves": str(last.moves),
            },
        )


@rule(
    "TRD-409",
    Severity.WARNING,
    owner=Owner.STATIC_DATA,
    cause=CauseKind.INSTRUMENT,
    title=N_("Sources agree on the last close"),
    message=N_(
        "One source says {expected}, another {found}: the price was compared with the first."
    ),
    source=N_("Market practice: independent price verification by a second source"),
    rationale=N_("A price control is as good as its price: two sources apart prove one wrong."),
    parameters=(
        Parameter("equity", Decimal(1), PERCENT),
        Parameter("bond", Decimal(1), PERCENT),
        Parameter("etf", Decimal(1), PERCENT),
        Parameter("fund", Decimal("0.1"), PERCENT),
        Parameter("derivative", Decimal(5), PERCENT),
    ),
    reads=INSTRUMENT,
)
def check_sources_agree(
    facts: TradeFacts, context: RuleContext, limits: Limits
) -> Iterator[Finding]:
    """Closes of one day from other sources are within the tolerance of the asset class."""
    last = context.last_prices.get((facts.isin, facts.trade_date))
    instrument = context.instruments.get(facts.isin)
    if last is None or instrument is None or last.close <= 0:
        return
    tolerance = limits[ASSET_CLASSES[instrument.asset_class]]
    for source, close in last.others:
        gap = abs(close - last.close) * HUNDRED / last.close
        if gap > tolerance:
            yield check_sources_agree.finding(
                "price",
                expected=f"{last.close.normalize():f}",
                found=f"{close.normalize():f}",
                evidence={
                    "day": last.day.isoformat(),
                    "source": last.source,
                    "other_source": source,
                    "gap_percent": str(gap.quantize(TENTH)),
                },
            )
            return


@rule(
    "TRD-410",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    cause=CauseKind.INSTRUMENT,
    title=N_("Yield is near that of the last close"),
    message=N_("At this price the bond yields {found}; at the last close it yielded {expected}."),
    source=N_("ICMA rule 803 (yield); MiFID II RTS 6 art. 15 (price collars)"),
    rationale=N_("A point of price is little for thirty years and a different world for one."),
    parameters=(Parameter("maximum", Decimal(50), BASIS_POINTS),),
)
def check_yield(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """Of a bond whose coupons are known, settled on the same day, within so many basis points."""
    last = usable_price(facts, context)
    instrument = context.instruments.get(facts.isin)
    if last is None or instrument is None or instrument.coupons is None:
        return
    if facts.settlement_date is None or facts.product:
        return
    maximum = limits["maximum"] * BASIS_POINT
    try:
        if _is_near(facts, last, context, maximum):
            return
        before = yield_of(instrument.coupons, last.close, facts.settlement_date)
        now = yield_of(instrument.coupons, facts.price, facts.settlement_date)
    except (NoInterest, NoYield):
        return
    if abs(now - before) > maximum:
        yield check_yield.finding(
            "price",
            expected=f"{before:.3f} %",
            found=f"{now:.3f} %",
            evidence={
                "day": last.day.isoformat(),
                "close": f"{last.close.normalize():f}",
                "basis_points": f"{abs(now - before) / BASIS_POINT:.0f}",
            },
        )


def _is_near(facts: TradeFacts, last: LastPrice, context: RuleContext, maximum: Decimal) -> bool:
    """Say whether the price is so near that its yield need not be sought.

    What a point below the close adds to the yield is known for all trades of a bond and a day; a
    price within half of what is allowed is within it, however the yield bends. Of a close that is
    no more than a few points every yield is sought.
    """
    coupons, day = context.instruments[facts.isin].coupons, facts.settlement_date
    if coupons is None or day is None:
        return True
    if last.close < A_FEW_POINTS:
        return False
    a_point_below = yield_of(coupons, last.close - 1, day) - yield_of(coupons, last.close, day)
    return abs(facts.price - last.close) * abs(a_point_below) * 2 <= maximum


def _as_close(price: Decimal, last: LastPrice) -> str:
    """Write a price with the decimals of the close, and a cent at least."""
    close = last.close.normalize()
    return f"{price.quantize(min(close, TENTH, key=_decimals)):f}"


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


RULES: Final = (check_usual_move, check_sources_agree, check_yield)
