"""The audit trail: every change of every row, searchable, exportable, one chain per entity."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core import access, audit
from core.middleware import SAFE_ID
from core.models import AuditEntry
from core.pages import ListPage, PageView, records, words
from core.pages.columns import (
    CodedColumn,
    CutColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from core.pages.filters import ChipsFilter, ListFilterSet, MomentDayFilter, SearchFilter
from core.pages.paging import Window
from core.pages.trail import entries_of

ACTIONS = (("INSERT", _("Created")), ("UPDATE", _("Changed")), ("DELETE", _("Removed")))


CUT = {"td": {"class": "cut"}}


class TrailSearch(SearchFilter):
    """A record as the trail names it, or who, why and in which request, word by word.

    An entry may name several requests that were answered by one transaction.
    """

    def filter(self, qs: QuerySet[AuditEntry], value: str) -> QuerySet[AuditEntry]:
        text = " ".join((value or "").split())
        about = records.find(text) if text else None
        if about is not None:
            return qs.filter(about)
        for word in text.split():
            about = records.find(word)
            qs = super().filter(qs, word) if about is None else qs.filter(about)
        return qs

    def about(self, word: str) -> Q:
        """Return "this word says who, why or in which request"."""
        found = super().about(word)
        return found | Q(request_id__contains=word) if SAFE_ID.fullmatch(word) else found


class AuditFilter(ListFilterSet):
    q = TrailSearch(fields=("actor__startswith", "reason__icontains"))
    entity = django_filters.ChoiceFilter(
        choices=records.labels, label=_("Entity"), empty_label=_("Any")
    )
    key = django_filters.NumberFilter(label=_("Key"))
    action = ChipsFilter(choices=ACTIONS, label=_("Change"))
    since = MomentDayFilter(field_name="at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = AuditEntry
        fields: list[str] = []


class ChainColumn(tables.Column):
    """The record of an entry in words, leading to its whole life; exported as its chain."""

    def render(self, record: AuditEntry, table: AuditTable) -> SafeString:
        name = table.names.get((record.entity, record.key), record.chain)
        whole = f"{name} · {record.chain}"
        return format_html('<a href="{}" title="{}">{}</a>', _chain_url(record), whole, name)

    def value(self, record: AuditEntry) -> str:
        return str(record.chain)


class KindColumn(CutColumn, CodedColumn):
    """The kind of row that was changed, in words; its code is the name of the table."""

    def render(self, value: str) -> SafeString:
        return super().render(self.value(value))

    def value(self, value: str) -> str:
        model = words.model_of(value)
        return capfirst(words.model_label(model)) if model else value


class ReasonColumn(TextColumn):
    """The reason of an act: the system's in the reader's language, a person's as it stands."""

    def render(self, value: str) -> str | SafeString:
        return super().render(self.value(value))

    def value(self, value: str) -> str:
        return words.reason_said(value)


class ActorColumn(tables.Column):
    """Who acted, and for whom."""

    def render(self, value: str) -> str:
        return words.actor_said(value)


class AuditTable(tables.Table):
    names: Mapping[records.Chain, str] = MappingProxyType({})
    """What the records of the shown entries are called."""

    at = MomentColumn(order_by="pk")
    chain = ChainColumn(verbose_name=_("Entity"), order_by=("entity", "key", "seq"), attrs=CUT)
    seq = QuantityColumn()
    action = StatusColumn(verbose_name=_("Change"))
    table = KindColumn()
    actor = ActorColumn()
    reason = ReasonColumn(width=40)
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

    @cached_property
    def window(self) -> Window:
        window: Window = super().window
        self.table.names = records.names_of((entry.entity, entry.key) for entry in window.rows)
        return window

    def row_url(self, record: AuditEntry) -> str:
        return _chain_url(record)


class AuditChain(PageView):
    """One entity's whole life."""

    title = _("Audit trail")
    action = access.Action.VIEW_AUDIT
    template_name = "core/audit_chain.html"

    def get(self, request: HttpRequest, entity: str, key: int) -> HttpResponse:
        context: dict[str, Any] = {"entries": entries_of(entity, key), "entity": entity, "key": key}
        name = records.names_of([(entity, key)])[entity, key]
        return self.render(
            {**context, "subtitle": name, "record_url": records.address_of(entity, key)}
        )


def _chain_url(entry: AuditEntry) -> str:
    return reverse("core:audit_chain", args=[entry.entity, entry.key])
