"""Reconciliation on the administration site: column mappings are configured, the rest is read."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.administration import ReadOnlyAdmin, register_tables
from reconciliation import models

register_tables(
    models.ColumnMapping,
    models.StatementSchedule,
    view_action=Action.VIEW_RECONCILIATION,
    edit_action=Action.CONFIGURE,
)
register_tables(
    models.StatementFile,
    models.Statement,
    models.StatementLine,
    models.Replacement,
    models.LateStatement,
    models.SecurityLine,
    models.ReconciliationRun,
    models.Break,
    view_action=Action.VIEW_RECONCILIATION,
)


@admin.register(models.MatchGroup)
class MatchGroupAdmin(ReadOnlyAdmin):
    """Matches with what they allocate: a row of two keys has no page of its own."""

    view_action = Action.VIEW_RECONCILIATION
    list_display = ("id", "kind", "pass_name", "state", "difference", "currency", "decided_by")
    list_select_related = False
    search_fields = ("kind", "pass_name", "state", "currency", "decided_by", "reason")
    raw_id_fields = ("run",)
    readonly_fields = ("allocated",)

    @admin.display(description=_("match allocations"))
    def allocated(self, group: models.MatchGroup) -> SafeString:
        """Return a line for each trade and statement line with the amount between them."""
        rows = group.allocations.order_by("trade_id", "line_id")
        texts = ((_("trade"), row.trade_id, _("line"), row.line_id, row.amount) for row in rows)
        return format_html_join("", "<div>{} {} – {} {}: {}</div>", texts)
