"""Every real statement file: what is read of it, or the code of the clear refusal."""

import csv
from pathlib import Path

import pytest

from reconciliation.formats.camt import read_camt
from reconciliation.formats.mt940 import read_mt940
from tests.unit.reconciliation.real_files import ROOT, needs_real_files

READERS = {"mt94x": read_mt940, "camt": read_camt}
with Path(__file__).with_name("real_statements.tsv").open() as table:
    ROWS = list(csv.DictReader(table, delimiter="\t"))


@needs_real_files
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_real_statement_is_read_or_refused_with_a_line(row: dict[str, str]) -> None:
    read = READERS[row["path"].split("/")[0]]((ROOT / row["path"]).read_bytes())

    assert len(read.statements) == int(row["statements"])
    assert len(read.reports) == int(row["reports"])
    told = (*read.statements, *read.reports)
    assert sum(len(item.entries) for item in told) == int(row["entries"])
    assert (read.findings[0].code if read.findings else "") == row["first_finding"]
    for statement in read.statements:
        assert statement.opening.amount + statement.movement == statement.closing.amount
    assert all(finding.line for finding in read.findings)


@needs_real_files
def test_no_real_file_of_any_kind_crashes_a_reader() -> None:
    for path in [*ROOT.glob("mt94x/**/*"), *ROOT.glob("camt/**/*"), *ROOT.glob("fix/**/*")]:
        if path.is_file():
            content = path.read_bytes()[:200_000]
            assert read_mt940(content) is not None
            assert read_camt(content) is not None
