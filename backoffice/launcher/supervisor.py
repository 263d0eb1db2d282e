"""Runs the processes of `up`: prefixed logs, restart with back-off, and a stop that leaves nothing.

Children lead their own sessions, so Ctrl-C reaches the launcher alone and it stops them in order.
They carry the mark of the lock of DATA_DIR, which one launcher holds at a time: after a kill -9 of
the launcher, whatever has that mark is an orphan, and the next start ends it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from backoffice.launcher.processes import MARK, Marked, born_at, marked

STOP_SECONDS_MAX: Final = 10
KILL_SECONDS_MAX: Final = 5
BACKOFF_SECONDS_MAX: Final = 30
STEADY_SECONDS: Final = 10
WEB: Final = "web"
COLOURS: Final = {WEB: "36", "worker": "33", "scheduler": "35", "fix": "34", "up": "32"}


def say(name: str, line: str) -> None:
    """Print one line, prefixed with the process it came from."""
    prefix = f"{name:<9} | "
    if sys.stdout.isatty():
        prefix = f"\033[{COLOURS.get(name, '0')}m{prefix}\033[0m"
    with contextlib.suppress(OSError):  # nobody reads any more, or the disk of the log is full
        print(prefix + line, flush=True)


def _has_ended(process: subprocess.Popen[str]) -> bool:
    return process.poll() is not None


def _are_gone(processes: Sequence[Marked]) -> bool:
    return all(born_at(process.pid) != process.born for process in processes)


def end_group(pid: int, *, is_gone: Callable[[], bool], together: bool = False) -> None:
    """Ask the leader to stop, which ends its own when their work is done; then end what is left.

    `together`: its own are asked too, again and again. A web process that is still loading does not
    hear the first word, and its leader would wait for it.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM)
    if together:
        for _ in range(STOP_SECONDS_MAX):
            if _wait(is_gone, 1):
                break
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGTERM)
    else:
        _wait(is_gone, STOP_SECONDS_MAX)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    _wait(is_gone, KILL_SECONDS_MAX)


def _wait(is_done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not (done := is_done()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return done


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

    mark: str
    environment: Mapping[str, str]
    children: list[Child] = field(default_factory=list)
    checks: list[Callable[[], None]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def end_orphans(self) -> None:
        """End what a killed launcher left running, and nothing else; its leader may be dead too."""
        groups = defaultdict(list)
        for process in marked(self.mark):
            groups[process.group].append(process)
        for group, left in groups.items():
            name, leader = left[0].name, [process for process in left if process.pid == group]
            say("up", f"ending {name} (pid {group}) left by an earlier start")
            gone = functools.partial(_are_gone, leader or left)
            end_group(group, is_gone=gone, together=name == WEB or not leader)

    def start(self, child: Child) -> None:
        """Start a child; where the system refuses, it is tried again with back-off."""
        try:
            child.process = subprocess.Popen(
                child.command,
                env={**self.environment, MARK: f"{self.mark}:{child.name}"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as refused:
            self._put_off(child, f"could not be started: {refused}", is_steady=False)
            return
        child.started_at = time.monotonic()
        threading.Thread(target=self._pump, args=(child.name, child.process), daemon=True).start()

    def add(self, name: str, command: Sequence[str]) -> None:
        child = Child(name, command)
        self.children.append(child)
        self.start(child)

    @staticmethod
    def _pump(name: str, process: subprocess.Popen[str]) -> None:
        if process.stdout is not None:
            with process.stdout as said:
                for line in said:
                    say(name, line.rstrip())

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.running():
            return
        if child.process is not None:
            code = child.process.wait()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process = None
            how = f"ended with signal {-code}" if code < 0 else f"ended with code {code}"
            self._put_off(child, how, is_steady=now - child.started_at > STEADY_SECONDS)
        if now >= child.restart_at:
            self.start(child)

    @staticmethod
    def _put_off(child: Child, why: str, *, is_steady: bool) -> None:
        """Say why a child is started again, and when: later each time it does not last."""
        child.failures = 0 if is_steady else child.failures + 1
        wait = 0 if child.failures <= 1 else min(2 ** (child.failures - 2), BACKOFF_SECONDS_MAX)
        say("up", f"{child.name} {why}; starting it again in {wait} s")
        child.restart_at = time.monotonic() + wait

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

    @staticmethod
    def _end(child: Child) -> None:
        process = child.process
        if process is not None:
            gone = functools.partial(_has_ended, process)
            end_group(process.pid, is_gone=gone, together=child.name == WEB)
