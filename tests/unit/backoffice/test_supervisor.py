"""The launcher goes on supervising whatever the disk and the system refuse."""

from __future__ import annotations

import io
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backoffice.launcher import places, supervisor
from backoffice.launcher.embedded_services import Patience
from backoffice.launcher.processes import MARK, born_at, mark_of, marked
from backoffice.launcher.supervisor import Supervisor
from tests.scenarios.launched import eventually

SLEEPER = ["sleep", "60"]


def _mark() -> str:
    """A mark that no lock has."""
    return f"test:{os.getpid()}"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone hands orphans over")
def test_a_launcher_that_is_killed_at_any_instant_of_a_start_leaves_nobody_to_the_next() -> None:
    killing = [sys.executable, "-m", "tests.unit.backoffice.killed_launcher", _mark()]
    done = subprocess.run(killing, cwd=places.ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ending worker") > 10
    assert not marked(killing[-1])


def test_what_a_dead_leader_left_is_ended_too(capsys: pytest.CaptureFixture[str]) -> None:
    """The processes of a web server serve on when its first one is killed."""
    leader = subprocess.Popen(
        ["sh", "-c", "sleep 60 & echo; wait"],
        env={MARK: f"{_mark()}:worker"},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with leader:
        assert leader.stdout is not None
        assert leader.stdout.readline() == b"\n"
        leader.kill()

    Supervisor(_mark(), {}).end_orphans()

    assert not marked(_mark())
    assert f"ending worker (pid {leader.pid})" in capsys.readouterr().out


def test_what_another_launcher_started_is_left_alone(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.touch()
    other.touch()
    theirs = Supervisor(mark_of(other.stat()), {})
    theirs.add("worker", SLEEPER)
    try:
        eventually(lambda: marked(mark_of(other.stat())))

        Supervisor(mark_of(mine.stat()), {}).end_orphans()

        assert theirs.children[0].running()
    finally:
        theirs.stop_children()


def test_a_program_that_cannot_be_started_is_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Supervisor(_mark(), {})

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
