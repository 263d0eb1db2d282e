"""The examples of the API description: the files of docs/examples, where they are installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "examples"


def execution() -> dict[str, Any]:
    """Return the example of one execution; empty where the documentation is not installed."""
    lines = _lines("execution.json")
    return dict(json.loads("".join(lines))) if lines else {}


def of_a_bulk() -> dict[str, Any]:
    """Return the first item of the example of a bulk."""
    lines = _lines("executions.ndjson")
    return dict(json.loads(lines[0])) if lines else {}


def _lines(name: str) -> list[str]:
    path = FOLDER / name
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
