"""Bases of the administration site: rights from the role matrix, every write inside an act.

There is no back door around the services: business tables can be read and searched, never edited;
configuration is edited inside an act, so that the trail says who and why.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.access import Action, desks_of
from core.acts import acting
from core.pages.fields import FigureField
from core.people import actor_of
from core.unreadable import message_of
from kernel.findings import Refusal

SEARCHABLE = (models.CharField, models.TextField)
LISTED_MAX = 8
SEARCHED_MAX = 6


def _everywhere(request: HttpRequest, action: Action) -> bool:
    """Whether the person may do it on every desk: the site shows tables whole."""
    return desks_of(actor_of(request.user), action) is None


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """A table that can be read and searched by whoever may `view_action` on all desks."""

    view_action: ClassVar[Action] = Action.VIEW_AUDIT
    actions: Any = None
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _everywhere(request, self.view_action)

    def has_add_permission(self, request: HttpRequest, *_parent: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AuditedAdmin(ReadOnlyAdmin):
    """A table of configuration: edited by whoever may `edit_action`, inside an act."""

    edit_action: ClassVar[Action] = Action.CONFIGURE
    formfield_overrides: ClassVar = {models.DecimalField: {"form_class": FigureField}}

    def has_add_permission(self, request: HttpRequest, *_parent: Any) -> bool:
        return _everywhere(request, self.edit_action)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _everywhere(request, self.edit_action)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _everywhere(request, self.edit_action)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with acting(actor=actor_of(request.user), reason="administration"):
                return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            messages.error(request, message_of(refusal))
            return redirect(request.get_full_path())

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting(actor=actor_of(request.user), reason="administration"):
            return super().delete_view(request, *args, **kwargs)


def register_tables(
    *tables: type[models.Model],
    view_action: Action,
    edit_action: Action | None = None,
) -> None:
    """Put tables on the site with their columns and a search over their texts.

    Without `edit_action` they are read-only.
    """
    base = ReadOnlyAdmin if edit_action is None else AuditedAdmin
    for table in tables:
        attributes = {
            "view_action": view_action,
            "list_display": _listed(table),
            "search_fields": _searched(table),
            "list_select_related": False,
            "raw_id_fields": [f.name for f in table._meta.fields if f.is_relation],
        }
        if edit_action is not None:
            attributes["edit_action"] = edit_action
        admin.site.register(table, type(f"{table.__name__}Admin", (base,), attributes))


def _listed(table: type[models.Model]) -> list[str]:
    plain = [f.name for f in table._meta.fields if not f.is_relation and _is_short(f)]
    return plain[:LISTED_MAX] or ["__str__"]


def _is_short(field: models.Field[Any, Any]) -> bool:
    return not isinstance(field, models.TextField | models.JSONField | models.BinaryField)


def _searched(table: type[models.Model]) -> list[str]:
    return [f.name for f in table._meta.fields if isinstance(f, SEARCHABLE)][:SEARCHED_MAX]
