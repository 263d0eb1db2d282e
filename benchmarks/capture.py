"""Capture over REST: single posts and bulks, durable, with versions, history and audit.

Run through `manage.py bench capture`. Clients talk HTTP to the web server as `up` starts it; all of
it, PostgreSQL included, shares the cores. The control job has its own figure (`controls`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from benchmarks.controls import START, _message, _world
from benchmarks.serving import Answers, Served, ask_all, post, serving
from core import tokens
from core.models import AuditEntry
from kernel.actors import SYSTEM
from trades.models import Trade, TradeVersion

BULKS = 12
BULK = 10_000
BULK_CONNECTIONS = 2
SINGLES = 4_000
SINGLE_CONNECTIONS = 8
WARM_UP = 100
GOAL_BULK = 15_000
GOAL_SINGLE = 500
GOAL_SINGLE_P99_MS = 100


def _bulks(token: str, first: int, count: int, size: int) -> list[bytes]:
    return [
        post(
            "/api/v1/executions/bulk/",
            "\n".join(json.dumps(_message(first + n * size + m)) for m in range(size)).encode(),
            token=token,
            media_type="application/x-ndjson",
        )
        for n in range(count)
    ]


def _singles(token: str, first: int, count: int) -> list[bytes]:
    return [
        post(
            "/api/v1/executions/",
            json.dumps(_message(first + n)).encode(),
            token=token,
            media_type="application/json",
        )
        for n in range(count)
    ]


def _measured(
    served: Served, requests: Sequence[bytes], *, connections: int, each: int
) -> tuple[Answers, dict[str, float]]:
    """Return the answers, and the microseconds of CPU that one execution cost each part."""
    before = served.cpu_seconds()
    answers = ask_all(served.port, requests, connections=connections)
    after = served.cpu_seconds()
    executions = len(requests) * each
    costs = {part: round((after[part] - before[part]) / executions * 1e6, 1) for part in after}
    return answers, costs


def run() -> dict[str, object]:
    """Return executions per second, in bulks and one by one, and what was written for them."""
    _world()
    token = tokens.create_token(name="bench", source_system="BENCH", actor=SYSTEM, at=START)
    first_single = BULKS * BULK + 10 * WARM_UP
    bulks = _bulks(token, 10 * WARM_UP, BULKS, BULK)
    singles = _singles(token, first_single, SINGLES)
    with serving() as served:
        ask_all(served.port, _bulks(token, 0, 4, WARM_UP), connections=4)
        bulk, bulk_costs = _measured(served, bulks, connections=BULK_CONNECTIONS, each=BULK)
        ask_all(served.port, _singles(token, 4 * WARM_UP, 2 * WARM_UP), connections=8)
        single, single_costs = _measured(served, singles, connections=SINGLE_CONNECTIONS, each=1)
    for status, body in bulk.bodies:
        assert json.loads(body)["counts"] == {"booked": BULK}, (status, body[:500])
    assert {status for status, _body in single.bodies} == {201}, single.bodies[:3]
    trades = Trade.objects.count()
    audited = AuditEntry.objects.filter(entity="trade").count()
    assert trades == TradeVersion.objects.count() == audited
    return {
        "bulk_executions": BULK * BULKS,
        "bulk_per_s": round(BULK * BULKS / bulk.seconds),
        "bulk_goal_per_s": GOAL_BULK,
        "bulk_cpu_us_each": bulk_costs,
        "single_posts": SINGLES,
        "single_per_s": round(SINGLES / single.seconds),
        "single_goal_per_s": GOAL_SINGLE,
        "single_p50_ms": single.milliseconds(50),
        "single_p99_ms": single.milliseconds(99),
        "single_p99_goal_ms": GOAL_SINGLE_P99_MS,
        "single_cpu_us_each": single_costs,
        "trades_versions_audit_entries": trades,
    }
