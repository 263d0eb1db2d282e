"""Bulks under fire: half sent, hung up, the database restarted, the web server killed, no disk.

The client sends the same call with the same key until it is answered: each message is booked once.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.launched import Launched, eventually, home, running
from tests.scenarios.test_broker_outage import _ask, _execution

pytestmark = pytest.mark.slow
BULK = "/api/v1/executions/bulk/"
COUNT = 5_000
PATIENCE_S = 180


@pytest.fixture(name="up", scope="module")
def _up(migrated: Path) -> Iterator[Launched]:
    with running(migrated) as up:
        up.load_reference_data()
        yield up


@pytest.fixture(name="token", scope="module")
def _token(up: Launched) -> str:
    return up.told("create_api_token", "oms", "--source-system", "OMS")


def bulk(name: str, count: int) -> bytes:
    """Return lines about identities of their own, no two of them alike."""
    return b"\n".join(
        json.dumps(
            _execution(n) | {"source_reference": f"{name}-{n}", "quantity": f"{n + 1}"}
        ).encode()
        for n in range(count)
    )


def booked(up: Launched, name: str) -> tuple[int, int, int]:
    """Count messages, trades and versions about the identities of that name."""
    like = f"LIKE '{name}-%'"
    counts = _ask(
        up,
        f"SELECT (SELECT count(*) FROM trades_execution WHERE source_reference {like}),"
        f" (SELECT count(*) FROM trades_trade WHERE source_reference {like}),"
        " (SELECT count(*) FROM trades_tradeversion v JOIN trades_trade t ON t.id = v.trade_id"
        f"  WHERE t.source_reference {like})",
    )
    return int(counts[0]), int(counts[1]), int(counts[2])


def head(token: str, key: str, *lines: str) -> bytes:
    """Return the start of a request; `lines` say how long it is."""
    return "\r\n".join(
        [
            f"POST {BULK} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {token}",
            "Content-Type: application/x-ndjson",
            f"Idempotency-Key: {key}",
            *lines,
            "",
            "",
        ]
    ).encode()


def post(up: Launched, token: str, key: str, body: Any, **headers: str) -> tuple[int, Any, bool]:
    """Send once; return status, answer and whether it is a stored one. Raises OSError."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{up.port}{BULK}",
        body,
        {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/x-ndjson",
            "Idempotency-Key": key,
            **headers,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - http
            stored = answer.headers.get("Idempotency-Replayed") == "true"
            return answer.status, json.loads(answer.read()), stored
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read()), False


def insist(up: Launched, token: str, key: str, body: bytes) -> tuple[Any, list[str]]:
    """Send until it is answered with 200, as a client does; return the answer and the troubles."""
    troubles: list[str] = []
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            status, answer, _stored = post(up, token, key, body)
        except (OSError, json.JSONDecodeError, EOFError) as failure:
            troubles.append(type(failure).__name__)
        else:
            if status == 200:
                return answer, troubles
            assert status in {409, 500, 502, 503}, answer
            troubles.append(str(status))
        time.sleep(0.3)
    raise AssertionError(f"not answered in {PATIENCE_S} s: {troubles[:20]}\n{up.log()[-4000:]}")


@pytest.mark.parametrize("manner", ["measured", "in chunks", "packed", "packed in chunks"])
def test_half_a_bulk_books_nothing(up: Launched, token: str, manner: str) -> None:
    """The sender dies behind a whole line; then it sends the whole under the same key."""
    name = f"HALF{len(manner)}"
    body = bulk(name, 400)
    sent = gzip.compress(body) if "packed" in manner else body
    half = sent[:-100] if "packed" in manner else sent[: sent.index(b"\n", len(sent) // 2) + 1]
    lines = ["Content-Encoding: gzip"] if "packed" in manner else []
    if "in chunks" in manner:
        lines.append("Transfer-Encoding: chunked")
        half = b"%x\r\n%b\r\n" % (len(half), half)
    else:
        lines.append(f"Content-Length: {len(sent)}")
    with socket.create_connection(("127.0.0.1", up.port), timeout=10) as line:
        line.sendall(head(token, name, *lines) + half)
        line.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            line.recv(1000)

    assert booked(up, name) == (0, 0, 0)
    answer, _troubles = insist(up, token, name, body)
    assert answer["counts"] == {"booked": 400}
    assert booked(up, name) == (400, 400, 400)
    assert up.get("/livez")[0] == 200


def test_a_client_that_hangs_up_before_the_answer(up: Launched, token: str) -> None:
    """What it sent is booked or not; the retry says which, and the result is the same."""
    body = bulk("HANG", 3_000)
    with socket.create_connection(("127.0.0.1", up.port), timeout=10) as line:
        line.sendall(head(token, "hang", f"Content-Length: {len(body)}") + body)

    answer, _troubles = insist(up, token, "hang", body)

    assert answer["counts"] == {"booked": 3_000}
    assert booked(up, "HANG") == (3_000, 3_000, 3_000)


def _kill_web(up: Launched) -> None:
    """Kill the server and its workers at once, as the end of memory does."""
    pid = up.children()["web"]
    family = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    for one in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def _kill_postgres(up: Launched) -> None:
    os.kill(up.postgres_pid(), signal.SIGKILL)


def _restart_postgres(up: Launched) -> None:
    """A fast shutdown, as an administrator does it; the launcher starts it again."""
    os.kill(up.postgres_pid(), signal.SIGINT)


def _writing(up: Launched) -> bool:
    """Say whether a bulk is writing its rows right now."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY trades_%'"
    with contextlib.suppress(Exception):
        return bool(_ask(up, query)[0])
    return False


@pytest.mark.parametrize("fault", [_kill_web, _kill_postgres, _restart_postgres])
def test_a_fault_in_the_middle_of_a_bulk(
    up: Launched, token: str, fault: Callable[[Launched], None]
) -> None:
    name = f"FAULT{fault.__name__}".replace("_", "")
    body = bulk(name, COUNT)
    client = ThreadPoolExecutor(1).submit(insist, up, token, name, body)
    eventually(lambda: _writing(up), seconds=60)
    fault(up)
    answer, troubles = client.result(timeout=PATIENCE_S + 60)

    assert troubles, "the fault came too late"
    assert answer["counts"] == {"booked": COUNT}
    assert booked(up, name) == (COUNT, COUNT, COUNT)
    status, again, stored = post(up, token, name, body)
    assert (status, stored, again) == (200, True, answer)
    eventually(up.ready, seconds=60)


def test_the_promises_hold_after_all_of_that(up: Launched) -> None:
    eventually(lambda: up.manage("verify_promises", "--settled")[0] == 0, seconds=240)


@contextlib.contextmanager
def small_disk() -> Iterator[Path]:
    """A folder on a file system of its own, of a few megabytes."""
    with home() as folder:
        place = folder / "tiny"
        place.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m,mode=1777", "tmpfs", str(place)],
            capture_output=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
        try:
            yield place
        finally:
            subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_said_and_survived(migrated: Path) -> None:
    """A body that finds no room, with its length or in chunks, is refused; the next one is not."""
    with small_disk() as disk, running(migrated, TMPDIR=str(disk)) as up:
        token = up.told("create_api_token", "oms", "--source-system", "OMS")
        line = json.dumps(_execution(1)).encode() + b" " * 900
        large = b"[" + b",".join([line] * 40_000) + b"]"
        pieces = (large[at : at + 10**6] for at in range(0, len(large), 10**6))
        outcomes = [post(up, token, "full", body) for body in (large, pieces)]
        good, kept, _stored = post(up, token, "small", bulk("SMALL", 5))

        assert [(full, said["code"]) for full, said, _stored in outcomes] == [
            (507, "NO_SPACE"),
            (507, "NO_SPACE"),
        ]
        assert (good, sum(kept["counts"].values())) == (200, 5)
        assert up.get("/livez")[0] == 200
