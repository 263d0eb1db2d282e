"""The form in which the house writes a rule of its own."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.pages import status
from kernel.findings import Severity
from trades.rules.families import Owner
from trades.rules.grammar import LENGTH_MAX
from trades.services.house_rules import Draft, UnableToWriteRule, read_expression

#: The text is checked while it is typed; the answer stands below it.
CHECKED: Final = {
    "rows": 4,
    "wide": "1",
    "class": "mono",
    "spellcheck": "false",
    "autocomplete": "off",
    "aria-describedby": "checked",
    "hx-post": reverse_lazy("rules:check"),
    "hx-trigger": "input changed delay:300ms",
    "hx-target": "#checked",
    "hx-swap": "innerMorph",
}


class HouseRuleForm(forms.Form):
    """When a rule speaks, and all that the rule book says of a rule besides."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput({"wide": "1"}))
    severity = forms.ChoiceField(label=_("Severity"))
    owner = forms.ChoiceField(label=pgettext_lazy("rule", "Owner"))
    source = forms.CharField(
        label=_("Source"), max_length=200, widget=forms.TextInput({"wide": "1"})
    )
    rationale = forms.CharField(
        label=_("Why"), max_length=500, widget=forms.TextInput({"wide": "1"})
    )
    reason = forms.CharField(
        label=_("Reason of this version"), max_length=500, widget=forms.TextInput({"wide": "1"})
    )
    expression = forms.CharField(
        label=_("Speaks when"), max_length=LENGTH_MAX, widget=forms.Textarea(CHECKED)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        chosen["severity"].choices = [(one.value, status.look(one.value).label) for one in Severity]
        chosen["owner"].choices = [(one.value, _t(one.label)) for one in Owner]

    def clean_expression(self) -> str:
        """Take a text that is a rule, or say where it is wrong."""
        text = str(self.cleaned_data["expression"])
        try:
            read_expression(text)
        except UnableToWriteRule as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return text

    def draft(self) -> Draft:
        """Return what was written."""
        return Draft(**self.cleaned_data)
