"""Real workbooks, as a spreadsheet program writes them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter


def workbook(columns: Sequence[str], rows: Iterable[Sequence[str | Decimal]]) -> bytes:
    """Return one sheet; numbers stand as numbers, everything else as text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet("Data")
        for number, row in enumerate([columns, *rows]):
            for index, cell in enumerate(row):
                page.write(number, index, cell)
    return out.getvalue()
