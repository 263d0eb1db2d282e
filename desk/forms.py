"""Forms of the desk: a dated setting, and a role that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.delegations import Loan
from core.models import EMERGENCY_MINUTES_MAX, User
from core.pages import status
from core.pages.fields import DayField, FigureField
from core.roles import CLIENTS, LENT, Role
from desk.models import SEVERAL

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


class LimitForm(SettingForm):
    """Up to what amount a supervisor may validate, from a day on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        limit = FigureField(
            label=_("Limit (EUR)"), min_value=Decimal(0), max_digits=20, decimal_places=4
        )
        super().__init__(*args, figures={"amount_eur": limit}, **kwargs)


class SeveralForm(SettingForm):
    """From what amount on a trade takes several supervisors, from a day on."""

    people = forms.TypedChoiceField(
        label=_("Supervisors"), choices=[(number, str(number)) for number in SEVERAL], coerce=int
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        start = FigureField(
            label=_("From (EUR)"),
            min_value=Decimal(0),
            max_digits=20,
            decimal_places=4,
            required=False,
            help_text=_("none: no trade takes so many"),
        )
        super().__init__(*args, figures={"from_eur": start}, **kwargs)
        self.order_fields(["people"])


class RoleForm(forms.Form):
    """A role that is asked for: of a person, or of a program that has a token."""

    role = forms.ChoiceField(label=_("Role"))
    desk_code = forms.CharField(
        label=_("Desk"), max_length=20, required=False, help_text=_("none: all desks")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH_MAX, widget=forms.TextInput({"wide": "1"})
    )

    def __init__(self, *args: Any, for_program: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [role for role in Role if (role.value in CLIENTS) == for_program]
        choice = self.fields["role"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
        choice.choices = [(role.value, status.look(role).label) for role in offered]

    def clean_desk_code(self) -> str:
        return str(self.cleaned_data["desk_code"]).strip().upper()


class DelegationForm(forms.Form):
    """A role that is lent: by whoever fills it in, or by somebody whom an administrator names."""

    lender = forms.ModelChoiceField(
        label=_("Who is away"), queryset=User.objects.none(), to_field_name="username"
    )
    delegate = forms.ModelChoiceField(
        label=_("Who stands in"), queryset=User.objects.none(), to_field_name="username"
    )
    role = forms.ChoiceField(label=_("Role"))
    desk_code = forms.CharField(
        label=_("Desk"), max_length=20, required=False, help_text=_("none: all that are held")
    )
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH_MAX, widget=forms.TextInput({"wide": "1"})
    )

    def __init__(self, *args: Any, me: str, for_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, api_tokens=None).order_by("username")
        away, stands_in = self.fields["lender"], self.fields["delegate"]
        assert isinstance(away, forms.ModelChoiceField)  # noqa: S101 - declared above
        assert isinstance(stands_in, forms.ModelChoiceField)  # noqa: S101 - declared above
        away.queryset = people.filter(grants__role__in=LENT).exclude(username=me).distinct()
        stands_in.queryset = people.exclude(username=me)
        if not for_others:
            del self.fields["lender"]
        held: tuple[str, ...] = LENT
        if not for_others:
            mine = User.objects.filter(username=me, grants__role__in=LENT)
            held = tuple(sorted(set(mine.values_list("grants__role", flat=True)))) or LENT
        choice = self.fields["role"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
        choice.choices = [(role, status.look(role).label) for role in held]

    def clean_desk_code(self) -> str:
        return str(self.cleaned_data["desk_code"]).strip().upper()

    def loan(self, me: User) -> Loan:
        """Return what is asked for; `me` is away unless somebody else is named."""
        said = self.cleaned_data
        return Loan(
            lender=said.get("lender", me),
            delegate=said["delegate"],
            role=Role(said["role"]),
            desk_code=said["desk_code"],
            first_day=said["first_day"],
            last_day=said["last_day"],
        )


class EmergencyForm(forms.Form):
    """A role that one holds elsewhere, on one desk, for some minutes."""

    role = forms.ChoiceField(label=_("Role"))
    desk_code = forms.CharField(label=_("Desk"), max_length=20)
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=1, max_value=EMERGENCY_MINUTES_MAX, initial=30
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH_MAX, widget=forms.TextInput({"wide": "1"})
    )

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["role"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
        choice.choices = [(role, status.look(role).label) for role in roles]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    def clean_desk_code(self) -> str:
        return str(self.cleaned_data["desk_code"]).strip().upper()
