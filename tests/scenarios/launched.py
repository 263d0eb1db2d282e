"""A real `manage.py up` in its own folder, for scenario tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backoffice.launcher import places
from backoffice.launcher.embedded import Postgres
from backoffice.launcher.processes import mark_of, marked
from backoffice.launcher.valkey import Valkey

PATIENCE_SECONDS = 40
IMPATIENT = {"JOB_LEASE_SECONDS": "6"}
"""Work of a worker that was killed is taken over soon."""
WORLD = """
from datetime import UTC, date, datetime
from refdata import demo
demo.seed(business_date=date(2026, 11, 20), at=datetime(2026, 11, 20, tzinfo=UTC))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(check: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait until `check` returns something true; fail with its last answer."""
    deadline = time.monotonic() + seconds
    while not (answer := check()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.1)
    return answer


def _unserved() -> dict[str, str]:
    """The environment without the servers that this machine may offer."""
    foreign = {"DATABASE_URL", "REDIS_URL", "APP_ENV", "DEMO"}
    return {name: value for name, value in os.environ.items() if name not in foreign}


def _local(data_dir: Path, **environment: str) -> dict[str, str]:
    local = {"DATA_DIR": str(data_dir), "APP_ENV": "local", "DEMO": "1"}
    return _unserved() | local | environment


def manage(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py arguments` on a copy that is not up; return its exit code and what it said."""
    return subprocess.run(
        [sys.executable, str(places.ROOT / "manage.py"), *arguments],
        cwd=places.ROOT,
        env=_local(data_dir, **environment),
        capture_output=True,
        text=True,
        check=False,
    )


def begin(data_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start `manage.py arguments` on a copy that is not up."""
    return subprocess.Popen(
        [sys.executable, str(places.ROOT / "manage.py"), *arguments],
        cwd=places.ROOT,
        env=_local(data_dir),
        stdout=subprocess.PIPE,
        text=True,
    )


@dataclass
class Launched:
    """One copy of the product: its folder, its port, its launcher."""

    data_dir: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def place(self) -> places.Place:
        return places.Place(self.data_dir)

    def get(self, path: str) -> tuple[int, str]:
        address = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError as silent:
            return 0, str(silent)

    def ready(self) -> bool:
        assert self.process.poll() is None, self.log()
        return self.get("/readyz")[0] == 200

    def log(self) -> str:
        return (self.data_dir / "up.log").read_text()

    def children(self) -> dict[str, int]:
        found = marked(mark_of((self.data_dir / "up.lock").stat()))
        return {process.name: process.pid for process in found if process.pid == process.group}

    def postgres_pid(self) -> int:
        server = Postgres(self.place)
        return int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `manage.py arguments` beside the running copy."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=places.ROOT,
            env=os.environ | {"DATA_DIR": str(self.data_dir), "PORT": str(self.port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def manage(self, *arguments: str) -> tuple[int, str]:
        """Run `manage.py arguments`; return its exit code and what it said."""
        process = self.start(*arguments)
        said = process.communicate(timeout=120)[0]
        return process.returncode, said.strip()

    def told(self, *arguments: str) -> str:
        """Run `manage.py arguments`, which must end well, and return what it said."""
        code, said = self.manage(*arguments)
        assert code == 0, said
        return said

    def load_reference_data(self) -> None:
        self.told("shell", "--no-imports", "-c", WORLD)

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(timeout=30)


LAUNCHED: list[Launched] = []


def launch(
    data_dir: Path,
    *,
    port: int | None = None,
    demo: bool = False,
    group: bool = False,
    **environment: str,
) -> Launched:
    """Start `manage.py up`; as a `group` it stands at a terminal of its own."""
    chosen = port or free_port()
    arguments = [] if demo else ["--no-demo"]
    with (data_dir / "up.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, str(places.ROOT / "manage.py"), "up", *arguments],
            env=_unserved()
            | IMPATIENT
            | {"DATA_DIR": str(data_dir), "PORT": str(chosen)}
            | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=group,
        )
    launched = Launched(data_dir, chosen, process)
    LAUNCHED.append(launched)
    return launched


def _end_what_runs(folder: Path) -> None:
    """End at once what was not stopped: nothing lives longer than its folder."""
    for up in LAUNCHED:
        if up.data_dir == folder and up.process.poll() is None:
            up.process.kill()
            up.process.wait()
    if (lock := folder / "up.lock").exists():
        for process in marked(mark_of(lock.stat())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def home(like: Path | None = None) -> Iterator[Path]:
    """A folder whose path has a space, empty or a copy of another that is not up.

    Whatever was started there is stopped afterwards.
    """
    folder = Path(tempfile.mkdtemp(prefix="denouement up ")).resolve()
    folder.chmod(0o755)
    try:
        if like:
            subprocess.run(["cp", "-a", f"{like}/.", str(folder)], check=True)
        yield folder
    finally:
        _end_what_runs(folder)
        place = places.Place(folder)
        Valkey(place).stop()
        Postgres(place, throw_away=True).remove()
        shutil.rmtree(place.valkey_sockets, ignore_errors=True)


@contextlib.contextmanager
def running(like: Path, **environment: str) -> Iterator[Launched]:
    """A copy of its own that is ready; it is ended at once: how one stops is tested elsewhere."""
    with home(like) as folder:
        up = launch(folder, **environment)
        eventually(up.ready, seconds=120)
        yield up
