"""Kills a launcher at each line of the start of a child; says so when one leaves an orphan behind.

Linux gives the orphans to this program, which can tell when the last of them is gone.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from backoffice.launcher import supervisor

PR_SET_CHILD_SUBREAPER = 36
PATIENCE_SECONDS = 10
#: What a start runs through, line by line.
WATCHED = {supervisor.__file__, subprocess.__file__}


def _die_at(instant: int) -> None:
    passed = 0

    def look(frame: FrameType, _event: str, _argument: Any) -> Any:
        nonlocal passed
        if frame.f_code.co_filename not in WATCHED:
            return None
        passed += 1
        if passed == instant:
            os.kill(os.getpid(), signal.SIGKILL)
        return look

    sys.settrace(look)


def _launch(mark: str, instant: int) -> bool:
    """Be a launcher that is killed while it starts a child; say whether it came to that."""
    launcher = os.fork()
    if not launcher:
        watch = supervisor.Supervisor(mark, {})
        _die_at(instant)
        watch.add("worker", ["sleep", "60"])
        sys.settrace(None)
        os.kill(os.getpid(), signal.SIGTERM)
    return os.waitpid(launcher, 0)[1] == signal.SIGKILL


def _orphans_live() -> bool:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _start_again(mark: str, instant: int) -> None:
    """What began in this very moment has no environment yet; a real start comes later."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _orphans_live():
        supervisor.Supervisor(mark, {}).end_orphans()
        if time.monotonic() > deadline:
            sys.exit(f"killed at its line {instant}, a launcher leaves what nobody ends")


def main(mark: str) -> None:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    instant = 1
    while _launch(mark, instant):
        _start_again(mark, instant)
        instant += 1
    _start_again(mark, instant)


if __name__ == "__main__":
    main(sys.argv[1])
