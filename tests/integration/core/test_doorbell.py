"""The doorbell never keeps a caller waiting and never fails one."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from celery import current_app

from core import doorbell


@pytest.fixture
def bell(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Point a fresh bell at a broker."""
    settings.RING_DOORBELL = True
    fresh = doorbell.Bell()
    monkeypatch.setattr(doorbell, "BELL", fresh)

    def use(url: str) -> None:
        monkeypatch.setattr(
            current_app,
            "connection_for_write",
            lambda **more: current_app._connection(url, **more),
        )

    yield use
    fresh.rest(10)


def test_a_broker_that_hangs_keeps_nobody_waiting(bell: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as deaf:
        path = str(Path(folder) / "s")
        deaf.bind(path)
        deaf.listen()
        bell(f"redis+socket://{path}")
        started = monotonic()
        for _ in range(1000):
            doorbell.ring()

        assert monotonic() - started < 0.5


def test_a_broker_that_is_gone_keeps_nobody_waiting(bell: Callable[[str], None]) -> None:
    bell("redis+socket:///nowhere/at/all")
    started = monotonic()
    doorbell.ring()

    assert monotonic() - started < 0.5


def test_the_message_only_says_that_there_may_be_work(bell: Callable[[str], None]) -> None:
    bell("memory://")
    doorbell.ring()
    assert doorbell.BELL.rest(10)

    with current_app._connection("memory://") as opened:
        message = opened.SimpleQueue("default").get(block=False)
    assert message.headers["task"] == "core.ring"
    assert message.headers["argsrepr"] == "()"
