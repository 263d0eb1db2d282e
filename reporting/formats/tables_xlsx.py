"""A report as an XLSX workbook: one sheet per table, numbers as numbers, texts that never run.

Rows are taken one by one and written in constant memory.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import IO, Any, Final

from reporting.facts import Cell, CellKind, Sheet, WrittenReport

NAME_MAX: Final = 31
FORMATS: Final = {
    CellKind.COUNT: "#,##0",
    CellKind.AMOUNT: "#,##0.00",
    CellKind.RATIO: "0.0%",
    CellKind.DAY: "yyyy-mm-dd",
    CellKind.MOMENT: "yyyy-mm-dd hh:mm",
}
WIDTHS: Final = {
    CellKind.TEXT: 24,
    CellKind.LONG: 48,
    CellKind.AMOUNT: 18,
    CellKind.MOMENT: 17,
}
WIDTH: Final = 13
HEAD_ROWS: Final = 3


def workbook(report: WrittenReport) -> bytes:
    """Return the file; the same report gives the same cells."""
    target = BytesIO()
    write_workbook(report, target)
    return target.getvalue()


def write_workbook(report: WrittenReport, target: IO[bytes]) -> None:
    """Write the file, however many rows its sheets have."""
    import xlsxwriter  # noqa: PLC0415 - slow to load, only where needed

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        styles = {kind: book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        taken: set[str] = set()
        if report.head or report.verdicts:
            _write_head(book.add_worksheet(_sheet_name(report.title, taken)), report, bold)
        for sheet in report.sheets:
            page = book.add_worksheet(_sheet_name(sheet.title, taken))
            page.write_string(0, 0, f"{report.title} – {sheet.title}", bold)
            page.write_string(1, 0, f"{report.subtitle} {sheet.note}".strip())
            _write(page, sheet, styles, head)


def _write_head(page: Any, report: WrittenReport, bold: Any) -> None:  # noqa: ANN401 - xlsxwriter is untyped
    page.set_column(0, 0, 60)
    page.set_column(1, 1, 60)
    page.write_string(0, 0, report.title, bold)
    page.write_string(1, 0, report.subtitle)
    lines = [*report.head, ("", ""), *((asked, answer) for asked, answer, _w in report.verdicts)]
    for row, (label, value) in enumerate(lines, start=HEAD_ROWS):
        page.write_string(row, 0, label)
        page.write_string(row, 1, value)


def _write(page: Any, sheet: Sheet, styles: dict[CellKind, Any], head: Any) -> None:  # noqa: ANN401 - xlsxwriter is untyped
    page.freeze_panes(HEAD_ROWS + 1, 1)
    for column, (label, kind) in enumerate(sheet.columns):
        page.set_column(column, column, WIDTHS.get(kind, WIDTH))
        page.write_string(HEAD_ROWS, column, label, head)
    for row, cells in enumerate(sheet.rows, start=HEAD_ROWS + 1):
        for column, cell in enumerate(cells):
            _write_cell(page, (row, column), cell, styles.get(sheet.columns[column][1]))


def _write_cell(page: Any, at: tuple[int, int], cell: Cell, style: Any) -> None:  # noqa: ANN401 - xlsxwriter is untyped
    if cell is None:
        page.write_blank(*at, None, style)
    elif isinstance(cell, datetime):
        page.write_datetime(*at, cell.replace(tzinfo=None), style)
    elif isinstance(cell, date):
        page.write_datetime(*at, cell, style)
    elif isinstance(cell, int | Decimal):
        page.write_number(*at, cell, style)
    else:
        page.write_string(*at, cell)


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a name that a workbook takes and that no other sheet of it bears."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:NAME_MAX].strip() or "–"
    name, n = plain, 1
    while name.casefold() in taken:
        n += 1
        name = f"{plain[: NAME_MAX - len(str(n)) - 1]} {n}"
    taken.add(name.casefold())
    return name
