"""The desk in the administration: everything can be read, nothing is decided there."""

from __future__ import annotations

from core.administration import register_tables
from core.roles import Action
from desk.models import (
    Approval,
    Comment,
    ControlException,
    ControlRule,
    ControlRun,
    Request,
    SeveralValidations,
    SupervisorLimit,
    WorkItem,
)

register_tables(
    ControlException,
    WorkItem,
    Comment,
    Approval,
    ControlRule,
    ControlRun,
    view_action=Action.VIEW_TRADES,
)
register_tables(Request, SeveralValidations, SupervisorLimit, view_action=Action.VIEW_AUDIT)
