"""Table of the work queue."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.pages.titles import work_title
from core.pages import formats
from core.pages.columns import AmountColumn, DueColumn, MomentColumn, QuantityColumn, StatusColumn


class TitleColumn(tables.Column):
    """What to do, leading to where it is done."""

    def render(self, record: Any) -> SafeString:
        if not record.url:
            return format_html("{}", work_title(record))
        return format_html('<a href="{}">{}</a>', record.url, work_title(record))

    def value(self, record: Any) -> str:
        return work_title(record)


class OwnerColumn(tables.Column):
    """Who has it; of who is away, until when and who stands in."""

    def render(self, value: str, record: Any) -> str:
        if record.away_until is None:
            return value
        said = (
            gettext("%(who)s, away until %(day)s")
            if not record.stood_in_by
            else gettext("%(who)s, away until %(day)s: %(other)s stands in")
        )
        until = formats.day(record.away_until)
        return said % {"who": value, "day": until, "other": ", ".join(record.stood_in_by)}

    def value(self, value: str) -> str:
        return value


class WorkTable(tables.Table):
    title = TitleColumn(verbose_name=_("What"))
    kind = StatusColumn(verbose_name=_("Kind"))
    severity = StatusColumn(verbose_name=_("Severity"))
    desk_code = tables.Column(verbose_name=_("Desk"))
    owner = OwnerColumn(accessor="owner__username", verbose_name=_("Owner"), order_by="owner")
    due_at = DueColumn(verbose_name=_("Due"))
    amount_at_risk = AmountColumn(verbose_name=_("Amount at risk"))
    currency = tables.Column(verbose_name=_("Ccy"))
    priority = QuantityColumn(verbose_name=_("EUR at risk per hour left"))
    opened_at = MomentColumn(verbose_name=_("Opened"))

    class Meta:
        order_by = ("-priority", "due_at", "pk")

    def render_priority(self, value: Any) -> str:
        return formats.amount(value, "JPY")
