"""The form of a new webhook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.pages import status
from feeds.facts import EventType


class EndpointForm(forms.Form):
    """Where to send, and what; the service judges the address."""

    name = forms.CharField(label=_("Name"), max_length=60)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("https://… of the receiver. Addresses of private networks are refused."),
        widget=forms.TextInput(attrs={"wide": True, "inputmode": "url", "spellcheck": "false"}),
    )
    source_system = forms.CharField(
        label=_("Source system"),
        max_length=64,
        required=False,
        help_text=_("Only what this system sent; empty for all."),
    )
    desk_code = forms.CharField(
        label=_("Desk"),
        max_length=20,
        required=False,
        help_text=_("Only this desk; empty for all."),
    )
    event_types = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=[(kind.value, kind.value) for kind in EventType],
        widget=forms.CheckboxSelectMultiple(attrs={"wide": True}),
        help_text=_("None chosen means all, also those that may come."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["event_types"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - it is declared so
        field.choices = [(kind.value, status.look(kind).label) for kind in EventType]
