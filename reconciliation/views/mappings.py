"""Saved column mappings: how one sender's table reads, to look at and to correct."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages import PageView, words
from reconciliation import services
from reconciliation.formats.trade_table import DATE_FORMATS, FIELDS
from reconciliation.models import ColumnMapping, labelled
from reconciliation.states import Coverage, Encoding

EXAMPLES = {"%Y-%m-%d": "2026-11-20", "%d/%m/%Y": "20/11/2026", "%m/%d/%Y": "11/20/2026",
            "%d.%m.%Y": "20.11.2026", "%Y%m%d": "20261120"}  # fmt: skip


class ReadingForm(forms.Form):
    """How a sender writes a table of trades: what it covers, its dates, numbers and characters."""

    coverage = forms.ChoiceField(
        choices=labelled(Coverage),
        label=_("Covers"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    date_format = forms.ChoiceField(
        choices=[(pattern, EXAMPLES[pattern]) for pattern in DATE_FORMATS],
        label=_("Dates look like"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    decimal_mark = forms.ChoiceField(
        choices=[(".", "1234.56"), (",", "1234,56")],
        label=_("Numbers look like"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    encoding = forms.ChoiceField(
        choices=[("", _("UTF-8")), *labelled(Encoding)],
        required=False,
        label=_("Encoding"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class MappingForm(ReadingForm):
    """How the table reads, and which column gives which field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FIELDS:
            self.fields[name] = forms.CharField(
                max_length=80,
                required=False,
                label=capfirst(words.named(name)),
                widget=forms.TextInput(attrs={"class": "form-control"}),
            )


class MappingPage(PageView):
    """One saved mapping, to look at and to correct."""

    title = _("Column mapping")
    action = Action.IMPORT_STATEMENT
    template_name = "reconciliation/mapping.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        mapping = get_object_or_404(ColumnMapping, pk=pk)
        form = MappingForm(
            initial={
                "date_format": mapping.date_format,
                "decimal_mark": mapping.decimal_mark,
                "encoding": mapping.encoding,
                "coverage": mapping.coverage,
                **mapping.columns,
            }
        )
        return self.render({"object": mapping, "form": form})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        mapping = get_object_or_404(ColumnMapping, pk=pk)
        form = MappingForm(request.POST)
        if not form.is_valid():
            return self.render({"object": mapping, "form": form})
        said = form.cleaned_data
        services.save_mapping(
            name=mapping.name,
            sender_code=mapping.sender_code,
            columns={name: said[name].strip() for name in FIELDS if said[name].strip()},
            date_format=said["date_format"],
            decimal_mark=said["decimal_mark"],
            coverage=Coverage(said["coverage"]),
            encoding=said["encoding"],
            actor=self.request.actor,
        )
        messages.success(request, _t("The mapping is saved."))
        return redirect(reverse("reconciliation:mapping", args=[pk]))
