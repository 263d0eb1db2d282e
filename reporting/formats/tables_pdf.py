"""A report as PDF, by Typst: text is data, never markup. To be kept for years (PDF/A-3b)."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from reporting.facts import Cell, CellKind, Sheet, WrittenReport

TEMPLATE: Final = Path(__file__).with_name("tables.typ")
SEPARATORS: Final = {"fr": ("\u202f", ","), "en": (",", ".")}
TO_KEEP: Final = "a-3b"
WORDS: Final = frozenset({CellKind.TEXT, CellKind.LONG, CellKind.DAY, CellKind.MOMENT})


def document(report: WrittenReport, *, language: str) -> bytes:
    """Return the PDF; numbers and days are written as the language does."""
    import typst  # noqa: PLC0415 - large, only where needed

    data = {
        "title": report.title,
        "subtitle": report.subtitle,
        "footer": report.footer,
        "language": language,
        "nothing": report.nothing,
        "head": report.head,
        "verdicts": report.verdicts,
        "grouped": any(sheet.group for sheet in report.sheets),
        "sheets": [_sheet(sheet, language) for sheet in report.sheets],
    }
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=TO_KEEP,
    )
    return bytes(made)


def _sheet(sheet: Sheet, language: str) -> dict[str, object]:
    kinds = [kind for _label, kind in sheet.columns]
    return {
        "title": sheet.title,
        "group": sheet.group,
        "note": sheet.note,
        "bars": _bars(sheet, language),
        "columns": [label for label, _kind in sheet.columns],
        "numeric": [kind not in WORDS for kind in kinds],
        "widths": _widths(kinds),
        "rows": [
            [_written(cell, kinds[at], language) for at, cell in enumerate(row)]
            for row in sheet.rows
        ],
    }


def _widths(kinds: list[CellKind]) -> list[bool]:
    """Say which columns share what the others leave: the long texts, else all alike."""
    wide = [kind is CellKind.LONG for kind in kinds]
    return wide if any(wide) else [False] * len(kinds)


def _bars(sheet: Sheet, language: str) -> list[dict[str, object]]:
    longest = max((count for _label, count in sheet.bars), default=0) or 1
    return [
        {
            "label": label,
            "percent": count * 100 // longest,
            "value": _number(count, CellKind.COUNT, language),
        }
        for label, count in sheet.bars
    ]


def _written(cell: Cell, kind: CellKind, language: str) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, int | Decimal):
        return _number(cell, kind, language)
    return cell


def _number(value: int | Decimal, kind: CellKind, language: str) -> str:
    thousands, point = SEPARATORS.get(language, SEPARATORS["en"])
    if kind is CellKind.RATIO:
        written = f"{value * 100:.1f}"
    elif kind is CellKind.AMOUNT:
        written = f"{value:,.2f}"
    else:
        written = f"{value:,}"
    written = written.replace(",", "\0").replace(".", point).replace("\0", thousands)
    percent = "\u202f%" if language == "fr" else "%"
    return written + (percent if kind is CellKind.RATIO else "")
