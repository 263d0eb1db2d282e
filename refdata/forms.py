"""Forms that edit reference data; the service checks and saves."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from core import asked
from core.models import User
from core.pages.fields import DayField, FigureField
from core.pages.upload import FileForm
from refdata import models
from refdata.models.labels import labelled
from refdata.services import FILE_KINDS
from refdata.states import AbsenceKind, SanctionsList

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REASON_LENGTH_MAX = 500


class RemoteSelect(forms.Select):
    """A choice among many rows: the browser asks `url` while one types; the page holds one."""

    def __init__(self, url: str) -> None:
        super().__init__(attrs={"data-combobox": "1", "data-url": url})

    def optgroups(
        self, name: str, value: list[str], attrs: dict[str, Any] | None = None
    ) -> list[Any]:
        """Return the options for what is chosen, and the empty one."""
        every = getattr(self.choices, "queryset", None)
        if every is not None:
            keys = [key for key in value if asked.number(str(key)) is not None]
            chosen = every.filter(pk__in=keys)
            self.choices = [("", ""), *((row.pk, str(row)) for row in chosen)]
        return super().optgroups(name, value, attrs)


REMOTE: Final = {
    "venue": "/refdata/lookup/keys/venues/",
    "custodian": "/refdata/lookup/keys/parties/",
    "party": "/refdata/lookup/keys/parties/",
}


class ReferenceFileForm(FileForm):
    """The kind of file and the file."""

    kind = forms.ChoiceField(
        label=_("Kind of file"), choices=[(code, kind.label) for code, kind in FILE_KINDS.items()]
    )


class SanctionsFileForm(FileForm):
    """Which list, its file, and whether an unusual one is meant."""

    list_code = forms.ChoiceField(label=_("List"), choices=labelled(SanctionsList))
    is_meant = forms.BooleanField(
        label=_("Load it also if it is much shorter than the version in force, or older"),
        required=False,
    )


def reason_field(help_text: StrOrPromise = "") -> forms.CharField:
    """Return the box for why something is proposed, in words."""
    return forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 2, "wide": True}),
        help_text=help_text,
    )


class FalseHitForm(forms.Form):
    """Until when a hit means somebody else, and how that is known."""

    until = DayField(label=_("Valid to"), help_text=_("A year from today at most."))
    why = reason_field(_("What tells the two apart: country, date of birth, register, business."))


class InstructionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A proposal: who, for what, where to; and why."""

    why = reason_field(_("What the change rests on: a letter, a call back, a SWIFT message."))

    class Meta:
        model = models.SettlementInstruction
        fields: ClassVar[list[str]] = [
            "party",
            "account",
            "currency",
            "asset_class",
            "place_of_settlement",
            "agent_bic",
            "account_number",
            "valid_from",
            "valid_to",
            "replaces",
        ]
        field_classes: ClassVar[dict[str, Any]] = {"valid_from": DayField, "valid_to": DayField}
        widgets: ClassVar[dict[str, Any]] = {
            "replaces": forms.HiddenInput(),
            "party": RemoteSelect(REMOTE["party"]),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = models.Party.objects.filter(is_counterparty=True).order_by("code")
        self.fields["party"].queryset = known  # type: ignore[attr-defined]  # a model choice


class CodeField(forms.RegexField):
    """A code in capitals, however it is typed."""

    def __init__(self, pattern: str, **kwargs: Any) -> None:
        super().__init__(rf"\A{pattern}\Z", **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class CutOffForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Until when a step must be through; and why it changes."""

    why = reason_field()

    class Meta:
        model = models.CutOff
        fields: ClassVar[list[str]] = ["step", "days_after", "at_time", "valid_from", "only_day"]
        field_classes: ClassVar[dict[str, Any]] = {"valid_from": DayField}


class PlaceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The depository of a home market: for which trades, from when; and why."""

    venue = CodeField(r"[A-Z0-9]{4}", label=_("Venue"), required=False)
    issuer_country = CodeField(r"[A-Z]{2}", label=_("Country of the ISIN"), required=False)
    place = CodeField(
        r"[A-Z0-9]{8}([A-Z0-9]{3})?",
        label=_("Place of settlement (BIC)"),
        help_text=_("Of the depository; the most specific line counts, the venue most."),
    )
    why = reason_field()

    class Meta:
        model = models.SettlementPlace
        fields: ClassVar[list[str]] = [
            *("venue", "issuer_country", "asset_class", "place", "valid_from", "valid_to"),
        ]
        field_classes: ClassVar[dict[str, Any]] = {"valid_from": DayField, "valid_to": DayField}


class AgreementForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What was signed with whom, what it covers, from when; and why."""

    why = reason_field(_("What it rests on: the signed contract, a renewal, a termination."))

    class Meta:
        model = models.Agreement
        fields: ClassVar[list[str]] = [
            *("party", "kind", "reference", "valid_from", "valid_to"),
            *("covers_repo", "covers_lending", "covers_forward", "covers_otc", "covers_securities"),
        ]
        field_classes: ClassVar[dict[str, Any]] = {"valid_from": DayField, "valid_to": DayField}
        widgets: ClassVar[dict[str, Any]] = {"party": RemoteSelect(REMOTE["party"])}


class OwnerForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Who owns how much of a party, from when; and how that is known."""

    country = CodeField(r"[A-Z]{2}", label=_("Country"), required=False)
    lei = CodeField(r"[A-Z0-9]{20}", label="LEI", required=False)
    share = FigureField(
        label=_("Share (percent)"),
        decimal_places=3,
        help_text=_("Directly or through others; zero ends what was owned before."),
    )
    why = reason_field(_("What it rests on: a register, a declaration, an organisation chart."))

    class Meta:
        model = models.BeneficialOwner
        fields: ClassVar[list[str]] = [
            *("party", "name", "kind", "country", "birth_date", "lei", "share"),
            *("valid_from", "valid_to"),
        ]
        field_classes: ClassVar[dict[str, Any]] = dict.fromkeys(
            ("birth_date", "valid_from", "valid_to"), DayField
        )
        widgets: ClassVar[dict[str, Any]] = {"party": RemoteSelect(REMOTE["party"])}


class RestrictionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What is not dealt in, from when; and why."""

    value = CodeField(
        r"[A-Z]{2}([A-Z0-9]{9}[0-9])?",
        label=_("ISIN or country"),
        help_text=_("The ISIN of an instrument, or the two letters of a country."),
    )
    why = reason_field()

    class Meta:
        model = models.Restriction
        fields: ClassVar[list[str]] = ["kind", "value", "valid_from", "valid_to"]
        field_classes: ClassVar[dict[str, Any]] = {"valid_from": DayField, "valid_to": DayField}


class FeeForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """One line of a fee schedule: for which trades, how much, from when; and why."""

    name = CodeField(
        r"[A-Z0-9][A-Z0-9-]{0,19}",
        label=_("Name"),
        help_text=_("Of the lines of one name, the most specific counts: FR-FTT, XPAR-FEE."),
    )
    venue = CodeField(r"[A-Z0-9]{4}", label=_("Venue"), required=False)
    issuer_country = CodeField(r"[A-Z]{2}", label=_("Country of the ISIN"), required=False)
    currency = CodeField(
        r"[A-Z]{3}",
        label=_("Currency"),
        required=False,
        help_text=_("Needed where an amount is given in money."),
    )
    rate = FigureField(label=_("Percent of gross amount"), required=False, decimal_places=6)
    per_unit = FigureField(label=_("Per unit"), required=False, decimal_places=10)
    fixed = FigureField(label=_("Per trade"), required=False, decimal_places=4)
    minimum = FigureField(label=_("At least"), required=False, decimal_places=4)
    maximum = FigureField(label=_("At most"), required=False, decimal_places=4)
    why = reason_field(_("What it rests on: an agreement, a tariff, a law."))

    class Meta:
        model = models.FeeSchedule
        fields: ClassVar[list[str]] = [
            *("name", "kind", "party", "venue", "issuer_country", "asset_class", "side"),
            *("currency", "rate", "per_unit", "fixed", "minimum", "maximum"),
            *("valid_from", "valid_to"),
        ]
        field_classes: ClassVar[dict[str, Any]] = {"valid_from": DayField, "valid_to": DayField}
        widgets: ClassVar[dict[str, Any]] = {"party": RemoteSelect(REMOTE["party"])}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in ("rate", "per_unit", "fixed", "minimum"):
            if name in values and values[name] is None:
                values[name] = Decimal(0)
        return values


class AliasForm(forms.Form):
    """What a source system calls the instrument."""

    source_system = forms.CharField(label=_("Source system"), max_length=20)
    symbol = forms.CharField(label=_("Symbol"), max_length=60)


class PartyAliasForm(forms.Form):
    """What a source system calls the party."""

    source_system = forms.CharField(label=_("Source system"), max_length=20)
    alias = forms.CharField(label=_("Alias"), max_length=120)


class AbsenceForm(forms.Form):
    """Days away: one's own, or those of a colleague where nobody is named."""

    user = forms.ModelChoiceField(
        label=_("Who is away"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("myself"),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=labelled(AbsenceKind))
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, for_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["user"]
        assert isinstance(person, forms.ModelChoiceField)  # noqa: S101 - declared above
        person.queryset = User.objects.filter(is_active=True, api_tokens=None).order_by("username")
        if not for_others:
            del self.fields["user"]
            kind = self.fields["kind"]
            assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - declared above
            kind.choices = [one for one in labelled(AbsenceKind) if one[0] != AbsenceKind.MANDATORY]
