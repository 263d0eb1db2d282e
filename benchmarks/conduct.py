"""Watch a day of a million trades: how long each step takes, beside sixty days of history.

Run through `manage.py bench conduct`. The day is made in the database, past its triggers: copies of
one captured trade by five hundred traders, three in a hundred amended or cancelled, each validated.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Final

from django.db import connection

from benchmarks import history, market
from conduct import selectors
from conduct.models import TraderDay
from conduct.services import gathering, measuring, watching
from desk import selectors as desk
from kernel.actors import SYSTEM
from kernel.numbering import first_of
from refdata import models as refdata
from trades.models import CaptureBatch, Trade

TRADES: Final = 1_000_000
TRADERS: Final = 500
PAST_DAYS: Final = 60
DAY: Final = date(2026, 11, 13)
AT: Final = datetime(2026, 11, 13, 21, tzinfo=UTC)
GIVEN: Final = {
    "id": "%(first)s + s",
    "source_reference": "'COPY-' || s",
    "trader_code": "'W-' || lpad((s %% %(traders)s)::text, 4, '0')",
    "instrument_id": "one.instrument_id",
    "isin": "one.isin",
    "price": "round(one.close * (0.99 + (hashint8(s) & 1023) / 51200.0), 4)",
    "quantity": "1 + (hashint8(s * 7) & 4095)",
    "side": "(ARRAY['BUY','SELL'])[1 + (hashint8(s * 3) & 1)]",
    "traded_at": "timestamptz '2026-11-13 08:00+00' + s * interval '0.03 seconds'",
    "risk_amount_eur": "round(one.close * (1 + (hashint8(s * 7) & 4095)), 2)",
    "trade_date": "date '2026-11-13'",
    "settlement_date": "date '2026-11-17'",
    "state": "'VALIDATED'",
}
LISTED: Final = """
CREATE TEMP TABLE listed AS
SELECT row_number() OVER (ORDER BY p.instrument_id) - 1 AS place, p.instrument_id, i.isin, p.close
  FROM refdata_price p JOIN refdata_instrument i ON i.id = p.instrument_id
 WHERE p.day = %s AND i.asset_class = 'EQUITY'
"""
COPIES: Final = """
INSERT INTO trades_trade ({names})
SELECT {values} FROM one_trade t, generate_series(1, %(trades)s) AS s
  JOIN listed one ON one.place = s %% (SELECT count(*) FROM listed)
"""
MESSAGES: Final = """
INSERT INTO trades_execution ({names})
SELECT {values} FROM copied, generate_series(1, %(messages)s) AS s
"""
APPROVALS: Final = """
INSERT INTO desk_approval (subject_kind, subject_id, version_no, fingerprint, decision, maker,
       contributors, checker, reason, decided_at)
SELECT 'trade', %(first)s + s, 1, 'x', 'APPROVED', 'oms', '{oms}', 'checker-' || s %% 20, '',
       timestamptz '2026-11-13 18:00+00' FROM generate_series(1, %(trades)s) AS s
"""


def _world() -> int:
    """Write the market, its traders and their past, and capture the trade that is copied."""
    dealt = market.opened(2026)
    desks = list(refdata.Desk.objects.order_by("pk"))
    refdata.Trader.objects.bulk_create(
        refdata.Trader(code=f"W-{n:04d}", name=f"W {n}", desk=desks[n % len(desks)])
        for n in range(TRADERS)
    )
    dice = random.Random(1)
    watched = refdata.Trader.objects.filter(code__startswith="W-")
    TraderDay.objects.bulk_create(
        TraderDay(day=day, trader=trader, desk_code="DESK-0", trades=dice.randint(1500, 2500),
                  amended=dice.randint(0, 60), cancelled=dice.randint(0, 60), gross_eur=10**9)
        for day in market.business_days(-PAST_DAYS, first=DAY)
        for trader in watched
    )  # fmt: skip
    message = market.clean(dealt, DAY, "FIRST") | {"settlement_date": "2026-11-17"}
    while message["isin"] not in {one.isin for one in dealt.shares}:
        message = market.clean(dealt, DAY, "FIRST")
    market.brought_in([market.Sent.soon(message)])
    return int(Trade.objects.get().pk)


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    return [one.name for one in described if one.name not in history.GENERATED]


def _copied(copied: int, batch: int) -> None:
    """Write the day: trades, messages about three in a hundred of them, and a decision on each."""
    values = {"first": first_of(DAY), "traders": TRADERS, "trades": TRADES, "batch": batch}
    values |= {"messages": TRADES * 3 // 100, "trade": copied}
    tables = ("trades_trade", "trades_execution", "desk_approval")
    with history.as_owner(), connection.cursor() as cursor:
        cursor.execute(LISTED, [DAY - timedelta(days=1)])
        names = _columns("trades_trade")
        chosen = ", ".join(GIVEN.get(name, f't."{name}"') for name in names)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("CREATE TEMP TABLE copied AS SELECT * FROM trades_execution LIMIT 1")
        cursor.execute("CREATE TEMP TABLE one_trade AS SELECT * FROM trades_trade WHERE id = %s",
                       [copied])  # fmt: skip
        cursor.execute(
            COPIES.format(names=", ".join(names), values=chosen),
            values,
        )
        told = {
            "id": "%(first)s + s",
            "trade_id": "%(first)s + s * 33",
            "action": "CASE WHEN s %% 2 = 0 THEN 'AMEND' ELSE 'CANCEL' END",
            "source_reference": "'COPY-' || s * 33",
            "batch_id": "%(batch)s",
        }
        names = _columns("trades_execution")
        written = ", ".join(told.get(name, f'copied."{name}"') for name in names)
        cursor.execute(MESSAGES.format(names=", ".join(names), values=written), values)
        cursor.execute(APPROVALS, values)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def run() -> dict[str, object]:
    """Return the seconds of each step of the watch, and what it found."""
    copied = _world()
    batch = CaptureBatch.objects.create(
        channel="BULK", source_system="BENCH", actor_name="bench", received_at=AT
    )
    _copied(copied, batch.pk)
    settings = desk.settings_in_force(day=DAY)
    calendar = selectors.house_calendar(DAY)
    terms = gathering.terms_of(DAY, settings, calendar)
    steps: dict[str, float] = {}
    for name in measuring.STATEMENTS:
        began = perf_counter()
        measuring.measure(name, terms)
        steps[f"{name}_s"] = round(perf_counter() - began, 2)
    began = perf_counter()
    gathering.gather(terms, settings, calendar)
    steps["gather_s"] = round(perf_counter() - began, 2)
    began = perf_counter()
    watched = watching.watch_day(day=DAY, actor=SYSTEM, at=AT)
    return {
        "trades": watched.trades,
        "traders": watched.traders,
        "past_days": PAST_DAYS,
        "messages": TRADES * 3 // 100,
        **steps,
        "watch_s": round(perf_counter() - began, 2),
        "findings": dict(watched.hits),
    }
