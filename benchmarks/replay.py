"""Back-test a changed rule on a million trades, shared by as many workers as `up` starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from benchmarks.history import as_owner
from benchmarks.market import DAYS, business_days
from core.models import RoleGrant, User
from core.roles import Role
from kernel.actors import Actor, ActorKind
from trades.models import BackTest, Trade
from trades.selectors import days_of_back_test
from trades.services import back_tests

TRADES: Final = 1_000_000
SECONDS_GOAL: Final = 60
APART: Final = 10_000_000
"""Copies have the numbers of their trades, so much further on: they lie in the same partition."""
GENERATED: Final = ("is_open", "reference")
COLUMNS: Final = """
SELECT attname FROM pg_attribute
 WHERE attrelid = 'trades_trade'::regclass AND attnum > 0 AND NOT attisdropped
"""


def figures(drained: Callable[[], tuple[float, int]]) -> dict[str, object]:
    """Return how long a back-test over a million trades takes; `drained` runs what is queued."""
    multiplied()
    asked = _asked()
    seconds, peak = drained()
    row = BackTest.objects.get(pk=asked.pk)
    days = days_of_back_test(back_test_id=row.pk)
    return {
        "backtest_seconds": round(seconds, 2),
        "backtest_seconds_goal": SECONDS_GOAL,
        "backtest_trades": sum(day["trades"] for day in days),
        "backtest_parts": row.parts_total,
        "backtest_state": row.state,
        "backtest_raised": [sum(d["in_force"] for d in days), sum(d["proposed"] for d in days)],
        "backtest_peak_mb": peak,
    }


def multiplied() -> None:
    """Make the trades a million: copies of what was captured, written past the triggers."""
    there = Trade.objects.count()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        names = [name for (name,) in cursor.fetchall() if name not in GENERATED]
        values = {"id": f"t.id + n * {APART}", "source_reference": "t.source_reference || '-' || n"}
        chosen = ", ".join(values.get(name, f't."{name}"') for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        cursor.execute("ALTER TABLE trades_trade DISABLE TRIGGER USER")
        cursor.execute(
            f"INSERT INTO trades_trade ({quoted}) SELECT {chosen} FROM trades_trade t,"  # noqa: S608 - names of ours
            " generate_series(1, %s) n LIMIT %s",
            [-(-TRADES // there), max(TRADES - there, 0)],
        )
        cursor.execute("ALTER TABLE trades_trade ENABLE TRIGGER USER")
        cursor.execute("VACUUM (ANALYZE) trades_trade")


def _asked() -> BackTest:
    """Ask whether shares should be held to 3 percent around the last close, not to 5."""
    user = User.objects.create(username="bench-agent")
    RoleGrant.objects.create(user=user, role=Role.AGENT.value, desk_code="")
    days = business_days(DAYS)
    return back_tests.ask_back_test(
        code="TRD-401",
        active=True,
        parameters={"equity": "3"},
        first_day=days[0],
        last_day=days[-1],
        actor=Actor(name=user.username, kind=ActorKind.PERSON, user_id=user.pk),
        at=datetime.now(UTC),
    )
