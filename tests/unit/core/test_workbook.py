"""XLSX: what is checked is what is read, whatever its parts are called, and emptiness is free."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from core import tabular, workbook
from core.unreadable import UnreadableFile

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
HEAD = '<?xml version="1.0"?>'
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
BEYOND = '<row r="2"><c r="ZZ2"><v>1</v></c></row>'
FORMULA = '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>'


def made(
    rows: str,
    *,
    path: str = "worksheets/sheet1.xml",
    space: str = MAIN,
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """Return a workbook whose only sheet lies where it is told to."""
    parts: dict[str, bytes | str] = {
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship '
        f'Id="r1" Type="{OFFICE}/worksheet" Target="{path}"/></Relationships>',
        f"xl/{path}": f'{HEAD}<worksheet xmlns="{space}"><sheetData>{HEADER}{rows}</sheetData>'
        "</worksheet>",
        **(extra or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def refused(content: bytes) -> tuple[str, int | None, str]:
    with pytest.raises(UnreadableFile) as refusal:
        tabular.read_table("x.xlsx", content)
    finding = refusal.value.findings[0]
    return finding.code, finding.line, finding.found


HIDDEN: dict[str, dict[str, Any]] = {
    "where it belongs": {},
    "strict": {"space": STRICT},
    "capital": {"path": "Worksheets/sheet1.xml"},
    "another suffix": {"path": "worksheets/sheet1.dat"},
    "another folder": {"path": "elsewhere/sheet1.xml"},
    "a folder below": {"path": "worksheets/deep/sheet1.xml"},
}


@pytest.mark.parametrize("place", HIDDEN.values(), ids=HIDDEN)
def test_a_sheet_is_checked_wherever_it_lies(place: dict[str, Any]) -> None:
    good = tabular.read_table("x", made('<row r="2"><c r="A2"><v>7</v></c></row>', **place))

    assert good.rows == [("7",)]
    assert refused(made(BEYOND, **place)) == ("FILE-032", 2, "ZZ2")
    assert refused(made(FORMULA, **place)) == ("FILE-012", 2, "A2")


REFUSED: dict[str, tuple[str, str, int | None, str]] = {
    "the last cell there is": (
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "FILE-032", 1048576, "XFD1048576",
    ),
    "a row that is no number": ('<row r="abc"/>', "FILE-035", None, "abc"),
    "half a row": ('<row r="1.5"/>', "FILE-035", None, "1.5"),
    "5,000 digits": (f'<row r="{"9" * 5000}"/>', "FILE-035", None, "9" * 40),
    "rows in disorder": ('<row r="1"/>', "FILE-035", None, "1"),
    "a cell of another row": ('<row r="2"><c r="A3"/></row>', "FILE-035", 2, "A3"),
    "cells in disorder": ('<row r="2"><c r="B2"/><c r="A2"/></row>', "FILE-035", 2, "A2"),
    "a text that is not there": ('<row><c t="s"><v>-1</v></c></row>', "FILE-036", 2, "-1"),
    "1e400": ('<row><c><v>1e400</v></c></row>', "FILE-036", 2, "1e400"),
    "NaN": ('<row><c><v>NaN</v></c></row>', "FILE-036", 2, "NaN"),
    "full-width digits": ('<row><c><v>１２</v></c></row>', "FILE-036", 2, "１２"),
    "31 February": ('<row><c t="d"><v>2026-02-31</v></c></row>', "FILE-036", 2, "2026-02-31"),
    "no truth": ('<row><c t="b"><v>yes</v></c></row>', "FILE-036", 2, "yes"),
    "NUL, escaped": (
        '<row><c t="inlineStr"><is><t>a_x0000_</t></is></c></row>', "FILE-004", 2, "U+0000",
    ),
    "a cell of 40,000 characters": (
        f'<row><c t="str"><v>{"x" * 40_000}</v></c></row>', "FILE-005", None, "",
    ),
    "100 levels": ("<a>" * 100, "FILE-033", None, ""),
    "no workbook's sheet": ("", "FILE-030", None, ""),
}  # fmt: skip


@pytest.mark.parametrize("bad", REFUSED.values(), ids=REFUSED)
def test_a_hostile_sheet_is_refused(bad: tuple[str, str, int | None, str]) -> None:
    rows, *expected = bad

    assert refused(made(rows, space=MAIN if rows else "urn:x")) == tuple(expected)


def test_what_a_sheet_claims_costs_nothing() -> None:
    """A workbook of one and a half kilobytes costs kilobytes, wherever its one cell stands."""
    content = made('<row r="300001"><c r="A300001"><v>1</v></c></row>')
    tracemalloc.start()

    table = tabular.read_table("x", content)

    assert table.rows == [("1",)]
    assert tracemalloc.get_traced_memory()[1] < 2 * 1024 * 1024
    tracemalloc.stop()


def test_formatted_cells_without_a_value_are_passed_over() -> None:
    assert tabular.read_table(
        "x", made('<row r="2"><c r="A2"><v>1</v></c><c r="XFD2" s="1"/></row><row r="1048576"/>')
    ).rows == [("1",)]


def test_a_token_that_never_ends_is_not_collected() -> None:
    noise = {"n.bin": os.urandom(200_000)}
    long = f'<row r="2"><c r="{"A" * 3_000_000}"/></row>'

    assert refused(made(long, extra=noise))[0] == "FILE-033"


def test_many_empty_cells_before_a_value_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "CELLS_MAX", 1_000)
    rows = "".join(f'<row r="{n}"><c r="GR{n}"><v>1</v></c></row>' for n in range(2, 9))

    assert refused(made(rows)) == ("FILE-014", 6, "GR6")


def test_two_parts_of_one_name_are_refused() -> None:
    twin = {"xl/WORKSHEETS/sheet1.xml": made(BEYOND)}

    assert refused(made("", extra=twin))[0] == "FILE-030"


def test_our_reader_agrees_with_another(tmp_path: Any) -> None:
    """Numbers, dates, times, rich and shared texts of an honest workbook: one reading for both."""
    path = tmp_path / "honest.xlsx"
    moments = [datetime(1900, 2, 28), datetime(2026, 11, 20), datetime(2026, 11, 20, 10, 1, 2)]  # noqa: DTZ001 - a cell has no zone
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for column, code in enumerate(("dd/mm/yyyy hh:mm:ss", "d mmm yy", '[$-40C]d" de "mmm')):
            form = book.add_format({"num_format": code})
            for row, moment in enumerate(moments):
                page.write_datetime(row, column, moment, form)
        money = book.add_format({"num_format": '#,##0.00 "dollars";[Red]-#,##0.00'})
        for row, value in enumerate((0.1 + 0.2, 55.4, -1e-7)):
            page.write_number(row, 3, value, money)
        bold = book.add_format({"bold": True})
        page.write_rich_string(0, 4, "a ", bold, "b", " c")
        page.write_string(1, 4, " ümlaut \n two lines ")
        page.write_boolean(2, 4, True)  # noqa: FBT003 - the writer's own order of arguments
        page.write_datetime(0, 5, datetime(1899, 12, 31, 18, 30).time(), form)  # noqa: DTZ001 - a cell has no zone
        page.write_number(1, 5, 12345678901234.5)
        page.write_number(2, 5, 1)
    content = path.read_bytes()

    ours = [row for _number, row in workbook.read_rows(content)]

    theirs = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert ours == [[_written(cell) for cell in row] for row in theirs]


def _written(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return format(tabular.Decimal(repr(cell)), "f").removesuffix(".0")
    if isinstance(cell, datetime):
        midnight = cell.replace(tzinfo=UTC).time() == datetime.min.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return cell.strip() if isinstance(cell, str) else cell.isoformat()
