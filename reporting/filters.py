"""Filters of the lists of reports, of report files and of control evidence."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.pages.filters import ChipsFilter, DayFilter, ListFilterSet, SearchFilter
from reporting import selectors
from reporting.models import LANGUAGES, EvidenceReport, RegulatoryReport, ReportFile, labelled
from reporting.rules.eligibility import Reason
from reporting.states import ReportFileState, ReportState, SchemaCheck
from trades.filters import TradeSearch
from trades.models import Trade


class ReportFilter(ListFilterSet):
    q = SearchFilter(
        fields=("transaction_id__startswith", "trade__reference__startswith", "isin__startswith")
    )
    state = ChipsFilter(choices=labelled(ReportState), label=_("State"))
    reason = ChipsFilter(choices=labelled(Reason), label=_("Reason"))
    standing = ChipsFilter(
        method="filter_standing", choices=[("yes", _("Current version"))], label=_("Version")
    )
    since = DayFilter(field_name="trade_date", lookup_expr="gte", label=_("From"))
    until = DayFilter(field_name="trade_date", lookup_expr="lte", label=_("To"))

    class Meta:
        model = RegulatoryReport
        fields: list[str] = []

    def filter_standing(
        self, queryset: QuerySet[RegulatoryReport], name: str, value: list[str]
    ) -> QuerySet[RegulatoryReport]:
        """Keep the answers that stand: about the version of the trade that is in force."""
        return selectors.standing_reports(queryset) if value else queryset


class ReportFileFilter(ListFilterSet):
    q = SearchFilter(fields=("name", "sha256__startswith", "generated_by__startswith"))
    state = ChipsFilter(choices=labelled(ReportFileState), label=_("State"))
    schema_check = ChipsFilter(choices=labelled(SchemaCheck), label=_("Schema"))
    since = DayFilter(field_name="day", lookup_expr="gte", label=_("From"))
    until = DayFilter(field_name="day", lookup_expr="lte", label=_("To"))

    class Meta:
        model = ReportFile
        fields: list[str] = []


class EvidenceFilter(ListFilterSet):
    q = SearchFilter(fields=("asked_by__startswith", "desk_code__startswith"))
    language = ChipsFilter(choices=LANGUAGES, label=_("Language"))
    since = DayFilter(field_name="last_day", lookup_expr="gte", label=_("From"))
    until = DayFilter(field_name="first_day", lookup_expr="lte", label=_("To"))

    class Meta:
        model = EvidenceReport
        fields: list[str] = []


class UnansweredFilter(ListFilterSet):
    """The day is the page's own: without one, the list would be every trade that ever was."""

    q = TradeSearch()

    class Meta:
        model = Trade
        fields: list[str] = []
