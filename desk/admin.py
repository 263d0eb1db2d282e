"""The desk in the administration: everything can be read; limits are set by an administrator."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from core.administration import AuditedAdmin, register_tables
from core.people import actor_of
from core.roles import Action
from desk.models import (
    Approval,
    Comment,
    ControlException,
    ControlRule,
    ControlRun,
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


@admin.register(SupervisorLimit)
class SupervisorLimitAdmin(AuditedAdmin):
    """Who set a limit is whoever is signed in, never what a form says."""

    view_action: ClassVar[Action] = Action.VIEW_AUDIT
    edit_action: ClassVar[Action] = Action.CONFIGURE
    list_display = ("user", "amount_eur", "valid_from", "set_by")
    readonly_fields = ("set_by",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Store the limit under the name of the administrator."""
        obj.set_by = actor_of(request.user).name
        super().save_model(request, obj, form, change)
