#!/usr/bin/env python3
"""The one door: builds `.venv` on a fresh machine with the standard library only, then runs.

`up`, `test` and `lint` run before Django loads; everything else is a Django command.
"""

from __future__ import annotations

import gc
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _install() -> None:
    """Create `.venv` when the pins or the interpreter changed; two starts at once wait in line."""
    import fcntl

    requirements = ROOT / "requirements.txt"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / ".stamp"

    def is_there() -> bool:
        readable = os.access(PYTHON, os.X_OK) and os.access(stamp, os.R_OK)
        return readable and stamp.read_text() == wanted

    if is_there():
        return
    with _lock() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_there():
            return
        print("[setup] installing into .venv (first run or new pins; about a minute) …", flush=True)
        if subprocess.call([sys.executable, "-m", "venv", str(VENV)]):
            sys.exit("[setup] the venv module is missing. Debian, Ubuntu: apt install python3-venv")
        pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        if subprocess.call([*pip, "-r", str(requirements)]):
            sys.exit("[setup] installation failed: see the message above, then run this again")
        stamp.write_text(wanted)


def _lock() -> TextIO:
    try:
        return (ROOT / ".venv.lock").open("w")
    except OSError as refused:
        sys.exit(
            f"[setup] {ROOT} cannot be written to ({refused.strerror}): its .venv is made there"
        )


def bootstrap() -> None:
    """Continue inside our own `.venv`, unless we are there or the image brings its packages."""
    if os.environ.get("NO_VENV") or Path(sys.prefix).resolve() == VENV.resolve():
        return
    if sys.version_info < (3, 11):
        sys.exit("Python 3.11 or newer is required")
    _install()
    os.execv(str(PYTHON), [str(PYTHON), *sys.argv])


def main(arguments: list[str]) -> None:
    command = arguments[1] if len(arguments) > 1 else ""
    if command == "test":
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments[2:]])
    if command == "up":
        from backoffice.launcher import up

        sys.exit(up.main(arguments[2:]))
    if command == "lint":
        from backoffice.launcher import lint

        sys.exit(lint.main(arguments[2:]))
    if command == "bench":
        from backoffice.launcher import benches

        if (ended := benches.each(arguments[2:])) is not None:
            sys.exit(ended)
    gc.set_threshold(50_000, 20, 100)  # what a command loads stays: look for garbage seldom
    from backoffice.launcher import doorway

    with doorway.ready_for(command):
        from django.core.management import execute_from_command_line

        execute_from_command_line(arguments)


if __name__ == "__main__":
    try:
        bootstrap()
        main(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
