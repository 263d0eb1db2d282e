"""The product's own Python files, for tests that read them."""

from __future__ import annotations

from pathlib import Path

from backoffice.launcher import places

PACKAGES = places.PACKAGES
ROOMS = PACKAGES[1:-1]


def python_files(*folders: str) -> list[Path]:
    """Every Python file below those folders, generated migrations left out."""
    return sorted(
        path
        for folder in folders
        for path in (places.ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    )


def label(path: Path) -> str:
    return str(path.relative_to(places.ROOT))
