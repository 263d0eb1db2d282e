"""`manage.py up`: from nothing to a running back office, and nothing left running after it."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.core.exceptions import ImproperlyConfigured

from backoffice.launcher import assets, children, doorstep, places
from backoffice.launcher import environment as env
from backoffice.launcher.cluster_home import UnableToStart, make_data_dir
from backoffice.launcher.commands import Commands, Stopped
from backoffice.launcher.embedded_services import Services
from backoffice.launcher.processes import mark_of
from backoffice.launcher.supervisor import WEB, Supervisor, say

TOLD_EVERY_SECONDS = 30
FIX_PORT_AFTER = 1_878  # 9878 beside 8000: where FIX examples listen
ACCOUNTS = "agent  agent2  supervisor  supervisor2  auditor  admin  admin2   (password: demo)"


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py up", description="Start everything; Ctrl-C stops everything."
    )
    parser.add_argument("--seconds", type=float, help="stop by itself after so many seconds")
    parser.add_argument("--host", default=env.text("HOST", "127.0.0.1"), help="or HOST")
    parser.add_argument(
        "--port", type=doorstep.port_number, default=env.text("PORT", "8000"), help="or PORT"
    )
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
    environment.setdefault("MALLOC_ARENA_MAX", "2")  # else each thread keeps what it freed
    environment.setdefault("APP_ENV", "local")
    environment["DEMO"] = "1" if env.flag("DEMO", default=embedded) else "0"
    environment.setdefault("DATA_DIR", str(places.data_dir()))
    environment["FIX_PORT"] = str(_fix_port(options.port))
    if environment["APP_ENV"] != "local" and embedded and not env.flag("ALLOW_EMBEDDED"):
        raise UnableToStart(
            "the embedded database is for development and demo: set DATABASE_URL, "
            "or ALLOW_EMBEDDED=1 if you accept that"
        )
    env.check()
    children.check_counts(environment)
    environment["NO_VENV"] = "1"
    # The embedded demo may run as root; a production worker is told so by its own start.
    environment.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")
    return environment


def _fix_port(port: int) -> int:
    """Return FIX_PORT, or the port of the FIX acceptor beside that of the pages: one per copy.

    0 means that there is none. Raises ImproperlyConfigured.
    """
    beside = port + FIX_PORT_AFTER
    asked = env.number("FIX_PORT", beside if beside <= doorstep.PORT_MAX else port - FIX_PORT_AFTER)
    if asked > doorstep.PORT_MAX:
        raise ImproperlyConfigured(
            f"FIX_PORT={asked}: write a number from 0 to {doorstep.PORT_MAX}"
        )
    return asked


@contextlib.contextmanager
def _only_one(place: places.Place) -> Iterator[str]:
    """One launcher per DATA_DIR; the lock goes with the process, even after kill -9.

    Gives the mark of what this launcher starts.
    """
    make_data_dir(place)
    with (place.data_dir / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise UnableToStart(
                f"already running with {place.data_dir}: stop it, "
                "or choose another DATA_DIR and PORT"
            ) from busy
        yield mark_of(os.fstat(lock.fileno()))


@dataclass(slots=True)
class House:
    """One start of the whole: its servers, its children, its commands."""

    options: argparse.Namespace
    services: Services
    supervisor: Supervisor
    commands: Commands
    progress: Progress = field(default_factory=Progress)

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.supervisor.environment)

    def stop(self) -> None:
        """Take the wish to stop; safe in the handler of a signal."""
        self.supervisor.stop.set()
        self.commands.end()

    def prepare(self, address: str) -> None:
        """Servers, tables, catalogues, static files, demo, children: the order of a start.

        Who needs no tables yet loads its code while they are made: the demo, which waits for our
        word, and the web server, which asks nothing of them before a request. Worker and scheduler
        load while the demo day is written.
        """
        with ThreadPoolExecutor() as pool:
            valkey = pool.submit(self.services.start_valkey)
            self.progress.line(f"PostgreSQL ready ({self.services.start_postgres()})")
            self.progress.line(f"Valkey ready ({valkey.result()})")
            self.services.forget_signs_of_life()
            # saying more costs a comparison of all models
            quietly = ("migrate", "--no-input", "-v", "0")
            migrated = pool.submit(self.commands.run, *quietly, role="owner")
            seeding = self._begin_demo()
            self._make_files()
            self._add(WEB, children.web(self.environment, host=address, port=self.options.port))
            migrated.result()
        self.progress.line("database migrated, roles and audit triggers in place")
        self._add("worker", children.worker(self.environment))
        self._add("scheduler", children.scheduler())
        if seeding is not None and not self.supervisor.stop.is_set():
            self._seed(seeding)

    def _add(self, name: str, command: list[str]) -> None:
        if not self.supervisor.stop.is_set():
            self.supervisor.add(name, command)

    def _begin_demo(self) -> subprocess.Popen[str] | None:
        """Start the command that loads the demo day into a database that does not hold it yet."""
        if self.options.no_demo or self.environment["DEMO"] != "1" or self.services.holds_demo():
            return None
        return self.commands.begin("seed_demo", "--when-told")

    def _seed(self, seeding: subprocess.Popen[str]) -> None:
        """Let the demo day be written: all of it or, if anything stops it, nothing."""
        self.progress.line("loading the demo day (first start only) …")
        with contextlib.suppress(BrokenPipeError):
            print("go", file=seeding.stdin, flush=True)
        for line in seeding.stdout or ():
            self.progress.line(f"demo: {line.rstrip()}")
        if seeding.wait() and not self.supervisor.stop.is_set():
            say("up", "the demo day was not loaded: see above")

    def _make_files(self) -> None:
        if assets.static_is_stale():
            self.commands.run("collectstatic", "--no-input")
            assets.mark_static_collected()
            self.progress.line("static files collected")
        if compiled := assets.compile_catalogues():
            self.progress.line(f"{compiled} French catalogues compiled")

    def start_fix(self) -> None:
        """Start the FIX acceptor when all else is ready; a port that is taken stops nobody."""
        port = self.environment["FIX_PORT"]
        if port != "0" and not self.supervisor.stop.is_set():
            self._add("fix", children.fix_acceptor())
            self.progress.line(f"FIX sessions: {env.text('FIX_HOST', '127.0.0.1')}:{port}")

    def watch_servers(self) -> None:
        try:
            done = self.services.keep_alive()
        except (UnableToStart, OSError) as failed:
            say("up", f"{failed}; trying again")
            return
        for line in done:
            say("up", line)

    def wait_until_ready(self, url: str, deadline: float | None) -> bool:
        """Wait until `/readyz` says that the house can work; say now and then what it lacks."""
        told_at = time.monotonic()
        while not self.supervisor.stop.is_set():
            lacking = _lacking(url)
            if not lacking:
                return True
            now = time.monotonic()
            if deadline is not None and now > deadline:
                return False
            if now - told_at > TOLD_EVERY_SECONDS:
                self.progress.line(f"not ready yet: {lacking}")
                told_at = now
            self.supervisor.step()
            self.supervisor.stop.wait(0.4)  # asking costs the web server a look at all migrations
        return False


def _lacking(url: str) -> str:
    """Say what `/readyz` misses; empty when nothing, so that people and programs can begin."""
    try:
        urllib.request.urlopen(f"{url}readyz", timeout=5).close()  # noqa: S310 - our own http address
    except urllib.error.HTTPError as answered:
        with contextlib.suppress(ValueError):
            parts = json.loads(answered.read())
            return ", ".join(f"{k} {v}" for k, v in parts.items() if v not in {"ok", False})
        return f"the web server answers {answered.code}"
    except OSError:
        return "the web server does not answer"
    return ""


def _serve(house: House) -> int:
    options, supervisor = house.options, house.supervisor
    deadline = None if options.seconds is None else house.progress.began + options.seconds
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: house.stop())
    supervisor.end_orphans()
    address = doorstep.address_of(options.host, options.port)
    url = doorstep.url_of(address, options.port)
    supervisor.checks.append(house.watch_servers)
    try:
        house.prepare(address)
        if not house.wait_until_ready(url, deadline):
            return 0 if supervisor.stop.is_set() else 1
        house.progress.line(f"ready: {url}")
        house.start_fix()
        if house.services.holds_demo():
            say("up", f"accounts: {ACCOUNTS}")
        say("up", "Ctrl-C stops everything")
        supervisor.run(seconds=None if deadline is None else deadline - time.monotonic())
    except Stopped:
        return 0
    finally:
        say("up", "stopping …")
        house.commands.wait()
        supervisor.stop_children()
        house.services.forget_signs_of_life()
    return 0


def _start(options: argparse.Namespace) -> int:
    environment = _environment(options)
    services = Services.of_environment()
    with _only_one(services.place) as mark:
        supervisor = Supervisor(mark, environment)
        house = House(options, services, supervisor, Commands(environment, supervisor.stop))
        try:
            return _serve(house)
        except (UnableToStart, OSError) as refused:
            say("up", f"cannot start: {refused}")
            return 1
        finally:
            services.stop(everything=True)
            say("up", "stopped")


def main(arguments: list[str]) -> int:
    try:
        options = _options(arguments)
        os.chdir(places.ROOT)
        return _start(options)
    except (UnableToStart, ImproperlyConfigured, OSError) as refused:
        say("up", f"cannot start: {refused}")
        return 1
