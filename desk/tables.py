"""The table of exceptions."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.pages import words
from core.pages.columns import (
    AmountColumn,
    DueColumn,
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from desk.models import ControlException


def filled(text: str, row: ControlException) -> str:
    """Write a stored message or repair in the reader's language, with its values."""
    if not text:
        return ""
    said = gettext(text).format(
        expected=words.said(row.expected, row.field),
        found=words.said(row.found, row.field),
        field=words.named(row.field),
    )
    return str(capfirst(said))


class MessageColumn(tables.Column):
    """The message of an exception, filled and translated."""

    def render(self, value: Any, record: ControlException) -> str:
        return filled(str(value), record)

    def value(self, value: Any, record: ControlException) -> str:
        return filled(str(value), record)


class ExpectedColumn(tables.Column):
    """What was expected, or found, as the reader writes it."""

    def render(self, value: Any, record: ControlException) -> str:
        return words.said(value, record.field)

    def value(self, value: Any) -> str:
        return str(value)


class ExceptionTable(tables.Table):
    rule_code = LinkColumn("desk:exception", verbose_name=_("Rule"))
    severity = StatusColumn(verbose_name=_("Severity"))
    subject_reference = TextColumn(verbose_name=_("Reference"))
    message = MessageColumn(
        verbose_name=_("Finding"), orderable=False, attrs={"td": {"class": "wrap"}}
    )
    expected = ExpectedColumn(verbose_name=_("Expected"))
    found = ExpectedColumn(verbose_name=_("Found"))
    amount_at_risk = AmountColumn(verbose_name=_("At risk"))
    currency = tables.Column(verbose_name=_("Currency"))
    desk_code = tables.Column(verbose_name=_("Desk"))
    owner = tables.Column(verbose_name=_("Owner"), accessor="owner__username")
    due_at = DueColumn(verbose_name=_("Due"))
    raised_at = MomentColumn(verbose_name=_("Raised"))
    state = StatusColumn(verbose_name=_("Status"))
    kind = StatusColumn(verbose_name=_("Kind"))
    version_no = QuantityColumn(verbose_name=_("Version"))

    class Meta:
        order_by = ("severity", "due_at", "-amount_at_risk")
