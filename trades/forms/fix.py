"""Forms of FIX sessions: who may log on, and where its numbers start again."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from trades.models import FixSession


class FixSessionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A counterparty that may log on; the service checks and saves."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the one it has stays."),
    )

    class Meta:
        model = FixSession
        fields: ClassVar[list[str]] = [
            *("name", "begin_string", "sender_comp_id", "target_comp_id", "source_system"),
            *("default_appl_ver_id", "party_id", "addresses", "heartbeat_max", "username"),
            *("password", "opens_at", "closes_at", "dictionary"),
            *("reset_on_logon", "user_fields", "is_enabled"),
        ]
        help_texts: ClassVar[dict[str, Any]] = {
            "source_system": _("Empty: their CompID > ours, as in logs of the session."),
            "addresses": _("Networks that it may come from, separated by commas: 192.0.2.0/28."),
            "party_id": _("Which side of a trade report of two sides is ours."),
            "dictionary": _("A file of FIX_DICTIONARY_DIR; transport and application with +."),
            "default_appl_ver_id": _("FIXT.1.1 alone: 7, 8 or 9 for FIX 5.0, SP1, SP2."),
            "opens_at": _("Both hours or none; a new opening counts from one."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source_system"].required = False
        if not self.instance.pk:
            self.initial["addresses"] = "127.0.0.0/8,::1/128"


class FixResetForm(forms.Form):
    """The numbers that come next, and why."""

    next_in = forms.IntegerField(label=_("Expected next"), min_value=1)
    next_out = forms.IntegerField(label=_("Sent next"), min_value=1)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "wide": True})
    )
