"""What `doctor` looks at: each finding is a part, whether it is well, and what was seen."""

from __future__ import annotations

import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection

from backoffice import health, promises
from backoffice.launcher import doorstep, postgres_tools
from core import anchors
from reporting.formats.schemas import missing_schemas

POSTGRES_MIN: Final = 15
FREE_BYTES_MIN: Final = 1024**3
ANSWER_SECONDS_MAX: Final = 5


class Seen(NamedTuple):
    """One line of the report."""

    part: str
    well: bool
    detail: str


class Verdict(NamedTuple):
    """What one look found."""

    well: bool
    detail: str


def _python() -> Verdict:
    return Verdict(sys.version_info >= (3, 11), sys.version.split()[0])


def _one(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else None


def _server_major() -> int:
    return int(str(_one("SHOW server_version_num"))) // 10_000


def _postgres() -> Verdict:
    return Verdict(_server_major() >= POSTGRES_MIN, str(_one("SHOW server_version")))


def _durability() -> Verdict:
    found = {name: _one(f"SHOW {name}") for name in ("fsync", "synchronous_commit")}
    detail = ", ".join(f"{name} {value}" for name, value in found.items())
    return Verdict(set(found.values()) == {"on"}, detail)


def _role() -> Verdict:
    """The application role must own nothing: else it could switch the audit triggers off."""
    owned = _one("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
    powers = _one("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    role = _one("SELECT current_user")
    well = not owned and not powers
    return Verdict(well, f"{role} owns {owned} tables" if owned else f"{role}")


def _backup_role() -> Verdict:
    """Backup and the promises are read by a role of its own: can it sign in and read?"""
    with promises.as_backup() as cursor:
        cursor.execute("SELECT current_user FROM (SELECT count(*) FROM qa.trade) t")
        role = cursor.fetchone()[0]
    return Verdict(True, f"{role} reads everything")  # noqa: FBT003 - a verdict


def _backup_programs() -> Verdict:
    server = _server_major()
    found = postgres_tools.fitting("pg_dump", server=server)
    return Verdict(found is not None, str(found or postgres_tools.advice("pg_dump", server=server)))


def _disk() -> Verdict:
    folder = Path(settings.DATA_DIR)
    free = shutil.disk_usage(_nearest(folder)).free
    return Verdict(free > FREE_BYTES_MIN, f"{free / 1024**3:.1f} GiB free at {folder}")


def _secrets() -> Verdict:
    path = Path(settings.DATA_DIR) / "secrets.json"
    if not path.exists():
        return Verdict(True, "kept by the environment")  # noqa: FBT003 - a verdict
    mode = path.stat().st_mode & 0o777
    return Verdict(not mode & 0o077, f"{path} has mode {mode:o}")


def _nearest(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _writable(folder: Path) -> Verdict:
    """Write there, or where the folder would be made: rights alone do not say it, least to root."""
    nearest = _nearest(folder)
    if not nearest.is_dir():
        return Verdict(False, f"{nearest} is no folder")  # noqa: FBT003 - a verdict
    with tempfile.TemporaryDirectory(dir=nearest) as probe:
        Path(probe, "probe").write_text("x")
    return Verdict(True, str(folder))  # noqa: FBT003 - a verdict


def _anchored() -> Verdict:
    behind = anchors.seconds_behind()
    told = f"the oldest entry without an anchor waits for {behind} s" if behind else "nothing waits"
    return Verdict(behind <= anchors.BEHIND_SECONDS_MAX, told)


def _schemas() -> Verdict:
    folder = settings.REPORT_SCHEMA_DIR
    if not folder:
        return Verdict(True, "REPORT_SCHEMA_DIR is not set: files are not validated")  # noqa: FBT003 - a verdict
    missing = [needed.name for needed in missing_schemas(Path(folder))]
    told = f"not in {folder}: {', '.join(missing)}" if missing else f"all in {folder}"
    return Verdict(not missing, told)


#: What fits no month lies in the partition that catches it; none was made ahead for too long.
STRAYED: Final = """
SELECT coalesce(string_agg(c.relname, ', '), '')
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' AND pg_relation_size(c.oid) > 0
"""


def _partitions() -> Verdict:
    strayed = str(_one(STRAYED))
    return Verdict(not strayed, strayed or "every row lies in its month")


def _web() -> Verdict:
    """Ask the web server of this machine, at HOST and PORT, whether it lives."""
    address = f"{doorstep.url_of(settings.HOST, settings.PORT)}livez"
    try:
        urllib.request.urlopen(address, timeout=ANSWER_SECONDS_MAX).close()  # noqa: S310 - our own http address
    except urllib.error.HTTPError as answered:
        return Verdict(False, f"{address} answers {answered.code}")  # noqa: FBT003 - a verdict
    return Verdict(True, address)  # noqa: FBT003 - a verdict


def _fix_dictionaries() -> Verdict:
    folder = settings.FIX_DICTIONARY_DIR
    if not folder:
        return Verdict(True, "FIX_DICTIONARY_DIR is not set: no session names one")  # noqa: FBT003 - a verdict
    found = len(list(Path(folder).glob("*.xml")))
    return Verdict(found > 0, f"{found} in {folder}")


Look = Callable[[], Verdict]
OF_THE_MACHINE: Final[dict[str, Look]] = {
    "python": _python,
    "disk": _disk,
    "secrets": _secrets,
    "files": lambda: _writable(Path(settings.FILES_DIR)),
    "anchors": lambda: _writable(Path(settings.ANCHOR_DIR)),
    "report schemas": _schemas,
    "fix dictionaries": _fix_dictionaries,
}
OF_THE_DATABASE: Final[dict[str, Look]] = {
    "postgresql": _postgres,
    "durability": _durability,
    "application role": _role,
    "partitions": _partitions,
    "anchoring": _anchored,
    "backup role": _backup_role,
    "backup programs": _backup_programs,
}


def _seen(part: str, look: Look) -> Seen:
    """Look at one part; a look that fails is a finding, never an error."""
    try:
        return Seen(part, *look())
    except (Error, OSError, ImproperlyConfigured) as failed:
        said = str(failed).strip() or type(failed).__name__
        return Seen(part, False, said.splitlines()[0])  # noqa: FBT003 - a verdict


def examine() -> Iterator[Seen]:
    """Look at everything; of a database that does not answer it is said once, and why."""
    for part, look in OF_THE_MACHINE.items():
        yield _seen(part, look)
    database = _seen("database", lambda: Verdict(_one("SELECT 1") == 1, "ok"))
    yield database
    if database.well:
        for part, look in OF_THE_DATABASE.items():
            yield _seen(part, look)
    for part, outcome in (health.readiness() | health.beside()).items():
        if part != "database" and (database.well or part != "migrations"):
            yield Seen(part, outcome == "ok", outcome)
    yield _seen("web", _web)
