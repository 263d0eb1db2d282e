"""Django commands that `up` runs while it gets ready; they end with it, and with its Ctrl-C."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from backoffice.launcher import leash, places
from backoffice.launcher.cluster_home import UnableToStart


class Stopped(Exception):
    """Somebody asked the launcher to stop while a command ran: no failure, and nothing to say."""


@dataclass(slots=True)
class Commands:
    """The commands of one start. They lead their own sessions: Ctrl-C reaches only the launcher."""

    environment: Mapping[str, str]
    stop: threading.Event
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def begin(self, *arguments: str, role: str = "app") -> subprocess.Popen[str]:
        """Start one Django command, which ends with us.

        What `manage.py check` finds is the developer's to ask, not to wait for at every start.
        """
        if self.stop.is_set():
            raise Stopped
        process = subprocess.Popen(
            [sys.executable, str(places.ROOT / "manage.py"), *arguments, "--skip-checks"],
            env={**self.environment, "DATABASE_ROLE": role, leash.VARIABLE: "1"},
            cwd=places.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def run(self, *arguments: str, role: str = "app") -> None:
        """Run one Django command; its output is shown only when it fails.

        Raises UnableToStart, or Stopped when it was ended with us.
        """
        process = self.begin(*arguments, role=role)
        said = process.stdout.read() if process.stdout else ""
        if process.wait() == 0:
            return
        if self.stop.is_set():
            raise Stopped
        raise UnableToStart(f"{arguments[0]} failed:\n{said.strip()}")

    def end(self) -> None:
        """Let go of what still runs: it stops at once, and undoes what is not committed."""
        for process in self.running:
            with contextlib.suppress(OSError):
                process.terminate()

    def wait(self) -> None:
        """Return when everything has ended."""
        self.end()
        for process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
                continue
            process.kill()
            process.wait()
