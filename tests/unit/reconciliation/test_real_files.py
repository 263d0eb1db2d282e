"""Every real statement file: what is read of it, or the words of the clear refusal."""

from pathlib import Path

import pytest

from backoffice import statement_files
from backoffice.launcher import places
from reconciliation.formats.known import CASH_READERS, read_cash
from reconciliation.states import FileFormat
from tests.unit.reconciliation.real_files import ROOT, needs_real_files

PAGE = places.ROOT / "docs" / "formats" / "statement-files.md"
FILES = list(statement_files.files_of(ROOT))


@needs_real_files
def test_the_page_says_what_becomes_of_each_file() -> None:
    written = PAGE.read_text(encoding="utf-8")

    assert written == statement_files.page(ROOT), "run manage.py write_docs --data FOLDER"


@needs_real_files
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_real_file_crashes_a_reader_or_is_read_without_its_proof(path: Path) -> None:
    content = path.read_bytes()[:200_000]

    for kind in FileFormat:
        if kind not in CASH_READERS:
            continue
        read = read_cash(kind, content)
        assert read.statements or read.reports or read.findings, kind
        assert all(finding.line for finding in read.findings), kind
        for statement in read.statements:
            proof = statement.opening.amount + statement.movement
            assert proof == statement.closing.amount, kind
