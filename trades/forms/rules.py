"""Forms of the rule book: other numbers for a rule, and a rule that the house writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.pages import status
from core.pages.fields import DayField, FigureField
from desk.forms import SettingForm
from kernel.findings import Severity
from trades.rules.families import Owner
from trades.rules.grammar import LENGTH_MAX
from trades.rules.scopes import ScopeKind
from trades.selectors import find_scope
from trades.services.house_rules import Draft, UnableToWriteRule, read_expression

TRIED_BACK: Final = timedelta(days=30)
SCOPED_WITH: Final = ("scope_kind", "scope_code")
TRIED_WITH: Final = ("first_day", "last_day")
PROPOSED_WITH: Final = ("valid_from", "reason")
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


class RuleForm(SettingForm):
    """Other numbers for a rule, or the rule switched on or off: to be proposed, or to be tried.

    What is `tried` names a period; what is proposed says from when and why.
    """

    scope: str = ""
    active = forms.BooleanField(label=pgettext_lazy("rule", "Active"), required=False)
    scope_kind = forms.ChoiceField(label=_("Scope"), required=False)
    scope_code = forms.CharField(label=_("Code of the scope"), max_length=40, required=False)
    first_day = DayField(label=_("Replay from"))
    last_day = DayField(label=_("Replay to"))

    def __init__(
        self,
        *args: Any,
        parameters: Iterable[Mapping[str, Any]],
        active: bool = True,
        tried: bool = False,
        **kwargs: Any,
    ) -> None:
        figures = {
            one["name"]: FigureField(
                label=f"{capfirst(one['label'])} ({one['unit']})",
                min_value=Decimal(0),
                initial=one["value"],
            )
            for one in parameters
        }
        super().__init__(*args, figures=figures, **kwargs)
        today = timezone.localdate()
        kinds: Any = self.fields["scope_kind"]
        kinds.choices = [("", _t("Everywhere")), *((k.value, _t(k.label)) for k in ScopeKind)]
        self.initial = {
            "valid_from": today,
            "active": active,
            "first_day": today - TRIED_BACK,
            "last_day": today,
        }
        for name in PROPOSED_WITH if tried else TRIED_WITH:
            self.fields[name].required = False
        self.order_fields([*figures, *SCOPED_WITH, "active", *TRIED_WITH, *PROPOSED_WITH])

    def leave_out_trades(self) -> None:
        """Ask for no period and no scope: these are of rules about trades."""
        for name in (*TRIED_WITH, *SCOPED_WITH):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Take a scope that exists, however its code was typed."""
        values: dict[str, Any] = super().clean() or {}
        kind, code = (str(values.get(name, "")).strip() for name in SCOPED_WITH)
        if not kind and code:
            self.add_error("scope_kind", _("Say what this is the code of."))
        if kind:
            found = find_scope(ScopeKind(kind), code)
            if found is None:
                self.add_error("scope_code", _("There is no such code."))
            self.scope = found or ""
        return values


class ActivationForm(SettingForm):
    """From which day a change that was tried is to be in force, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, figures={}, **kwargs)
        self.initial = {"valid_from": timezone.localdate()}
