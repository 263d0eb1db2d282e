"""Files of executions and their rows in quarantine; saved mappings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_tables2
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import DetailPage, ListPage, Tab, words
from core.pages.columns import (
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from core.pages.filters import ChipsFilter, ListFilterSet, MomentDayFilter, SearchFilter
from core.pages.mapping import MappingForm, MappingPage
from core.remarks import recalled
from trades import selectors
from trades.forms import ExecutionMappingForm
from trades.models import CaptureFile, ExecutionMapping, labelled
from trades.services import tables
from trades.services.totals import Declared, Totals
from trades.states import FileState, RowState
from trades.views.tables import proofs

ROWS_SHOWN = 50


class FileFilter(ListFilterSet):
    q = SearchFilter(fields=("name", "source_system__istartswith", "sha256__startswith"))
    state = ChipsFilter(choices=labelled(FileState), label=_("Status"))
    since = MomentDayFilter(field_name="received_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="received_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = CaptureFile
        fields: list[str] = []


class FileTable(django_tables2.Table):
    name = LinkColumn("trades:file", verbose_name=_("File"))
    state = StatusColumn(verbose_name=_("Status"))
    source_system = TextColumn(verbose_name=_("Source"))
    mapping = TextColumn(accessor="mapping__name", verbose_name=_("Column mapping"), width=30)
    waiting = QuantityColumn(verbose_name=_("Rows in quarantine"), orderable=False)
    batch = TextColumn(accessor="batch_id", verbose_name=_("Import"))
    received_by = TextColumn(verbose_name=_("Received by"))
    received_at = MomentColumn(verbose_name=_("Received at"))

    class Meta:
        order_by = ("-received_at",)


class FileList(ListPage):
    title = _("Files of executions")
    action = Action.VIEW_TRADES
    filterset_class = FileFilter
    table_class = FileTable
    tabs = (
        Tab(_("All")),
        Tab(_("Refused"), "state=REFUSED"),
        Tab(_("Imported"), "state=IMPORTED"),
    )
    create_url = "/trades/upload/"
    create_label = _("CSV or XLSX")
    create_action = Action.IMPORT_FILE
    export_name = "files"
    empty_text = _("No file of executions has come in yet.")

    def get_queryset(self) -> QuerySet[CaptureFile]:
        waiting = Count("rows", filter=Q(rows__state=RowState.OPEN.value))
        return CaptureFile.objects.select_related("mapping").annotate(waiting=waiting)


class FileDetail(DetailPage):
    """One file: what it holds against what was declared, its import, and its rows that wait."""

    title = _("File of executions")
    action = Action.VIEW_TRADES
    template_name = "trades/file.html"

    def get_queryset(self) -> QuerySet[CaptureFile]:
        return CaptureFile.objects.select_related("file", "mapping", "batch")

    def extra_context(self) -> dict[str, Any]:
        file: CaptureFile = self.object
        rows = selectors.list_quarantined(actor=self.request.actor).filter(source=file)
        waiting = rows.filter(state=RowState.OPEN.value)
        totals = Totals.of(file.totals)
        whole = self._sees_all(file)
        return {
            "subtitle": file.source_system,
            "proofs": list(proofs(totals, Declared.of(file.declared)))
            if whole and file.totals
            else (),
            "unread": totals.unread,
            "findings": [recalled(found) for found in file.findings] if whole else (),
            "rows": waiting[:ROWS_SHOWN],
            "waiting": waiting.count(),
            "ended": rows.exclude(state=RowState.OPEN.value).order_by("line")[:ROWS_SHOWN],
            "headers": _used(file),
            "may_repair": access.allows(self.request.actor, Action.IMPORT_FILE),
        }

    def _sees_all(self, file: CaptureFile) -> bool:
        """Whether the figures of the whole file are this reader's: all desks, or the own file."""
        actor = self.request.actor
        return file.received_by == actor.name or access.desks_of(actor, Action.VIEW_TRADES) is None


class MappingTable(django_tables2.Table):
    name = LinkColumn("trades:mapping", verbose_name=_("Name"))
    source_system = TextColumn(verbose_name=_("Source"))
    files_count = QuantityColumn(verbose_name=_("Files"), orderable=False)
    saved_by = TextColumn(verbose_name=_("Saved by"))

    class Meta:
        order_by = ("name",)


class MappingFilter(ListFilterSet):
    q = SearchFilter(fields=("name", "source_system"))

    class Meta:
        model = ExecutionMapping
        fields: list[str] = []


class MappingList(ListPage):
    title = _("Mappings of executions")
    action = Action.VIEW_TRADES
    filterset_class = MappingFilter
    table_class = MappingTable
    create_url = "/trades/upload/"
    create_label = _("CSV or XLSX")
    create_action = Action.IMPORT_FILE
    export_name = "mappings"
    empty_text = _("No mapping is saved yet: upload a file, and save how it is read.")

    def get_queryset(self) -> QuerySet[ExecutionMapping]:
        return ExecutionMapping.objects.annotate(files_count=Count("files"))


class MappingDetail(MappingPage[ExecutionMapping]):
    """One saved mapping, to look at and to correct."""

    action = Action.IMPORT_FILE
    model = ExecutionMapping
    form_class = ExecutionMappingForm
    entity = "execution_mapping"

    def more(self, mapping: ExecutionMapping) -> Mapping[str, Any]:
        return {"source_system": mapping.source_system, "is_whole": mapping.is_whole}

    def save(self, mapping: ExecutionMapping, form: MappingForm) -> None:
        tables.save_mapping(
            name=mapping.name,
            reading=form.reading(),
            source_system=form.cleaned_data["source_system"],
            is_whole=form.cleaned_data["is_whole"],
            actor=self.request.actor,
        )


def _used(file: CaptureFile) -> list[tuple[str, str]]:
    return [(words.named(name), header) for name, header in file.as_read.columns.items()]
