"""The table of exceptions."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.pages.columns import (
    AmountColumn,
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from desk.models import ControlException
from kernel.money import DECIMAL_TEXT


def filled(text: str, row: ControlException) -> str:
    """Write a stored message or repair in the reader's language, with its values."""
    if not text:
        return ""
    return gettext(text).format(
        expected=translated(row.expected), found=row.found, field=field_label(row.field)
    )


def translated(text: str) -> str:
    """Translate the few expectations that are words; codes and figures stay as they are."""
    return gettext(text) if text else ""


def field_label(name: str) -> str:
    """Write the name of a term as people say it."""
    if name == "isin":
        return "ISIN"
    return gettext(name.removesuffix("_code").replace("_", " ")) if name else ""


def plain(value: object) -> str:
    """Write a stored figure without the zeros that its column adds; leave other texts alone."""
    text = "" if value is None else str(value)
    if DECIMAL_TEXT.fullmatch(text) and "." in text:
        return text.rstrip("0").rstrip(".")
    return text


class MessageColumn(tables.Column):
    """The message of an exception, filled and translated."""

    def render(self, value: Any, record: ControlException) -> str:
        return filled(str(value), record)

    def value(self, value: Any, record: ControlException) -> str:
        return filled(str(value), record)


class ExpectedColumn(tables.Column):
    """What was expected: words are translated, codes and figures stay."""

    def render(self, value: Any) -> str:
        return translated(str(value))


class ExceptionTable(tables.Table):
    rule_code = LinkColumn("desk:exception", verbose_name=_("Rule"))
    severity = StatusColumn(verbose_name=_("Severity"))
    subject_reference = TextColumn(verbose_name=_("Reference"))
    message = MessageColumn(verbose_name=_("Finding"), orderable=False)
    expected = ExpectedColumn(verbose_name=_("Expected"))
    found = TextColumn(verbose_name=_("Found"), width=30)
    amount_at_risk = AmountColumn(verbose_name=_("At risk"))
    currency = tables.Column(verbose_name=_("Currency"))
    desk_code = tables.Column(verbose_name=_("Desk"))
    owner = tables.Column(verbose_name=_("Owner"), accessor="owner__username")
    due_at = MomentColumn(verbose_name=_("Due"))
    raised_at = MomentColumn(verbose_name=_("Raised"))
    state = StatusColumn(verbose_name=_("Status"))
    kind = StatusColumn(verbose_name=_("Kind"))
    version_no = QuantityColumn(verbose_name=_("Version"))

    class Meta:
        order_by = ("severity", "due_at", "-amount_at_risk")
