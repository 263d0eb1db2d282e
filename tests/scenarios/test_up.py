"""`manage.py up` heals what dies, keeps its data, and leaves nothing behind."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice.launcher.embedded import Postgres
from backoffice.launcher.places import Place
from backoffice.launcher.processes import born_at, mark_of, marked
from backoffice.launcher.valkey import Valkey
from tests.scenarios.launched import Launched, begin, eventually, home, launch

pytestmark = pytest.mark.slow


@pytest.fixture(name="folder")
def _folder(migrated: Path) -> Iterator[Path]:
    """Where it was started before: what a first start does is shown by itself."""
    with home(migrated) as folder:
        yield folder


@pytest.fixture(name="new")
def _new() -> Iterator[Path]:
    with home() as folder:
        yield folder


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def _said(up: Launched, words: str) -> bool:
    assert up.process.poll() is None, up.log()
    return words in up.log()


def _replaced(up: Launched, name: str, dead: int) -> bool:
    return up.children().get(name, dead) != dead


def test_every_process_that_is_killed_comes_back_and_sigterm_leaves_nothing(folder: Path) -> None:
    up = launch(folder)
    eventually(up.ready)

    eventually(lambda: "fix" in up.children())
    before = up.children()
    for name in ("web", "worker", "scheduler", "fix"):
        _kill(before[name])
    _kill(int((folder / "valkey" / "valkey.pid").read_text()))
    _kill(up.postgres_pid())

    for name in before:
        eventually(functools.partial(_replaced, up, name, before[name]))
    eventually(up.ready)
    after = up.children()
    assert up.end(signal.SIGTERM) == 0, up.log()
    assert [name for name, pid in after.items() if born_at(pid)] == []
    assert not Postgres(up.place).running()
    assert not Valkey(up.place).running()


def test_a_killed_launcher_is_taken_over_and_the_data_is_kept(folder: Path) -> None:
    first = launch(folder)
    eventually(first.ready)
    secrets = (folder / "secrets.json").read_text()
    orphans = first.children()
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    _kill(orphans["web"])  # its processes serve on, at its port
    assert first.get("/livez")[0] == 200

    second = launch(folder, port=first.port)
    eventually(lambda: not any(born_at(pid) for pid in orphans.values()))
    eventually(second.ready)

    assert (folder / "secrets.json").read_text() == secrets
    assert (folder / "secrets.json").stat().st_mode & 0o077 == 0
    assert second.end(signal.SIGINT) == 0, second.log()


def test_a_first_start_that_is_killed_leaves_nothing_half_done(new: Path) -> None:
    for moment in ("Valkey ready", "demo: reference data ready"):
        first = launch(new, demo=True)
        eventually(functools.partial(_said, first, moment))
        assert first.end(signal.SIGKILL) == -signal.SIGKILL

    second = launch(new, demo=True)
    eventually(second.ready)

    assert "was not loaded" not in second.log()
    counted = "from trades.models import Trade; print(Trade.objects.count() > 4000)"
    assert second.told("shell", "--no-imports", "-c", counted) == "True"
    assert second.end() == 0, second.log()
    assert not marked(mark_of((new / "up.lock").stat()))


def test_a_second_launcher_in_the_same_folder_and_a_taken_port_are_refused(folder: Path) -> None:
    first = launch(folder)
    eventually(lambda: first.get("/livez")[0] == 200)

    same_folder = launch(folder)
    assert same_folder.process.wait(timeout=20) == 1
    assert "already running" in first.log()
    with home() as other:
        same_port = launch(other, port=first.port)
        assert same_port.process.wait(timeout=20) == 1
        assert f"port {first.port}" in same_port.log()
    assert first.end() == 0


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_command_that_is_told_to_end_ends_what_it_started(
    migrated: Path, sign: signal.Signals
) -> None:
    with home(migrated) as folder:
        program = "print('ready', flush=True); import time; time.sleep(60)"
        with begin(folder, "shell", "--no-imports", "-c", program) as command:
            assert command.stdout is not None
            assert command.stdout.readline() == "ready\n"
            assert _servers(folder) == (True, True)

            command.send_signal(sign)

            assert command.wait(timeout=30) == 128 + sign
        assert _servers(folder) == (False, False)


def test_a_command_that_is_told_to_end_leaves_alone_what_it_found_running(folder: Path) -> None:
    up = launch(folder)
    eventually(up.ready)
    program = "print('ready', flush=True); import time; time.sleep(60)"
    with begin(folder, "shell", "--no-imports", "-c", program) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "ready\n"

        command.terminate()
        command.wait(timeout=30)

    assert _servers(folder) == (True, True)


def _servers(folder: Path) -> tuple[bool, bool]:
    place = Place(folder)
    return Postgres(place).running(), Valkey(place).running()
