"""XLSX as a stream: what is checked is what is read, and a cell that is not there costs nothing.

The first sheet is found by its relationships and read element by element. Rows, columns, cells and
characters are counted as they come, so that the cost follows the bytes of the file, never the
dimension that it claims.
"""

from __future__ import annotations

import io
import re
import zipfile
from functools import lru_cache
from typing import Final

from core import workbook_cells as cells
from core.unreadable import unreadable
from core.workbook_parts import (
    BROKEN,
    REFERENCES,
    Archive,
    Attributes,
    Reader,
    Relations,
    refuse_many_members,
)
from kernel.characters import CONTROL

ROWS_MAX: Final = 300_001
COLUMNS_MAX: Final = 200
CELLS_MAX: Final = 6_000_000
CELL_MAX: Final = 32_767
CHARACTERS_MAX: Final = 128 * 1024 * 1024
CELL_REF: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
ROW_REF: Final = re.compile(r"[1-9]\d{0,6}", re.ASCII)

Row = tuple[int, list[str]]


def read_rows(content: bytes) -> list[Row]:
    """Return the non-empty rows of the first sheet as text, with their numbers.

    A row ends at its last cell with a value. Numbers come in their shortest exact form, dates in
    ISO. Raises UnreadableFile.
    """
    refuse_many_members(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            return _read(Archive(opened, len(content)))
    except BROKEN:
        raise unreadable("FILE-030", "The workbook is damaged or encrypted") from None


def _read(archive: Archive) -> list[Row]:
    main = archive.relations("").of("officeDocument")
    relations = archive.relations(main)
    book = _Book(relations)
    archive.read(main, book)
    strings, styles = _Strings(), cells.Styles()
    for part, reader in (
        (relations.of("sharedStrings"), strings),
        (relations.of("styles"), styles),
    ):
        if part:
            archive.read(part, reader)
    sheet = _Sheet(book, strings, styles)
    archive.read(book.sheet, sheet)
    return sheet.rows


class _Book(Reader):
    """Which part is the first sheet, and from which day dates are counted."""

    root = "workbook"
    names = frozenset({"workbook", "workbookPr", "sheet"})

    def __init__(self, relations: Relations) -> None:
        super().__init__()
        self.sheet = ""
        self.first_day = cells.FIRST_DAY
        self._relations = relations

    def opened(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.first_day = cells.FIRST_DAY_1904
        elif name == "sheet" and not self.sheet:
            identifier = next((attributes[key] for key in REFERENCES if key in attributes), "")
            self.sheet = self._relations.named("worksheet", identifier)


class _Texts(Reader):
    """Collects the text of a cell or of a shared string; what is read aloud is not shown."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.length = 0
        self.listening = False
        self.aloud = False

    def text(self, piece: str) -> None:
        if self.listening and not self.aloud:
            self.length += len(piece)
            if self.length > CELL_MAX:
                raise unreadable("FILE-005", "A cell is longer than {expected} characters",
                                 expected=str(CELL_MAX))  # fmt: skip
            self.pieces.append(piece)

    def taken(self) -> str:
        """Return what was collected, and start anew."""
        text = "".join(self.pieces)
        self.pieces.clear()
        self.length = 0
        return text


class _Strings(_Texts):
    """The texts that cells share."""

    root = "sst"
    names = frozenset({"sst", "si", "t", "rPh"})

    def __init__(self) -> None:
        super().__init__()
        self.all: list[str] = []

    def opened(self, name: str, attributes: Attributes) -> None:
        if name == "t":
            self.listening = True
        elif name == "rPh":
            self.aloud = True

    def closed(self, name: str) -> None:
        if name == "t":
            self.listening = False
        elif name == "rPh":
            self.aloud = False
        elif name == "si":
            self.all.append(cells.text(self.taken()))

    def at(self, place: str) -> str:
        """Return the text at a place; raises UnreadableCell when there is none."""
        if not cells.INDEX.fullmatch(place) or int(place) >= len(self.all):
            raise cells.UnreadableCell(place)
        return self.all[int(place)]


class _Sheet(_Texts):
    """The cells that a sheet holds, each where its reference says, in ascending order."""

    root = "worksheet"
    names = frozenset({"worksheet", "row", "c", "v", "f", "is", "t", "rPh"})

    def __init__(self, book: _Book, strings: _Strings, styles: cells.Styles) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._first_day = book.first_day
        self._strings = strings
        self._styles = styles
        self._number = self._column = 0
        self._kind = self._style = self._reference = ""
        self._row: list[str] = []
        self._cells = self._characters = 0

    def opened(self, name: str, attributes: Attributes) -> None:
        if name in ("v", "t"):
            self.listening = True
        elif name == "c":
            self._open_cell(attributes)
        elif name == "row":
            self._open_row(attributes.get("r", ""))
        elif name == "rPh":
            self.aloud = True
        elif name == "f":
            raise unreadable(
                "FILE-012",
                "Cell {found} holds a formula, not data: save the file with values",
                line=self._number, column=self._named, found=self._named,
            )  # fmt: skip

    def closed(self, name: str) -> None:
        if name in ("v", "t"):
            self.listening = False
        elif name == "c":
            self._close_cell()
        elif name == "row" and self._row:
            self.rows.append((self._number, self._row))
        elif name == "rPh":
            self.aloud = False

    def _open_row(self, reference: str) -> None:
        number = self._number + 1
        if reference:
            number = int(reference) if ROW_REF.fullmatch(reference) else 0
        if number <= self._number:
            raise unreadable("FILE-035", "Row {found} is out of its place", found=reference[:40])
        self._number, self._column, self._row = number, 0, []

    def _open_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r", "")
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._reference, column = reference, self._column + 1
        if reference:
            found = CELL_REF.fullmatch(reference)
            column = _index(found[1]) if found and int(found[2]) == self._number else 0
        if column <= self._column:
            raise unreadable(
                "FILE-035", "Cell {found} is out of its place",
                line=self._number, column=self._named, found=self._named,
            )  # fmt: skip
        self._column = column

    def _close_cell(self) -> None:
        written = self.taken()
        if self._kind == "e":
            raise unreadable(
                "FILE-034", "Cell {found} holds an error value",
                line=self._number, column=self._named, found=self._named,
            )  # fmt: skip
        if not written:
            return
        try:
            value = self._value(written)
        except cells.UnreadableCell:
            raise unreadable(
                "FILE-036", "Cell {column} cannot be read: {found}",
                line=self._number, column=self._named, found=written,
            ) from None  # fmt: skip
        if value:
            self._keep(value)

    def _value(self, written: str) -> str:
        kind = self._kind
        if kind == "s":
            return self._strings.at(written)
        if kind in ("inlineStr", "str"):
            return cells.text(written)
        if kind == "n":
            shown = self._styles.of(self._style) if self._style else cells.PLAIN
            return cells.number(written.strip(), shown, first_day=self._first_day)
        if kind == "b":
            return cells.boolean(written)
        if kind == "d":
            return cells.iso(written)
        raise cells.UnreadableCell(kind)

    def _keep(self, value: str) -> None:
        """Put a value in its place, within the limits; empty cells before it are counted too."""
        if self._number > ROWS_MAX or self._column > COLUMNS_MAX:
            raise unreadable(
                "FILE-032",
                "Cell {found} lies outside {expected}",
                line=self._number, column=self._named, found=self._named,
                expected=f"{ROWS_MAX} rows x {COLUMNS_MAX} columns",
            )  # fmt: skip
        hidden = CONTROL.search(value)
        if hidden:
            raise unreadable(
                "FILE-004",
                "A control character, {found}, is in the text",
                line=self._number, column=self._named, found=f"U+{ord(hidden[0]):04X}",
            )  # fmt: skip
        missing = self._column - 1 - len(self._row)
        self._cells += missing + 1
        self._characters += len(value)
        if self._cells > CELLS_MAX or self._characters > CHARACTERS_MAX:
            raise unreadable(
                "FILE-014", "The table has more than {expected} cells",
                line=self._number, column=self._named, found=self._named, expected=str(CELLS_MAX),
            )  # fmt: skip
        if missing:
            self._row.extend([""] * missing)
        self._row.append(value)

    @property
    def _named(self) -> str:
        """Name the cell in hand for a refusal."""
        return self._reference[:20] or f"{_letters(self._column)}{self._number}"


@lru_cache(maxsize=1_000)
def _index(letters: str) -> int:
    total = 0
    for letter in letters:
        total = total * 26 + ord(letter) - ord("A") + 1
    return total


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
