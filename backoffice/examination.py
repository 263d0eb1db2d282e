"""What `doctor` looks at: each finding is a part, whether it is well, and what was seen."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection

from backoffice import health
from core import anchors

POSTGRES_MIN: Final = 150_000
FREE_BYTES_MIN: Final = 1024**3


class Seen(NamedTuple):
    """One line of the report."""

    part: str
    well: bool
    detail: str


def _python() -> Seen:
    version = sys.version.split()[0]
    return Seen("python", sys.version_info >= (3, 11), version)


def _one(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else None


def _postgres() -> Seen:
    number = int(str(_one("SHOW server_version_num")))
    return Seen("postgresql", number >= POSTGRES_MIN, str(_one("SHOW server_version")))


def _durability() -> Seen:
    found = {name: _one(f"SHOW {name}") for name in ("fsync", "synchronous_commit")}
    detail = ", ".join(f"{name} {value}" for name, value in found.items())
    return Seen("durability", set(found.values()) == {"on"}, detail)


def _role() -> Seen:
    """The application role must own nothing: else it could switch the audit triggers off."""
    owned = _one("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
    powers = _one("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    role = _one("SELECT current_user")
    well = not owned and not powers
    return Seen("application role", well, f"{role} owns {owned} tables" if owned else f"{role}")


def _disk() -> Seen:
    folder = Path(settings.DATA_DIR)
    free = shutil.disk_usage(folder if folder.exists() else folder.parent).free
    return Seen("disk", free > FREE_BYTES_MIN, f"{free / 1024**3:.1f} GiB free at {folder}")


def _secrets() -> Seen:
    path = Path(settings.DATA_DIR) / "secrets.json"
    if not path.exists():
        return Seen("secrets", True, "kept by the environment")  # noqa: FBT003 - a verdict
    mode = path.stat().st_mode & 0o777
    return Seen("secrets", not mode & 0o077, f"{path} has mode {mode:o}")


def _writable(name: str, folder: Path) -> Seen:
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    return Seen(name, os.access(nearest, os.W_OK), str(folder))


def _anchored() -> Seen:
    behind = anchors.seconds_behind()
    told = f"the oldest entry without an anchor waits for {behind} s" if behind else "nothing waits"
    return Seen("anchoring", behind <= anchors.BEHIND_SECONDS_MAX, told)


def _schemas() -> Seen:
    folder = settings.REPORT_SCHEMA_DIR
    if not folder:
        return Seen("report schemas", True, "REPORT_SCHEMA_DIR is not set: files are not validated")  # noqa: FBT003 - a verdict
    found = len(list(Path(folder).glob("*.xsd")))
    return Seen("report schemas", found > 0, f"{found} in {folder}")


#: What fits no month lies in the partition that catches it; none was made ahead for too long.
STRAYED: Final = """
SELECT coalesce(string_agg(c.relname, ', '), '')
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' AND pg_relation_size(c.oid) > 0
"""


def _partitions() -> Seen:
    strayed = str(_one(STRAYED))
    return Seen("partitions", not strayed, strayed or "every row lies in its month")


CHECKS: Final[tuple[Callable[[], Seen], ...]] = (
    _python,
    _disk,
    _secrets,
    lambda: _writable("files", Path(settings.FILES_DIR)),
    lambda: _writable("anchors", Path(settings.ANCHOR_DIR)),
    _schemas,
    _postgres,
    _durability,
    _role,
    _partitions,
    _anchored,
)


def examine() -> Iterator[Seen]:
    """Look at everything; a check that cannot look is a finding, never an error."""
    for check in CHECKS:
        try:
            yield check()
        except (DatabaseError, OSError) as failed:
            yield Seen("database", False, str(failed).strip().splitlines()[0])  # noqa: FBT003 - a verdict
    for part, outcome in health.readiness().items():
        yield Seen(part, outcome == "ok", outcome)
