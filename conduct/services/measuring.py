"""The days of traders, parties and pairs, made of the trades of a day in a few statements.

Each reads the trades of the day by its index and the messages of the day by their batches, never
the days before: what these came to is kept. Made again, a day keeps the numbers of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection

#: Trades count once: the shares of an allocation are their block's.
DEALT: Final = """
dealt AS MATERIALIZED (
SELECT t.id, t.trader_code, t.counterparty_id, t.isin, t.side, t.quantity, t.price, t.traded_at,
       t.counterparty_code, coalesce(t.risk_amount_eur, 0) AS eur, t.product,
       (t.traded_at AT TIME ZONE %(zone)s) AS local_at
  FROM trades_trade t
 WHERE t.trade_date = %(day)s AND t.source_system <> 'ALLOCATION')
"""
#: An amendment or a cancellation belongs to the day on which it came.
TOLD: Final = """
told AS MATERIALIZED (
SELECT e.action, e.received_at, e.maker, t.id, t.trader_code, t.counterparty_id, t.trade_date,
       t.settlement_date
  FROM trades_capturebatch b
  JOIN trades_execution e ON e.batch_id = b.id
  JOIN trades_trade t ON t.id = e.trade_id
 WHERE b.received_at >= %(start)s AND b.received_at < %(end)s
   AND e.action IN ('AMEND', 'CANCEL') AND e.outcome = 'BOOKED'
   AND t.source_system <> 'ALLOCATION')
"""
CONFIRMED: Final = """
EXISTS (SELECT FROM settlement_confirmation c WHERE c.trade_id = {trade} AND c.matched_at < {at})
"""
#: One to one, in the order of time: what is bought often in one size does not multiply.
ROUNDS: Final = """
numbered AS (
SELECT d.*, row_number() OVER (
         PARTITION BY trader_code, isin, quantity, side ORDER BY traded_at, id) AS turn,
       row_number() OVER (
         PARTITION BY trader_code, isin, quantity, counterparty_code, price, side
             ORDER BY traded_at, id) AS turn_there
  FROM dealt d WHERE isin <> '' AND product = ''),
rounds AS (
SELECT b.trader_code, count(*) AS n FROM numbered b
  JOIN numbered s USING (trader_code, isin, quantity, turn)
 WHERE b.side = 'BUY' AND s.side = 'SELL' GROUP BY 1),
washes AS (
SELECT b.trader_code, count(*) AS n FROM numbered b
  JOIN numbered s USING (trader_code, isin, quantity, counterparty_code, price, turn_there)
 WHERE b.side = 'BUY' AND s.side = 'SELL' AND counterparty_code <> '' GROUP BY 1)
"""
TRADER_DAYS: Final = f"""
WITH {DEALT}, {TOLD}, {ROUNDS},
largest AS (
SELECT DISTINCT ON (trader_code) trader_code, isin, eur
  FROM (SELECT trader_code, isin, sum(eur) AS eur FROM dealt WHERE isin <> '' GROUP BY 1, 2) one
 ORDER BY trader_code, eur DESC, isin),
of_trades AS (
SELECT trader_code, count(*) AS trades, sum(eur) AS gross,
       count(*) FILTER (WHERE local_at::time >= make_time(%(night_from)s, 0, 0)
                           OR local_at::time < make_time(%(night_to)s, 0, 0)
                           OR extract(isodow FROM local_at) > 5) AS outside,
       count(*) FILTER (WHERE eur BETWEEN %(near)s AND %(limit)s) AS near
  FROM dealt GROUP BY 1),
of_messages AS (
SELECT trader_code, count(*) FILTER (WHERE action = 'AMEND') AS amended,
       count(*) FILTER (WHERE action = 'CANCEL') AS cancelled,
       count(*) FILTER (WHERE action = 'CANCEL' AND trade_date < %(day)s
                          AND settlement_date <= %(eve)s
                          AND NOT {CONFIRMED.format(trade="told.id", at="told.received_at")}
                       ) AS early
  FROM told GROUP BY 1)
INSERT INTO conduct_traderday (day, trader_id, desk_code, trades, amended, cancelled, early,
       outside, near, round_trips, washes, gross_eur, top_eur, top_isin)
SELECT %(day)s, trader.id, desk.code, coalesce(o.trades, 0), coalesce(m.amended, 0),
       coalesce(m.cancelled, 0), coalesce(m.early, 0), coalesce(o.outside, 0),
       coalesce(o.near, 0), coalesce(rounds.n, 0), coalesce(washes.n, 0), coalesce(o.gross, 0),
       coalesce(largest.eur, 0), coalesce(largest.isin, '')
  FROM of_trades o FULL JOIN of_messages m USING (trader_code)
  JOIN refdata_trader trader ON trader.code = trader_code
  JOIN refdata_desk desk ON desk.id = trader.desk_id
  LEFT JOIN rounds USING (trader_code) LEFT JOIN washes USING (trader_code)
  LEFT JOIN largest USING (trader_code)
    ON CONFLICT (day, trader_id) DO UPDATE
   SET desk_code = excluded.desk_code, trades = excluded.trades, amended = excluded.amended,
       cancelled = excluded.cancelled, early = excluded.early, outside = excluded.outside,
       near = excluded.near, round_trips = excluded.round_trips, washes = excluded.washes,
       gross_eur = excluded.gross_eur, top_eur = excluded.top_eur, top_isin = excluded.top_isin
"""  # noqa: S608 - parts of our own
PARTY_DAYS: Final = f"""
WITH {DEALT}, {TOLD},
of_trades AS (
SELECT counterparty_id AS party_id, count(*) AS dealt, sum(eur) AS gross
  FROM dealt WHERE counterparty_id IS NOT NULL GROUP BY 1),
of_messages AS (
SELECT counterparty_id AS party_id, count(*) AS cancelled
  FROM told WHERE counterparty_id IS NOT NULL AND action = 'CANCEL' GROUP BY 1)
INSERT INTO conduct_partyday (day, party_id, dealt, cancelled, gross_eur)
SELECT %(day)s, party_id, coalesce(dealt, 0), coalesce(cancelled, 0), coalesce(gross, 0)
  FROM of_trades FULL JOIN of_messages USING (party_id)
    ON CONFLICT (day, party_id) DO UPDATE
   SET dealt = excluded.dealt, cancelled = excluded.cancelled, gross_eur = excluded.gross_eur
"""  # noqa: S608 - parts of our own
PAIR_DAYS: Final = """
INSERT INTO conduct_pairday (day, trader_id, maker, checker, desk_code, decisions, amount_eur)
SELECT %(day)s, trader.id, a.maker, a.checker, t.desk_code, count(*),
       sum(coalesce(t.risk_amount_eur, 0))
  FROM desk_approval a
  JOIN trades_trade t ON t.id = a.subject_id
  JOIN refdata_trader trader ON trader.code = t.trader_code
 WHERE a.subject_kind = 'trade' AND a.decision = 'APPROVED'
   AND a.decided_at >= %(start)s AND a.decided_at < %(end)s
 GROUP BY trader.id, a.maker, a.checker, t.desk_code
    ON CONFLICT (day, trader_id, maker, checker, desk_code) DO UPDATE
   SET decisions = excluded.decisions, amount_eur = excluded.amount_eur
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What measures depend on, as the rules are set.

    `start` and `end` bound what came and was decided, `eve` the settlement dates that are near.
    """

    day: date
    start: datetime
    end: datetime
    zone: str
    eve: date
    night_from: int
    night_to: int
    limit: Decimal
    near: Decimal

    def named(self) -> dict[str, Any]:
        """Return them as the statements name them."""
        return {name: getattr(self, name) for name in self.__slots__}


#: What a day no longer says goes first; the day of a trader keeps its number, which findings name.
FORGET_TRADERS: Final = """
UPDATE conduct_traderday
   SET trades = 0, amended = 0, cancelled = 0, early = 0, outside = 0, near = 0, round_trips = 0,
       washes = 0, gross_eur = 0, top_eur = 0, top_isin = ''
 WHERE day = %(day)s
"""
STATEMENTS: Final[Mapping[str, tuple[str, str]]] = {
    "traders": (FORGET_TRADERS, TRADER_DAYS),
    "parties": ("DELETE FROM conduct_partyday WHERE day = %(day)s", PARTY_DAYS),
    "pairs": ("DELETE FROM conduct_pairday WHERE day = %(day)s", PAIR_DAYS),
}


def measure(name: str, terms: Terms) -> int:
    """Make the days of all traders, parties or pairs; return how many there are. Safe to repeat.

    In the caller's transaction: nobody sees a day that is half made.
    """
    forget, make = STATEMENTS[name]
    with connection.cursor() as cursor:
        cursor.execute(forget, terms.named())
        cursor.execute(make, terms.named())
        return int(cursor.rowcount)
