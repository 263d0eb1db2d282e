"""`doctor` looks at what it names: a folder is written to, a server is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection

from backoffice.examination import Seen, examine

pytestmark = pytest.mark.django_db


def _seen() -> dict[str, Seen]:
    looks = list(examine())
    assert len({look.part for look in looks}) == len(looks), "each part is said once"
    return {look.part: look for look in looks}


@pytest.mark.parametrize(
    ("case", "says"), [("nowhere to write", "/proc"), ("a file", "is no folder")]
)
def test_a_folder_that_cannot_be_written_to(
    settings: LazySettings, tmp_path: Path, case: str, says: str
) -> None:
    file = tmp_path / "file"
    file.touch()
    settings.FILES_DIR = Path("/proc/nope") if case == "nowhere to write" else file

    found = _seen()["files"]

    assert not found.well, case
    assert says in found.detail


def test_a_folder_that_is_not_there_yet_is_well_and_is_not_made(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.FILES_DIR = tmp_path / "a" / "b"

    assert _seen()["files"].well
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_schemas_must_hold_those_that_are_needed(
    settings: LazySettings, tmp_path: Path
) -> None:
    (tmp_path / "junk.xsd").write_text("<schema/>")
    settings.REPORT_SCHEMA_DIR = str(tmp_path)

    found = _seen()["report schemas"]

    assert not found.well
    assert "auth.016.001.01" in found.detail


def test_a_database_that_does_not_answer_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_arguments: object) -> None:
        raise OperationalError("nobody there")

    monkeypatch.setattr(connection, "cursor", gone)

    found = _seen()

    assert found["database"] == ("database", False, "nobody there")
    assert "postgresql" not in found


def test_a_web_server_that_is_not_there_is_seen(settings: LazySettings) -> None:
    settings.PORT = 9

    found = _seen()["web"]

    assert not found.well
    assert "refused" in found.detail
