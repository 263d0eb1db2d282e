"""Forms of this room."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.pages.fields import DayField, FigureField
from core.pages.mapping import EXAMPLES
from core.pages.upload import FileForm
from core.table_reading import DATE_FORMATS
from refdata.forms import REMOTE, RemoteSelect, reason_field
from refdata.models import Party
from settlement.models import ToleranceProfile


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """For whom and for what, how far the two sides may differ, from when; and why."""

    price_percent = FigureField(label=_("Price or rate may differ by (percent)"), decimal_places=6)
    amount_small = FigureField(label=_("Amount may differ by (EUR)"), decimal_places=4)
    amount_limit = FigureField(label=_("up to a deal of (EUR)"), decimal_places=4)
    amount_large = FigureField(label=_("above it by (EUR)"), decimal_places=4)
    close_percent = FigureField(
        label=_("The same deal within (percent)"),
        decimal_places=6,
        help_text=_("Price or amount must be as near as this for two sides to be paired."),
    )
    why = reason_field(_("What it rests on: an agreement, a decision of the house."))

    class Meta:
        model = ToleranceProfile
        fields: ClassVar[list[str]] = [
            *("party", "product", "asset_class", "price_percent", "amount_small", "amount_limit"),
            *("amount_large", "close_percent", "valid_from"),
        ]
        field_classes: ClassVar[dict[str, Any]] = {"valid_from": DayField}
        widgets: ClassVar[dict[str, Any]] = {"party": RemoteSelect(REMOTE["party"])}


class ConfirmationFileForm(FileForm):
    """The file, who sent it, and how it writes days and numbers."""

    sender = forms.ModelChoiceField(
        Party.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Sender"),
        help_text=_("Not needed where the file names the counterparty: a column, a BIC, an LEI."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    date_format = forms.ChoiceField(
        choices=[(pattern, EXAMPLES[pattern]) for pattern in DATE_FORMATS],
        label=_("Dates look like"),
        help_text=_("In a table; SWIFT messages have their own form."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    decimal_mark = forms.ChoiceField(
        choices=[(".", "1234.56"), (",", "1234,56")],
        label=_("Numbers look like"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Party.objects.filter(is_own_firm=False).order_by("code")
        self.fields["sender"].queryset = known  # type: ignore[attr-defined]  # a ModelChoiceField
