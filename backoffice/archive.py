"""Backup and restore as one archive: the database, the stored files, the anchors, and the counts.

The dump and the counts come from one snapshot. A restore fills an empty database only, then proves
itself: same counts, unbroken audit chains.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from psycopg2.extensions import make_dsn

from backoffice.launcher import postgres_tools
from kernel.findings import Refusal

FORMAT: Final = 1
DUMP, MANIFEST = "database.dump", "manifest.json"


class UnableToBackUp(Refusal):
    """The database could not be dumped; nothing was written."""

    code = "UNABLE_TO_BACK_UP"


class UnableToRestore(Refusal):
    """The archive or the database is not fit for a restore; the message says which."""

    code = "UNABLE_TO_RESTORE"


def _folders() -> dict[str, Path]:
    return {"files": Path(settings.FILES_DIR), "anchors": Path(settings.ANCHOR_DIR)}


def _counts() -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a quoted name
            counts[table] = int(cursor.fetchone()[0])
    return counts


def _server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def _program(tool: str, refusal: type[Refusal]) -> str:
    """Return the program that fits our server; refuses to go on with one that does not."""
    server = _server_major()
    found = postgres_tools.fitting(tool, server=server)
    if found is None:
        raise refusal(postgres_tools.advice(tool, server=server))
    return str(found)


def _address() -> str:
    """Return our database as libpq writes it, with every option of the URL but the password."""
    found = settings.DATABASES["default"]
    options = {name: value for name, value in found["OPTIONS"].items() if name != "options"}
    named = {"host": found["HOST"], "port": found.get("PORT"), "user": found["USER"]}
    return str(make_dsn(dbname=found["NAME"], **{k: v for k, v in named.items() if v}, **options))


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL; the password goes by environment."""
    password = {"PGPASSWORD": settings.DATABASES["default"]["PASSWORD"]}
    return subprocess.run(  # noqa: S603 - a program of PostgreSQL with our own arguments
        command, env=os.environ | password, capture_output=True, text=True, check=False
    )


def back_up(*, target: Path, at: datetime) -> dict[str, int]:
    """Write one archive, readable by its owner alone; returns the rows per table in it.

    Raises UnableToBackUp; the target then does not exist.
    """
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / DUMP
        counts = _dump(dump)
        server = _server_major()
        described = {"format": FORMAT, "at": at.isoformat(), "postgresql": server}
        manifest = described | {"counts": counts}
        draft = target.with_name(f"{target.name}.draft")
        with (
            os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw,
            tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as archive,
        ):
            _add(archive, MANIFEST, json.dumps(manifest).encode())
            archive.add(dump, DUMP)
            for name, source in _folders().items():
                if source.is_dir():
                    archive.add(source, name)
        draft.replace(target)
    return counts


def _dump(dump: Path) -> dict[str, int]:
    program = _program("pg_dump", UnableToBackUp)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # This transaction idles, for hours where much is dumped, so that its snapshot stays.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        counts = _counts()
        if not counts:
            raise UnableToBackUp("the database has no tables: is it the one that you mean?")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        done = _run(program, "-Fc", f"--snapshot={snapshot}", "-f", str(dump), "-d", _address())
        if done.returncode:
            raise UnableToBackUp(done.stderr.strip())
        return counts


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o600
    archive.addfile(member, io.BytesIO(content))


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[tuple[tarfile.TarFile, dict[str, Any]]]:
    try:
        with tarfile.open(source, "r:gz") as archive:
            described = archive.extractfile(MANIFEST)
            manifest = json.loads(described.read()) if described else {}
            if manifest.get("format") != FORMAT:
                raise UnableToRestore(f"{source}: this version reads archives of format {FORMAT}")
            yield archive, manifest
    except (OSError, EOFError, KeyError, ValueError, tarfile.TarError) as unreadable:
        raise UnableToRestore(f"{source} is not a whole archive: {unreadable}") from unreadable


def restore(*, source: Path) -> dict[str, int]:
    """Fill the empty database and the folders; returns the rows per table that it must have.

    Raises UnableToRestore when the database holds a table already, or the archive is not whole.
    """
    with _opened(source) as (archive, manifest), tempfile.TemporaryDirectory() as folder:
        _require_empty_database()
        _require_no_older_server(manifest.get("postgresql", 0))
        program = _program("pg_restore", UnableToRestore)
        archive.extractall(folder, filter="data")
        quiet = ("--no-owner", "--no-acl", "--no-comments", "--exit-on-error")
        dump = Path(folder) / DUMP
        done = _run(program, *quiet, "--single-transaction", "-d", _address(), str(dump))
        if done.returncode:
            raise UnableToRestore(done.stderr.strip())
        for kind, target in _folders().items():
            _put_back(Path(folder) / kind, target)
    counts: dict[str, int] = manifest["counts"]
    return counts


def _require_empty_database() -> None:
    with connection.cursor() as cursor:
        if connection.introspection.table_names(cursor):
            raise UnableToRestore("the database is not empty: restore into a new one")


def _require_no_older_server(written_by: int) -> None:
    if written_by > (server := _server_major()):
        raise UnableToRestore(
            f"the archive is of PostgreSQL {written_by}; this server has {server}, which is older"
        )


def _put_back(source: Path, target: Path) -> None:
    """Copy files that are not there yet: an anchor that is there is newer than the archive."""
    for path in source.rglob("*") if source.is_dir() else ():
        place = target / path.relative_to(source)
        if path.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())


def differences(expected: dict[str, int]) -> list[str]:
    """Compare the rows per table with what the archive said; the schedule's own rows may move."""
    found = _counts()
    return [
        f"{table}: {count} rows expected, {found.get(table, 0)} found"
        for table, count in expected.items()
        if found.get(table, 0) != count
    ]
