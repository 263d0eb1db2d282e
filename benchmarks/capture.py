"""Capture over REST and FIX: single posts, bulks and one session, with versions and audit.

Run through `manage.py bench capture`. Clients talk HTTP to the web server as `up` starts it; all of
it, PostgreSQL included, shares the cores. The control job has its own figure (`controls`). Each
figure is that of the best round, as neighbours on the cores only ever slow a round down; all rounds
stand beside it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import drop_copy, history, peers
from benchmarks.controls import INSTRUMENTS, START, _isin, _message, _world
from benchmarks.serving import Answers, Served, ask_all, peak_mb, post, serving
from core import tokens
from core.models import AuditEntry
from kernel.actors import SYSTEM
from trades.models import FixResult, FixSession, Trade, TradeVersion
from trades.services.fix import lines

ROUNDS = 5
BULKS = 6
BULK = 10_000
BULK_CONNECTIONS = 2
SINGLES = 2_000
SINGLE_CONNECTIONS = 16
WARM_UP = 100
GOAL_BULK = 30_000
GOAL_SINGLE = 1_000
GOAL_SINGLE_P99_MS = 60
PEER_ROUNDS = 3
PEER_BULK = 2_000
FIX_ROUNDS = 3
FIX_REPORTS = 20_000
GOAL_FIX = 2_000


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
            key=f"single {first + n}",
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


def _bare() -> dict[str, Any]:
    """Measure the peers: COPY of bare rows, and Django REST Framework as its manual writes it."""
    with history.as_owner():
        peers.make_table()
    copied = median(peers.bare_copy(BULK_CONNECTIONS) for _ in range(ROUNDS))
    with serving(DJANGO_SETTINGS_MODULE="benchmarks.peer_settings") as served:
        many = [
            post(
                "/peer/many/",
                json.dumps([peers.content(n * PEER_BULK + m) for m in range(PEER_BULK)]).encode(),
                token="",
                media_type="application/json",
            )
            for n in range(2 * PEER_ROUNDS)
        ]
        bulk = ask_all(served.port, many, connections=BULK_CONNECTIONS)
        first = 10**6
        one = [
            post(
                "/peer/one/",
                json.dumps(peers.content(first + n)).encode(),
                token="",
                media_type="application/json",
            )
            for n in range(SINGLES)
        ]
        single = ask_all(served.port, one, connections=SINGLE_CONNECTIONS)
    answered = {status for status, _body in [*bulk.bodies, *single.bodies]}
    assert answered == {201}, [*bulk.bodies[:1], *single.bodies[:1]]
    return {
        "copy_per_s": round(copied),
        "drf_bulk_per_s": round(len(many) * PEER_BULK / bulk.seconds),
        "drf_single_per_s": round(SINGLES / single.seconds),
    }


def _compared(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return our median rounds over those of the peers, with the goals."""
    bulk = median(figures["bulk_per_s_of_rounds"])
    single = median(figures["single_per_s_of_rounds"])
    return {
        "bulk_vs_copy": round(bulk / figures["copy_per_s"], 2),
        "bulk_vs_copy_goal": 0.35,
        "bulk_vs_drf": round(bulk / figures["drf_bulk_per_s"], 1),
        "bulk_vs_drf_goal": 3,
        "single_vs_drf": round(single / figures["drf_single_per_s"], 1),
        "single_vs_drf_goal": 2,
    }


def _fix_bodies(first: int) -> list[bytes]:
    return [
        drop_copy.body(f"F-{n}", _isin(n % INSTRUMENTS), 1 + n % 1_000, f"10.{n % 17:02d}")
        for n in range(first, first + FIX_REPORTS)
    ]


def _until_acted_on(sender: drop_copy.Sender, count: int) -> None:
    """Wait until so many reports were acted on; what is asked for meanwhile is sent again."""
    deadline = perf_counter() + 120
    while FixResult.objects.count() < count:
        assert perf_counter() < deadline, FixResult.objects.count()
        sender.listen(0.05)


def _fix_round(sender: drop_copy.Sender, number: int) -> dict[str, Any]:
    """Return the reports per second from the first one sent to the last one booked."""
    bodies = _fix_bodies(number * FIX_REPORTS)
    began = perf_counter()
    sender.report(bodies)
    sent = perf_counter() - began
    _until_acted_on(sender, (number + 1) * FIX_REPORTS)
    seconds = perf_counter() - began
    return {
        "fix_per_s": round(FIX_REPORTS / seconds),
        "fix_goal_per_s": GOAL_FIX,
        "fix_sent_per_s": round(FIX_REPORTS / sent),
    }


def _fix_killed(sender: drop_copy.Sender, port: int, acceptor: subprocess.Popen[bytes]) -> int:
    """Kill -9 the acceptor in the middle of a round; return how many seconds it all took."""
    bodies = _fix_bodies(FIX_ROUNDS * FIX_REPORTS)
    began = perf_counter()
    sender.report(bodies[: FIX_REPORTS // 2])
    acceptor.kill()
    acceptor.wait()
    with drop_copy.accepting(port):
        sender.log_on()
        sender.report(bodies[FIX_REPORTS // 2 :])
        _until_acted_on(sender, (FIX_ROUNDS + 1) * FIX_REPORTS)
        sender.close()
    return round(perf_counter() - began)


def _fix() -> dict[str, Any]:
    """Measure one FIX session, then kill its acceptor: every report is booked, and once."""
    session = FixSession.objects.create(
        name="BENCH",
        begin_string=drop_copy.BEGIN,
        sender_comp_id=drop_copy.THEM,
        target_comp_id=drop_copy.US,
        source_system="FIX BENCH",
        addresses=["127.0.0.0/8"],
    )
    lines.open_line(session)
    port = drop_copy.free_port()
    sender = drop_copy.Sender(port)
    with drop_copy.accepting(port) as acceptor:
        sender.log_on()
        rounds = [_fix_round(sender, number) for number in range(FIX_ROUNDS)]
        seconds = _fix_killed(sender, port, acceptor)
    reports = (FIX_ROUNDS + 1) * FIX_REPORTS
    booked = Trade.objects.filter(source_system=session.source_system, version_no=1).count()
    return _best(rounds, "fix_per_s") | {
        "fix_reports": reports,
        "fix_lost_or_doubled_over_kill": abs(reports - booked),
        "fix_killed_round_seconds": seconds,
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
        peak = peak_mb(served.web)
    bare = _bare()
    fix = _fix()
    trades = Trade.objects.count()
    audited = AuditEntry.objects.filter(entity="trade").count()
    assert trades == TradeVersion.objects.count() == audited
    figures = _best(bulk, "bulk_per_s") | _best(single, "single_per_s") | bare | fix
    figures |= {"bulk_peak_mb": peak, "bulk_peak_goal_mb": 300}
    return figures | _compared(figures) | {"trades_versions_audit_entries": trades}
