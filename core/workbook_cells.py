"""What the cells of a sheet say: numbers in their shortest exact form, dates in ISO."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from core.workbook_parts import Attributes, Reader

NUMBER: Final = re.compile(
    r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?", re.ASCII
)
INDEX: Final = re.compile(r"\d{1,9}", re.ASCII)
ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
ISO_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?Z?", re.ASCII)
QUOTED: Final = re.compile(r'"[^"]*"|\\.|[_*].|\[(?![hHmMsS]+\])[^\]]*\]')
DATE_SIGN: Final = re.compile(r"[dmyhs]", re.IGNORECASE)
ELAPSED: Final = re.compile(r"\[[hms]+\]", re.IGNORECASE)
BUILT_IN_DATES: Final = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
BUILT_IN_ELAPSED: Final = 46
FIRST_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no zone
FIRST_DAY_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001 - a cell has no zone
NO_LEAP_DAY: Final = 60
"""Excel counts a 29 February 1900; days before it are one less."""
SERIAL_MAX: Final = 2_958_466
STYLES_MAX: Final = 100_000
DAY_MS: Final = 86_400_000
PLAIN, MOMENT, DURATION = range(3)


class UnreadableCell(ValueError):
    """The cell says something that cannot be a value of its kind."""


class Styles(Reader):
    """How each style shows a number: plain, as a date or time, as a duration."""

    root = "styleSheet"
    names = frozenset({"styleSheet", "numFmt", "cellXfs", "xf"})

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[int] = []
        self._formats: dict[str, int] = {}
        self._in_cells = False

    def opened(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            code = attributes.get("formatCode", "")[:1000]
            self._formats[attributes.get("numFmtId", "")] = _kind_of_code(code)
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells and len(self.kinds) < STYLES_MAX:
            number = attributes.get("numFmtId", "0")
            self.kinds.append(self._formats.get(number, _kind_of_built_in(number)))

    def closed(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def of(self, style: str) -> int:
        """Return how a style, named by its place, shows a number."""
        place = int(style) if INDEX.fullmatch(style) else 0
        return self.kinds[place] if place < len(self.kinds) else PLAIN


def number(written: str, kind: int, *, first_day: datetime) -> str:
    """Write 100.0 as 100, 1e-07 as 0.0000001 and a date as ISO; raises UnreadableCell."""
    if not NUMBER.fullmatch(written):
        raise UnreadableCell(written)
    value = float(written)
    if value in (float("inf"), float("-inf")):
        raise UnreadableCell(written)
    if kind == PLAIN:
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    return _duration(value) if kind == DURATION else _moment(value, first_day)


def boolean(written: str) -> str:
    """Write what a cell of truth says; raises UnreadableCell."""
    if written not in ("0", "1"):
        raise UnreadableCell(written)
    return "TRUE" if written == "1" else "FALSE"


def iso(written: str) -> str:
    """Return an ISO date or moment; raises UnreadableCell."""
    if not ISO_MOMENT.fullmatch(written):
        raise UnreadableCell(written)
    try:
        moment = datetime.fromisoformat(written.removesuffix("Z"))
    except ValueError:
        raise UnreadableCell(written) from None
    return _said(moment)


def text(written: str) -> str:
    """Return a text as it is shown: `_x000D_` is how the format writes a line end."""
    if "_x" in written:
        written = ESCAPED.sub(lambda found: chr(int(found[1], 16)), written)
    return written.strip()


def _kind_of_built_in(number_format: str) -> int:
    place = int(number_format) if INDEX.fullmatch(number_format) else 0
    if place == BUILT_IN_ELAPSED:
        return DURATION
    return MOMENT if place in BUILT_IN_DATES else PLAIN


def _kind_of_code(code: str) -> int:
    shown = QUOTED.sub("", code).partition(";")[0]
    if ELAPSED.search(shown):
        return DURATION
    return MOMENT if DATE_SIGN.search(shown) else PLAIN


def _moment(serial: float, first_day: datetime) -> str:
    if not 0 <= serial < SERIAL_MAX:
        raise UnreadableCell(repr(serial))
    days, part = divmod(serial, 1)
    early = first_day is FIRST_DAY and serial < NO_LEAP_DAY
    try:
        moment = first_day + timedelta(days=int(days) + early, milliseconds=round(part * DAY_MS))
    except OverflowError:
        raise UnreadableCell(repr(serial)) from None
    return moment.time().isoformat() if 0 < serial < 1 else _said(moment)


def _duration(serial: float) -> str:
    if not 0 <= serial < SERIAL_MAX:
        raise UnreadableCell(repr(serial))
    return str(timedelta(milliseconds=round(serial * DAY_MS)))


def _said(moment: datetime) -> str:
    day: date = moment.date()
    return day.isoformat() if moment.time() == time.min else moment.isoformat(sep=" ")
