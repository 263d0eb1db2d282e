"""`manage.py bench NAME`: figures, as one JSON object (`launcher/benches.py` runs several)."""

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

from backoffice.launcher import benches


class Command(BaseCommand):
    help = "Run a benchmark on an empty database of its own; prints one JSON object on a line."

    def add_arguments(self, parser: CommandParser) -> None:
        known = ", ".join(benches.names())
        parser.add_argument("name", help=f"of {known}; several run in turn, all without any")

    def handle(self, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # what it started ends with it
        name = options["name"]
        if name not in benches.names():
            raise CommandError(f"no benchmark named {name}: {', '.join(benches.names())}")
        result = self._measured(name)
        results = benches.FOLDER / "results"
        results.mkdir(exist_ok=True)
        (results / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
        self.stdout.write(json.dumps(result))
        if "error" in result:
            raise CommandError(f"failed: {name}")

    def _measured(self, name: str) -> dict[str, object]:
        """One benchmark's figures; an error is told, and is a result."""
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
