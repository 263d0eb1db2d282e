"""Rows in quarantine: the list that is worked off, one row cell by cell, and the acts on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_tables2
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import access, asked, bulk
from core.access import Action
from core.pages import (
    BulkAction,
    BulkPage,
    DetailPage,
    Done,
    ListPage,
    PageView,
    Selection,
    Tab,
    words,
)
from core.pages.columns import CutColumn, LinkColumn, StatusColumn, TextColumn
from core.pages.filters import ChipsFilter, DayFilter, ListFilterSet, SearchFilter
from core.remarks import recalled
from kernel.actors import Actor
from trades import selectors
from trades.facts import ExecutionFacts
from trades.models import CaptureFile, QuarantinedRow, labelled
from trades.services import quarantine
from trades.states import RowState
from trades.views.tables import understood_as


class ReimportFile(PageView):
    """Send every row of a file that waits and can be read now again."""

    http_method_names = ["post"]
    action = Action.IMPORT_FILE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = get_object_or_404(CaptureFile, pk=pk)
        rows = selectors.list_quarantined(actor=self.request.actor)
        waiting = rows.filter(source=file, state=RowState.OPEN.value)
        ids = list(waiting.values_list("pk", flat=True)[: quarantine.AT_ONCE_MAX])
        _reimport(request, ids, self.request.actor)
        return redirect(file)


class QuarantineFilter(ListFilterSet):
    q = SearchFilter(fields=("reference__istartswith", "source__name"))
    state = ChipsFilter(choices=labelled(RowState), label=_("Status"))
    day = DayFilter(method="filter_day", label=_("Business day"))

    class Meta:
        model = QuarantinedRow
        fields: list[str] = []

    def filter_day(
        self, queryset: QuerySet[QuarantinedRow], name: str, value: date
    ) -> QuerySet[QuarantinedRow]:
        """Keep what belongs to one business day."""
        return selectors.rows_of_day(queryset, value)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Show what waits when no status is chosen: the list is a queue first."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data.get("state")
        return found if chosen else found.filter(state=RowState.OPEN.value)


class FirstFindingColumn(django_tables2.Column):
    """What is wrong with a row, in the reader's words: the first finding."""

    def render(self, value: Any) -> str:
        return words.said(value[0]) if value else ""

    def value(self, value: Any) -> str:
        return self.render(value)


class QuarantineTable(django_tables2.Table):
    line = LinkColumn("trades:quarantined", verbose_name=_("Line"))
    file = CutColumn(accessor="source__name", verbose_name=_("File"))
    reference = TextColumn(verbose_name=_("Source reference"))
    findings = FirstFindingColumn(
        orderable=False, verbose_name=_("Finding"), attrs={"td": {"class": "wrap"}}
    )
    desk_code = TextColumn(verbose_name=_("Desk"))
    state = StatusColumn(verbose_name=_("Status"))
    ended_by = TextColumn(verbose_name=_("Ended by"))
    reason = TextColumn(verbose_name=_("Reason"), width=40)

    class Meta:
        order_by = ("-source", "line")


class QuarantineList(ListPage):
    title = _("Quarantine")
    action = Action.VIEW_TRADES
    filterset_class = QuarantineFilter
    table_class = QuarantineTable
    revision_field = "revision"
    tabs = (
        Tab(_("Waiting")),
        Tab(_("Repaired"), "state=REPAIRED"),
        Tab(_("Discarded"), "state=DISCARDED"),
    )
    bulk_actions = (
        BulkAction(
            "reimport",
            _("Import again"),
            "trades:reimport_many",
            key="v",
            primary=True,
            action=Action.IMPORT_FILE,
        ),
        BulkAction(
            "discard",
            _("Discard"),
            "trades:discard_many",
            danger=True,
            needs_reason=True,
            action=Action.IMPORT_FILE,
        ),
    )
    hidden_columns = ("desk_code", "ended_by", "reason")
    export_name = "quarantine"
    empty_text = _("No row is in quarantine.")

    def get_queryset(self) -> QuerySet[QuarantinedRow]:
        return selectors.list_quarantined(actor=self.request.actor).select_related("source")


class BulkRows(BulkPage):
    """An act on rows of the quarantine, at once or by a job alike: each as it was seen."""

    action = Action.IMPORT_FILE
    list_url_name = "trades:quarantine"

    def work(self, act: bulk.Act, chosen: Selection, reason: str) -> int:
        """Act on the rows, warn of each that is left alone, and return how many were not."""
        step = bulk.Step(
            seen={pk: chosen.revisions.get(pk, "") for pk in chosen.ids},
            parameters=self.parameters(reason),
            actor=self.request.actor,
            at=timezone.now(),
        )
        outcomes = bulk.at_once(act, step)
        for one in outcomes:
            if one.refusal is not None:
                why = words.refusal_sentence(one.refusal)
                messages.warning(self.request, f"{one.label}: {why}" if one.label else why)
        return sum(one.refusal is None for one in outcomes)


class ReimportMany(BulkRows):
    job_kind = quarantine.REIMPORT_JOB

    def perform(self, chosen: Selection, reason: str) -> Done:
        n = self.work(quarantine.reimport_step, chosen, reason)
        said = ngettext("%(n)s row is imported.", "%(n)s rows are imported.", n) % {"n": n}
        return Done(n, said, explained=True)


class DiscardMany(BulkRows):
    job_kind = quarantine.DISCARD_JOB

    def parameters(self, reason: str) -> dict[str, Any]:
        if not reason:
            raise quarantine.UnableToRepairRow(_t("Give a reason."))
        return {"reason": reason}

    def perform(self, chosen: Selection, reason: str) -> Done:
        n = self.work(quarantine.discard_step, chosen, reason)
        said = ngettext("%(n)s row is discarded.", "%(n)s rows are discarded.", n) % {"n": n}
        return Done(n, said, explained=True)


class QuarantineDetail(DetailPage):
    """One row, cell by cell, with what is wrong with it while one types."""

    title = _("Row in quarantine")
    action = Action.VIEW_TRADES
    template_name = "trades/quarantined.html"

    def get_queryset(self) -> QuerySet[QuarantinedRow]:
        rows = selectors.list_quarantined(actor=self.request.actor)
        return rows.select_related("source__mapping", "batch")

    def extra_context(self) -> dict[str, Any]:
        row: QuarantinedRow = self.object
        waiting = self.get_queryset().filter(source=row.source, state=RowState.OPEN.value)
        after = waiting.filter(line__gt=row.line).first() or waiting.exclude(pk=row.pk).first()
        may = access.allows(self.request.actor, Action.IMPORT_FILE, desk=row.desk_code)
        return {
            "subtitle": f"{row.source.name} · {_t('line')} {row.line}",
            "may_repair": may and row.state == RowState.OPEN,
            "findings": [recalled(found) for found in row.findings],
            "cells": _cells(row),
            "after": after,
            **judged(row, {}),
        }


class RowAct(PageView):
    """An act on one row that its page sends: back to the page afterwards."""

    http_method_names = ["post"]
    action = Action.IMPORT_FILE
    title = _("Row in quarantine")

    def row(self, pk: int) -> QuarantinedRow:
        rows = selectors.list_quarantined(actor=self.request.actor).select_related("source")
        return get_object_or_404(rows, pk=pk)


class CheckRow(RowAct):
    """What the row would say with the cells as they are typed; changes nothing."""

    template_name = "trades/_row_check.html"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.row(pk)
        return self.render({"object": row, **judged(row, _typed(request))})


class RepairRow(RowAct):
    """Keep the corrected cells and, if asked, import the row again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row, actor = self.row(pk), self.request.actor
        seen = asked.number(request.POST.get("seen", ""))
        kept = quarantine.repair_row(
            row_id=row.pk,
            seen=-1 if seen is None else seen,
            cells=_typed(request),
            actor=actor,
            at=timezone.now(),
        )
        if "reimport" in request.POST:
            _reimport(request, [row.pk], actor)
        else:
            messages.success(request, _t("The cells are kept; the row still waits."))
        return redirect(kept)


class DiscardRow(RowAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.row(pk)
        quarantine.discard_rows(
            row_ids=[row.pk],
            reason=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("The row is discarded."))
        return redirect(row.source)


def judged(row: QuarantinedRow, cells: Mapping[int, str]) -> dict[str, Any]:
    """Return what the row says with these cells: its findings, or what is understood."""
    if row.state != RowState.OPEN:
        return {"understood": ()}
    read = quarantine.judge_row(row, cells).read
    if isinstance(read, ExecutionFacts):
        named = [(n, understood_as(read, n)) for n in read.__struct_fields__ if n != "message_id"]
        return {"checked": (), "understood": [(n, text) for n, text in named if text]}
    return {"checked": read, "understood": ()}


def _typed(request: HttpRequest) -> dict[int, str]:
    cells = {
        asked.number(name.removeprefix("cell-")): str(value)
        for name, value in request.POST.items()
        if name.startswith("cell-")
    }
    return {n: value for n, value in cells.items() if n is not None}


def _cells(row: QuarantinedRow) -> list[dict[str, Any]]:
    fields = {header: name for name, header in row.source.as_read.columns.items()}
    bad = {str(found.get("column") or found.get("field")) for found in row.findings}
    return [
        {
            "n": n,
            "header": header,
            "field": words.named(fields[header]) if header in fields else "",
            "came": came,
            "now": now,
            "is_bad": header in bad or fields.get(header) in bad,
        }
        for n, (header, came, now) in enumerate(
            zip(row.source.columns, row.cells, row.current, strict=True)
        )
    ]


def _reimport(request: HttpRequest, ids: list[int], actor: Actor) -> None:
    found = quarantine.reimport_rows(row_ids=ids, actor=actor, at=timezone.now())
    tell = messages.warning if found.waiting else messages.success
    tell(request, _said(found))


def _said(found: quarantine.Reimported) -> str:
    said = ngettext("%(n)s row is imported.", "%(n)s rows are imported.", found.booked) % {
        "n": found.booked
    }
    if not found.waiting:
        return said
    left = ngettext("%(n)s still waits.", "%(n)s still wait.", found.waiting) % {"n": found.waiting}
    return f"{said} {left}"
