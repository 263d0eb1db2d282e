"""Form fields that read what the pages write: days, moments and figures."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator
from django.forms.utils import from_current_timezone
from django.utils.translation import gettext_lazy as _

from core.pages import formats
from kernel.calendars import is_plausible

DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
TIME_FORMATS = ("%H:%M:%S", "%H:%M")
SHORT_DAYS: Final = {
    "": re.compile(r"(?P<day>\d\d?)([/.])(?P<month>\d\d?)\2(?P<year>\d\d)", re.ASCII),
    "iso": re.compile(r"(?P<year>\d\d)-(?P<month>\d\d?)-(?P<day>\d\d?)", re.ASCII),
}
"""Days with two digits of the year, by how the reader wants days written."""
CENTURY: Final = "20"
EXAMPLE = Decimal("1234.5")


class DayField(forms.Field):
    """A day typed as dd/mm/yyyy or yyyy-mm-dd, in any language: links stay valid when shared."""

    widget = forms.TextInput(
        attrs={"placeholder": _("dd/mm/yyyy"), "size": 10, "maxlength": 10, "class": "day"}
    )

    def prepare_value(self, value: Any) -> Any:
        """Show a day as the reader writes it."""
        return formats.day(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        for pattern in DAY_FORMATS:
            try:
                day = datetime.strptime(str(value).strip(), pattern).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            if is_plausible(day):
                return day
        raise ValidationError(_("“%(value)s” is not a day."), params={"value": value})


class AskedDayField(DayField):
    """A day that is looked for: of its year two digits will do, those of this century.

    What is stored is never guessed so: there a year has four digits.
    """

    def to_python(self, value: Any) -> date | None:
        short = SHORT_DAYS[formats.date_style.get()].fullmatch(str(value or "").strip())
        if short:
            value = f"{CENTURY}{short['year']}-{short['month']}-{short['day']}"
        return super().to_python(value)


class MomentField(forms.Field):
    """A moment typed as a day and hh:mm or hh:mm:ss, in local time and in any language."""

    widget = forms.TextInput(
        attrs={"placeholder": _("dd/mm/yyyy hh:mm:ss"), "maxlength": 19, "class": "moment"}
    )

    def prepare_value(self, value: Any) -> Any:
        """Show a moment as the reader writes it."""
        return formats.moment(value) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value
        for pattern in MOMENT_FORMATS:
            try:
                moment = datetime.strptime(str(value).strip(), pattern)  # noqa: DTZ007 - its zone is the house's, below
            except ValueError:
                continue
            if is_plausible(moment):
                return from_current_timezone(moment)
        raise ValidationError(
            _("“%(value)s” is not a moment: write dd/mm/yyyy hh:mm:ss."), params={"value": value}
        )


MOMENT_FORMATS = tuple(
    f"{day}{between}{time}" for day in DAY_FORMATS for between in " T" for time in TIME_FORMATS
)


class FigureField(forms.Field):
    """A figure typed in the reader's own notation; anything else is refused, never guessed."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(
        self,
        *,
        min_value: Decimal | None = None,
        max_value: Decimal | None = None,
        max_digits: int | None = None,
        decimal_places: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.min_value, self.max_value = min_value, max_value
        self.validators.append(DecimalValidator(max_digits, decimal_places))

    def prepare_value(self, value: Any) -> Any:
        """Show a figure as the reader types it."""
        return formats.typed(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return formats.figure(str(value))
        except formats.UnreadableFigure as error:
            raise _unreadable(str(value), error.readings) from error

    def validate(self, value: Any) -> None:
        """Refuse what is below or above the bounds, which the message names."""
        super().validate(value)
        if value is not None and self.min_value is not None and value < self.min_value:
            least = formats.quantity(self.min_value)
            raise ValidationError(_("At least %(least)s."), params={"least": least})
        if value is not None and self.max_value is not None and value > self.max_value:
            most = formats.quantity(self.max_value)
            raise ValidationError(_("At most %(most)s."), params={"most": most})


class SharedFigureField(FigureField):
    """A figure of an address: people of every language share it, so it may stand in neither's."""

    def prepare_value(self, value: Any) -> Any:
        """Show it as the reader types it, whoever wrote the address."""
        try:
            return super().prepare_value(self.to_python(value))
        except ValidationError:
            return value


def _unreadable(text: str, readings: tuple[str, ...]) -> ValidationError:
    """Say how to write what could not be read."""
    if readings:
        one, other = readings
        return ValidationError(
            _("“%(value)s” can be read in two ways: write %(one)s or %(other)s."),
            params={"value": text, "one": one, "other": other},
        )
    return ValidationError(
        _("“%(value)s” is not a number as it is written here: write it like %(example)s."),
        params={"value": text, "example": formats.decimal(EXAMPLE)},
    )
