"""The audit trail: every change of every row, searchable, exportable, one chain per entity."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import access, audit
from core.models import AuditEntry
from core.pages import ListPage, PageView
from core.pages.columns import MomentColumn, QuantityColumn, StatusColumn, TextColumn
from core.pages.filters import ChipsFilter, ListFilterSet, MomentDayFilter, SearchFilter
from core.pages.trail import entries_of

ACTIONS = (("INSERT", _("Created")), ("UPDATE", _("Changed")), ("DELETE", _("Removed")))


class AuditFilter(ListFilterSet):
    q = SearchFilter(fields=("actor__startswith", "reason__icontains", "request_id__exact"))
    entity = django_filters.CharFilter(label=_("Entity"))
    key = django_filters.NumberFilter(label=_("Key"))
    action = ChipsFilter(choices=ACTIONS, label=_("Change"))
    since = MomentDayFilter(field_name="at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = AuditEntry
        fields: list[str] = []


class ChainColumn(tables.Column):
    """The entity of an entry, leading to its whole life."""

    def render(self, record: AuditEntry) -> SafeString:
        return format_html('<a href="{}">{}</a>', _chain_url(record), record.chain)

    def value(self, record: AuditEntry) -> str:
        return str(record.chain)


class AuditTable(tables.Table):
    at = MomentColumn(order_by="pk")
    chain = ChainColumn(verbose_name=_("Entity"), order_by=("entity", "key", "seq"))
    seq = QuantityColumn()
    action = StatusColumn(verbose_name=_("Change"))
    table = tables.Column()
    actor = tables.Column()
    reason = TextColumn(width=40)
    payload = TextColumn(width=110, orderable=False)
    request_id = TextColumn(width=14)


class AuditTrail(ListPage):
    title = _("Audit trail")
    subtitle = _("append-only, chained, verified by manage.py verify_audit")
    action = access.Action.VIEW_AUDIT
    filterset_class = AuditFilter
    table_class = AuditTable
    indexed_columns = ("at", "chain")
    export_name = "audit"
    hidden_columns = ("payload", "request_id")

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return audit.list_entries()

    def row_url(self, record: AuditEntry) -> str:
        return _chain_url(record)


class AuditChain(PageView):
    """One entity's whole life."""

    title = _("Audit trail")
    action = access.Action.VIEW_AUDIT
    template_name = "core/audit_chain.html"

    def get(self, request: HttpRequest, entity: str, key: int) -> HttpResponse:
        context: dict[str, Any] = {"entries": entries_of(entity, key), "entity": entity, "key": key}
        return self.render({**context, "subtitle": f"{entity}:{key}"})


def _chain_url(entry: AuditEntry) -> str:
    return reverse("core:audit_chain", args=[entry.entity, entry.key])
