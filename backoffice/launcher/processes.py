"""What a process id stands for: a pid alone may have been given to a stranger since.

What a launcher starts carries its mark in the environment, from its first instruction to its last
and in whatever it starts in turn: nothing has to be written down in time to find it again.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

MARK: Final = "LAUNCHED_FOR"


class Marked(NamedTuple):
    """A living process with a mark."""

    pid: int
    group: int
    born: str
    name: str


def mark_of(lock: os.stat_result) -> str:
    """Return the mark of who holds that file open: no other file can get its number meanwhile."""
    return f"{lock.st_dev}:{lock.st_ino}"


def marked(mark: str) -> list[Marked]:
    """Return the processes that were started with `mark`, as far as we may see them."""
    sought, found = f"{MARK}={mark}:".encode(), []
    for pid, environment in _environments():
        _, mine, rest = environment.partition(sought)
        with contextlib.suppress(ProcessLookupError):
            if mine and (born := born_at(pid)):
                name = rest.replace(b"\0", b" ").split(b" ", 1)[0].decode()
                found.append(Marked(pid, os.getpgid(pid), born, name))
    return found


def _environments() -> Iterator[tuple[int, bytes]]:
    if not Path("/proc/self").exists():
        for line in _said("ps", "-A", "-E", "-ww", "-o", "pid=,command=").splitlines():
            pid, _, rest = line.strip().partition(" ")
            yield int(pid), rest.encode()
        return
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # gone since, or somebody else's
                yield int(folder.name), (folder / "environ").read_bytes()


def born_at(pid: int) -> str:
    """When that process started, as the system writes it; empty when it is gone."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            state, *rest = stat.read_text().rsplit(")", 1)[1].split()
            return "" if state == "Z" else rest[18]
        return ""
    return _said("ps", "-o", "lstart=", "-p", str(pid))


def command_of(pid: int) -> str:
    """What that process runs, with its arguments; empty when it is gone."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        return ""
    return _said("ps", "-o", "command=", "-p", str(pid))


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
