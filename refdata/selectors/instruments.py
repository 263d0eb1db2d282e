"""Instruments, the names others give them, their prices, and exchange rates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models import Q

from refdata.facts import InstrumentFacts, PriceFacts
from refdata.models import FxRate, Instrument, InstrumentAlias
from refdata.states import RecordState

CLOSES_LOOKED_AT: Final = 20
"""Business days, about: a month of closes."""
LAST_PRICES: Final = """
SELECT i.isin, last.day, last.source, last.close, last.high, last.low, moved.usual_move,
       moved.moves, coalesce(beside.sources, '{}'), coalesce(beside.closes, '{}')
  FROM refdata_instrument i
 CROSS JOIN LATERAL (
       SELECT day, source::text, close, high, low FROM refdata_price
        WHERE instrument_id = i.id AND day <= %(day)s ORDER BY day DESC, source LIMIT 1) last
 CROSS JOIN LATERAL (
       SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(close - before) * 100 / before)
                AS usual_move, count(before) AS moves
         FROM (SELECT close, lag(close) OVER (ORDER BY day) AS before
                 FROM (SELECT day, close FROM refdata_price
                        WHERE instrument_id = i.id AND source = last.source
                          AND day <= last.day ORDER BY day DESC LIMIT %(closes)s) closes) steps
        WHERE before IS NOT NULL) moved
  LEFT JOIN LATERAL (
       SELECT array_agg(source::text ORDER BY source) AS sources,
              array_agg(close ORDER BY source) AS closes
         FROM refdata_price
        WHERE instrument_id = i.id AND day = last.day AND source <> last.source) beside ON true
 WHERE i.isin = ANY(%(isins)s)
"""


def instruments_by_isin(isins: Iterable[str]) -> dict[str, InstrumentFacts]:
    """Return the known instruments by ISIN, inactive ones too (`active` says so)."""
    wanted = {isin for isin in isins if isin}
    found = Instrument.objects.filter(isin__in=wanted).select_related("venue")
    return {facts.isin: facts for facts in map(instrument_facts, found)}


def instruments_by_id(ids: Iterable[int]) -> dict[int, InstrumentFacts]:
    """Return the known instruments by primary key."""
    found = Instrument.objects.filter(pk__in=set(ids)).select_related("venue")
    return {facts.instrument_id: facts for facts in map(instrument_facts, found)}


def resolve_symbols(source_system: str, symbols: Iterable[str]) -> dict[str, InstrumentFacts]:
    """Return what a source system means by its symbols: its aliases, else our own codes."""
    wanted = {symbol for symbol in symbols if symbol}
    codes = Instrument.objects.filter(code__in=wanted).select_related("venue")
    answer = {found.code: instrument_facts(found) for found in codes}
    aliases = InstrumentAlias.objects.filter(
        source_system=source_system, symbol__in=wanted
    ).select_related("instrument__venue")
    answer |= {alias.symbol: instrument_facts(alias.instrument) for alias in aliases}
    return answer


def find_instruments(word: str) -> list[int]:
    """Return the keys of the instruments that a typed word may mean.

    The word starts their ISIN, code or one of the symbols that others use, or stands in their name.
    """
    named = (
        Q(isin__istartswith=word)
        | Q(code__istartswith=word)
        | Q(name__called=word)
        | Q(pk__in=InstrumentAlias.objects.filter(symbol__istartswith=word).values("instrument"))
    )
    return list(Instrument.objects.filter(named).order_by("pk").values_list("pk", flat=True))


def last_prices(isins: Iterable[str], day: date) -> dict[str, PriceFacts]:
    """Return by ISIN the latest close on or before `day`, with the range of its day where that is
    known, what the last 20 closes of its source say, and the closes of its day from other sources;
    among sources of one day, the first by name.
    """
    found: dict[str, PriceFacts] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            LAST_PRICES, {"isins": sorted(set(isins)), "day": day, "closes": CLOSES_LOOKED_AT}
        )
        for isin, on, source, close, high, low, move, moves, names, closes in cursor.fetchall():
            others = tuple(zip(names, closes, strict=True))
            found[isin] = PriceFacts(isin, on, source, close, high, low, move, moves, others)
    return found


def fx_rates(day: date) -> dict[str, Decimal]:
    """Return units per euro by currency: the latest rate on or before `day`; EUR is 1."""
    rows = (
        FxRate.objects.filter(day__lte=day)
        .order_by("currency", "-day", "source")
        .distinct("currency")
        .values_list("currency", "rate")
    )
    return dict(rows) | {"EUR": Decimal(1)}


def fx_rate(currency: str, day: date) -> Decimal | None:
    """Return units of `currency` for one euro on or before `day`, or None when unknown."""
    if currency == "EUR":
        return Decimal(1)
    latest = FxRate.objects.filter(currency=currency, day__lte=day).order_by("-day", "source")
    return latest.values_list("rate", flat=True).first()


def instrument_facts(found: Instrument) -> InstrumentFacts:
    """Return the facts of a row whose `venue` is loaded."""
    return InstrumentFacts(
        instrument_id=found.pk,
        isin=found.isin or "",
        code=found.code,
        name=found.name,
        short_name=found.short_name,
        cfi=found.cfi,
        asset_class=found.asset_class,
        currency=found.currency,
        mic=found.venue.mic if found.venue else "",
        price_type=found.price_type,
        multiplier=found.multiplier,
        nominal=found.nominal,
        lot_size=found.lot_size,
        tick_size=found.tick_size,
        issuer_lei=found.issuer_lei,
        coupon_rate=found.coupon_rate,
        maturity_date=found.maturity_date,
        active=found.status == RecordState.ACTIVE,
        coupon_frequency=found.coupon_frequency,
        day_count=found.day_count,
        interest_from=found.interest_from,
        ex_coupon_days=found.ex_coupon_days,
        contract_month=found.contract_month,
        option_type=found.option_type,
        strike_price=found.strike_price,
        settlement_days=found.settlement_days,
    )
