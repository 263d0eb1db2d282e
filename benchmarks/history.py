"""A history of trades, made in the database: every trade with its message, its version, its key and
its entry in the audit trail.

Rows are copies of one captured trade with other terms, written by the owner of the tables past its
triggers. Trade n was done n / A_DAY business days before the first day, so a history grows
backwards; each month lies in its partition, which is attached when it is full.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from django.conf import settings
from django.db import connection, connections

from backoffice.launcher import places, provisioning
from kernel.actors import Actor
from kernel.numbering import first_of
from trades.models import CaptureBatch

A_DAY: Final = 20_000
"""Trades of one business day; ten million are two years."""
SOURCE: Final = "HISTORY"
DAYS_MAX: Final = 1_000
INSTRUMENTS: Final = 2_000
"""As many as the world of the benchmark has, whose numbers follow each other."""
CUT: Final = ("trades_trade", "trades_execution", "trades_tradeversion")
GENERATED: Final = ("is_open", "reference")
SATURDAY: Final = 5
#: Few have most of the trades and most have few: cubed shares of a number that only looks random.
SHARE: Final = "power((hashint8(n) & 65535) / 65536.0, 3)"
THIRD_SHARE: Final = "power((hashint8(n * 31) & 65535) / 65536.0, 3)"
OTHER_SHARE: Final = "power((hashint8(-n) & 65535) / 65536.0, 3)"
TERMS: Final = {
    "trade_date": "on_day",
    "traded_at": "on_day + time '08:00' + s * interval '1.5 seconds'",
    "settlement_date": "on_day + 2",
    "side": "(ARRAY['BUY','SELL'])[1 + n %% 2]",
    "currency": "CASE WHEN n %% 1000 = 0 THEN 'JPY' WHEN n %% 7 = 0 THEN 'USD' ELSE 'EUR' END",
    "net_amount": "(n * 7919 %% 1000003)::numeric",
}
TRADE: Final = TERMS | {
    "id": "to_char(on_day, 'YYMMDD')::bigint * 1000000000 + s",
    "source_reference": "'COPY-' || n",
    "state": "CASE WHEN n < 4000 THEN (ARRAY['PENDING_VALIDATION','ON_HOLD'])[1 + n %% 2]"
    " WHEN n %% 50000 = 0 THEN 'REJECTED' WHEN n > 100000 THEN 'CLOSED' ELSE 'VALIDATED' END",
    "close_reason": "CASE WHEN n > 100000 AND n %% 50000 > 0 THEN 'SETTLED' ELSE '' END",
    "instrument_id": f"%(instrument)s + floor({INSTRUMENTS} * {SHARE})::int",
    "counterparty_code": f"'CP-' || lpad(floor(300 * {THIRD_SHARE})::text, 3, '0')",
    "trader_code": f"'T-' || lpad(floor(400 * {OTHER_SHARE})::text, 4, '0')",
    "book_code": f"'BOOK-' || floor(60 * {OTHER_SHARE})::text",
    "desk_code": f"'DESK-' || floor(6 * {OTHER_SHARE})::text",
    "received_at": "on_day + time '08:00' + s * interval '1.5 seconds'",
    "batch_id": "%(batch)s - number",
    "product_class": "CASE WHEN n %% 2003 = 0 THEN 'BOND' ELSE 'EQUITY' END",
}
CHANGED: Final[dict[str, dict[str, str]]] = {
    "trades_trade": TRADE,
    "trades_execution": {
        "id": TRADE["id"],
        "trade_id": TRADE["id"],
        "source_reference": TRADE["source_reference"],
        "received_at": TRADE["received_at"],
        "batch_id": TRADE["batch_id"],
    },
    "trades_tradeversion": TERMS
    | {"trade_id": TRADE["id"], "execution_id": TRADE["id"], "recorded_at": TRADE["received_at"]},
    "trades_messagekey": {
        "source_reference": TRADE["source_reference"],
        "execution_id": TRADE["id"],
    },
    "core_auditentry": {
        "id": "20000000000 - n",
        "key": TRADE["id"],
        "row": TRADE["id"],
        "at": TRADE["received_at"],
        "xid": "xid + n",
    },
}
TEMPLATES: Final = {
    "trades_trade": "id = %(trade)s",
    "trades_execution": "trade_id = %(trade)s",
    "trades_tradeversion": "trade_id = %(trade)s",
    "trades_messagekey": "execution_id = (SELECT id FROM template_trades_execution)",
    "core_auditentry": "entity = 'trade' AND key = %(trade)s",
}


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Work as the owner of the tables, whose triggers it may switch off."""
    place = places.Place(places.data_dir())
    passwords = provisioning.read_secrets(place.secrets)["roles"]
    owner = settings.DATABASE_ROLES["owner"]
    was = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    connections.close_all()
    connection.settings_dict.update({"USER": owner, "PASSWORD": passwords[owner]})
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict.update(was)


def grow(*, first: int, until: int, last_day: date, trade_id: int) -> None:
    """Add the trades from number `first` to the one before `until`, as copies of one trade."""
    days = list(enumerate(business_days(last_day, -(-until // A_DAY))))[first // A_DAY :]
    with as_owner(), connection.cursor() as cursor:
        given = _templates(cursor, trade_id)
        for month, part in groupby(days, lambda day: day[1].replace(day=1)):
            chosen = list(part)
            for table, changed in CHANGED.items():
                columns = _columns(cursor, table)
                values = ", ".join(changed.get(name, f't."{name}"') for name in columns) % given
                values = values.replace("%", "%%")
                filled = (
                    f"SELECT {values} FROM template_{table} t,"  # noqa: S608 - names of ours
                    " unnest(%s::int[], %s::date[]) AS day(number, on_day),"
                    f" generate_series(1, {A_DAY}) AS s,"
                    f" LATERAL (SELECT number::bigint * {A_DAY} + {A_DAY} - s AS n) AS numbered"
                    f" WHERE n >= {first} AND n < {until}"
                )
                _fill(cursor, table, columns, filled, chosen, month)
        cursor.execute("SELECT guard.recount_tallies()")
        for table in CHANGED:
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def business_days(last: date, count: int) -> list[date]:
    """Return so many weekdays, from the last one backwards."""
    days, day = [], last
    while len(days) < count:
        if day.weekday() < SATURDAY:
            days.append(day)
        day -= timedelta(days=1)
    return days


def _templates(cursor: Any, trade_id: int) -> dict[str, int]:  # noqa: ANN401 - Django's cursor
    """Keep the rows of one trade to be copied; return what the copies count from."""
    for table, where in TEMPLATES.items():
        cursor.execute(f"DROP TABLE IF EXISTS template_{table}")
        row = f"SELECT * FROM {table} WHERE {where} LIMIT 1"  # noqa: S608 - names of ours
        cursor.execute(f"CREATE TEMP TABLE template_{table} AS {row}", {"trade": trade_id})
    cursor.execute("SELECT min(id) FROM refdata_instrument")
    instrument = cursor.fetchone()[0]
    cursor.execute("SELECT min(id) FROM trades_capturebatch WHERE source_system = %s", [SOURCE])
    return {"instrument": instrument, "batch": cursor.fetchone()[0] + DAYS_MAX - 1}


def found(*, actor: Actor, at: datetime) -> None:
    """Record the imports that the copies of each day came in by."""
    CaptureBatch.objects.bulk_create(
        CaptureBatch(channel="BULK", source_system=SOURCE, actor_name=actor.name, received_at=at)
        for _day in range(DAYS_MAX)
    )


def _columns(cursor: Any, table: str) -> list[str]:  # noqa: ANN401 - Django's cursor
    described = connection.introspection.get_table_description(cursor, table)
    return [column.name for column in described if column.name not in GENERATED]


def _fill(
    cursor: Any,  # noqa: ANN401 - Django's cursor
    table: str,
    columns: Sequence[str],
    rows: str,
    days: Sequence[tuple[int, date]],
    month: date,
) -> None:
    """Write the rows of a month: into a partition of its own, which is attached, if it has none."""
    names = ", ".join(f'"{name}"' for name in columns)
    values = [[number for number, _day in days], [day for _number, day in days]]
    partition = f"{table}_{month:y%Ym%m}"
    cursor.execute("SELECT to_regclass(%s)", [partition])
    if table in CUT and cursor.fetchone()[0] is None:
        after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        cursor.execute(
            f"CREATE TABLE {partition} (LIKE {table} INCLUDING DEFAULTS INCLUDING GENERATED"
            " INCLUDING CONSTRAINTS)"
        )
        cursor.execute(f"INSERT INTO {partition} ({names}) {rows}", values)
        cursor.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {partition}"
            f" FOR VALUES FROM ({first_of(month)}) TO ({first_of(after)})"
        )
    else:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"INSERT INTO {table} ({names}) {rows}", values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
