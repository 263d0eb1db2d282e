"""Filters of conduct lists: a window of days, within which days are added up, and who."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_filters import ModelChoiceFilter

from conduct.models import Watch
from conduct.selectors import Window, window_of
from core.pages.filters import ChipsFilter, DayFilter, ListFilterSet, SearchFilter, YesNoFilter
from desk.models import ControlException
from desk.states import LIVE_EXCEPTION, ExceptionKind
from refdata.models import Desk, Party, Trader
from refdata.models.labels import labelled
from refdata.states import PartyNature

ADDED: tuple[str, ...] = (
    *("trades", "amended", "cancelled", "early", "outside", "near", "round_trips", "washes"),
)


class WindowFilter(ListFilterSet):
    """Base of lists whose figures are those of a window."""

    def window_values(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Leave every row: the days say what is added up, not which rows are shown."""
        return queryset

    @cached_property
    def window(self) -> Window:
        values = self.form.cleaned_data if self.form.is_valid() else {}
        return window_of(values.get("since"), values.get("until"))

    def within(self) -> Q:
        """Return which days of a row are added up."""
        days = self.window
        return Q(conduct_days__day__gte=days.first, conduct_days__day__lte=days.last)


def open_findings(reference: str) -> Coalesce:
    """Return how many findings of conduct are open about the row whose code is `reference`."""
    rows = ControlException.objects.filter(
        kind=ExceptionKind.CONDUCT.value,
        state__in=LIVE_EXCEPTION,
        subject_reference=OuterRef(reference),
    )
    counted = rows.order_by().values("subject_reference").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


class TraderConductFilter(WindowFilter):
    q = SearchFilter(fields=("code__istartswith", "name__called"))
    desk = ModelChoiceFilter(queryset=Desk.objects.order_by("code"), label=_("Desk"))
    found = YesNoFilter(method="with_findings", label=_("Open findings"))
    since = DayFilter(method="window_values", label=_("From"))
    until = DayFilter(method="window_values", label=_("To"))

    class Meta:
        model = Trader
        fields: list[str] = []

    def with_findings(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - as django-filter calls it
        return queryset

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Add up the days of the window, and leave out who did nothing in it and has no finding."""
        within = self.within()
        sums = {name: Coalesce(Sum(f"conduct_days__{name}", filter=within), 0) for name in ADDED}
        found: QuerySet[Any] = super().filter_queryset(queryset)
        found = found.annotate(
            days=Count("conduct_days", filter=within),
            gross_eur=Sum("conduct_days__gross_eur", filter=within),
            findings=open_findings("code"),
            **sums,
        ).filter(Q(days__gt=0) | Q(findings__gt=0))
        asked = self.form.cleaned_data.get("found") if self.form.is_valid() else None
        if asked is None:
            return found
        return found.filter(findings__gt=0) if asked else found.filter(findings=0)


class PartyConductFilter(WindowFilter):
    q = SearchFilter(fields=("code__istartswith", "name__called"))
    nature = ChipsFilter(choices=labelled(PartyNature), label=_("Who it is"))
    since = DayFilter(method="window_values", label=_("From"))
    until = DayFilter(method="window_values", label=_("To"))

    class Meta:
        model = Party
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Add up the days of the window, and leave out with whom nothing was dealt in it."""
        within = self.within()
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found.annotate(  # type: ignore[no-any-return]  # the base is untyped
            days=Count("conduct_days", filter=within),
            dealt=Coalesce(Sum("conduct_days__dealt", filter=within), 0),
            cancelled=Coalesce(Sum("conduct_days__cancelled", filter=within), 0),
            gross_eur=Sum("conduct_days__gross_eur", filter=within),
            findings=open_findings("code"),
        ).filter(Q(days__gt=0) | Q(findings__gt=0))


class WatchFilter(ListFilterSet):
    q = SearchFilter(fields=("day__startswith",))
    since = DayFilter(field_name="day", lookup_expr="gte", label=_("From"))
    until = DayFilter(field_name="day", lookup_expr="lte", label=_("To"))

    class Meta:
        model = Watch
        fields: list[str] = []
