"""The form of a dated setting: its figures, from when it holds, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.pages.fields import DayField, FigureField

REASON_LENGTH_MAX = 500


class SettingForm(forms.Form):
    """A proposed change of figures from a day on, with its reason."""

    valid_from = DayField(label=_("Valid from"))
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH_MAX, widget=forms.TextInput({"wide": "1"})
    )

    def __init__(self, *args: Any, figures: Mapping[str, FigureField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.figures = tuple(figures)
        self.fields = {**figures, **self.fields}
        self.order_fields([*figures, "valid_from", "active", "reason"])

    def parameters(self) -> dict[str, str]:
        """Return the figures as the plain decimals that the service takes."""
        return {name: f"{self.cleaned_data[name]:f}" for name in self.figures}
