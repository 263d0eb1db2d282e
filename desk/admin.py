"""The desk on the administration site: read and searched; decisions need two people elsewhere."""

from __future__ import annotations

from core.access import Action
from core.administration import register_tables
from desk import models

register_tables(
    models.ControlException,
    models.WorkItem,
    models.Comment,
    models.Approval,
    models.SupervisorLimit,
    models.ControlRule,
    models.ControlRun,
    view_action=Action.VIEW_TRADES,
)
