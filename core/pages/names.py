"""Names that people give themselves: nothing invisible, no alphabet in disguise."""

from __future__ import annotations

from django import forms

from core import text
from core.remarks import told


class PlainNames(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A form of a person: the names are what they look like."""

    def clean_first_name(self) -> str:
        return self._plain("first_name")

    def clean_last_name(self) -> str:
        return self._plain("last_name")

    def _plain(self, field: str) -> str:
        try:
            return text.clean(str(self.cleaned_data[field]), field=field)
        except text.UncleanText as refusal:
            raise forms.ValidationError([told(one) for one in refusal.findings]) from refusal
