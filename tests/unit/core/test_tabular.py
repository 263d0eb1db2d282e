"""Tables in files: what is data goes through untouched, what is hostile is named and refused."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from django.utils import translation

from core import tabular
from core.remarks import told
from core.unreadable import UnreadableFile
from tests.factories import workbooks

SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
    '2006/main"><sheetData>{rows}</sheetData></worksheet>'
)


def workbook(rows: str, *, extra: dict[str, bytes] | None = None) -> bytes:
    """A real workbook whose only sheet is replaced."""
    original = workbooks.workbook(("a",), [("1",)])
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(original)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.namelist():
            content = source.read(member)
            if member == "xl/worksheets/sheet1.xml":
                content = SHEET.format(rows=rows).encode()
            if member not in (extra or {}):
                target.writestr(member, content)
        for member, content in (extra or {}).items():
            target.writestr(member, content)
    return out.getvalue()


def refusal(content: bytes, name: str = "trades.csv") -> tuple[str, int | None, str, str]:
    with pytest.raises(UnreadableFile) as refused:
        tabular.read_table(name, content)
    finding = refused.value.findings[0]
    return finding.code, finding.line, finding.column, finding.found


@pytest.mark.parametrize(
    ("case", "content", "expected"),
    [
        ("empty", b"", ("FILE-001", None, "", "trades.csv")),
        ("only_blanks", b" \n\n", ("FILE-001", None, "", "trades.csv")),
        ("only_a_mark", b"\xef\xbb\xbf", ("FILE-001", None, "", "trades.csv")),
        ("a_mark_and_a_line_end", b"\xef\xbb\xbf\r\n", ("FILE-001", None, "", "trades.csv")),
        ("only_wide_blanks", "\u00a0\u3000\n".encode(), ("FILE-001", None, "", "trades.csv")),
        ("300_002_lines", b"a\n" + b"x\n" * 400_000, ("FILE-010", 300_002, "", "")),
        ("commas_alone", b"a,b\n" + b"," * 7_000_000 + b"x", ("FILE-014", 2, "", "")),
        ("latin_1_in_utf_8", "a,b\n1,caf\xe9\n".encode("latin-1"), ("FILE-003", 2, "6", "0xE9")),
        ("nul", b"a,b\n1,\x00\n", ("FILE-004", 2, "3", "U+0000")),
        ("cell_missing", b"a,b\n1,2\n3\n", ("FILE-011", 3, "", "1")),
        ("cell_too_many", b"a,b\n1,2,3\n", ("FILE-011", 2, "", "3")),
        ("column_twice", b"a,a\n1,2\n", ("FILE-008", 1, "", "a")),
        ("column_without_name", b"a,\n1,2\n", ("FILE-007", 1, "", "2")),
        ("header_only", b"a,b\n", ("FILE-009", 1, "", "")),
        ("formula", b"a,b\n1,=1+1\n", ("FILE-012", 2, "b", "=1+1")),
        ("dde", b"a,b\n1,-2+3+cmd|' /C calc'!A0\n", ("FILE-012", 2, "b", "-2+3+cmd|' /C calc'!A0")),
        ("at_sum", b"a,b\n1,@SUM(A1)\n", ("FILE-012", 2, "b", "@SUM(A1)")),
    ],
)
def test_a_broken_csv_is_refused_with_line_column_and_value(
    case: str, content: bytes, expected: tuple[str, int | None, str, str]
) -> None:
    assert refusal(content) == expected, case


def test_a_hundred_findings_are_told_and_no_more_are_made() -> None:
    with pytest.raises(UnreadableFile) as refused:
        tabular.read_table("x", b"a,b\n" + b"x\n" * 250_000)

    assert len(refused.value.findings) == 100


def test_an_open_quote_is_refused() -> None:
    assert refusal(b'a,b\n1,"2\n3,4\n')[0] == "FILE-005"


def test_fifty_megabytes_are_refused_before_parsing() -> None:
    assert refusal(b"a,b\n" + b"1,2\n" * 13_000_000)[0] == "FILE-002"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_found(delimiter: str) -> None:
    content = f'a{delimiter}b\r\n-12.50{delimiter}"x, y; z"\r\n'.encode("utf-8-sig")

    table = tabular.read_table("x", content)

    assert table.columns == ("a", "b")
    assert table.rows == [("-12.50", "x, y; z")]
    assert (table.encoding, table.dialect, table.lines) == ("utf-8-sig", delimiter, (2,))


def test_a_declared_encoding_is_used() -> None:
    table = tabular.read_table(
        "x", "nom;n\nCafé;1\n".encode("cp1252"), layout=tabular.Layout(encoding="cp1252")
    )

    assert table.rows == [("Café", "1")]


def test_text_is_quoted_and_numbers_are_not() -> None:
    written = tabular.write_csv(
        ("a", "b", "c"), [("=1+1", "-12.50", Decimal("-0.10")), ("-x", "+33", None)]
    )

    assert written.decode("utf-8-sig") == "a,b,c\r\n'=1+1,-12.50,-0.10\r\n'-x,+33,\r\n"


def test_a_workbook_is_read_exactly() -> None:
    rows = [
        ("FR0000120271", Decimal("101.5"), "12345678901234567890.12", "not run"),
        ("é", Decimal(100), Decimal("0.0000001"), "-"),
    ]

    table = tabular.read_table("x.xlsx", workbooks.workbook(("i", "p", "q", "t"), rows))

    assert table.rows == [
        ("FR0000120271", "101.5", "12345678901234567890.12", "not run"),
        ("é", "100", "0.0000001", "-"),
    ]


@pytest.mark.parametrize(
    ("case", "rows", "code", "found"),
    [
        (
            "corner",
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            "FILE-032",
            "XFD1048576",
        ),
        ("last_column", '<row r="1"><c r="XFD1"><v>1</v></c></row>', "FILE-032", "XFD1"),
        ("formula", '<row r="2"><c r="B2"><f>1+1</f><v>2</v></c></row>', "FILE-012", "B2"),
        ("error", '<row r="2"><c r="B2" t="e"><v>#REF!</v></c></row>', "FILE-034", "B2"),
    ],
)
def test_a_hostile_sheet_is_refused(case: str, rows: str, code: str, found: str) -> None:
    assert refusal(workbook(rows))[::3] == (code, found), case


def test_a_zip_bomb_is_refused_while_it_unpacks() -> None:
    bomb = workbook("", extra={"xl/media/zeros.bin": bytes(250 * 1024 * 1024)})

    assert len(bomb) < 1024 * 1024
    assert refusal(bomb)[0] == "FILE-033"


def test_entities_in_a_workbook_are_refused() -> None:
    evil = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'

    assert refusal(workbook("", extra={"xl/styles.xml": evil}))[0] == "FILE-020"


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 100])
def test_a_damaged_workbook_is_refused(content: bytes) -> None:
    assert refusal(content)[0] == "FILE-030"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("3", "La ligne a 1 cellule, l’en-tête en a 2"),
        ("1,2,3", "La ligne a 3 cellules, l’en-tête en a 2"),
    ],
)
def test_one_cell_has_no_plural(row: str, sentence: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        tabular.read_table("trades.csv", f"a,b\n{row}\n".encode())
    with translation.override("fr"):
        assert told(refused.value.findings[0]) == sentence
