"""What a process id stands for: a pid alone may have been given to a stranger since."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path


def born_at(pid: int) -> str:
    """When that process started, as the system writes it; empty when it is gone."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            state, *rest = stat.read_text().rsplit(")", 1)[1].split()
            return "" if state == "Z" else rest[18]
        return ""
    return _ps(pid, "lstart=")


def command_of(pid: int) -> str:
    """What that process runs, with its arguments; empty when it is gone."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        return ""
    return _ps(pid, "command=")


def _ps(pid: int, column: str) -> str:
    done = subprocess.run(
        ["ps", "-o", column, "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
