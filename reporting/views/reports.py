"""Transaction reports: the list, and one report with its 65 fields and where they came from."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import access
from core.pages import DetailPage, ListPage, Tab, formats
from core.pages.formats import integer
from core.remarks import recalled
from core.roles import Action
from kernel.identifiers import is_lei
from reporting import selectors
from reporting.filters import ReportFilter, UnansweredFilter
from reporting.formats.fields import FIELDS
from reporting.models import LABELS, RegulatoryReport
from reporting.rules.mapping import LINEAGE_WORDS
from reporting.tables import ReportTable
from reporting.views.activity import asked_day
from trades.models import Trade
from trades.tables import TradeTable

PERSONAL = frozenset({7, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 57, 59})
CODE_LENGTH = 4  # INTC, NORE, a MIC
TRADE_COLUMNS_HIDDEN = (
    *("trader_code", "desk_code", "venue", "gross_amount", "fees", "risk_amount_eur"),
    *("source_system", "source_reference", "maker", "received_at", "isin", "book_code"),
    "version_no",
)
REPORTING = (Action.GENERATE_REPORT, Action.RELEASE_REPORT)


class ReportList(ListPage):
    title = _("Transaction reports")
    action = Action.VIEW_REPORTS
    template_name = "reporting/reports.html"
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


class UnansweredList(ListPage):
    """The trades of one day that nobody has answered for yet."""

    title = _("Without an answer")
    action = Action.VIEW_REPORTS
    filterset_class = UnansweredFilter
    table_class = TradeTable
    hidden_columns = TRADE_COLUMNS_HIDDEN
    export_name = "unanswered"
    empty_text = _("Every trade of this day is answered.")

    @cached_property
    def day(self) -> date:
        """The day that was asked for, else that of the house."""
        _form, day = asked_day(self.request)
        if day is None and self.request.GET.get("day"):
            raise Http404
        return day or timezone.localdate()

    def get_queryset(self) -> QuerySet[Trade]:
        unanswered = selectors.list_unanswered(day=self.day, actor=self.request.actor)
        return unanswered.select_related("instrument")

    def extra_context(self) -> dict[str, Any]:
        return {"subtitle": formats.day(self.day)}

    def row_url(self, record: Trade) -> str:
        return f"/trades/{record.pk}/"


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
                    "value": self._value(field.number),
                    "source": source_words(report.lineage.get(str(field.number), "")),
                }
                for field in FIELDS
            ],
            "findings": [recalled(stored) for stored in report.findings],
            "items": report.items.select_related("file"),
            "reason": LABELS[report.reason],
            "siblings": selectors.list_reports_of_trade(trade_id=report.trade_id),
        }

    def _value(self, number: int) -> str:
        """Show a field; identifiers of people are masked for who neither reports nor audits."""
        value: str = self.object.fields.get(str(number), "")
        is_code = len(value) <= CODE_LENGTH or is_lei(value)
        if number not in PERSONAL or is_code or self._sees_people():
            return value
        return value[:2] + "•" * (len(value) - 2)

    def _sees_people(self) -> bool:
        """Who reports or audits does; who administers the house does not need to."""
        actor = self.request.actor
        reports = any(access.allows(actor, action) for action in REPORTING)
        audits = access.allows(actor, Action.VIEW_AUDIT)
        return reports or (audits and not access.allows(actor, Action.CONFIGURE))


def source_words(source: str) -> str:
    """Translate where a field came from: `trade T1 v1: price` becomes `opération T1 v1 – cours`."""
    record, colon, column = source.partition(": ")
    word, space, name = record.partition(" ")
    if record in LINEAGE_WORDS:
        word, space, name = record, "", ""
    written = f"{gettext(word)}{space}{name}" if word else ""
    return f"{written} – {gettext(column)}" if colon else written
