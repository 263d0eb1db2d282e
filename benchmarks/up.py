"""How long `manage.py up` takes until it is ready: on an empty folder, and again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from backoffice.launcher import places
from backoffice.launcher.embedded import Postgres

READY = re.compile(r"([0-9.]+) s  ready")


def _seconds_until_ready(data_dir: Path, port: int) -> float:
    unusual = {"DATABASE_URL", "REDIS_URL", "APP_ENV", "PYTHONDONTWRITEBYTECODE"}
    inherited = {name: value for name, value in os.environ.items() if name not in unusual}
    process = subprocess.Popen(
        [sys.executable, str(places.ROOT / "manage.py"), "up", "--seconds", "120"],
        env=inherited | {"DATA_DIR": str(data_dir), "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stdout or ():
            if found := READY.search(line):
                return float(found[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    raise RuntimeError("up ended before it was ready")


def run() -> dict[str, object]:
    """Return seconds to ready, with the demo day loaded at the first start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="denouement-bench-"))
    folder.chmod(0o755)
    try:
        first = _seconds_until_ready(folder, port)
        later = min(_seconds_until_ready(folder, port) for _ in range(2))
    finally:
        Postgres(places.Place(folder), throw_away=True).remove()
        shutil.rmtree(folder, ignore_errors=True)
    return {"first_start_s": first, "first_goal_s": 15, "later_start_s": later, "later_goal_s": 6}
