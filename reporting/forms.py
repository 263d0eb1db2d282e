"""Forms of reporting: which day, which file of the regulator, evidence of which days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from core.pages.fields import AskedDayField
from refdata.models import Desk
from reporting.models import LANGUAGES

SPANS: Final = (
    ("day", _("one day")),
    ("week", _("week")),
    ("month", _("month")),
    ("quarter", _("quarter")),
    ("days", _("from – to")),
)
MONTHS_OF: Final = {"month": 1, "quarter": 3}
FEEDBACK_BYTES_MAX: Final = 50_000_000


class DayForm(forms.Form):
    """One trade date."""

    day = AskedDayField(label=_("Trade date"))


class FeedbackForm(forms.Form):
    """The regulator's answer, an auth.031 file."""

    file = forms.FileField(
        label=_("Answer of the regulator (auth.031)"), widget=forms.FileInput({"accept": ".xml"})
    )

    def clean_file(self) -> object:
        upload = self.cleaned_data["file"]
        if upload.size > FEEDBACK_BYTES_MAX:
            raise forms.ValidationError(_("This file is larger than 50 MB."))
        return upload


class EvidenceForm(forms.Form):
    """Of which days, of which desk and in which language evidence is wanted.

    A day, week, month or quarter is the one that `day` lies in; other days are named by both ends.
    """

    span = forms.ChoiceField(choices=SPANS, label=_("Period"))
    day = AskedDayField(label=_("Day in it"), required=False)
    first_day = AskedDayField(label=_("From"), required=False)
    last_day = AskedDayField(label=_("To"), required=False)
    desk = forms.ModelChoiceField(
        Desk.objects.order_by("code"), label=_("Desk"), required=False, to_field_name="code",
        empty_label=_("All"),
    )  # fmt: skip
    language = forms.ChoiceField(choices=LANGUAGES, label=_("Language"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        needed = ("first_day", "last_day") if cleaned.get("span") == "days" else ("day",)
        for name in needed:
            if name not in self.errors and not cleaned.get(name):
                self.add_error(name, _("Give a day."))
        return cleaned

    def days(self) -> tuple[date, date]:
        """Return the first and the last day that are asked for."""
        asked = self.cleaned_data
        if asked["span"] == "days":
            return asked["first_day"], asked["last_day"]
        return span_of(asked["span"], asked["day"])


def span_of(span: str, day: date) -> tuple[date, date]:
    """Return the first and the last day of the week, month or quarter that a day lies in."""
    if span == "day":
        return day, day
    if span == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    months = MONTHS_OF[span]
    first = day.replace(month=day.month - (day.month - 1) % months, day=1)
    after = first
    for _month in range(months):
        after = (after + timedelta(days=31)).replace(day=1)
    return first, after - timedelta(days=1)
