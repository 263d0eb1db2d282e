"""List pages: filters, totals, columns, saved views, exports and frozen selections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Final

import django_tables2 as tables
from django.db.models import Model, QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    QueryDict,
)
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import access, export_jobs
from core.pages import cells, exports, paging, selection
from core.pages.base import PageView
from core.pages.filters import ListFilterSet
from core.pages.saved import list_views

Total = tuple[str | Promise, str]
RESERVED: Final = (*paging.PARAMETERS, "sort", "export", "select", "cols", "per_page", "view")
CAP: Final = 10_000
"""Rows are counted up to here: a million cost what ten thousand do."""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An act on the selected rows: POSTed to `url_name` with the selection and, if asked, a reason.

    `key` is the keyboard shortcut (`v` for the main one); `action` hides it from who may not.
    """

    name: str
    label: str | Promise
    url_name: str
    danger: bool = False
    needs_reason: bool = False
    action: access.Action | None = None
    key: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """How many rows match and their totals; past the cap, where nobody counts on, without them."""

    count: int
    totals: tuple[Total, ...]
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Tab:
    """A view that the house proposes: a label and the filter it stands for."""

    label: str | Promise
    query: str = ""


class ListPage(PageView):
    """A list of rows of one model: see `core/pages/README.md` for the attributes and an example."""

    template_name = "core/list.html"
    filterset_class: ClassVar[type[ListFilterSet]]
    table_class: ClassVar[type[tables.Table]]
    model: ClassVar[type[Model] | None] = None
    tabs: ClassVar[tuple[Tab, ...]] = ()
    bulk_actions: ClassVar[tuple[BulkAction, ...]] = ()
    hidden_columns: ClassVar[tuple[str, ...]] = ()
    create_url: ClassVar[str] = ""
    create_label: ClassVar[str | Promise] = ""
    create_action: ClassVar[access.Action | None] = None
    empty_text: ClassVar[str | Promise] = ""
    export_name: ClassVar[str] = "export"
    revision_field: ClassVar[str] = ""
    per_page: ClassVar[int] = 50
    cap: ClassVar[int] = CAP
    indexed_columns: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self) -> QuerySet[Any]:
        """Return every row that this person may see; scope it by desk here."""
        if self.model is None:
            raise NotImplementedError(f"{type(self).__name__} names no model and no queryset")
        return self.model._default_manager.all()  # noqa: SLF001 - Django's public name for it

    def listed(self) -> QuerySet[Any]:
        """Return what the table shows: the rows that match, or what they come to in groups."""
        rows: QuerySet[Any] = self.filterset.qs
        return rows

    def in_one_order(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return what is listed with equal ones in the order of their keys."""
        return in_one_order(rows)

    def indexed(self) -> tuple[str, ...]:
        """Return the columns by which a long list can be sorted, under its filter."""
        return self.indexed_columns

    def among(self, rows: QuerySet[Any], count: int) -> QuerySet[Any] | None:
        """Return rows that the first `count` are certainly among, for their keys to be sought
        before they are read; None where reading them at once is as well.
        """
        return None

    def summary(self, queryset: QuerySet[Any]) -> Iterable[Total]:
        """Return the totals above the list, (label, written value); not asked past the cap."""
        return ()

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Return some rows, of a page or of an export, with what is asked for them together."""
        return rows

    def measure(self, queryset: QuerySet[Any]) -> Whole:
        """Return how many rows match, counted to one past the cap, and their totals up to there.

        A room that knows more, or knows it in one query, says so.
        """
        count = queryset.order_by().values("pk")[: self.cap + 1].count()
        if count > self.cap:
            return Whole(count, (), is_counted=False)
        return Whole(count, tuple(self.summary(queryset)))

    def row_url(self, record: Any) -> str:
        """Return where Enter and a double click lead, '' for nowhere."""
        return record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""

    def row_name(self, record: Any) -> str:
        """Return what a row is called where it cannot be seen: to pick it by."""
        return str(record)

    def row_class(self, record: Any) -> str:
        """Return the CSS class of a row, e.g. `overdue`."""
        return ""

    def extra_context(self) -> dict[str, Any]:
        """Return what a page's own template needs besides."""
        return {}

    # ------------------------------------------------------------------ what the request says
    @cached_property
    def filterset(self) -> ListFilterSet:
        return self.filterset_class(
            self.request.GET, queryset=self.get_queryset(), request=self.request
        )

    def filter_query(self) -> str:
        """Return the query string of the filter alone: no page, order, or columns.

        Figures stand in it as readers of every language read them: it is kept, signed and shared.
        """
        query = self._shared_query()
        for name in RESERVED:
            query.pop(name, None)
        for name in [name for name, values in query.lists() if not any(values)]:
            del query[name]
        return query.urlencode()

    def _shared_query(self) -> QueryDict:
        query = self.request.GET.copy()
        for name, figure in self.filterset.shared_values().items():
            query[name] = figure
        return query

    @cached_property
    def columns_shown(self) -> tuple[str, ...]:
        """The columns in their order: chosen in `cols`, remembered for the session, or ours.

        A name that the table no longer has is passed over. What a saved view shows is not
        remembered: the list is the same again without it.
        """
        every = list(self.table_class.base_columns)
        remembered = self.request.session.get("columns", {})
        asked = self.request.GET.getlist("cols")
        chosen = asked or remembered.get(self.request.path) or ()
        shown = [name for name in dict.fromkeys(chosen) if name in every]
        if asked and shown and "view" not in self.request.GET:
            self.request.session["columns"] = {**remembered, self.request.path: shown}
        return tuple(shown or (name for name in every if name not in self.hidden_columns))

    @property
    def columns_hidden(self) -> tuple[str, ...]:
        """The columns that are not shown, in the order of the table."""
        return tuple(n for n in self.table_class.base_columns if n not in self.columns_shown)

    @cached_property
    def whole(self) -> Whole:
        """How many rows match, and their totals."""
        return self.measure(self.filterset.qs)

    @property
    def total(self) -> int:
        """How many rows match, at most one past the cap where they were not counted on."""
        return self.whole.count

    @property
    def is_capped(self) -> bool:
        return self.total > self.cap

    @cached_property
    def table(self) -> tables.Table:
        """The columns over every row that matches, in the order that is asked for."""
        table = self.table_class(
            data=self.listed(), exclude=self.columns_hidden, sequence=list(self.columns_shown)
        )
        if self.is_capped:
            for bound in table.columns.iterall():
                bound.column.orderable = bound.orderable and bound.name in self.indexed()
        if order := self.request.GET.getlist("sort"):
            table.order_by = order
        table.data.data = self.in_one_order(table.data.data)
        return table

    @cached_property
    def window(self) -> paging.Window:
        """The rows that are shown, and the way to those beside them."""
        rows, last = self.table.data.data, self.cap // self.per_page
        found = paging.window(
            rows, self.request.GET, size=self.per_page, last=last, among=self.among
        )
        return replace(found, rows=self.told(found.rows))

    # ------------------------------------------------------------------ answers
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kind = request.GET.get("export", "")
        if kind:
            return self._export(kind)
        if request.GET.get("select") == "all":
            token, count = selection.freeze(self)
            context = {"page": self, "token": token, "count": count, "all_matching": True}
            return self.render(context, template="core/_selection.html")
        query = self._shared_query()
        address = f"{request.path}?{query.urlencode()}" if query != request.GET else ""
        if address and not self.is_fragment:
            return redirect(address)
        fragment = self.is_fragment and request.headers.get("HX-Target", "").endswith("#list")
        shown = self.render(
            self.get_context(), template="core/_list.html" if fragment else self.template_name
        )
        if address:
            shown["HX-Replace-Url"] = address
        return shown

    def get_context(self) -> dict[str, Any]:
        query = self.filter_query()
        return {
            "table": self.table,
            "rows": self._rows(),
            "filterset": self.filterset,
            "filter_query": query,
            "window": self.window,
            "count": self.total if self.whole.is_counted else self.cap,
            "is_capped": self.is_capped,
            "is_counted": self.whole.is_counted,
            "totals": self.whole.totals,
            "bulk_actions": self.allowed_bulk_actions(),
            "column_choices": self._column_choices(),
            "views": self._views(query),
            "sorted_by": self.request.GET.getlist("sort"),
            "may_share": access.allows(self.request.actor, access.Action.SHARE_VIEW),
            "may_create": self._may_create(),
            **self.extra_context(),
        }

    def allowed_bulk_actions(self) -> list[BulkAction]:
        """Return the bulk actions that the role matrix allows to this person."""
        actor = self.request.actor
        return [
            act for act in self.bulk_actions if not act.action or access.allows(actor, act.action)
        ]

    def _may_create(self) -> bool:
        if not self.create_url:
            return False
        return self.create_action is None or access.allows(self.request.actor, self.create_action)

    def _rows(self) -> list[dict[str, Any]]:
        return [
            {
                "cells": row_cells,
                "value": self._picked(record),
                "url": self.row_url(record),
                "css": self.row_class(record),
                "name": self.row_name(record),
            }
            for record, row_cells in cells.written(self.table, self.window.rows)
        ]

    def _picked(self, record: Any) -> str:
        """What a tick of the row sends: its key, and what the person saw of it."""
        revision = getattr(record, self.revision_field, "") if self.revision_field else ""
        return f"{record.pk}:{revision}" if revision != "" else str(record.pk)

    def _column_choices(self) -> list[tuple[str, str, bool]]:
        return [
            (name, self._labels[name], name in self.columns_shown)
            for name in (*self.columns_shown, *self.columns_hidden)
        ]

    @cached_property
    def _labels(self) -> dict[str, str]:
        """What every column is headed with, hidden ones too."""
        whole = self.table_class(data=self.listed().none())
        return {column.name: str(column.header) for column in whole.columns.iterall()}

    def _views(self, query: str) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = [
            {"label": tab.label, "query": tab.query, "address": tab.query, "id": None}
            for tab in self.tabs
        ]
        shown += list_views(owner_id=self.request.user.pk, path=self.request.path)
        asked = self.request.GET.get("view", "")
        current = sorted(QueryDict(query).lists())
        for view in shown:
            same = sorted(QueryDict(view["query"]).lists()) == current
            view["active"] = str(view["id"]) == asked if asked else same
        return shown

    def source(self) -> exports.Source:
        """Return what an export writes: the rows that match, the shown columns in their order."""
        return exports.Source(
            table_class=self.table_class,
            rows=self.table.data.data,
            columns=[(name, self._labels[name]) for name in self.columns_shown],
            name=self.export_name,
            told=self.told,
        )

    def _export(self, kind: str) -> HttpResponseBase:
        if kind == "xlsx" and self.is_capped:
            raise exports.UnableToExport(
                _("More than %(most)s rows are written by a job: ask for it under Export.")
                % {"most": self.cap}
            )
        return exports.respond(kind, self.source())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Have a job write what is shown as a workbook, however many rows match."""
        if request.POST.get("export") != "xlsx":
            return HttpResponseNotAllowed(["GET"])
        job = export_jobs.queue_export(
            path=request.path,
            query=self.filter_query(),
            columns=self.columns_shown,
            sort=request.GET.getlist("sort"),
            action=self.action,
            name=self.export_name,
            actor=self.request.actor,
            at=timezone.now(),
        )
        return redirect("core:job", job.pk)

    def turned(self, place: Mapping[str, str]) -> str:
        """Return the address of another page of the same rows."""
        return self.url_with(**{**dict.fromkeys(paging.PARAMETERS, ""), **place})

    def url_with(self, **changes: str) -> str:
        """Return this page's address with some parameters changed ('' removes one)."""
        query = self.request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return f"{self.request.path}?{query.urlencode()}"


def in_one_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows with equal ones in the order of their keys: no row on two pages, or on none.

    The key runs the way of the last column, so that an index serves both ways.
    """
    order = rows.query.order_by
    if not order or {"pk", "-pk", "id", "-id"} & set(order):
        return rows
    return rows.order_by(*order, "-pk" if str(order[-1]).startswith("-") else "pk")
