"""Instruments, the names others give them, their prices, and exchange rates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models import Q

from refdata.facts import InstrumentFacts, PriceFacts, PriceWindowFacts
from refdata.models import FxRate, Instrument, InstrumentAlias, Price
from refdata.states import RecordState

WINDOW: Final = 20
"""Business days, about: a month of closes."""
WINDOWS: Final = """
SELECT i.isin, moved.usual_move, moved.moves, coalesce(beside.sources, '{}'),
       coalesce(beside.closes, '{}')
  FROM refdata_instrument i
 CROSS JOIN LATERAL (
       SELECT day, source FROM refdata_price
        WHERE instrument_id = i.id AND day <= %(day)s ORDER BY day DESC, source LIMIT 1) latest
 CROSS JOIN LATERAL (
       SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(close - before) * 100 / before)
                AS usual_move, count(before) AS moves
         FROM (SELECT close, lag(close) OVER (ORDER BY day) AS before
                 FROM (SELECT day, close FROM refdata_price
                        WHERE instrument_id = i.id AND source = latest.source
                          AND day <= latest.day ORDER BY day DESC LIMIT %(closes)s) closes) steps
        WHERE before IS NOT NULL) moved
  LEFT JOIN LATERAL (
       SELECT array_agg(source::text ORDER BY source) AS sources,
              array_agg(close ORDER BY source) AS closes
         FROM refdata_price
        WHERE instrument_id = i.id AND day = latest.day AND source <> latest.source) beside ON true
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
    known; among sources of one day, by name.
    """
    rows = (
        Price.objects.filter(instrument__isin__in=set(isins), day__lte=day)
        .order_by("instrument__isin", "-day", "source")
        .distinct("instrument__isin")
        .values_list("instrument__isin", "day", "source", "close", "high", "low")
    )
    return {row[0]: PriceFacts(row[0], *row[1:]) for row in rows if row[0]}


def price_windows(isins: Iterable[str], day: date) -> dict[str, PriceWindowFacts]:
    """Return by ISIN what the last 20 closes on or before `day` say, of the source of the last one,
    and the closes of that same day from other sources.
    """
    with connection.cursor() as cursor:
        cursor.execute(WINDOWS, {"isins": sorted(set(isins)), "day": day, "closes": WINDOW})
        return {
            isin: PriceWindowFacts(isin, move, moves, tuple(zip(sources, closes, strict=True)))
            for isin, move, moves, sources, closes in cursor.fetchall()
        }


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
