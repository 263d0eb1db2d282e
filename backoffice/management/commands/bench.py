"""`manage.py bench [NAME …]`: figures, as one JSON object per benchmark."""

from __future__ import annotations

import importlib
import json
import os
import platform
import signal
import traceback
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backoffice.launcher import places

FOLDER = places.ROOT / "benchmarks"


def _names() -> list[str]:
    """A benchmark is a module of `benchmarks` that has a `run`."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if "\ndef run(" in path.read_text())


class Command(BaseCommand):
    help = "Run benchmarks on an empty database of their own; prints one JSON object per line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", help=f"of {', '.join(_names())}; all without any")

    def handle(self, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # what it started ends with it
        known = _names()
        if unknown := set(options["names"]) - set(known):
            raise CommandError(f"no benchmark named {', '.join(sorted(unknown))}")
        (FOLDER / "results").mkdir(exist_ok=True)
        failed = []
        for name in options["names"] or known:
            result = self._measured(name)
            (FOLDER / "results" / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
            self.stdout.write(json.dumps(result))
            if "error" in result:
                failed.append(name)
        if failed:
            raise CommandError(f"failed: {', '.join(failed)}")

    def _measured(self, name: str) -> dict[str, object]:
        """One benchmark's figures; an error is told, is a result, and the others still run."""
        result: dict[str, object] = {
            "benchmark": name,
            "at": timezone.now().isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
        }
        try:
            figures: dict[str, object] = importlib.import_module(f"benchmarks.{name}").run()
        except Exception as failed:
            self.stderr.write(traceback.format_exc())
            return result | {"error": f"{type(failed).__name__}: {failed}"}
        return result | figures
