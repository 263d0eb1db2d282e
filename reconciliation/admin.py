"""Reconciliation on the administration site: column mappings are configured, the rest is read."""

from __future__ import annotations

from core.access import Action
from core.administration import register_tables
from reconciliation import models

register_tables(
    models.ColumnMapping,
    view_action=Action.VIEW_RECONCILIATION,
    edit_action=Action.CONFIGURE,
)
register_tables(
    models.StatementFile,
    models.Statement,
    models.StatementLine,
    models.ReconciliationRun,
    models.MatchGroup,
    models.MatchAllocation,
    models.Break,
    view_action=Action.VIEW_RECONCILIATION,
)
