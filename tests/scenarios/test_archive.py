"""A backup is only worth what its restore proves."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice import archive as archives
from tests.scenarios.launched import home, manage

pytestmark = pytest.mark.slow


@pytest.fixture(name="source", scope="module")
def _source(migrated: Path) -> Iterator[Path]:
    with home(migrated) as folder:
        made = manage(folder, "create_api_token", "feed", "--source-system", "OMS")
        assert made.returncode == 0, made.stderr
        (folder / "files").mkdir()
        (folder / "files" / "0a1b").write_bytes(b"a stored file")
        assert manage(folder, "anchor_audit").returncode == 0
        yield folder


def test_a_backup_restores_into_an_empty_database_and_nowhere_else(
    source: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "day.tar.gz"
    made = manage(source, "backup", "--to", str(archive))
    assert made.returncode == 0, made.stderr
    assert archive.stat().st_mode & 0o077 == 0

    with home() as empty:
        restored = manage(empty, "restore", str(archive))
        assert restored.returncode == 0, restored.stderr
        assert "no problems" in restored.stdout
        assert (empty / "files" / "0a1b").read_bytes() == b"a stored file"

        again = manage(empty, "restore", str(archive))
        assert again.returncode == 1
        assert "not empty" in again.stderr


@pytest.mark.parametrize("case", ["cut_short", "not_an_archive", "empty", "absent", "foreign"])
def test_a_file_that_is_no_whole_archive_is_refused(case: str, tmp_path: Path) -> None:
    archive = tmp_path / "day.tar.gz"
    if case == "cut_short":
        with tarfile.open(archive, "w:gz") as made:
            made.add(__file__, "manifest.json")
        archive.write_bytes(archive.read_bytes()[:-20])
    elif case == "foreign":
        with tarfile.open(archive, "w:gz") as made:
            made.add(__file__, "something")
    elif case != "absent":
        archive.write_bytes(b"" if case == "empty" else b"not an archive")

    with pytest.raises(archives.UnableToRestore, match="not a whole archive"):
        archives.restore(source=archive)
