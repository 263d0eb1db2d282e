"""Transaction reports: the list, and one report with its 65 fields and where they came from."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.pages import DetailPage, ListPage, Tab
from core.pages.formats import integer
from core.roles import Action
from kernel.findings import Finding, Severity
from reporting import selectors
from reporting.filters import ReportFilter
from reporting.formats.fields import FIELDS
from reporting.models import LABELS, RegulatoryReport
from reporting.tables import ReportTable


class ReportList(ListPage):
    title = _("Transaction reports")
    action = Action.VIEW_REPORTS
    filterset_class = ReportFilter
    table_class = ReportTable
    tabs = (
        Tab(_("All")),
        Tab(_("Blocked"), "state=BLOCKED"),
        Tab(_("Rejected"), "state=REJECTED"),
        Tab(_("Pending"), "state=PENDING"),
        Tab(_("Not reportable"), "state=NOT_REPORTABLE"),
    )
    hidden_columns = ("eligibility", "decided_at")
    export_name = "transaction-reports"
    empty_text = _("No decision yet: generate the reports of a day.")

    def get_queryset(self) -> QuerySet[RegulatoryReport]:
        return selectors.list_reports(actor=self.request.actor)

    def summary(self, queryset: QuerySet[RegulatoryReport]) -> list[tuple[Any, str]]:
        rows = queryset.order_by().values_list("state").annotate(n=Count("pk")).order_by("state")
        return [(LABELS[state], integer(n)) for state, n in rows]


class ReportDetail(DetailPage):
    title = _("Transaction report")
    action = Action.VIEW_REPORTS
    template_name = "reporting/report.html"

    def get_queryset(self) -> QuerySet[RegulatoryReport]:
        return selectors.list_reports(actor=self.request.actor).select_related("trade", "approval")

    def extra_context(self) -> dict[str, Any]:
        report: RegulatoryReport = self.object
        return {
            "fields": [
                {
                    "number": field.number,
                    "name": gettext(field.name),
                    "element": field.element,
                    "value": report.fields.get(str(field.number), ""),
                    "source": report.lineage.get(str(field.number), ""),
                }
                for field in FIELDS
            ],
            "findings": [_finding(stored) for stored in report.findings],
            "items": report.items.select_related("file"),
            "reason": LABELS[report.reason],
            "siblings": selectors.list_reports_of_trade(trade_id=report.trade_id),
        }


def _finding(stored: dict[str, Any]) -> Finding:
    return Finding(
        code=stored["code"],
        field=stored["field"],
        message=stored["message"],
        expected=stored["expected"],
        found=stored["found"],
        severity=Severity(stored["severity"]),
    )
