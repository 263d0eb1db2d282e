"""The launcher goes on supervising whatever the disk and the system refuse."""

from __future__ import annotations

import io
import itertools
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backoffice.launcher import supervisor
from backoffice.launcher.embedded_services import Patience
from backoffice.launcher.processes import born_at
from backoffice.launcher.supervisor import Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def _shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "RECORD_SECONDS", 0)


def test_a_record_that_cannot_be_written_stops_nobody_and_is_written_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full = tmp_path / "no room"
    watch = Supervisor(full, {})
    try:
        watch.add("web", SLEEPER)
        watch.step()
        child = watch.children[0]
        assert child.running()
        assert capsys.readouterr().out.count("going on without it") == 1

        full.mkdir()
        watch.step()
        assert "is written again" in capsys.readouterr().out
        assert str(child.process.pid) in watch.record.read_text()  # type: ignore[union-attr]  # it runs
    finally:
        watch.stop_children()


def test_a_program_that_cannot_be_started_is_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Supervisor(tmp_path, {})

    watch.add("web", [str(tmp_path / "nowhere")])
    watch.step()

    assert capsys.readouterr().out.count("could not be started") == 2
    assert watch.children[0].restart_at > time.monotonic()


def test_a_full_disk_behind_our_own_words_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())

    supervisor.say("up", "nobody hears this")


def test_a_web_server_that_did_not_hear_the_first_word_is_told_again() -> None:
    """Granian's processes ignore the signal while they load the application."""
    deaf = (
        "import signal, sys, time\n"
        "def hear(*_):\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_DFL)\n"
        "signal.signal(signal.SIGTERM, hear)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    began = time.monotonic()

    supervisor.end_group(process.pid, is_gone=lambda: process.poll() is not None, together=True)

    assert process.returncode == -signal.SIGTERM
    assert time.monotonic() - began < supervisor.STOP_SECONDS_MAX
    assert not born_at(process.pid)
    process.stdout.close()


def test_what_keeps_failing_is_tried_less_and_less(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    patience, tried = Patience(), []
    for _ in range(120):
        if patience.is_over():
            tried.append(now)
        now += 1

    waits = [round(later - first) for first, later in itertools.pairwise(tried)]
    assert waits[:5] == [1, 1, 2, 4, 8]
    assert max(waits) == 30
