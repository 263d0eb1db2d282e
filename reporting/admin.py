"""Reporting on the administration site: who reports to whom is configured, the rest is read."""

from __future__ import annotations

from django.contrib import admin

from core.access import Action
from core.administration import ReadOnlyAdmin, register_tables
from reporting import models

register_tables(
    models.ReportingProfile, view_action=Action.VIEW_REPORTS, edit_action=Action.CONFIGURE
)
register_tables(
    models.ReportFile,
    models.ReportItem,
    models.ReportFeedback,
    models.ReportCounter,
    view_action=Action.VIEW_REPORTS,
)
register_tables(models.EvidenceReport, view_action=Action.VIEW_AUDIT)


@admin.register(models.RegulatoryReport)
class RegulatoryReportAdmin(ReadOnlyAdmin):
    """Without the fields: they name people, and have a page that masks them."""

    view_action = Action.VIEW_REPORTS
    exclude = ("fields",)
    list_display = ("transaction_id", "trade", "version_no", "trade_date", "state", "reason")
    list_filter = ("state", "reason")
    search_fields = ("transaction_id", "isin", "trade__reference")
    list_select_related = ("trade",)
