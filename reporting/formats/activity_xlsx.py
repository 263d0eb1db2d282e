"""A report as an XLSX workbook: one sheet per table, numbers as numbers, texts that never run."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from reporting.facts import Cell, CellKind, Sheet, WrittenReport

NAME_MAX: Final = 31
FORMATS: Final = {
    CellKind.COUNT: "#,##0",
    CellKind.AMOUNT: "#,##0.00",
    CellKind.RATIO: "0.0%",
    CellKind.DAY: "yyyy-mm-dd",
}
WIDTHS: Final = {CellKind.TEXT: 24, CellKind.AMOUNT: 18}
WIDTH: Final = 13
HEAD_ROWS: Final = 3


def workbook(report: WrittenReport) -> bytes:
    """Return the file; the same report gives the same cells."""
    import xlsxwriter  # noqa: PLC0415 - slow to load, only where needed

    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        styles = {kind: book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for number, sheet in enumerate(report.sheets, start=1):
            page = book.add_worksheet(_sheet_name(sheet.title, number))
            page.write_string(0, 0, f"{report.title} – {sheet.title}", bold)
            page.write_string(1, 0, report.subtitle)
            _write(page, sheet, styles, head)
    return target.getvalue()


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
    elif isinstance(cell, date):
        page.write_datetime(*at, cell, style)
    elif isinstance(cell, int | Decimal):
        page.write_number(*at, cell, style)
    else:
        page.write_string(*at, cell)


def _sheet_name(title: str, number: int) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:NAME_MAX].strip() or f"{number}"
