"""Redis is only a doorbell: without it capture goes on, and no job is lost or done twice."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from backoffice.launcher import places, provisioning
from backoffice.launcher.valkey import Valkey
from tests.factories.trades import message
from tests.scenarios.launched import Launched, eventually, home, running

pytestmark = pytest.mark.slow
#: A minute of silence in production; here long enough for the scheduler to miss several ticks.
SILENCE_SECONDS = 8


@pytest.fixture(name="valkey")
def _valkey() -> Iterator[Valkey]:
    with home() as folder:
        server = Valkey(places.Place(folder))
        server.start()
        yield server


@pytest.fixture(name="up")
def _up(valkey: Valkey, migrated: Path) -> Iterator[Launched]:
    with running(migrated, REDIS_URL=f"unix://{valkey.place.valkey_socket}") as up:
        yield up


def _manage(up: Launched, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(places.ROOT / "manage.py"), *arguments],
        cwd=places.ROOT,
        env=os.environ | {"DATA_DIR": str(up.data_dir), "APP_ENV": "local"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


def _post(up: Launched, token: str, number: int) -> int:
    content = message(source_reference=f"BELL-{number}")
    request = urllib.request.Request(
        f"http://127.0.0.1:{up.port}/api/v1/executions/",
        data=json.dumps(content).encode(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"bell-{number}",
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own http address
        status: int = answer.status
        return status


def _rows(up: Launched, statement: str) -> list[tuple[Any, ...]]:
    roles = provisioning.read_secrets(Path(up.data_dir) / "secrets.json")["roles"]
    app = provisioning.RoleNames.of(places.DATABASE).app
    with contextlib.closing(
        psycopg2.connect(
            host=str(up.place.postgres_sockets),
            dbname=places.DATABASE,
            user=app,
            password=roles[app],
        )
    ) as opened:
        cursor = opened.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())


def _states(up: Launched) -> Counter[str]:
    return Counter(dict(_rows(up, "SELECT state, count(*) FROM core_job GROUP BY state")))


def test_redis_stops_in_mid_work_and_a_worker_is_killed(valkey: Valkey, up: Launched) -> None:
    _manage(up, "shell", "-c", "from tests.factories import trades; trades.small_world(); print(1)")
    token = _manage(up, "create_api_token", "feed", "--source-system", "OMS")

    accepted = [_post(up, token, number) for number in range(10)]
    valkey.stop()
    accepted += [_post(up, token, number) for number in range(10, 30)]
    assert up.get("/readyz")[0] == 503
    os.kill(up.children()["worker"], signal.SIGKILL)
    time.sleep(SILENCE_SECONDS)
    valkey.start()
    accepted += [_post(up, token, number) for number in range(30, 40)]

    assert accepted == [201] * 40
    eventually(lambda: _states(up)["QUEUED"] + _states(up)["RUNNING"] == 0, seconds=60)
    assert set(_states(up)) == {"DONE"}
    trades = "SELECT count(*) FROM trades_trade WHERE source_reference LIKE 'BELL-%'"
    assert _rows(up, trades) == [(40,)]
    assert _rows(up, f"{trades} AND state = 'RECEIVED'") == [(0,)]
    twice = "SELECT rule_code, subject_id FROM desk_controlexception GROUP BY 1, 2, field"
    assert _rows(up, f"{twice} HAVING count(*) > 1") == []
    eventually(up.ready)
