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


def amendment() -> dict[str, Any]:
    """Return the same with another quantity."""
    one = execution()
    return one and one | {"version": 2, "action": "AMEND", "quantity": "120"}


def cancellation() -> dict[str, Any]:
    """Return its cancellation."""
    one = execution()
    return one and {"source_reference": one["source_reference"], "version": 3, "action": "CANCEL"}


def lines() -> str:
    """Return the example of a bulk, as it is sent."""
    return "\n".join(_lines("executions.ndjson"))


def allocation() -> dict[str, Any]:
    """Return the example of an allocation; empty where the documentation is not installed."""
    lines = _lines("allocation.json")
    return dict(json.loads("".join(lines))) if lines else {}


def of_a_bulk() -> dict[str, Any]:
    """Return the first item of the example of a bulk."""
    lines = _lines("executions.ndjson")
    return dict(json.loads(lines[0])) if lines else {}


def _lines(name: str) -> list[str]:
    path = FOLDER / name
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
