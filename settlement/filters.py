"""Filters of the lists of this room: the same for page, export, API and selection."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.pages.filters import ChipsFilter, DayFilter, ListFilterSet, MomentDayFilter, SearchFilter
from refdata.models.labels import labelled as refdata_labelled
from refdata.states import InstructionState
from settlement import selectors
from settlement.models import Chaser, Confirmation, ConfirmationFile, ToleranceProfile, labelled
from settlement.models.columns import DealSide
from settlement.states import OPEN, ConfirmationState
from trades.facts import Product

FIELDS = [
    ("price", _("price")),
    ("amount", _("net amount")),
    ("settlement_date", _("settlement date")),
    ("currency", _("currency")),
    ("quantity", _("quantity")),
    ("side", _("side")),
    ("isin", "ISIN"),
    ("trade_date", _("trade date")),
    ("pair", _("pair of currencies")),
    ("counter_amount", _("counter-amount")),
    ("rate", _("rate")),
    ("end_date", _("end date")),
    ("end_amount", _("cash at the end")),
]


class ConfirmationFilter(ListFilterSet):
    q = SearchFilter(
        fields=(
            "reference__istartswith",
            "isin__istartswith",
            "pair__istartswith",
            "party__code__istartswith",
            "received__reference__istartswith",
        )
    )
    state = ChipsFilter(choices=labelled(ConfirmationState), label=_("Status"))
    differs = ChipsFilter(method="filter_differs", choices=FIELDS, label=_("What differs"))
    side = ChipsFilter(choices=labelled(DealSide), label=_("Side"))
    product = ChipsFilter(choices=labelled(Product), label=_("Product"))
    party = django_filters.CharFilter(
        field_name="party__code", lookup_expr="iexact", label=_("Counterparty")
    )
    desk = django_filters.CharFilter(field_name="desk_code", label=_("Desk"))
    late = ChipsFilter(
        method="filter_late", choices=[("yes", _("Past the deadline"))], label=_("Deadline")
    )
    since = DayFilter(field_name="trade_date", lookup_expr="gte", label=_("Traded from"))
    until = DayFilter(field_name="trade_date", lookup_expr="lte", label=_("Traded to"))
    day = DayFilter(method="filter_day", label=_("Business day"))

    class Meta:
        model = Confirmation
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Show what is open, unless states or a day are asked for."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        if asked.get("state") or asked.get("day") or asked.get("q"):
            return found
        return found.filter(state__in=OPEN)

    def filter_day(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Keep what belongs to one business day."""
        return selectors.of_day(queryset, value)

    def filter_late(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Keep what is open past its deadline."""
        return selectors.late_open(queryset, timezone.now())

    def filter_differs(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Keep pairs that differ in one of these fields."""
        return queryset.filter(differs__overlap=value)


class ChaserFilter(ListFilterSet):
    q = SearchFilter(fields=("party__code__istartswith", "subject", "body", "recipient"))
    by = django_filters.CharFilter(field_name="created_by", label=_("Made by"))
    since = MomentDayFilter(field_name="created_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="created_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = Chaser
        fields: list[str] = []


class FileFilter(ListFilterSet):
    q = SearchFilter(fields=("name", "party__code__istartswith"))
    since = MomentDayFilter(field_name="created_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="created_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = ConfirmationFile
        fields: list[str] = []


class ProfileFilter(ListFilterSet):
    q = SearchFilter(fields=("party__code__istartswith", "reason", "proposed_by__istartswith"))
    state = ChipsFilter(choices=refdata_labelled(InstructionState), label=_("Status"))

    class Meta:
        model = ToleranceProfile
        fields: list[str] = []
