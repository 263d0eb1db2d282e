"""Forms of blocks: who takes how much of one, and the rules of a book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.forms import formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.pages.fields import DayField, FigureField
from refdata.models import Account, Book
from trades.models import AllocationRule
from trades.services.sharing import SHARES_MAX, Asked

ACCOUNTS_MAX = 500


class SharesForm(forms.Form):
    """What a proposal says besides its shares: what was seen, and why."""

    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.TextInput({"wide": "1"})
    )


class ShareForm(forms.Form):
    """One row: an account and what it takes. A row without both is none."""

    account = forms.CharField(
        label=_("Account"),
        max_length=35,
        required=False,
        widget=forms.TextInput(attrs={"list": "accounts", "autocomplete": "off"}),
    )
    quantity = FigureField(label=_("Quantity"), required=False)
    is_residual = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(values.get("account")) != (values.get("quantity") is not None) and not self.errors:
            raise forms.ValidationError(_("Give both the account and the quantity."))
        return values


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]  # not generic at run time
    """Rows of a table that is typed; empty ones are there to be filled in."""

    EMPTY = 5

    @classmethod
    def filled(cls, rows: Sequence[Mapping[str, Any]]) -> Self:
        """Return these rows, and some to fill in."""
        return cls(initial=[*rows, *({} for _row in range(cls.EMPTY))])

    def longer(self) -> Self:
        """Return the same rows, as they were typed, with more to fill in."""
        data: dict[str, Any] = dict(self.data.items())
        total = min(self.total_form_count() + self.EMPTY, SHARES_MAX)
        data[f"{self.prefix}-TOTAL_FORMS"] = str(total)
        return type(self)(data)


class ShareForms(formset_factory(ShareForm, formset=Rows, extra=0, max_num=SHARES_MAX)):  # type: ignore[misc]  # made at run time
    """The shares of an allocation."""

    @classmethod
    def of(cls, shares: Sequence[Asked]) -> Self:
        """Return rows with these shares, and some to fill in."""
        rows: Self = cls.filled(
            [
                {"account": one.account, "quantity": one.quantity, "is_residual": one.is_residual}
                for one in shares
            ]
        )
        return rows

    def asked(self) -> list[Asked]:
        """Return the shares of the rows that are filled in; the rows are valid."""
        return [
            Asked(
                account=values["account"].strip(),
                quantity=values["quantity"],
                is_residual=bool(values["is_residual"]),
            )
            for values in self.cleaned_data
            if values.get("account")
        ]


class PercentForm(forms.Form):
    """One row of a rule: an account and its percentage."""

    account = forms.CharField(
        label=_("Account"),
        max_length=35,
        required=False,
        widget=forms.TextInput(attrs={"list": "accounts", "autocomplete": "off"}),
    )
    percent = FigureField(label="%", required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(values.get("account")) != (values.get("percent") is not None) and not self.errors:
            raise forms.ValidationError(_("Give both the account and the percentage."))
        return values


class PercentForms(formset_factory(PercentForm, formset=Rows, extra=0, max_num=SHARES_MAX)):  # type: ignore[misc]  # made at run time
    """The shares of a rule."""

    @classmethod
    def of(cls, rule: AllocationRule | None) -> Self:
        """Return rows with what a rule says, and some to fill in."""
        said = rule.percents.items() if rule else ()
        rows: Self = cls.filled(
            [{"account": account, "percent": Decimal(percent)} for account, percent in said]
        )
        return rows

    def percents(self) -> list[tuple[str, Decimal]]:
        """Return the rows that are filled in; they are valid."""
        return [
            (values["account"].strip(), values["percent"])
            for values in self.cleaned_data
            if values.get("account")
        ]


class AllocationRuleForm(forms.Form):
    """What an allocation rule says besides its shares."""

    book = forms.ChoiceField(label=_("Book"))
    counterparty = forms.CharField(
        label=_("Counterparty"),
        max_length=35,
        required=False,
        help_text=_("Empty: any"),
        widget=forms.TextInput(attrs={"list": "counterparties", "autocomplete": "off"}),
    )
    residual_account = forms.CharField(
        label=_("Residual account"),
        max_length=35,
        required=False,
        help_text=_("Empty: what is left over stays to be allocated"),
        widget=forms.TextInput(attrs={"list": "accounts", "autocomplete": "off"}),
    )
    valid_from = DayField(label=_("Valid from"))
    active = forms.BooleanField(label=pgettext_lazy("rule", "Active"), required=False, initial=True)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.TextInput({"wide": "1"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        books = Book.objects.order_by("code").values_list("code", "code")
        self.fields["book"].choices = list(books)  # type: ignore[attr-defined]  # choice
        accounts = Account.objects.filter(status="ACTIVE").order_by("code")
        self.accounts = list(accounts.values_list("code", "name")[:ACCOUNTS_MAX])

    @classmethod
    def of(cls, rule: AllocationRule | None) -> Self:
        """Return the form with what a rule says; from today on."""
        said: dict[str, Any] = {"valid_from": timezone.localdate()}
        if rule is not None:
            said |= {
                "book": rule.book_code,
                "counterparty": rule.counterparty_code,
                "residual_account": rule.residual_account,
                "active": rule.active,
            }
        return cls(initial=said)

    def terms(self) -> dict[str, Any]:
        """Return the terms that the service takes, without the shares."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "reason"}
