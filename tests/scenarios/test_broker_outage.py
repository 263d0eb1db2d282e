"""The broker hangs, then dies, in mid-work: nothing is lost or done twice, nobody waits."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from backoffice.launcher import places, provisioning
from tests.scenarios.launched import Launched, eventually, running

pytestmark = pytest.mark.slow
OUTAGE_S = float(os.environ.get("BROKER_OUTAGE_S", "8"))
BATCHES, PER_BATCH = 40, 25


@pytest.fixture(name="up")
def _up(migrated: Path) -> Iterator[Launched]:
    with running(migrated) as up:
        yield up


def _execution(number: int) -> dict[str, Any]:
    return {
        "source_reference": f"OUT-{number}",
        "version": 1,
        "action": "NEW",
        "isin": "FR0000120271",
        "side": "BUY",
        "quantity": "100",
        "price": "55.10",
        "currency": "EUR",
        "traded_at": "2026-11-20T10:01:02.123456+01:00",
        "venue": "XPAR",
        "counterparty": "BNPP",
        "book": "EQ-PAR-1",
        "trader": "T-ANA",
        "capacity": "DEAL",
    }


def _post(up: Launched, token: str, batch: int) -> float:
    lines = [json.dumps(_execution(batch * PER_BATCH + n)) for n in range(PER_BATCH)]
    request = urllib.request.Request(
        f"http://127.0.0.1:{up.port}/api/v1/executions/bulk/",
        "\n".join(lines).encode(),
        {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/x-ndjson",
            "Idempotency-Key": f"batch-{batch}",
        },
    )
    started = time.monotonic()
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - http
        assert answer.status in {200, 201, 207}
    return time.monotonic() - started


def _ask(up: Launched, query: str) -> Any:
    place = places.Place(up.data_dir)
    names = provisioning.RoleNames.of(places.DATABASE)
    passwords = provisioning.read_secrets(place.secrets)["roles"]
    opened = psycopg2.connect(
        host=str(place.postgres_sockets),
        user=names.app,
        password=passwords[names.app],
        dbname=places.DATABASE,
    )
    with contextlib.closing(opened), opened.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def _broker_pid(folder: Path) -> int:
    return int((folder / "valkey" / "valkey.pid").read_text())


def _outage(folder: Path) -> None:
    """Hang, then die: the launcher brings a fresh and empty broker back."""
    time.sleep(1)
    pid = _broker_pid(folder)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(OUTAGE_S)
    os.kill(pid, signal.SIGKILL)


def test_an_outage_of_the_broker_loses_and_doubles_nothing(up: Launched) -> None:
    up.load_reference_data()
    token = up.told("create_api_token", "oms", "--source-system", "OMS")
    outage = threading.Thread(target=_outage, args=(up.data_dir,))
    outage.start()
    slowest = 0.0
    for batch in range(BATCHES):
        slowest = max(slowest, _post(up, token, batch))
        time.sleep(OUTAGE_S / BATCHES)
    outage.join()

    expected = BATCHES * PER_BATCH
    pending = "SELECT count(*) FROM core_job WHERE state <> 'DONE'"
    eventually(lambda: _ask(up, pending) == (0,), seconds=90)
    counts = _ask(
        up,
        "SELECT (SELECT count(*) FROM trades_execution), (SELECT count(*) FROM trades_trade),"
        " (SELECT count(*) FROM trades_tradeversion),"
        " (SELECT count(*) FROM trades_trade WHERE state = 'RECEIVED'),"
        " (SELECT max(attempts) FROM core_job)",
    )
    assert counts[:4] == (expected, expected, expected, 0)
    assert slowest < 5
