"""What the readers share: safe XML, CSV and JSON, and text that names its place when it is bad."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NoReturn, TypeVar

from lxml import etree

from core.text import piece_at
from kernel import xml
from kernel.calendars import YEARS
from kernel.characters import CONTROL, first_hidden
from kernel.findings import Finding, Refusal
from kernel.money import UnreadableDecimal, decimal_from_text
from refdata.facts import Reading

RowT = TypeVar("RowT")
ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T|$)", re.ASCII)
COMPACT_DAY: Final = re.compile(r"\d{8}$", re.ASCII)
REMARKS: Final = {
    remark.code: remark
    for remark in (
        Finding(code="REF-001", field="", message="{field} is missing"),
        Finding(code="REF-002", field="", message="{found} is not a date"),
        Finding(code="REF-003", field="", message="{found} is not a number"),
        Finding(code="REF-004", field="", message="{found} stands twice in the file"),
        Finding(code="REF-005", field="", message="{found} is not a MIC"),
        Finding(code="REF-006", field="", message="{found} is not a valid LEI"),
        Finding(code="REF-007", field="", message="{found} is not a known status"),
        Finding(code="REF-008", field="", message="{found} is not a known record"),
        Finding(code="REF-009", field="", message="{found} is not a valid ISIN"),
        Finding(code="REF-010", field="", message="{found} is not a CFI code"),
        Finding(code="REF-011", field="", message="{found} is not a possible rate"),
        Finding(code="REF-012", field="", message="{found} is not a possible price"),
        Finding(code="REF-016", field="", message="{found} is before {expected}"),
        Finding(code="REF-041", field="", message="{found} is a control or invisible character"),
        Finding(code="REF-042", field="", message="{found} is longer than {expected} characters"),
        Finding(code="REF-043", field="", message="{found} lies outside {expected}"),
        Finding(code="REF-044", field="", message="The line has more cells than the header"),
        Finding(code="REF-045", field="", message="{found} is not a known currency"),
        Finding(code="REF-046", field="", message="{found} has more digits than {expected}"),
        Finding(code="REF-047", field="", message="{found} is not a known kind of entry"),
        Finding(code="REF-048", field="", message="{found} is no entry of this file"),
        Finding(code="REF-049", field="", message="The line has {found} cells and not {expected}"),
        Finding(code="REF-052", field="", message="{found} is none of {expected}"),
        Finding(code="REF-054", field="", message="{found} is below zero"),
        Finding(code="REF-055", field="", message="Give an ISIN or a currency, and not both"),
        Finding(code="REF-057", field="", message="{found} is not the code of a country"),
        Finding(code="REF-058", field="", message="Only {expected} has this, not {found}"),
        Finding(code="REF-059", field="", message="{found} is still to come"),
        Finding(
            code="REF-060",
            field="",
            message="Left out with its statement: line {expected} is refused",
        ),
    )
}


FINDINGS_MAX: Final = 10_000
DIGITS_MAX: Final = 40
DIGITS: Final = (10, 10)
"""Digits before and after the point of a price or a rate."""
WHOLE_FILE: Final = {
    remark.code: remark
    for remark in (
        Finding(code="REF-020", field="file", message="The file is empty"),
        Finding(
            code="REF-021",
            field="file",
            message="Line {line}, column {column}: byte {found} is not UTF-8",
        ),
        Finding(code="REF-022", field="file", message="Line {line}: column {column} is missing"),
        Finding(
            code="REF-023",
            field="file",
            message="Line {line} cannot be cut into cells: a quotation mark is not closed or stands"
            " inside a cell, or a cell is too long",
        ),
        Finding(
            code="REF-024",
            field="file",
            message="Line {line}, column {column}: this is not JSON: {found}",
        ),
        Finding(
            code="REF-025",
            field="file",
            message="Line {line}, column {column}: this is not well-formed XML",
        ),
        Finding(code="REF-026", field="file", message="The document is nested too deeply"),
        Finding(
            code="REF-027", field="file", message="A document type declaration is not accepted"
        ),
        Finding(
            code="REF-028",
            field="file",
            message="The file holds no record of its kind ({expected})",
        ),
        Finding(code="REF-029", field="file", message="Line {line}: {found} is not a currency"),
        Finding(
            code="REF-030",
            field="file",
            message="{found} instruments were seen but none could be extracted",
        ),
        Finding(
            code="REF-031",
            field="file",
            message="Line {line}, column {column}: {found} is a control or invisible character",
        ),
        Finding(
            code="REF-032",
            field="file",
            message="Line {line}, column {column}: the JSON is cut off here",
        ),
        Finding(
            code="REF-033", field="file", message="Line {line}: column {column} is there twice"
        ),
        Finding(code="REF-034", field="file", message="{column} is given more than once: {found}"),
        Finding(
            code="REF-035",
            field="file",
            message="A number has more than {expected} digits: {found}",
        ),
        Finding(
            code="REF-036",
            field="file",
            message="More than {expected} values cannot be read: this is not a file of this kind",
        ),
    )
}
"""What keeps a whole file from being read."""


class UnreadableReferenceFile(Refusal):
    """The file as a whole cannot be read: nothing of it is loaded; its first finding says why."""

    code = "UNREADABLE_REFERENCE_FILE"
    says_its_finding = True


def unusable(
    code: str,
    *,
    line: int | None = None,
    column: str = "",
    found: str = "",
    expected: str = "",
    more: tuple[Finding, ...] = (),
) -> UnreadableReferenceFile:
    """Return the refusal of the whole file for one of WHOLE_FILE."""
    finding = dataclasses.replace(
        WHOLE_FILE[code], line=line, column=column, found=found[:200], expected=expected
    )
    return UnreadableReferenceFile(str(finding.as_dict()["message"]), findings=(finding, *more))


class BadValue(ValueError):
    """One value of one record cannot be read; `finding` says which and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Record:
    """Named texts of one line or element, and where it stands."""

    line: int
    values: Mapping[str, str]
    has_more: bool = False
    """Whether the line holds values past the last column of the header."""

    def text(self, column: str, *, most: int | None = None) -> str:
        """Return the text with its blanks collapsed, empty when the column is absent.

        Raises BadValue when it holds a character that is not seen, or more than `most` characters.
        """
        text = " ".join(unicodedata.normalize("NFC", self.values.get(column, "")).split())
        hidden = first_hidden(text)
        if hidden:
            self.refuse("REF-041", column, hidden)
        if most is not None and len(text) > most:
            self.refuse("REF-042", column, text, expected=str(most))
        return text

    def required(self, column: str, *, most: int | None = None) -> str:
        """Return the text; raises BadValue when there is none, or the line has more than named."""
        if self.has_more:
            self.refuse("REF-044", column)
        return self.text(column, most=most) or self.refuse("REF-001", column)

    def day(self, column: str, *, compact: bool = False, years: range = YEARS) -> date | None:
        """Return an ISO date (or YYYYMMDD), None when empty; a time part is left out."""
        text = self.text(column)
        if not text:
            return None
        found: date | None = None
        if (COMPACT_DAY if compact else ISO_DAY).match(text):
            with contextlib.suppress(ValueError):
                found = date.fromisoformat(text[:8] if compact else text[:10])
        if found is not None and found.year not in years:
            self.refuse("REF-043", column, text, expected=f"{years[0]} .. {years[-1]}")
        return found or self.refuse("REF-002", column, text)

    def decimal(self, column: str, *, digits: tuple[int, int] = DIGITS) -> Decimal | None:
        """Return a plain decimal number, None when empty; `digits` before and after its point."""
        text = self.text(column)
        if not text:
            return None
        try:
            number = decimal_from_text(text)
        except UnreadableDecimal:
            self.refuse("REF-003", column, text)
        whole, decimals = digits
        if abs(number) >= 10**whole or round(number, decimals) != number:
            self.refuse("REF-046", column, text, expected=f"{whole} + {decimals}")
        return number

    def refuse(self, code: str, column: str, found: str = "", *, expected: str = "") -> NoReturn:
        """Raise BadValue with one of REMARKS about one column of this record."""
        raise BadValue(
            dataclasses.replace(
                REMARKS[code],
                field=column,
                found=found[:200],
                expected=expected,
                line=self.line,
                column=column,
            )
        )


class Remarks(list[Finding]):
    """What is wrong with the rows of a file: so much, and the file is refused as a whole."""

    def append(self, remark: Finding) -> None:
        """Keep a remark; raises UnreadableReferenceFile at the one too many."""
        if len(self) >= FINDINGS_MAX:
            raise unusable("REF-036", expected=str(FINDINGS_MAX), more=tuple(self[:50]))
        super().append(remark)


def require_content(content: bytes) -> None:
    """Refuse an empty file."""
    if not content.strip():
        raise unusable("REF-020")


def decode(content: bytes) -> str:
    """Return UTF-8 text; raises UnreadableReferenceFile that names the line of the bad byte."""
    require_content(content)
    try:
        text = content.decode("utf-8-sig")
        if not text.strip():
            raise unusable("REF-020")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
        column = str(failure.start - content.rfind(b"\n", 0, failure.start))
        found = f"{content[failure.start]:#04x}"
        raise unusable("REF-021", line=line, column=column, found=found) from None
    hidden = CONTROL.search(text)
    if hidden:
        raise unusable(
            "REF-031",
            line=text.count("\n", 0, hidden.start()) + 1,
            column=str(hidden.start() - text.rfind("\n", 0, hidden.start())),
            found=f"U+{ord(hidden[0]):04X}",
        )
    return text


def csv_records(
    content: bytes, *, required: tuple[str, ...], delimiter: str = ","
) -> Iterator[Record]:
    """Yield the lines of a separated file with a header; upper-cased, trimmed columns.

    Raises UnreadableReferenceFile when a required column is missing, or a column is there twice.
    """
    lines = csv.reader(io.StringIO(decode(content), newline=""), strict=True, delimiter=delimiter)
    try:
        header = [name.strip().upper() for name in next(lines, ())]
        missing = [name for name in required if name not in header]
        if missing:
            raise unusable("REF-022", line=1, column=missing[0])
        twice = next((name for name, n in Counter(header).items() if name and n > 1), None)
        if twice is not None:
            raise unusable("REF-033", line=1, column=twice[:80])
        for fields in lines:
            if any(field.strip() for field in fields):
                more = any(field.strip() for field in fields[len(header) :])
                named = dict(zip(header, fields, strict=False))
                yield Record(lines.line_num, named, has_more=more)
    except csv.Error:
        raise unusable("REF-023", line=lines.line_num) from None


def rows_of(
    content: bytes,
    *,
    required: tuple[str, ...],
    expected: str,
    row: Callable[[Record], RowT],
    key: Callable[[RowT], object],
    named: str,
) -> Reading[RowT]:
    """Return one good row per line of a table; of two with one `key` the first counts.

    `named` is the column that is said to stand twice, `expected` the one without which it is not
    such a table. Raises UnreadableReferenceFile where there is no line at all.
    """
    rows: list[RowT] = []
    findings = Remarks()
    known: set[object] = set()
    seen = 0
    for record in csv_records(content, required=required):
        seen += 1
        try:
            made = row(record)
            if key(made) in known:
                record.refuse("REF-004", named, record.text(named))
            known.add(key(made))
            rows.append(made)
        except BadValue as bad:
            findings.append(bad.finding)
    if not seen:
        raise unusable("REF-028", expected=expected)
    return Reading(tuple(rows), tuple(findings), seen)


def json_document(content: bytes) -> Any:  # noqa: ANN401 - whatever the document holds
    """Return a JSON document; raises UnreadableReferenceFile with line and column."""
    try:
        return json.loads(decode(content), object_pairs_hook=_once, parse_int=_short)
    except json.JSONDecodeError as failure:
        found = piece_at(failure.doc, failure.pos)
        code = "REF-024" if found else "REF-032"
        raise unusable(code, line=failure.lineno, column=str(failure.colno), found=found) from None
    except RecursionError:
        raise unusable("REF-026") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise unusable("REF-034", column=ascii(name)[1:-1][:80], found=ascii(value)[:80])
        made[name] = value
    return made


def _short(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise unusable("REF-035", expected=str(DIGITS_MAX), found=digits[:DIGITS_MAX])
    return int(digits)


def xml_elements(content: bytes, *, local_name: str) -> Iterator[etree._Element]:
    """Yield the elements of one name, whatever their namespace, and free them afterwards.

    No DTD, no entities, no network. Raises UnreadableReferenceFile.
    """
    require_content(content)
    try:
        for event, element in xml.steps(content):
            if event == "start":
                _refuse_doctype(element)
            if event == "end" and local(element) == local_name:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as failure:
        line, column = failure.position
        raise unusable(
            "REF-025", line=line, column=str(column), found=failure.msg.split(", line ")[0]
        ) from None


def _refuse_doctype(element: etree._Element) -> None:
    if element.getparent() is None and xml.declares_type(element):
        raise unusable("REF-027")


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace, empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
