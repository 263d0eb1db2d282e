"""Exports of a list: CSV streamed, XLSX row by row; text that looks like a formula is inert.

Words stand as on the page, in the reader's language; beside each column of states or kinds stands
one with their codes, headed by its plain name, for programs (docs/formats/exports.md).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any, Final

import django_tables2 as tables
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from core.pages import cells
from kernel.findings import Refusal

CHUNK_ROWS: Final = 2_000
XLSX_ROWS_MAX: Final = 1_048_575
DIGITS_EXACT_MAX: Final = 15
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UnableToExport(Refusal):
    """A kind of file that we do not write, or more rows than it can hold."""

    code = "UNABLE_TO_EXPORT"


@dataclass(frozen=True, slots=True)
class Source:
    """What is exported: the rows of a table, its shown columns and the name of the file.

    `told` adds to some rows at a time what is asked for them together.
    """

    table_class: type[tables.Table]
    rows: QuerySet[Any] | Sequence[Any]
    columns: Sequence[tuple[str, str]]
    name: str
    told: Callable[[Sequence[Any]], Sequence[Any]] = tuple


def whole(table_class: type[tables.Table], rows: Sequence[Any], *, name: str) -> Source:
    """Return a source of all columns of a table, for what is no list of its own."""
    labels = [(column.name, str(column.header)) for column in table_class([]).columns.iterall()]
    return Source(table_class=table_class, rows=rows, columns=labels, name=name)


class _Echo:
    """A file that hands back what it is given, for the csv writer."""

    def write(self, value: str) -> str:
        return value


def respond(kind: str, source: Source) -> HttpResponseBase:
    """Return the CSV or XLSX download of `source`. Raises UnableToExport."""
    if kind == "csv":
        return _csv(source)
    if kind == "xlsx":
        return _xlsx(source)
    raise UnableToExport(_("Exports are CSV or XLSX."))


def values(source: Source) -> Iterator[list[Any]]:
    """Yield the exported values of each row, a few thousand records in memory at a time."""
    rows = source.rows
    records: Iterable[Any] = (
        rows.iterator(chunk_size=CHUNK_ROWS) if isinstance(rows, QuerySet) else rows
    )
    records = iter(records)
    names = [name for name, _label in source.columns]
    while chunk := list(islice(records, CHUNK_ROWS)):
        yield from cells.values(source.table_class(source.told(chunk)), names)


def inert(value: Any) -> str:
    """Write a value for CSV: exact decimals, ISO days, and no text that a sheet would run."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _csv(source: Source) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    headings = cells.headings(source.table_class, source.columns)

    def lines() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"
        yield writer.writerow(headings).encode()
        for row in values(source):
            yield writer.writerow([inert(value) for value in row]).encode()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{source.name}.csv"'
    return response


def _xlsx(source: Source) -> FileResponse:
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - FileResponse closes it
    write_workbook(file, source)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{source.name}.xlsx", content_type=XLSX_TYPE
    )


def write_workbook(
    file: IO[bytes], source: Source, progress: Callable[[int], None] = lambda _rows: None
) -> int:
    """Write the rows of `source` in constant memory and return how many; tells how far it is.

    Raises UnableToExport for more rows than one sheet holds.
    """
    import xlsxwriter  # noqa: PLC0415 - slow to load, only where needed

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    number = 0
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, cells.headings(source.table_class, source.columns), bold)
        for number, row in enumerate(values(source), start=1):
            if number > XLSX_ROWS_MAX:
                raise UnableToExport(_("Too many rows for one sheet: export CSV instead."))
            for index, value in enumerate(row):
                _write_cell(sheet, (number, index), value, day)
            if number % CHUNK_ROWS == 0:
                progress(number)
    return number


def _write_cell(sheet: Any, at: tuple[int, int], value: Any, day: Any) -> None:
    if isinstance(value, Decimal):
        exact = len(value.as_tuple().digits) <= DIGITS_EXACT_MAX
        (sheet.write_number if exact else sheet.write_string)(*at, value if exact else f"{value:f}")
    elif isinstance(value, datetime):
        sheet.write_string(*at, value.isoformat())
    elif isinstance(value, date):
        sheet.write_datetime(*at, value, day)
    elif isinstance(value, int):
        sheet.write_number(*at, value)
    elif value is not None:
        sheet.write_string(*at, str(value))
