"""Which trades look like one another: the same deal told twice, or two that may be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from django.db import connection

from core.sequences import array_of
from trades.facts import TradeFacts
from trades.services.counted import LIVE, Counted

#: Shares of a block are alike and are none twice: their sum is that of the block. One source fills
#: an order in parts that are alike: those are several trades, unless dealt at the same moment.
TWINS: Final = """
SELECT DISTINCT ON (new.id) new.id, old.reference, same
  FROM trades_trade new
  JOIN trades_trade old
    ON old.trade_date = new.trade_date AND old.isin = new.isin AND old.side = new.side
   AND old.quantity = new.quantity AND old.price = new.price AND old.currency = new.currency
   AND old.counterparty_code = new.counterparty_code AND old.id < new.id
   AND old.product = new.product
   AND old.traded_at BETWEEN new.traded_at - %(within)s * interval '1 second'
                         AND new.traded_at + %(within)s * interval '1 second'
 CROSS JOIN LATERAL (
       SELECT old.traded_at = new.traded_at AND old.book_code = new.book_code
              AND old.trader_code = new.trader_code AND old.net_amount = new.net_amount AS same
       ) compared
 WHERE new.id = ANY(%(ids)s)
   AND (same OR old.source_system <> new.source_system
        OR old.touched_by_hand_at IS NOT NULL OR new.touched_by_hand_at IS NOT NULL)
   AND (new.isin <> '' OR (new.product <> '' AND new.symbol = old.symbol))
   AND old.traded_at BETWEEN %(first)s AND %(last)s
   AND {counted}
   AND NOT (old.source_system = 'ALLOCATION' AND new.source_system = 'ALLOCATION')
 ORDER BY new.id, same DESC, old.id
"""


def twins_of(
    chunk: Sequence[TradeFacts], within: int, *, counted: Counted = LIVE
) -> tuple[dict[int, str], dict[int, str]]:
    """Return trade id -> reference of an older trade: with the very same terms, and alike.

    Day by day, among the trades of the hours that the chunk spans, which the index finds by page.
    """
    days: defaultdict[date, list[TradeFacts]] = defaultdict(list)
    for facts in chunk:
        days[facts.trade_date].append(facts)
    rows: list[tuple[int, str, bool]] = []
    with connection.cursor() as cursor:
        # fresh rows have no statistics yet: a loop, or a merge by day, compares each with all
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off")
        for of_day in days.values():
            times = [facts.traded_at for facts in of_day]
            cursor.execute(
                TWINS.format(counted=counted.sql),
                {
                    "ids": array_of(facts.trade_id for facts in of_day),
                    "within": within,
                    "first": min(times) - timedelta(seconds=within),
                    "last": max(times) + timedelta(seconds=within),
                },
            )
            rows += cursor.fetchall()
        cursor.execute("SET LOCAL enable_nestloop = on; SET LOCAL enable_mergejoin = on")
    same = {trade_id: reference for trade_id, reference, is_same in rows if is_same}
    return same, {trade_id: reference for trade_id, reference, is_same in rows if not is_same}
