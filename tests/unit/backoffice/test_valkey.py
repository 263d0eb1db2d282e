"""One Valkey per folder of files, whatever it answers; and none that outlives us."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice.launcher import embedded_services, valkey
from backoffice.launcher.embedded_services import Services
from backoffice.launcher.places import Place
from backoffice.launcher.processes import born_at
from backoffice.launcher.valkey import Valkey


@pytest.fixture(name="server")
def _server() -> Iterator[Valkey]:
    folder = Path(tempfile.mkdtemp(prefix="denouement kv ")).resolve()
    server = Valkey(Place(folder))
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)
    shutil.rmtree(server.place.valkey_sockets, ignore_errors=True)


def _pid(server: Valkey) -> int:
    pid = server.pid()
    assert pid is not None
    return pid


def test_a_server_that_hangs_lives_and_gets_no_twin(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "ANSWER_SECONDS_MAX", 0.1)
    monkeypatch.setattr(embedded_services, "SILENCE_SECONDS_MAX", 0)
    hanging = _pid(server)
    os.kill(hanging, signal.SIGSTOP)
    services = Services(server.place, valkey=server)

    assert server.running()
    assert services.keep_alive() == []
    assert _pid(server) == hanging
    assert "did not answer" in services.keep_alive()[0]

    assert not born_at(hanging)
    assert server.answers()


def test_a_refusal_is_an_answer(server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(server, "_ask", lambda _word: b"-MISCONF Errors writing to the AOF file")

        assert server.answers()


def test_a_server_whose_socket_was_removed_is_still_known(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "START_SECONDS_MAX", 2)
    before = _pid(server)
    server.place.valkey_socket.unlink()

    assert _pid(server) == before
    server.start()
    assert not born_at(before)
    assert server.answers()


def test_a_server_that_hangs_is_ended_with_us(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "ANSWER_SECONDS_MAX", 0.1)
    monkeypatch.setattr(valkey, "STOP_SECONDS_MAX", 1)
    hanging = _pid(server)
    os.kill(hanging, signal.SIGSTOP)

    server.stop()

    assert not born_at(hanging)


def test_a_number_that_belongs_to_somebody_else_now_is_not_ours(server: Valkey) -> None:
    server.stop()
    (server.folder / "valkey.pid").write_text(str(os.getpid()))

    assert not server.running()
