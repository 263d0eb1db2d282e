"""XLSX, opened only after its size, its ratio and its dimensions were measured."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any, Final

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from core.unreadable import UnreadableFile, unreadable
from core.xml import XmlElement

MEMBERS_MAX: Final = 500
UNPACKED_MAX: Final = 192 * 1024 * 1024
RATIO_MAX: Final = 250
RATIO_FROM: Final = 4 * 1024 * 1024
ROWS_MAX: Final = 300_001
COLUMNS_MAX: Final = 200
CHUNK: Final = 1024 * 1024
CELL_REF: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RECORDS: Final = frozenset({MAIN + "row", MAIN + "si"})

Row = tuple[int, list[str]]


def read_rows(content: bytes) -> list[Row]:
    """Return the non-empty rows of the first sheet as text, with their numbers.

    Numbers come in their shortest exact form, dates in ISO. Raises UnreadableFile.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _measure(archive, len(content))
            _check_sheets(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise unreadable("FILE-030", "The workbook is damaged or encrypted") from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError) as error:
        raise unreadable(
            "FILE-030", "The workbook cannot be read: {found}", found=str(error)
        ) from None
    rows = [(number, [_text(cell) for cell in row]) for number, row in enumerate(sheet, start=1)]
    return [(number, row) for number, row in rows if any(row)]


def _measure(archive: zipfile.ZipFile, packed: int) -> None:
    """Unpack each member in pieces, count what really comes out, and stop at the limit."""
    members = archive.infolist()
    if len(members) > MEMBERS_MAX:
        raise unreadable(
            "FILE-031", "The workbook has too many parts: {found}", found=str(len(members))
        )
    unpacked = 0
    for member in members:
        if member.file_size > UNPACKED_MAX or member.filename.startswith(("/", "..")):
            raise _bomb(member.file_size)
        with archive.open(member) as part:
            while piece := part.read(CHUNK):
                unpacked += len(piece)
                if unpacked > UNPACKED_MAX or unpacked > max(RATIO_FROM, packed * RATIO_MAX):
                    raise _bomb(unpacked)


def _check_sheets(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if "xl/workbook.xml" not in names:
        raise unreadable("FILE-030", "The archive is not a workbook")
    for name in names:
        if name.endswith((".xml", ".rels")):
            with archive.open(name) as part:
                _walk(part, _check_cell if SHEET.fullmatch(name) else _accept)


def _walk(part: IO[bytes], check: Callable[[XmlElement], None]) -> None:
    """Meet every element without keeping it: what is wrong is known before any allocation."""
    events = etree.iterparse(
        part, events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False
    )
    first = True
    try:
        for event, element in events:
            if first and element.getroottree().docinfo.internalDTD is not None:
                raise unreadable("FILE-020", "A document type declaration is not accepted")
            first = False
            if event == "start":
                check(element)
            elif element.tag in RECORDS:
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise unreadable(
            "FILE-021", "A sheet is broken XML: {found}", found=error.msg or "syntax"
        ) from None


def _accept(_element: XmlElement) -> None:
    """Any element of a part that holds no cells."""


def _check_cell(element: XmlElement) -> None:
    if element.tag == MAIN + "c":
        reference = element.get("r", "")
        found = CELL_REF.fullmatch(reference)
        if element.get("t") == "e":
            raise unreadable(
                "FILE-034",
                "Cell {found} holds an error value",
                line=int(found[2]) if found else None,
                column=reference,
                found=reference,
            )
        if reference and (not found or int(found[2]) > ROWS_MAX or _index(found[1]) > COLUMNS_MAX):
            raise unreadable(
                "FILE-032",
                "Cell {found} lies outside {expected}",
                line=int(found[2]) if found else None,
                column=reference,
                found=reference,
                expected=f"{ROWS_MAX} rows x {COLUMNS_MAX} columns",
            )
    elif element.tag == MAIN + "row" and int(element.get("r") or 0) > ROWS_MAX:
        row = str(element.get("r"))
        raise unreadable(
            "FILE-032",
            "Row {found} lies outside {expected}",
            line=int(row),
            found=row,
            expected=f"{ROWS_MAX} rows x {COLUMNS_MAX} columns",
        )
    elif element.tag == MAIN + "f":
        reference = element.getparent().get("r", "")
        number = CELL_REF.fullmatch(reference)
        raise unreadable(
            "FILE-012",
            "Cell {found} holds a formula, not data: save the file with values",
            line=int(number[2]) if number else None,
            column=reference,
            found=reference,
        )


def _bomb(size: int) -> UnreadableFile:
    return unreadable(
        "FILE-033", "The workbook unpacks to more than is accepted: {found} bytes", found=str(size)
    )


def _index(letters: str) -> int:
    total = 0
    for letter in letters:
        total = total * 26 + ord(letter) - ord("A") + 1
    return total


def _text(cell: Any) -> str:  # noqa: ANN401 - what calamine yields
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return _plain(cell)
    if isinstance(cell, datetime):
        at_midnight = cell.time() == time.min
        return cell.date().isoformat() if at_midnight else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta | int) else str(cell).strip()


def _plain(value: float) -> str:
    """Write 100.0 as 100 and 1e-07 as 0.0000001: the digits that the cell shows."""
    return f"{Decimal(repr(value)):f}".removesuffix(".0")
