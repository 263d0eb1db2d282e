"""A PostgreSQL of one's own, of another version than the wheel's: set up, backed up, restored."""

from __future__ import annotations

import contextlib
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice.launcher import places
from backoffice.launcher.embedded import Postgres
from tests.scenarios.launched import eventually, home, launch, manage

DEBIAN = Path("/usr/lib/postgresql/15/bin")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (DEBIAN / "initdb").exists(), reason="no PostgreSQL 15: apt install postgresql-15"
    ),
]
WORD = "a-word-for-all"


@contextlib.contextmanager
def _served(binaries: Path | None) -> Iterator[Path]:
    """A server that the product did not start: it only knows its address."""
    with home() as folder, pytest.MonkeyPatch.context() as patch:
        if binaries:
            patch.setenv("BACKOFFICE_PG_BIN", str(binaries))
        server = Postgres(places.Place(folder), throw_away=True)
        patch.undo()
        server.start(password=WORD)
        try:
            yield server.place.postgres_sockets
        finally:
            server.stop()


def _settings(sockets: Path, database: str = "house") -> dict[str, str]:
    def url(role: str) -> str:
        return f"postgresql://{role}:{WORD}@/{database}?host={sockets}&application_name=own"

    return {
        "PROVISION_URL": url("postgres"),
        "DATABASE_URL": url(f"{database}_app"),
        "DATABASE_OWNER_URL": url(f"{database}_owner"),
        "DATABASE_BACKUP_URL": url(f"{database}_backup"),
        "DEMO": "0",
    }


@pytest.fixture(name="fifteen", scope="module")
def _fifteen() -> Iterator[Path]:
    with _served(DEBIAN) as sockets:
        yield sockets


@pytest.fixture(name="house", scope="module")
def _house(fifteen: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A database with its roles and tables, and somebody in it."""
    house = _settings(fifteen)
    folder = tmp_path_factory.mktemp("house")
    assert "house are in place" in _well(folder, "provision_roles", **house)
    _well(folder, "migrate", "--no-input", "-v", "0", **house)
    _well(folder, "create_administrator", "alix", **house)
    return house


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return tmp_path


def _well(folder: Path, *arguments: str, **settings: str) -> str:
    done = manage(folder, *arguments, **settings)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def test_a_backup_of_its_version_restores_there_and_into_a_newer_one(
    fifteen: Path, house: dict[str, str], folder: Path
) -> None:
    archive = folder / "day.tar.gz"
    assert "none broken" in _well(folder, "verify_promises", **house)
    _well(folder, "backup", "--to", str(archive), **house)
    with tarfile.open(archive) as packed:
        dump = packed.extractfile("database.dump")
        assert dump is not None
        assert dump.read(9)[6:7] <= b"\x0e", "a format that PostgreSQL 15 reads"

    second = _settings(fifteen, "second")
    _well(folder, "provision_roles", **second)
    assert "no problems" in _well(folder / "second", "restore", str(archive), **second)
    with _served(None) as newer:
        third = _settings(newer, "third")
        _well(folder, "provision_roles", **third)
        assert "no problems" in _well(folder / "third", "restore", str(archive), **third)


def test_what_a_setting_lacks_is_said(house: dict[str, str], folder: Path) -> None:
    for command in (["backup", "--to", str(folder / "x")], ["verify_promises"]):
        done = manage(folder, *command, **house | {"DATABASE_BACKUP_URL": ""})
        assert done.returncode == 1
        assert "DATABASE_BACKUP_URL is missing" in done.stderr
        assert "Traceback" not in done.stderr
    doctor = manage(folder, "doctor", **house | {"DATABASE_BACKUP_URL": ""})
    assert "ILL  backup role: DATABASE_BACKUP_URL is missing" in doctor.stdout
    assert "ok   backup role" in manage(folder, "doctor", **house).stdout


def test_without_fitting_programs_a_backup_says_which_are_missing(
    house: dict[str, str], folder: Path
) -> None:
    blind = (
        "import pathlib; from backoffice.launcher import postgres_tools as tools;"
        " tools.DEBIAN = pathlib.Path('/nowhere');"
        " from django.core.management import call_command;"
        f" call_command('backup', '--to', {str(folder / 'x')!r})"
    )
    done = manage(
        folder,
        "shell",
        "--no-imports",
        "-c",
        blind,
        **house | {"DATABASE_ROLE": "backup", "PATH": "/nowhere"},
    )

    assert done.returncode == 1
    assert "no pg_dump of PostgreSQL 15 here" in done.stderr
    assert "BACKOFFICE_PG_BIN" in done.stderr


def test_a_start_on_a_new_database_makes_it_and_says_what_is_in_it(
    fifteen: Path, folder: Path
) -> None:
    """What is loaded is asked of the database: neither the folder nor the wish says it."""
    url = f"postgresql://postgres:{WORD}@/fifth?host={fifteen}"
    for demo, words in (("0", ""), ("1", "loading the demo day"), ("1", "accounts:")):
        (folder / "up.log").unlink(missing_ok=True)
        up = launch(folder, demo=True, DATABASE_URL=url, DEMO=demo)
        eventually(lambda up=up: "Ctrl-C stops everything" in up.log(), seconds=180)
        assert up.get("/readyz")[0] == 200
        assert up.end() == 0

        assert words in up.log()
        assert ("accounts:" in up.log()) is (demo == "1"), up.log()
    assert "loading the demo day" not in up.log()
