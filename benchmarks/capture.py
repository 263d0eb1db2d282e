"""Capture over REST: single posts and bulks, durable, with versions, history and audit.

Run through `manage.py bench capture`. Bulks of 10,000 lines and single posts go through the real
views, token and idempotent capture, in one process.
"""

from __future__ import annotations

import json
from time import perf_counter

from django.test import Client

from benchmarks.controls import START, _message, _world
from core import tokens
from core.models import AuditEntry
from kernel.actors import SYSTEM
from trades.models import Trade, TradeVersion

BULKS = 5
BULK = 10_000
SINGLES = 1_000
GOAL_BULK = 15_000
GOAL_SINGLE = 500


def _bulk(number: int) -> bytes:
    lines = (_message(number * BULK + n) for n in range(BULK))
    return "\n".join(json.dumps(fields) for fields in lines).encode()


def _post_bulks(client: Client) -> float:
    bodies = [_bulk(number) for number in range(BULKS)]
    began = perf_counter()
    for body in bodies:
        answer = client.post("/api/v1/executions/bulk/", body, content_type="application/x-ndjson")
        assert answer.json()["counts"] == {"booked": BULK}, answer.content[:500]
    return perf_counter() - began


def _post_singles(client: Client) -> list[float]:
    times = []
    for number in range(SINGLES):
        fields = _message(BULK * BULKS + number)
        body = json.dumps(fields)
        began = perf_counter()
        answer = client.post("/api/v1/executions/", body, content_type="application/json")
        times.append(perf_counter() - began)
        assert answer.status_code == 201, answer.content[:500]
    return sorted(times)


def run() -> dict[str, object]:
    """Return executions per second, in bulks and one by one, and what was written for them."""
    _world()
    token = tokens.create_token(name="bench", source_system="BENCH", actor=SYSTEM, at=START)
    client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
    seconds = _post_bulks(client)
    times = _post_singles(client)
    trades = Trade.objects.count()
    return {
        "bulk_executions": BULK * BULKS,
        "bulk_per_s": round(BULK * BULKS / seconds),
        "bulk_goal_per_s": GOAL_BULK,
        "single_per_s": round(SINGLES / sum(times)),
        "single_goal_per_s": GOAL_SINGLE,
        "single_p50_ms": round(times[len(times) // 2] * 1000, 2),
        "single_p99_ms": round(times[len(times) * 99 // 100] * 1000, 2),
        "trades": trades,
        "versions": TradeVersion.objects.count(),
        "audit_entries": AuditEntry.objects.filter(entity="trade").count(),
    }
