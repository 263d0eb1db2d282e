"""List pages over a million trades: what a person waits for.

Run through `manage.py bench pages`. The rows are copies of one captured trade, made in the database
by its owner; the pages are asked through the real views.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from time import perf_counter
from typing import Final

from django.conf import settings
from django.db import connection, connections
from django.test import Client, override_settings

from backoffice.launcher import places, provisioning
from benchmarks.controls import START, _isin, _message, _world
from core.models import RoleGrant, User
from kernel.actors import Actor, ActorKind
from trades.formats.execution_json import read_fields
from trades.services import capture
from trades.states import Channel

ROWS: Final = 1_000_000
GOAL_MS: Final = 120
PAGES: Final = {
    "first": "/trades/",
    "deep": "/trades/?page=150",
    "by_amount": "/trades/?sort=-net_amount",
    "to_validate": "/trades/?state=PENDING_VALIDATION",
    "rejected": "/trades/?state=REJECTED",
    "one_reference": "/trades/?q=T000500000",
    "one_source_reference": "/trades/?q=COPY-500000",
    "one_isin": f"/trades/?q={_isin(7)}",
    "rare_isin": f"/trades/?q={_isin(59)}",
    "one_name": "/trades/?q=Share+7",
    "one_counterparty": "/trades/?counterparty=CP-007&side=BUY",
    "rare_counterparty": "/trades/?counterparty=CP-RARE",
    "one_trader": "/trades/?trader=T-0042",
    "one_book": "/trades/?book=BOOK-7",
    "one_day": "/trades/?since=2026-11-20&until=2026-11-20",
    "one_settlement_day": "/trades/?settles=2026-09-15",
    "validation": "/validation/",
    "home": "/",
    "api_first": "/api/v1/trades/",
    "api_one_counterparty": "/api/v1/trades/?counterparty=CP-007&side=BUY",
    "api_sparse": "/api/v1/trades/?fields=reference,state,net_amount",
    "api_exceptions": "/api/v1/exceptions/",
}
GENERATED: Final = ("is_open", "reference")
COPY: Final = """
INSERT INTO trades_trade ({names})
SELECT {values} FROM trades_trade t, generate_series(1, %s) n WHERE t.id = (
       SELECT min(id) FROM trades_trade)
"""


def _multiply() -> None:
    """Make the million as the owner of the tables, whose triggers are off for this one insert."""
    with connection.cursor() as cursor:
        columns = [c.name for c in connection.introspection.get_table_description(
            cursor, "trades_trade") if c.name not in GENERATED]  # fmt: skip
    changed = {
        "id": "1000 + n",
        "source_reference": "'COPY-' || n",
        "trade_date": "date '2026-11-20' - (n / 4000)::int",
        "settlement_date": "date '2026-11-22' - (n / 4000)::int",
        "traded_at": "t.traded_at - n * interval '20 seconds'",
        "state": "CASE WHEN n < 4000 THEN (ARRAY['PENDING_VALIDATION','ON_HOLD'])[1 + n %% 2]"
        " WHEN n %% 50000 = 0 THEN 'REJECTED' ELSE 'VALIDATED' END",
        "side": "(ARRAY['BUY','SELL'])[1 + n %% 2]",
        "instrument_id": "CASE WHEN n > 999980 THEN (SELECT max(id) FROM refdata_instrument)"
        " ELSE (SELECT min(id) FROM refdata_instrument) + n %% 59 END",
        "counterparty_code": "CASE WHEN n > 999980 THEN 'CP-RARE'"
        " ELSE 'CP-' || lpad((n %% 200)::text, 3, '0') END",
        "trader_code": "'T-' || lpad((n %% 300)::text, 4, '0')",
        "book_code": "'BOOK-' || n %% 40",
        "net_amount": "(n::bigint * 7919 %% 1000003)::numeric",
    }
    names = columns
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trades_trade DISABLE TRIGGER USER")
        cursor.execute(COPY.format(names=", ".join(names), values=values), [ROWS])
        cursor.execute("ALTER TABLE trades_trade ENABLE TRIGGER USER")
        cursor.execute("ANALYZE trades_trade")


@contextlib.contextmanager
def _as_owner() -> Iterator[None]:
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


def run() -> dict[str, object]:
    """Return the milliseconds of each page, the median of five."""
    _world()
    capture.capture(
        messages=[read_fields(_message(1))],
        origin=capture.Origin(source_system="BENCH", channel=Channel.BULK),
        actor=Actor(name="bench", kind=ActorKind.CLIENT),
        at=START,
    )
    with _as_owner():
        _multiply()
    user = User.objects.create(username="reader")
    RoleGrant.objects.create(user=user, role="AUDITOR")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        return _ask(user)


def _ask(user: User) -> dict[str, object]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    figures: dict[str, object] = {"rows": ROWS, "goal_ms": GOAL_MS}
    for name, address in PAGES.items():
        times = []
        for _ in range(5):
            began = perf_counter()
            answer = client.get(address)
            times.append((perf_counter() - began) * 1000)
            assert answer.status_code == 200, address
        figures[f"{name}_ms"] = round(sorted(times)[2], 1)
    return figures
