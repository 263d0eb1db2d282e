"""Forms of reporting: which day, and which file of the regulator."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from core.pages.fields import AskedDayField

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
