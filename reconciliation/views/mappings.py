"""Saved column mappings: how one sender's table reads, to look at and to correct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages.mapping import MappingForm, MappingPage
from reconciliation import services
from reconciliation.formats.cash_table import FIELDS as CASH_FIELDS
from reconciliation.formats.trade_table import FIELDS
from reconciliation.models import ColumnMapping, labelled
from reconciliation.states import Coverage, Kind


class CoverageForm(forms.Form):
    """Which of our trades a table of a sender covers."""

    coverage = forms.ChoiceField(
        choices=labelled(Coverage),
        label=_("Covers"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class StatementMappingForm(MappingForm, CoverageForm):
    """How a custodian's or broker's table of trades reads."""

    mapped = FIELDS
    field_order = ("coverage",)


class CashMappingForm(MappingForm):
    """How a bank's table of cash reads."""

    mapped = CASH_FIELDS


class StatementMapping(MappingPage[ColumnMapping]):
    """One saved mapping, to look at and to correct."""

    action = Action.IMPORT_STATEMENT
    model = ColumnMapping
    form_class = StatementMappingForm
    entity = "column_mapping"

    def form_of(self, mapping: ColumnMapping) -> type[MappingForm]:
        return CashMappingForm if mapping.content == Kind.CASH else self.form_class

    def more(self, mapping: ColumnMapping) -> Mapping[str, Any]:
        return {"coverage": mapping.coverage}

    def save(self, mapping: ColumnMapping, form: MappingForm) -> None:
        services.save_mapping(
            name=mapping.name,
            sender_code=mapping.sender_code,
            reading=form.reading(),
            coverage=Coverage(form.cleaned_data.get("coverage") or mapping.coverage),
            content=Kind(mapping.content),
            actor=self.request.actor,
        )
