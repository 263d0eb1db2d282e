"""Reporting on the administration site: who reports to whom is configured, the rest is read."""

from __future__ import annotations

from core.access import Action
from core.administration import register_tables
from reporting import models

register_tables(
    models.ReportingProfile, view_action=Action.VIEW_REPORTS, edit_action=Action.CONFIGURE
)
register_tables(
    models.RegulatoryReport,
    models.ReportFile,
    models.ReportItem,
    models.ReportFeedback,
    models.ReportCounter,
    view_action=Action.VIEW_REPORTS,
)
