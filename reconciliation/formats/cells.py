"""Cells of a sender's table: each is read exactly, or refused with what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from core.table_reading import Reading, UnreadableCell, day_of, number_text
from kernel.calendars import SPAN, is_plausible
from kernel.findings import Finding
from kernel.money import UnreadableDecimal, decimal_from_text
from reconciliation.formats import N_
from reconciliation.formats.holds import CURRENCY, holds_number

ValueT = TypeVar("ValueT")


class UnreadableText(ValueError):
    """A cell that cannot be read; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row by their fields, how they are written, and what is wrong with them."""

    said: Mapping[str, str]
    line: int
    mapping: Reading
    typed: bool
    findings: list[Finding]

    def read(self, field: str, reader: Callable[[str], ValueT]) -> ValueT | None:
        """Return what a cell says, or None with its finding."""
        text = self.said.get(field, "")
        try:
            return reader(text)
        except UnreadableText as unreadable:
            message = N_("{found} cannot be read: expected {expected}")
            column = self.mapping.columns.get(field, field)
            self.findings.append(
                Finding(
                    "TAB-VALUE", field, message, str(unreadable), text[:200], line=self.line,
                    column=column,
                )
            )  # fmt: skip
            return None

    def day(self, field: str) -> date | None:
        """Return a day of the chosen format."""
        return self.read(field, lambda text: day_in(text, self.mapping.date_format))

    def figure(self, field: str, digits: tuple[int, int]) -> Decimal | None:
        """Return a plain decimal that its column holds."""
        return self.read(field, lambda text: self.number(text, digits))

    def number(self, text: str, digits: tuple[int, int]) -> Decimal:
        """Return the number that a text is; raises UnreadableText."""
        return number_of(text, self.mapping.decimal_mark, digits, typed=self.typed)


def given_fields(mapping: Reading) -> set[str]:
    """Return the fields that a column or a constant gives."""
    return {
        *(field for field, header in mapping.columns.items() if header),
        *(field for field, value in mapping.constants.items() if value),
    }


def missing_fields(mapping: Reading, required: Sequence[str]) -> list[Finding]:
    """Say which required fields have neither a column nor a constant."""
    given = given_fields(mapping)
    return [
        Finding("TAB-FIELD", field, N_("No column is mapped to {field}"), line=1)
        for field in required
        if field not in given
    ]


def ambiguous_columns(columns: Sequence[str], mapping: Reading) -> list[Finding]:
    """Say which mapped columns are absent, or stand more than once."""
    message = N_("The column {expected} stands {found} times in the header")
    return [
        Finding(
            "TAB-COLUMN", field, message, header, str(columns.count(header)), line=1, column=header
        )
        for field, header in mapping.columns.items()
        if header and columns.count(header) != 1
    ]


def filled(text: str) -> str:
    """Refuse an empty cell."""
    if not text:
        raise UnreadableText(N_("a value"))
    return text


def currency_of(text: str) -> str:
    """Refuse what is no code of a currency."""
    if not CURRENCY.fullmatch(text):
        raise UnreadableText(N_("an ISO 4217 code"))
    return text


def number_of(text: str, mark: str, digits: tuple[int, int], *, typed: bool) -> Decimal:
    """Return a plain decimal that its column holds."""
    try:
        number = decimal_from_text(number_text(text, mark, typed=typed))
    except (UnreadableCell, UnreadableDecimal):
        raise UnreadableText(N_("a number")) from None
    if not holds_number(number, digits):
        raise UnreadableText(N_("fewer digits"))
    return number


def day_in(text: str, date_format: str) -> date:
    """Return a day of the chosen format."""
    try:
        day = day_of(text, date_format)
    except UnreadableCell:
        raise UnreadableText(N_("a date of the chosen format")) from None
    if not is_plausible(day):
        raise UnreadableText(SPAN)
    return day
