"""Tables in files: CSV and XLSX read as text after size checks, written without live formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Final

from core import workbook
from core.remarks import told
from core.table_reading import Reading
from core.unreadable import FINDINGS_MAX, UnreadableFile, unreadable
from kernel.characters import CONTROL
from kernel.findings import Finding

BYTES_MAX: Final = 32 * 1024 * 1024
ROWS_MAX: Final = 300_000
COLUMNS_MAX: Final = 200
CELLS_MAX: Final = workbook.CELLS_MAX
CELL_MAX: Final = workbook.CELL_MAX
DELIMITERS: Final = ",;\t|"
XLSX: Final = "xlsx"
LINE: Final = re.compile(r"[^\r\n]*")

FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?=.*[(|!])")
NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?%?", re.ASCII)
RISKY_START: Final = ("=", "+", "-", "@", "\t", "\r")

BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

OTHER_KINDS: Final = (
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS (Excel 97), DOC"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"{\\rtf", "RTF"),
    (b"\x7fELF", "ELF"),
)

Cell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text: every row has exactly one cell per column; `lines` says where it stood.

    `trailer` is the last row when it is none of the records: what the sender counted.
    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    encoding: str
    dialect: str
    lines: tuple[int, ...] = ()
    trailer: tuple[str, ...] = ()
    trailer_line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is declared of a file: else UTF-8, the separator that the header shows, no trailer.

    `header_row` counts the lines that are not empty; what stands above is a title.
    """

    encoding: str = ""
    separator: str = ""
    header_row: int = 1
    trailer_mark: str = ""


def layout_of(reading: Reading) -> Layout:
    """Return what a reading declares of the file as a whole."""
    return Layout(
        encoding=reading.encoding,
        separator=reading.separator,
        header_row=reading.header_row,
        trailer_mark=reading.trailer_mark,
    )


def read_table(name: str, content: bytes, *, layout: Layout = Layout()) -> Table:
    """Read a CSV or XLSX file by its content, never by its extension.

    UTF-8 (or a byte-order mark) unless another encoding is declared. Raises UnreadableFile with
    every line, column and value that is wrong: nothing is skipped or guessed.
    """
    if not content.strip():
        raise _empty(name)
    if len(content) > BYTES_MAX:
        raise unreadable(
            "FILE-002",
            "The file has {found} bytes, the limit is {expected}",
            found=str(len(content)),
            expected=str(BYTES_MAX),
        )
    refuse_other_kinds(content)
    if content.startswith(b"PK\x03\x04"):
        raw, encoding, dialect = workbook.read_rows(content), XLSX, XLSX
    else:
        text, encoding = _decode(content, layout.encoding)
        if not text.strip():
            raise _empty(name)
        raw, dialect = _csv_rows(text, layout)
    return _table(raw, layout, encoding=encoding, dialect=dialect)


def _empty(name: str) -> UnreadableFile:
    return unreadable("FILE-001", "The file {found} is empty", found=name)


def refuse_other_kinds(content: bytes) -> None:
    """Raise UnreadableFile when the first bytes are those of another kind of file."""
    for start, kind in OTHER_KINDS:
        if content.startswith(start):
            raise unreadable(
                "FILE-013",
                "This is {found}, not a file of this kind",
                line=1,
                column="1",
                found=kind,
            )


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write UTF-8 with a byte-order mark; text that a spreadsheet would run is quoted with '."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_harmless(column) for column in columns])
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _decode(content: bytes, declared: str) -> tuple[str, str]:
    marked_as = next((e for bom, e in BOMS if content.startswith(bom)), "")
    encoding = marked_as or declared or "utf-8"
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        start = content.rfind(b"\n", 0, error.start) + 1
        raise unreadable(
            "FILE-003",
            "Byte {found} is not {expected}: save it as UTF-8, or say its encoding where asked",
            line=line,
            column=str(error.start - start + 1),
            found=f"0x{content[error.start]:02X}",
            expected=encoding.upper(),
        ) from None


def _csv_rows(text: str, layout: Layout) -> tuple[list[tuple[int, list[str]]], str]:
    hidden = CONTROL.search(text)
    if hidden:
        raise unreadable(
            "FILE-004",
            "A control character, {found}, is in the text",
            line=text.count("\n", 0, hidden.start()) + 1,
            column=str(hidden.start() - text.rfind("\n", 0, hidden.start())),
            found=f"U+{ord(hidden[0]):04X}",
        )
    header = re.sub(r'"[^"]*"', "", _line_of_header(text, layout.header_row))
    delimiter = layout.separator or max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(CELL_MAX)
    rows: list[tuple[int, list[str]]] = []
    cells = 0
    most = ROWS_MAX + layout.header_row
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
                cells += len(row)
                if len(rows) > most or cells > CELLS_MAX:
                    break
    except csv.Error:
        raise unreadable(
            "FILE-005",
            "The line cannot be cut into cells: a quotation mark is not closed or stands inside a"
            " cell, or a cell is too long",
            line=reader.line_num,
        ) from None
    return rows, delimiter


def _line_of_header(text: str, header_row: int) -> str:
    """Return the line of the header among those that are not blank, without a copy of the text."""
    lines = (found[0] for found in LINE.finditer(text) if found[0].strip())
    return next(islice(lines, header_row - 1, None), "")


def _table(
    raw: list[tuple[int, list[str]]], layout: Layout, *, encoding: str, dialect: str
) -> Table:
    del raw[: layout.header_row - 1]
    if not raw:
        raise unreadable("FILE-001", "The file is empty")
    header_line, header = raw.pop(0)
    columns = tuple(cell.strip() for cell in header)
    too_large = tuple(_size_findings(columns, header_line, raw))
    trailer_line, trailer = raw.pop() if _is_trailer(raw, layout.trailer_mark) else (0, [])
    other = _findings(columns, header_line, raw, dialect)
    findings = too_large or tuple(islice(other, FINDINGS_MAX))
    if findings:
        raise UnreadableFile(told(findings[0]), findings=findings)
    empty = [""] * len(columns)
    return Table(
        columns=columns,
        rows=[tuple(cell.strip() for cell in row) + tuple(empty[len(row) :]) for _line, row in raw],
        encoding=encoding,
        dialect=dialect,
        lines=tuple(line for line, _row in raw),
        trailer=tuple(cell.strip() for cell in trailer),
        trailer_line=trailer_line,
    )


def _is_trailer(rows: list[tuple[int, list[str]]], mark: str) -> bool:
    if not mark or not rows:
        return False
    return rows[-1][1][0].strip().casefold().startswith(mark.casefold())


def _findings(
    columns: tuple[str, ...], header_line: int, rows: list[tuple[int, list[str]]], dialect: str
) -> Iterable[Finding]:
    """Yield what is wrong; whoever asks stops where enough is said.

    A row of a workbook ends at its last value, a line of text has a cell for each column.
    """
    yield from _header_findings(columns, header_line)
    yield from _row_findings(columns, rows, may_be_short=dialect == XLSX)


def _size_findings(
    columns: tuple[str, ...], header_line: int, rows: list[tuple[int, list[str]]]
) -> Iterable[Finding]:
    """Yield which limits are passed; a last row that counts the others is one of them."""
    if len(columns) > COLUMNS_MAX:
        yield marked(
            "FILE-006",
            "The table has {found} columns, the limit is {expected}",
            header_line,
            found=str(len(columns)),
            expected=str(COLUMNS_MAX),
        )
    if len(rows) > ROWS_MAX:
        yield marked(
            "FILE-010",
            "The table has more than {expected} rows",
            rows[ROWS_MAX][0],
            expected=str(ROWS_MAX),
        )
    elif len(rows) * len(columns) > CELLS_MAX or sum(len(row) for _, row in rows) > CELLS_MAX:
        yield marked(
            "FILE-014",
            "The table has more than {expected} cells",
            rows[-1][0],
            expected=str(CELLS_MAX),
        )


def _header_findings(columns: tuple[str, ...], line: int) -> Iterable[Finding]:
    seen: set[str] = set()
    for index, column in enumerate(columns):
        if not column:
            yield marked("FILE-007", "Column {found} has no name", line, found=str(index + 1))
        elif column in seen:
            yield marked("FILE-008", "Column {found} is there twice", line, found=column[:80])
        seen.add(column)


def _wrong_width(line: int, found: int, expected: int) -> Finding:
    """Say how many cells a line has; the remark is kept as text, so its plural is chosen here."""
    cells = {"found": str(found), "expected": str(expected)}
    if found == 1:
        return marked(
            "FILE-011", "The line has {found} cell, the header has {expected}", line, **cells
        )
    return marked(
        "FILE-011", "The line has {found} cells, the header has {expected}", line, **cells
    )


def _row_findings(
    columns: tuple[str, ...], rows: list[tuple[int, list[str]]], *, may_be_short: bool
) -> Iterable[Finding]:
    if not rows:
        yield marked("FILE-009", "The table has a header and no row", 1)
    width = len(columns)
    for line, row in rows:
        if len(row) > width or (len(row) < width and not may_be_short):
            yield _wrong_width(line, len(row), width)
            continue
        for column, cell in zip(columns, row, strict=False):
            if cell.startswith(RISKY_START) and is_formula(cell):
                yield marked(
                    "FILE-012",
                    "{found} is a formula, not data",
                    line,
                    column=column,
                    found=cell[:80],
                )


def is_formula(cell: str) -> bool:
    """Say whether a spreadsheet would run this text; `-12.50` and `- pending` are data."""
    return bool(FORMULA.match(cell)) and not NUMBER.fullmatch(cell.strip())


def marked(
    code: str, message: str, line: int, *, column: str = "", found: str = "", expected: str = ""
) -> Finding:
    """Return a remark about one line; its message is marked for the catalogue."""
    return Finding(
        code=code,
        field=column or "file",
        message=message,
        line=line,
        column=column,
        found=found,
        expected=expected,
    )


def _harmless(text: str) -> str:
    if text.startswith(RISKY_START) and not NUMBER.fullmatch(text):
        return "'" + text
    return text


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _harmless(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
