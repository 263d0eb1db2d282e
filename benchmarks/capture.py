"""Capture over REST: single posts and bulks, durable, with versions, history and audit.

Run through `manage.py bench capture`. Clients talk HTTP to the web server as `up` starts it; all of
it, PostgreSQL included, shares the cores. The control job has its own figure (`controls`). Each
figure is that of the best round, as neighbours on the cores only ever slow a round down; all rounds
stand beside it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.controls import START, _message, _world
from benchmarks.serving import Answers, Served, ask_all, post, serving
from core import tokens
from core.models import AuditEntry
from kernel.actors import SYSTEM
from trades.models import Trade, TradeVersion

ROUNDS = 5
BULKS = 6
BULK = 10_000
BULK_CONNECTIONS = 2
SINGLES = 2_000
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


def _bulk_round(served: Served, token: str, first: int) -> dict[str, Any]:
    bulks = _bulks(token, first, BULKS, BULK)
    answers, costs = _measured(served, bulks, connections=BULK_CONNECTIONS, each=BULK)
    for status, body in answers.bodies:
        assert json.loads(body)["counts"] == {"booked": BULK}, (status, body[:500])
    return {
        "bulk_per_s": round(BULK * BULKS / answers.seconds),
        "bulk_goal_per_s": GOAL_BULK,
        "bulk_cpu_us_each": costs,
    }


def _single_round(served: Served, token: str, first: int) -> dict[str, Any]:
    singles = _singles(token, first, SINGLES)
    answers, costs = _measured(served, singles, connections=SINGLE_CONNECTIONS, each=1)
    assert {status for status, _body in answers.bodies} == {201}, answers.bodies[:3]
    return {
        "single_per_s": round(SINGLES / answers.seconds),
        "single_goal_per_s": GOAL_SINGLE,
        "single_p50_ms": answers.milliseconds(50),
        "single_p99_ms": answers.milliseconds(99),
        "single_p99_goal_ms": GOAL_SINGLE_P99_MS,
        "single_cpu_us_each": costs,
    }


def _best(rounds: Sequence[dict[str, Any]], rate: str) -> dict[str, Any]:
    best = max(rounds, key=lambda figures: int(figures[rate]))
    return best | {f"{rate}_of_rounds": [figures[rate] for figures in rounds]}


def run() -> dict[str, object]:
    """Return executions per second, in bulks and one by one, and what was written for them."""
    _world()
    token = tokens.create_token(name="bench", source_system="BENCH", actor=SYSTEM, at=START)
    first = 10 * WARM_UP
    singles = first + ROUNDS * BULKS * BULK
    with serving() as served:
        ask_all(served.port, _bulks(token, 0, 4, WARM_UP), connections=4)
        bulk = [_bulk_round(served, token, first + n * BULKS * BULK) for n in range(ROUNDS)]
        ask_all(served.port, _singles(token, 4 * WARM_UP, 2 * WARM_UP), connections=8)
        single = [_single_round(served, token, singles + n * SINGLES) for n in range(ROUNDS)]
    trades = Trade.objects.count()
    audited = AuditEntry.objects.filter(entity="trade").count()
    assert trades == TradeVersion.objects.count() == audited
    return (
        _best(bulk, "bulk_per_s")
        | _best(single, "single_per_s")
        | {"trades_versions_audit_entries": trades}
    )
