"""A command that is told to end while its servers start or stop still ends them, once."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from backoffice.launcher import embedded_services
from backoffice.launcher.embedded_services import Services
from backoffice.launcher.places import Place


@pytest.mark.parametrize(
    ("told_at", "runs", "code"),
    [
        ("never", True, None),
        ("start_postgres", False, 143),
        ("start_valkey", False, 143),
        ("command", True, 143),
        ("stop", True, None),
    ],
)
def test_whenever_it_is_told_everything_is_started_and_stopped_in_order(
    told_at: str, code: int | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, runs: bool
) -> None:
    done: list[str] = []

    def at(step: str) -> None:
        done.append(step)
        if step == told_at:
            os.kill(os.getpid(), signal.SIGTERM)
            done.append(f"{step} goes on")

    class Watched(Services):
        def start_postgres(self) -> str:
            at("start_postgres")
            return ""

        def start_valkey(self) -> str:
            at("start_valkey")
            return ""

        def stop(self, *, everything: bool = False) -> None:
            at("stop")

    monkeypatch.setattr(Services, "of_environment", lambda: Watched(Place(tmp_path)))
    before = signal.getsignal(signal.SIGTERM)
    ended = None
    try:
        with embedded_services.running():
            at("command")
    except SystemExit as told:
        ended = told.code

    started = ["start_postgres", "start_valkey"]
    steps = [step for step in done if not step.endswith("goes on")]
    assert steps == [*started, *(["command"] if runs else []), "stop"]
    assert "command goes on" not in done, "it ends at once"
    assert ended == code
    assert signal.getsignal(signal.SIGTERM) == before
