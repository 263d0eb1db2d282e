"""The filter of exceptions: what is open, unless a status is chosen."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.pages.filters import ChipsFilter, DayFilter, ListFilterSet, MomentDayFilter, SearchFilter
from desk.models import ControlException
from desk.states import LIVE_EXCEPTION

STATES = [
    ("OPEN", _("Open")),
    ("ASSIGNED", _("Assigned")),
    ("RESOLVED", _("Resolved")),
    ("WAIVED", _("Waived")),
    ("CLOSED", _("Closed")),
]
SEVERITIES = [("BLOCKING", _("Blocking")), ("WARNING", _("Warning")), ("INFO", _("Information"))]
KINDS = [
    ("CONTROL", _("Control")),
    ("CAPTURE", _("Capture")),
    ("PARKED", _("Parked")),
    ("REPORT", _("Report")),
]


class ExceptionFilter(ListFilterSet):
    q = SearchFilter(
        fields=(
            "subject_reference__istartswith",
            "rule_code__istartswith",
            "owner__username__istartswith",
            "found__istartswith",
        )
    )
    state = ChipsFilter(choices=STATES, label=_("Status"))
    severity = ChipsFilter(choices=SEVERITIES, label=_("Severity"))
    kind = ChipsFilter(choices=KINDS, label=_("Kind"))
    desk_code = django_filters.CharFilter(lookup_expr="iexact", label=_("Desk"))
    day = DayFilter(label=_("Business day"))
    since = MomentDayFilter(field_name="raised_at", lookup_expr="gte", label=_("Raised from"))
    until = MomentDayFilter(field_name="raised_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = ControlException
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Show what is open when no status is chosen: the list is a queue first."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data.get("state")
        return found if chosen else found.filter(state__in=LIVE_EXCEPTION)
