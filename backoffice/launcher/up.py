"""`manage.py up`: from nothing to a running back office, and nothing left running after it."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from backoffice.launcher import assets, children, leash, places
from backoffice.launcher.embedded import UnableToStart
from backoffice.launcher.embedded_services import Services
from backoffice.launcher.supervisor import Supervisor, say

READY_SECONDS_MAX = 60
ACCOUNTS = "agent  agent2  supervisor  supervisor2  auditor  admin   (password: demo)"


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py up", description="Start everything; Ctrl-C stops everything."
    )
    parser.add_argument("--seconds", type=float, help="stop by itself after so many seconds")
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument("--no-demo", action="store_true", help="do not load the demo day")
    return parser.parse_args(arguments)


class Progress:
    """One line per step, with the seconds since the start."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def line(self, text: str) -> None:
        say("up", f"{time.monotonic() - self.began:5.1f} s  {text}")


def _environment(options: argparse.Namespace) -> dict[str, str]:
    """What every child gets: local unless told otherwise; a demo only on the embedded server."""
    embedded = not os.environ.get("DATABASE_URL")
    environment = os.environ | {"PORT": str(options.port), "PYTHONUNBUFFERED": "1"}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    environment.setdefault("APP_ENV", "local")
    environment.setdefault("DEMO", "1" if embedded else "0")
    environment.setdefault("DATA_DIR", str(places.data_dir()))
    if environment["APP_ENV"] != "local" and embedded and not environment.get("ALLOW_EMBEDDED"):
        raise UnableToStart(
            "the embedded database is for development and demo: set DATABASE_URL, "
            "or ALLOW_EMBEDDED=1 if you accept that"
        )
    environment["NO_VENV"] = "1"
    # The embedded demo may run as root; a production worker is told so by its own start.
    environment.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")
    return environment


@contextlib.contextmanager
def _only_one(place: places.Place) -> Iterator[None]:
    """One launcher per DATA_DIR; the lock goes with the process, even after kill -9."""
    place.data_dir.mkdir(parents=True, exist_ok=True)
    with (place.data_dir / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise UnableToStart(
                f"already running with {place.data_dir}: stop it, "
                "or choose another DATA_DIR and PORT"
            ) from busy
        yield


def _require_free_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as taken:
            raise UnableToStart(f"port {port} on {host} is taken: choose another PORT") from taken


def _begin(
    environment: Mapping[str, str], *arguments: str, role: str = "app"
) -> subprocess.Popen[str]:
    """Start one Django command, which ends with us.

    What `manage.py check` finds is the developer's to ask, not to wait for at every start.
    """
    return subprocess.Popen(
        [sys.executable, str(places.ROOT / "manage.py"), *arguments, "--skip-checks"],
        env={**environment, "DATABASE_ROLE": role, leash.VARIABLE: "1"},
        cwd=places.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _manage(environment: Mapping[str, str], *arguments: str, role: str = "app") -> None:
    """Run one Django command; its output is shown only when it fails."""
    process = _begin(environment, *arguments, role=role)
    said = process.stdout.read() if process.stdout else ""
    if process.wait():
        raise UnableToStart(f"{arguments[0]} failed:\n{said.strip()}")


def _demo_mark() -> Path:
    return places.data_dir() / "demo.loaded"


def _begin_demo(
    options: argparse.Namespace, environment: Mapping[str, str]
) -> subprocess.Popen[str] | None:
    """Start the command that loads the demo day once: it gets ready while tables are made."""
    if options.no_demo or environment["DEMO"] != "1" or _demo_mark().exists():
        return None
    return _begin(environment, "seed_demo", "--when-told")


def _prepare(
    services: Services, supervisor: Supervisor, options: argparse.Namespace, progress: Progress
) -> None:
    """Servers, tables, catalogues, static files, demo: everything that children expect to find.

    Who needs no tables yet loads its code while they are made: the demo, which waits for our word,
    and the web server, which asks nothing of them before a request.
    """
    with ThreadPoolExecutor() as pool:
        valkey = pool.submit(services.start_valkey)
        progress.line(f"PostgreSQL ready ({services.start_postgres()})")
        progress.line(f"Valkey ready ({valkey.result()})")
        migrate = (
            "migrate",
            "--no-input",
            "-v",
            "0",
        )  # saying more costs a comparison of all models
        migrated = pool.submit(_manage, supervisor.environment, *migrate, role="owner")
        seeding = _begin_demo(options, supervisor.environment)
        if assets.static_is_stale():
            _manage(supervisor.environment, "collectstatic", "--no-input")
            assets.mark_static_collected()
            progress.line("static files collected")
        if compiled := assets.compile_catalogues():
            progress.line(f"{compiled} French catalogues compiled")
        _start_web(supervisor, options)
        migrated.result()
    progress.line("database migrated, roles and audit triggers in place")
    if seeding is not None and not supervisor.stop.is_set():
        _seed(seeding, progress)


def _seed(seeding: subprocess.Popen[str], progress: Progress) -> None:
    """Let the demo day be written: all of it or, if anything stops it, nothing."""
    progress.line("loading the demo day (first start only) …")
    with contextlib.suppress(BrokenPipeError):
        print("go", file=seeding.stdin, flush=True)
    for line in seeding.stdout or ():
        progress.line(f"demo: {line.rstrip()}")
    if seeding.wait():
        say("up", "the demo day was not loaded: see above")
        return
    _demo_mark().touch()


def _start_web(supervisor: Supervisor, options: argparse.Namespace) -> None:
    if not supervisor.stop.is_set():
        command = children.web(supervisor.environment, host=options.host, port=options.port)
        supervisor.add("web", command)


def _start_work(supervisor: Supervisor) -> None:
    if supervisor.stop.is_set():
        return
    supervisor.add("worker", children.worker(supervisor.environment))
    supervisor.add("scheduler", children.scheduler())


def _address(options: argparse.Namespace) -> str:
    host = "127.0.0.1" if options.host in {"0.0.0.0", "::"} else options.host  # noqa: S104 - compared, not bound
    return f"http://{host}:{options.port}/"


def _answers(address: str) -> bool:
    with contextlib.suppress(urllib.error.URLError, OSError):
        urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own http address
        return True
    return False


def _wait_until_ready(supervisor: Supervisor, address: str) -> bool:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline and not supervisor.stop.is_set():
        if _answers(f"{address}livez"):
            return True
        supervisor.step()
        supervisor.stop.wait(0.1)
    return False


def _watch_servers(services: Services) -> None:
    try:
        revived = services.keep_alive()
    except UnableToStart as failed:
        say("up", f"{failed}; trying again")
        return
    for name in revived:
        say("up", f"{name} had ended; started again")


def _serve(
    options: argparse.Namespace, services: Services, environment: dict[str, str], progress: Progress
) -> int:
    began = time.monotonic()
    supervisor = Supervisor(services.place.data_dir, environment)
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: supervisor.stop.set())
    supervisor.end_orphans()
    _require_free_port(options.host, options.port)
    supervisor.checks.append(lambda: _watch_servers(services))
    try:
        _prepare(services, supervisor, options, progress)
        _start_work(supervisor)
        if not _wait_until_ready(supervisor, _address(options)):
            return 0 if supervisor.stop.is_set() else 1
        progress.line(f"ready: {_address(options)}")
        if _demo_mark().exists():
            say("up", f"accounts: {ACCOUNTS}")
        say("up", "Ctrl-C stops everything")
        left = None if options.seconds is None else options.seconds - (time.monotonic() - began)
        supervisor.run(seconds=left)
    finally:
        say("up", "stopping …")
        supervisor.stop_children()
    return 0


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    os.chdir(places.ROOT)
    progress = Progress()
    try:
        environment = _environment(options)
        services = Services.of_environment()
        with _only_one(services.place):
            try:
                return _serve(options, services, environment, progress)
            except UnableToStart as refused:
                say("up", f"cannot start: {refused}")
                return 1
            finally:
                services.stop(everything=True)
                say("up", "stopped")
    except UnableToStart as refused:
        say("up", f"cannot start: {refused}")
        return 1
