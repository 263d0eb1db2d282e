"""One trade after the other: how long after the answer to its POST each is judged.

The web server and the worker are those that `up` starts, on the cores of the benchmark.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Final

from django.db import connection

from backoffice.launcher import children, places
from backoffice.launcher.supervisor import end_group
from benchmarks import market
from benchmarks.serving import Line, post, serving
from core import tokens
from core.models import Job
from kernel.actors import SYSTEM

WARM_UP: Final = 20
TRADES: Final = 100
GOAL_MS: Final = 50
APART_S: Final = 0.12
"""Fewer than ten a second: more are a burst, and a burst is judged together."""
PATIENCE_S: Final = 60
LOOK: Final = (
    "SELECT state FROM trades_trade WHERE source_system = 'ALONE' AND source_reference = %s"
)


@contextlib.contextmanager
def _working() -> Iterator[None]:
    """Start the worker on the database of the benchmark; stop it at the end."""
    process = subprocess.Popen(
        children.worker(os.environ),
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        cwd=places.ROOT,
        start_new_session=True,
    )
    try:
        yield
    finally:
        end_group(process.pid, is_gone=lambda: process.poll() is not None, together=True)


def _judged(reference: str) -> None:
    """Wait until a trade has left its first state."""
    deadline = time.monotonic() + PATIENCE_S
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(LOOK, [reference])
            row = cursor.fetchone()
            if row and row[0] != "RECEIVED":
                return
            time.sleep(0.001)
    raise RuntimeError(f"{reference} was not judged in {PATIENCE_S} s")


def figures(dealt: market.Market) -> dict[str, object]:
    """Return the milliseconds from the answer of a POST to the state that the controls gave."""
    assert not Job.objects.filter(state="QUEUED").exists(), "something else waits to be done"
    token = tokens.create_token(name="alone", source_system="ALONE", actor=SYSTEM, at=market.SET_UP)
    day = market.business_days(market.DAYS)[-1]
    took: list[float] = []
    with serving() as served, _working():
        line = Line(served.port)
        for number in range(WARM_UP + TRADES):
            body = json.dumps(market.clean(dealt, day, f"A-{number}")).encode()
            status, answer = line.ask(
                post("/api/v1/executions/", body, token=token, media_type="application/json")
            )
            began = perf_counter()
            assert status == 201, answer
            _judged(f"A-{number}")
            took.append((perf_counter() - began) * 1000)
            time.sleep(APART_S)
    ordered = sorted(took[WARM_UP:])
    return {
        "judged_after_post_ms": round(median(ordered), 1),
        "judged_after_post_p95_ms": round(ordered[len(ordered) * 95 // 100], 1),
        "judged_after_post_goal_ms": GOAL_MS,
    }
