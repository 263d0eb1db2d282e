"""Entering and changing one record; the service checks it, the trail keeps who and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages import PageView, status
from core.pages.fields import DayField, FigureField
from desk.models import Request
from desk.services.asking import UnableToAsk
from refdata import models, services
from refdata.forms import REMOTE, AliasForm, PartyAliasForm, RemoteSelect
from refdata.services import absences, static_data

ASKED: Final = _("Asked for: it takes effect when somebody else grants it.")


def _pairs(field: forms.TypedChoiceField) -> list[tuple[str, Any]]:
    return list(field.choices)  # type: ignore[arg-type]  # pairs: no group is used here


TYPED: Final[Mapping[str, type[forms.Field]]] = {
    "DateField": DayField,
    "DecimalField": FigureField,
}
"""Columns whose values people type in their own notation."""


def _in_words(form: forms.ModelForm[Any]) -> forms.ModelForm[Any]:
    """Say choices with the words of their states."""
    of = str(form.instance._meta.model_name)
    for field in form.fields.values():
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [
                (code, status.word(code, label, of=of)) for code, label in _pairs(field)
            ]
    return form


class EditPage(PageView):
    """Create (no primary key) or change a record of `model`."""

    action = Action.EDIT_REFDATA
    template_name = "refdata/form.html"
    model: ClassVar[type[Model]]
    form_fields: ClassVar[tuple[str, ...]]
    new_title: ClassVar[str | Promise] = _("New record")
    takes_two: ClassVar[bool] = False

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return self._show(self._form(pk), pk)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = self._form(pk, request.POST)
        if not form.is_valid():
            return self._show(form, pk, status=422)
        try:
            saved = self.save(form.save(commit=False), request.POST.get("reason", ""), pk)
        except (services.UnableToSave, UnableToAsk) as refusal:
            return self._show(form, pk, status=422, refusal=refusal)
        waits = isinstance(saved, Request)
        messages.success(request, ASKED if waits else gettext("Saved."))
        return redirect(saved.get_absolute_url())

    def save(self, record: Any, reason: str, pk: int | None) -> Any:
        """Return the record, or the request that waits for a second person."""
        return services.save_record(
            record=record, actor=self.request.actor, at=timezone.now(), reason=reason
        )

    def _form(self, pk: int | None, data: Any = None) -> forms.ModelForm[Any]:
        record = get_object_or_404(self.model, pk=pk) if pk else None
        typed = {
            column.name: TYPED[column.get_internal_type()]
            for column in self.model._meta.concrete_fields
            if column.get_internal_type() in TYPED and column.name in self.form_fields
        }
        widgets = {name: RemoteSelect(url) for name, url in REMOTE.items()}
        made = modelform_factory(
            self.model,
            fields=self.form_fields,
            field_classes=typed,
            widgets={name: found for name, found in widgets.items() if name in self.form_fields},
        )
        return _in_words(made(data, instance=record))

    def _show(
        self, form: forms.ModelForm[Any], pk: int | None, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        title = str(form.instance) if pk else self.new_title
        return self.render(
            {"form": form, "title": title, "asks_reason": bool(pk) or self.takes_two} | more,
            status=status,
        )


class ByTwo(EditPage):
    """A record that one person asks for, or for a change of, and another grants."""

    takes_two = True

    def save(self, record: Any, reason: str, pk: int | None) -> Any:
        actor, at = self.request.actor, timezone.now()
        if pk:
            return static_data.change(record=record, actor=actor, at=at, reason=reason) or record
        return static_data.add(record=record, actor=actor, at=at, reason=reason)


class InstrumentEdit(ByTwo):
    model = models.Instrument
    new_title = _("New instrument")
    form_fields = (
        "isin",
        "code",
        "name",
        "short_name",
        "cfi",
        "asset_class",
        "currency",
        "venue",
        "price_type",
        "multiplier",
        "nominal",
        "lot_size",
        "tick_size",
        "issuer_lei",
        "coupon_rate",
        "coupon_frequency",
        "day_count",
        "interest_from",
        "ex_coupon_days",
        "maturity_date",
        "contract_month",
        "option_type",
        "strike_price",
        "settlement_days",
        "status",
    )


class PartyEdit(ByTwo):
    model = models.Party
    new_title = _("New party")
    form_fields = (
        "code",
        "name",
        "lei",
        "bic",
        "country",
        "is_counterparty",
        "is_custodian",
        "is_broker",
        "is_client",
        "nature",
        "language",
        "confirmation_channel",
        "confirmation_email",
        "status",
        "lei_status",
        "lei_next_renewal",
    )


class AccountEdit(EditPage):
    model = models.Account
    new_title = _("New account")
    form_fields = (
        "code",
        "name",
        "kind",
        "currency",
        "iban",
        "number",
        "custodian",
        "book",
        "status",
    )


class BookEdit(EditPage):
    model = models.Book
    new_title = _("New book")
    form_fields = ("code", "name", "desk", "status")


class DeskEdit(EditPage):
    model = models.Desk
    new_title = _("New desk")
    form_fields = ("code", "name", "entity")


class TraderEdit(EditPage):
    model = models.Trader
    new_title = _("New trader")
    form_fields = (
        "code",
        "name",
        "first_name",
        "last_name",
        "birth_date",
        "country",
        "branch_country",
        "national_id",
        "desk",
        "user",
        "status",
    )


class AbsenceEdit(EditPage):
    model = models.Absence
    new_title = _("New absence")
    form_fields = ("trader", "user", "kind", "first_day", "last_day", "note")

    def save(self, record: Any, reason: str, pk: int | None) -> Any:
        return absences.save_absence(
            record=record, actor=self.request.actor, at=timezone.now(), reason=reason
        )


class AddAlias(PageView):
    """POST of what a source system calls an instrument, or a party."""

    action = Action.EDIT_REFDATA
    http_method_names = ("post",)
    model: ClassVar[type[models.Instrument | models.Party]] = models.Instrument
    form_class: ClassVar[type[forms.Form]] = AliasForm

    def alias(self, record: Any, said: Mapping[str, Any]) -> Any:
        return models.InstrumentAlias(instrument=record, **said)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record: Any = get_object_or_404(self.model, pk=pk)
        form = self.form_class(request.POST)
        if not form.is_valid():
            messages.error(request, gettext("Give a source system and a name."))
            return redirect(record.get_absolute_url())
        waits = static_data.add_alias(
            alias=self.alias(record, form.cleaned_data),
            actor=self.request.actor,
            at=timezone.now(),
        )
        if waits is None:
            messages.success(request, gettext("It is called so already."))
            return redirect(record.get_absolute_url())
        messages.success(request, ASKED)
        return redirect(waits.get_absolute_url())


class AddPartyAlias(AddAlias):
    model = models.Party
    form_class = PartyAliasForm

    def alias(self, record: Any, said: Mapping[str, Any]) -> Any:
        return models.PartyAlias(party=record, **said)


class RemoveAlias(PageView):
    """POST that asks for an alias to be taken away, with its reason."""

    action = Action.EDIT_REFDATA
    http_method_names = ("post",)
    model: ClassVar[type[Model]] = models.InstrumentAlias

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        waits = static_data.remove_alias(
            alias=get_object_or_404(self.model, pk=pk),
            actor=self.request.actor,
            at=timezone.now(),
            reason=request.POST.get("reason", ""),
        )
        messages.success(request, ASKED)
        return redirect(waits.get_absolute_url())
