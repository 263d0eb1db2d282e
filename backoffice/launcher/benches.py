"""Several benchmarks are several processes: each finds an empty database, not what others left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from backoffice.launcher import places

FOLDER: Final = places.ROOT / "benchmarks"


def names() -> list[str]:
    """A benchmark is a module of `benchmarks` that has a `run`."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if "\ndef run(" in path.read_text())


def each(arguments: Sequence[str]) -> int | None:
    """Run each benchmark that was named, or all, in its turn; None where one is to run here."""
    if any(argument.startswith("-") for argument in arguments) or len(arguments) == 1:
        return None
    ended = [
        subprocess.call([sys.executable, str(places.ROOT / "manage.py"), "bench", name])
        for name in arguments or names()
    ]
    return max(ended)
