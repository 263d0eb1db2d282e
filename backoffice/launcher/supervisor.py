"""Runs the processes of `up`: prefixed logs, restart with back-off, and a stop that leaves nothing.

Children lead their own sessions, so Ctrl-C reaches the launcher alone and it stops them in order.
What runs is written to a file: after a kill -9 of the launcher, the next start ends the orphans.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

STOP_SECONDS_MAX: Final = 10
KILL_SECONDS_MAX: Final = 5
BACKOFF_SECONDS_MAX: Final = 30
STEADY_SECONDS: Final = 10
COLOURS: Final = {"web": "36", "worker": "33", "scheduler": "35", "up": "32"}


def say(name: str, line: str) -> None:
    """Print one line, prefixed with the process it came from."""
    prefix = f"{name:<9} | "
    if sys.stdout.isatty():
        prefix = f"\033[{COLOURS.get(name, '0')}m{prefix}\033[0m"
    with contextlib.suppress(BrokenPipeError):
        print(prefix + line, flush=True)


def born_at(pid: int) -> str:
    """When that process started, as the system writes it; empty when it is gone.

    A pid alone may have been given to a stranger since.
    """
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        with contextlib.suppress(OSError):
            state, *rest = stat.read_text().rsplit(")", 1)[1].split()
            return "" if state == "Z" else rest[18]
        return ""
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _is_gone(pid: int, born: str) -> bool:
    return born_at(pid) != born


def end_group(pid: int, *, is_gone: Callable[[], bool]) -> None:
    """Ask the leader to stop, which ends its own when their work is done; then end what is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM)
    _wait(is_gone, STOP_SECONDS_MAX)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    _wait(is_gone, KILL_SECONDS_MAX)


def _wait(is_done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_done() and time.monotonic() < deadline:
        time.sleep(0.02)


@dataclass(slots=True)
class Child:
    """One supervised program."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[str] | None = None
    started_at: float = 0
    failures: int = 0
    restart_at: float = 0

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass(slots=True)
class Supervisor:
    """Keeps `children` and the `servers` alive until `stop` is set."""

    folder: Path
    environment: Mapping[str, str]
    children: list[Child] = field(default_factory=list)
    checks: list[Callable[[], None]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def record(self) -> Path:
        return self.folder / "processes.json"

    def end_orphans(self) -> None:
        """End what a killed launcher left running, and nothing else."""
        if not self.record.exists():
            return
        with contextlib.suppress(ValueError):
            for row in json.loads(self.record.read_text()):
                pid, born = int(row["pid"]), str(row["born"])
                if born and born_at(pid) == born:
                    say("up", f"ending {row['name']} (pid {pid}) left by an earlier start")
                    end_group(pid, is_gone=functools.partial(_is_gone, pid, born))
        self.record.unlink(missing_ok=True)

    def _write_record(self) -> None:
        rows = [
            {"name": child.name, "pid": child.process.pid, "born": born_at(child.process.pid)}
            for child in self.children
            if child.process is not None and child.running()
        ]
        draft = self.record.with_suffix(".draft")
        draft.write_text(json.dumps(rows))
        draft.replace(self.record)

    def start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        child.started_at = time.monotonic()
        threading.Thread(target=self._pump, args=(child.name, child.process), daemon=True).start()
        self._write_record()

    def add(self, name: str, command: Sequence[str]) -> None:
        child = Child(name, command)
        self.children.append(child)
        self.start(child)

    @staticmethod
    def _pump(name: str, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            say(name, line.rstrip())

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.running():
            return
        if child.process is not None:
            code = child.process.wait()
            steady = now - child.started_at > STEADY_SECONDS
            child.failures = 0 if steady else child.failures + 1
            wait = 0 if child.failures <= 1 else min(2 ** (child.failures - 2), BACKOFF_SECONDS_MAX)
            how = f"signal {-code}" if code < 0 else f"code {code}"
            say("up", f"{child.name} ended with {how}; starting it again in {wait} s")
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process, child.restart_at = None, now + wait
        if now >= child.restart_at:
            self.start(child)

    def step(self) -> None:
        """Look once at every server and child, and start again what has ended."""
        for check in self.checks:
            check()
        for child in self.children:
            if not self.stop.is_set():
                self._look_after(child)

    def run(self, *, seconds: float | None = None) -> None:
        """Supervise until `stop` is set, or for so many seconds."""
        deadline = time.monotonic() + seconds if seconds is not None else None
        while not self.stop.is_set() and (deadline is None or time.monotonic() < deadline):
            self.step()
            self.stop.wait(0.3)

    def stop_children(self) -> None:
        threads = [
            threading.Thread(target=self._end, args=(child,))
            for child in self.children
            if child.process is not None
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.record.unlink(missing_ok=True)

    @staticmethod
    def _end(child: Child) -> None:
        process = child.process
        if process is not None:
            end_group(process.pid, is_gone=lambda: process.poll() is not None)
