"""Filters of the work queue."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.pages import status
from core.pages.filters import ChipsFilter, ListFilterSet, SearchFilter
from desk.models import WorkItem
from desk.states import WorkKind
from kernel.findings import Severity

WHOSE = (
    ("mine", _("Mine")),
    ("team", _("Nobody’s")),
    ("others", _("Others’")),
    ("away", _("Of who is away")),
)


def words(kinds: Any) -> list[tuple[str, Any]]:
    """Return the choices of an enumeration in the reader's words."""
    return [(member.value, status.look(member).label) for member in kinds]


class WorkFilter(ListFilterSet):
    q = SearchFilter(fields=("title", "desk_code__startswith"))
    whose = django_filters.ChoiceFilter(
        choices=WHOSE, method="filter_whose", label=_("Whose"), empty_label=_("Everybody’s")
    )
    kind = ChipsFilter(choices=lambda: words(WorkKind), label=_("Kind"))
    severity = ChipsFilter(choices=lambda: words(Severity), label=_("Severity"))
    overdue = django_filters.BooleanFilter(
        method="filter_overdue", label=_("Overdue"), widget=forms.CheckboxInput
    )

    class Meta:
        model = WorkItem
        fields: list[str] = []

    def filter_whose(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        me = self.request.user.pk
        if value == "mine":
            return queryset.filter(owner_id=me)
        if value == "team":
            return queryset.filter(owner__isnull=True)
        if value == "away":
            return queryset.filter(away_until__isnull=False)
        return queryset.filter(owner__isnull=False).exclude(owner_id=me)

    def filter_overdue(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's call
        return queryset.filter(due_at__lt=timezone.now()) if value else queryset
