"""Which days a sheet or the graph shows, and of whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conduct.selectors import Window, window_of
from core.pages.fields import AskedDayField
from refdata.models import Desk

BY = (("trader", _("dealt by")), ("maker", _("captured by")))


class WindowForm(forms.Form):
    """The first and the last day; what is left out is the usual window."""

    since = AskedDayField(label=_("From"), required=False)
    until = AskedDayField(label=_("To"), required=False)

    def window(self) -> Window | None:
        """Return the days asked for, None where they cannot be read."""
        if not self.is_valid():
            return None
        return window_of(self.cleaned_data["since"], self.cleaned_data["until"])


class PairsForm(WindowForm):
    """The days, the desk, and whether trades are of who dealt or of who captured them."""

    desk = forms.ModelChoiceField(
        Desk.objects.order_by("code"), label=_("Desk"), required=False, to_field_name="code",
        empty_label=_("All"),
    )  # fmt: skip
    by = forms.ChoiceField(choices=BY, label=_("Whose trades"), required=False)

    def clean_by(self) -> str:
        return str(self.cleaned_data["by"] or "trader")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("desk", "by"):
            self.fields[name].widget.attrs["data-submit"] = "1"
