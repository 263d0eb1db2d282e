"""The trades behind a day: cancelled, offset, put off, left open; and the names behind measures.

Set-wise: each statement is asked once for all traders, and reads few rows of many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from conduct.facts import Deal, Pair, PutOff
from conduct.services.measuring import CONFIRMED, DEALT, ROUNDS, TOLD, Terms
from kernel.calendars import BusinessCalendar
from refdata.states import PartyNature
from settlement.states import CHASED, ConfirmationState
from trades.services.counted import DEAD

COLUMNS: Final = """
{t}.id, {t}.reference, {t}.trader_code, {t}.trade_date, {t}.settlement_date, {t}.counterparty_code,
coalesce(p.nature, 'OUTSIDE'), {t}.risk_amount_eur, {t}.maker, {t}.contributors
"""
OF_T: Final = COLUMNS.format(t="t")
CANCELLED: Final = f"""
WITH {TOLD}
SELECT {OF_T}, told.maker, {CONFIRMED.format(trade="t.id", at="told.received_at")}
  FROM told JOIN trades_trade t ON t.id = told.id
  LEFT JOIN refdata_party p ON p.id = t.counterparty_id
 WHERE told.action = 'CANCEL' ORDER BY t.id
"""  # noqa: S608 - parts of our own
#: Prices are compared with the last close before the day: that of the day may be made by the trade.
#: Equal lots meet by chance; what belongs together is with one party, with a code, or off twice.
OFFSETS: Final = f"""
WITH closes AS MATERIALIZED (
SELECT DISTINCT ON (instrument_id) instrument_id, close FROM refdata_price
 WHERE day < %(day)s AND day >= %(day)s - 14 ORDER BY instrument_id, day DESC, source),
away AS MATERIALIZED (
SELECT t.*, c.close, abs(t.price - c.close) * 100 / c.close AS percent
  FROM trades_trade t JOIN closes c ON c.instrument_id = t.instrument_id AND c.close > 0
 WHERE t.trade_date = %(day)s AND t.product = '' AND t.source_system <> 'ALLOCATION'
   AND abs(t.price - c.close) * 100 >= c.close * %(away)s)
SELECT DISTINCT ON (t.id) {OF_T}, {COLUMNS.format(t="o").replace("p.nature", "q.nature")}, t.percent
  FROM away t
  JOIN trades_trade o
    ON o.instrument_id = t.instrument_id AND o.trader_code = t.trader_code
   AND o.quantity = t.quantity AND o.side <> t.side AND o.id <> t.id AND o.product = ''
   AND o.trade_date BETWEEN %(since)s AND %(day)s AND o.source_system <> 'ALLOCATION'
  LEFT JOIN refdata_party p ON p.id = t.counterparty_id
  LEFT JOIN refdata_party q ON q.id = o.counterparty_id
 WHERE o.counterparty_code = t.counterparty_code OR p.nature <> 'OUTSIDE' OR q.nature <> 'OUTSIDE'
    OR abs(o.price - t.close) * 100 >= t.close * %(away)s
 ORDER BY t.id, o.id
"""  # noqa: S608 - parts of our own
PUT_OFF: Final = f"""
WITH {TOLD}, moved AS (
SELECT trade_id, count(*) AS times FROM (
       SELECT v.trade_id, v.settlement_date > lag(v.settlement_date) OVER (
                PARTITION BY v.trade_id ORDER BY v.version_no) AS later
         FROM trades_tradeversion v
        WHERE v.trade_id IN (SELECT id FROM told WHERE action = 'AMEND')) versions
 WHERE later GROUP BY trade_id)
SELECT {OF_T}, moved.times
  FROM moved JOIN trades_trade t ON t.id = moved.trade_id
  LEFT JOIN refdata_party p ON p.id = t.counterparty_id
 WHERE NOT t.state = ANY(%(dead)s) ORDER BY t.id
"""  # noqa: S608 - parts of our own
#: What the house deals with itself ends with its settlement; a code that means nobody never does.
STANDING: Final = f"""
SELECT {OF_T}
  FROM refdata_party p JOIN trades_trade t ON t.counterparty_code = p.code
 WHERE p.nature <> %(outside)s AND t.trade_date <= %(day)s AND NOT t.state = ANY(%(dead)s)
   AND t.source_system <> 'ALLOCATION' AND t.counterparty_id = p.id
   AND (p.nature <> %(internal)s OR t.settlement_date IS NULL OR t.settlement_date >= %(day)s)
 ORDER BY t.id
"""  # noqa: S608 - parts of our own
UNCONFIRMED: Final = f"""
SELECT {OF_T}
  FROM settlement_confirmation c JOIN trades_trade t ON t.id = c.trade_id
  LEFT JOIN refdata_party p ON p.id = t.counterparty_id
 WHERE c.state = ANY(%(chased)s) AND c.state <> %(alleged)s AND c.trade_date <= %(before)s
   AND NOT t.state = ANY(%(dead)s)
 ORDER BY t.id
"""  # noqa: S608 - parts of our own
NAMES: Final = f"""
WITH {DEALT}, {TOLD}, {ROUNDS}, named AS (
SELECT 'outside' AS measure, trader_code, id FROM dealt
 WHERE local_at::time >= make_time(%(night_from)s, 0, 0)
    OR local_at::time < make_time(%(night_to)s, 0, 0) OR extract(isodow FROM local_at) > 5
 UNION ALL
SELECT 'near', trader_code, id FROM dealt WHERE eur BETWEEN %(near)s AND %(limit)s
 UNION ALL
SELECT CASE action WHEN 'AMEND' THEN 'amended' ELSE 'cancelled' END, trader_code, id FROM told
 UNION ALL
SELECT 'early', trader_code, told.id FROM told
 WHERE action = 'CANCEL' AND trade_date < %(day)s AND settlement_date <= %(eve)s
   AND NOT {CONFIRMED.format(trade="told.id", at="told.received_at")}
 UNION ALL
SELECT 'top_eur', d.trader_code, d.id FROM dealt d
  JOIN refdata_trader r ON r.code = d.trader_code
  JOIN conduct_traderday day ON day.trader_id = r.id AND day.day = %(day)s
   AND day.top_isin = d.isin
 UNION ALL
SELECT 'round_trips', b.trader_code, b.id FROM numbered b
  JOIN numbered s USING (trader_code, isin, quantity, turn)
 WHERE b.side = 'BUY' AND s.side = 'SELL'
 UNION ALL
SELECT 'washes', b.trader_code, b.id FROM numbered b
  JOIN numbered s USING (trader_code, isin, quantity, counterparty_code, price, turn_there)
 WHERE b.side = 'BUY' AND s.side = 'SELL' AND counterparty_code <> ''
 UNION ALL
SELECT 'trades', trader_code, id FROM dealt)
SELECT trader_code, measure, array_agg('T' || number_text(id) ORDER BY turn_of_all)
  FROM (SELECT n.*, row_number() OVER (PARTITION BY trader_code, measure ORDER BY id) AS turn_of_all
          FROM named n WHERE trader_code = ANY(%(traders)s)) first
 WHERE turn_of_all <= %(most)s GROUP BY 1, 2
"""  # noqa: S608 - parts of our own
ALIVE: Final = {"dead": list(DEAD)}
Named = dict[str, dict[str, list[str]]]
WIDTH: Final = 10


def cancelled(terms: Terms) -> dict[str, list[Deal]]:
    """Return the trades cancelled on the day, by trader; who asked for it had a hand in it."""
    found: defaultdict[str, list[Deal]] = defaultdict(list)
    for *row, canceller, confirmed in _rows(CANCELLED, terms.named()):
        deal = _deal(row, confirmed=confirmed, hands=(canceller,))
        found[deal.trader_code].append(deal)
    return found


def offsets(terms: Terms, *, away: Decimal, since: date) -> dict[str, list[Pair]]:
    """Return the trades of the day so far off the last close that others of the trader offset."""
    found: defaultdict[str, list[Pair]] = defaultdict(list)
    for row in _rows(OFFSETS, terms.named() | {"away": away, "since": since}):
        first, second = _deal(row[:WIDTH]), _deal(row[WIDTH : 2 * WIDTH])
        found[first.trader_code].append(Pair(first=first, second=second, away=row[-1]))
    return found


def put_off(terms: Terms) -> dict[str, list[PutOff]]:
    """Return the live trades amended on the day whose settlement date was moved to a later day."""
    found: defaultdict[str, list[PutOff]] = defaultdict(list)
    for *row, times in _rows(PUT_OFF, terms.named() | ALIVE):
        deal = _deal(row)
        found[deal.trader_code].append(PutOff(deal=deal, times=times))
    return found


def standing(day: date, calendar: BusinessCalendar) -> list[Deal]:
    """Return the trades that stand with parties that nobody outside answers for."""
    values: dict[str, Any] = {"day": day, "outside": PartyNature.OUTSIDE.value}
    values |= {"internal": PartyNature.INTERNAL.value} | ALIVE
    return [_aged(_deal(row), day, calendar) for row in _rows(STANDING, values)]


def unconfirmed(day: date, *, before: date, calendar: BusinessCalendar) -> list[Deal]:
    """Return the trades dealt by `before` of which no counterparty has confirmed anything."""
    values = {"before": before, "chased": list(CHASED), "alleged": ConfirmationState.ALLEGED.value}
    return [_aged(_deal(row), day, calendar) for row in _rows(UNCONFIRMED, values | ALIVE)]


def names(terms: Terms, traders: Sequence[str], *, most: int) -> Named:
    """Return trader -> measure -> the references of its first trades, for these traders."""
    found: Named = {code: {} for code in traders}
    if traders:
        values = terms.named() | {"traders": list(traders), "most": most}
        for trader, measure, references in _rows(NAMES, values):
            found[trader][measure] = references
    return found


def _rows(statement: str, values: Mapping[str, Any]) -> Iterator[list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for row in cursor.fetchall():
            yield list(row)


def _deal(row: Sequence[Any], *, confirmed: bool = False, hands: tuple[str, ...] = ()) -> Deal:
    pk, reference, trader, dealt, settles, party, nature, eur, maker, contributors = row
    return Deal(
        trade_id=pk,
        reference=reference,
        trader_code=trader,
        trade_date=dealt,
        settlement_date=settles,
        counterparty_code=party,
        nature=nature,
        amount_eur=eur,
        hands=tuple(sorted({maker, *contributors, *hands} - {""})),
        confirmed=confirmed,
    )


def _aged(deal: Deal, day: date, calendar: BusinessCalendar) -> Deal:
    return replace(deal, age=calendar.between(deal.trade_date, day))
