"""Through the real server: what is too large is refused at once, measured or not; it stays up."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice.launcher import places
from benchmarks.serving import peak_mb
from tests.scenarios.launched import Launched, running

pytestmark = pytest.mark.slow
MEGABYTE = bytes(1024 * 1024)
MEMORY_MB_MAX = 300
COUNT = 100_000
EARLY_SECONDS = 5


@pytest.fixture(name="up", scope="module")
def _up(migrated: Path) -> Iterator[Launched]:
    with running(migrated) as up:
        yield up


def chunks(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes):
        yield MEGABYTE


def post(
    up: Launched, path: str, body: bytes | Iterator[bytes], *, timeout: int = 30, **headers: str
) -> tuple[int, str]:
    """Send and return status and text; a server that stops reading early may cut us off."""
    connection = http.client.HTTPConnection("127.0.0.1", up.port, timeout=timeout)
    with contextlib.closing(connection):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", path, body=body, headers=headers)
        with connection.getresponse() as answer:
            return answer.status, answer.read().decode()


@pytest.mark.parametrize("path", ["/trades/fix/", "/reconciliation/statements/upload/"])
@pytest.mark.parametrize("manner", ["measured", "in chunks"])
def test_fifty_megabytes_to_a_page(up: Launched, path: str, manner: str) -> None:
    began = time.monotonic()

    status, text = post(up, path, MEGABYTE * 50 if manner == "measured" else chunks(50))

    assert (status, "At most 32 MB are accepted here" in text) == (413, True), text
    assert time.monotonic() - began < EARLY_SECONDS
    assert up.get("/livez")[0] == 200


@pytest.mark.parametrize("manner", ["measured", "in chunks"])
def test_more_than_two_hundred_megabytes_to_the_api(up: Launched, manner: str) -> None:
    body = MEGABYTE * 201 if manner == "measured" else chunks(201)

    status, text = post(
        up, "/api/v1/executions/bulk/", body, **{"Content-Type": "application/json"}
    )

    assert (status, json.loads(text)["code"]) == (413, "BODY_TOO_LARGE")
    assert up.get("/livez")[0] == 200


def test_a_hundred_thousand_executions_in_two_hundred_megabytes(up: Launched) -> None:
    """Each booked, below 300 MB in each web process; the call with the same key says the same."""
    up.load_reference_data()
    token = up.told("create_api_token", "large", "--source-system", "LARGE")
    example = json.loads((places.ROOT / "docs" / "examples" / "execution.json").read_text())
    blanks = " " * 1_750
    lines = (
        json.dumps(example | {"source_reference": f"L-{n}"})[:-1] + blanks + "}\n"
        for n in range(COUNT)
    )
    body = "".join(lines).encode()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/x-ndjson",
        "Idempotency-Key": "large",
    }

    status, text = post(up, "/api/v1/executions/bulk/", body, timeout=300, **headers)
    again = post(up, "/api/v1/executions/bulk/", body, timeout=300, **headers)

    assert len(body) > 190 * len(MEGABYTE)
    assert (status, json.loads(text)["counts"]) == (200, {"booked": COUNT})
    assert again == (status, text)
    assert peak_mb(up.children()["web"]) <= MEMORY_MB_MAX
