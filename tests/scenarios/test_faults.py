"""Every process is killed while a front office posts: what was acknowledged is there, once."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.launched import Launched, eventually, running
from tests.scenarios.test_broker_outage import _ask

pytestmark = pytest.mark.slow
RATE, SECONDS = 25, 14


@pytest.fixture(name="up")
def _up(migrated: Path) -> Iterator[Launched]:
    with running(migrated) as up:
        yield up


def _kill_everything_once(up: Launched) -> None:
    broker = int((up.data_dir / "valkey" / "valkey.pid").read_text())
    for name in ("web", "worker", "scheduler"):
        os.kill(up.children()[name], signal.SIGKILL)
        time.sleep(2)
    os.kill(broker, signal.SIGKILL)
    time.sleep(2)
    os.kill(up.postgres_pid(), signal.SIGKILL)


def test_promises_hold_when_every_process_is_killed_in_mid_work(up: Launched) -> None:
    up.load_reference_data()
    flow = up.start("simulate_front_office", "--rate", str(RATE), "--seconds", str(SECONDS))
    eventually(lambda: _ask(up, "SELECT count(*) > 20 FROM trades_execution")[0])
    _kill_everything_once(up)

    said = flow.communicate(timeout=120)[0]
    told = json.loads(said.strip().splitlines()[-1])
    assert flow.returncode == 0, said
    assert told["sent"] == RATE * SECONDS
    assert told["lost"] == 0

    eventually(up.ready, seconds=60)
    eventually(lambda: up.manage("verify_promises", "--settled")[0] == 0, seconds=60)
    assert "no problems" in up.told("verify_audit")
