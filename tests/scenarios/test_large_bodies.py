"""Through the real server: what is too large is refused at once, measured or not; it stays up."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Iterator

import pytest

from tests.scenarios.launched import Launched, eventually, home, launch

pytestmark = pytest.mark.slow
MEGABYTE = bytes(1024 * 1024)
EARLY_SECONDS = 5


@pytest.fixture(name="up", scope="module")
def _up() -> Iterator[Launched]:
    with home() as folder:
        launched = launch(folder)
        try:
            eventually(launched.ready, seconds=120)
            yield launched
        finally:
            launched.end()


def chunks(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes):
        yield MEGABYTE


def post(up: Launched, path: str, body: bytes | Iterator[bytes], **headers: str) -> tuple[int, str]:
    """Send and return status and text; a server that stops reading early may cut us off."""
    connection = http.client.HTTPConnection("127.0.0.1", up.port, timeout=30)
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
def test_a_hundred_megabytes_to_the_api(up: Launched, manner: str) -> None:
    body = MEGABYTE * 100 if manner == "measured" else chunks(100)

    status, text = post(
        up, "/api/v1/executions/bulk/", body, **{"Content-Type": "application/json"}
    )

    assert (status, json.loads(text)["code"]) == (413, "BODY_TOO_LARGE")
    assert up.get("/livez")[0] == 200
