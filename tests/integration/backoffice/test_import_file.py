"""`import_file` takes the real files of every room; a refusal says why."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backoffice.imports import IMPORT_KINDS
from reconciliation.models import StatementFile
from trades.models import CaptureBatch

pytestmark = pytest.mark.django_db


def run(kind: str, path: Path) -> str:
    told = StringIO()
    call_command("import_file", kind, str(path), stdout=told)
    return told.getvalue()


def test_a_fix_log_is_captured_and_what_is_no_fill_is_counted(shared_data: Path) -> None:
    path = max(
        shared_data.glob("fix/FIXTradingCommunity*/**/*.log"), key=lambda p: p.stat().st_size
    )

    told = run("fix", path)

    assert "messages=" in told
    assert CaptureBatch.objects.get().channel == "FIX"


def test_a_statement_is_booked_once(shared_data: Path) -> None:
    path = next(shared_data.glob("camt/viafintech__camt_parser/053/valid_example.xml"))

    told = run("statement", path)

    assert "state=" in told
    assert StatementFile.objects.count() == 1
    with pytest.raises(CommandError, match="SAME_FILE_TWICE"):
        run("statement", path)


@pytest.mark.parametrize("kind", sorted(IMPORT_KINDS))
def test_a_file_of_nothing_is_refused_by_every_kind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "nothing"
    path.write_bytes(b"  \n")

    with pytest.raises(CommandError):
        run(kind, path)
