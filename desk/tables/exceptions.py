"""Tables of exceptions, one by one and by cause."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

import django_tables2 as tables
from django.db.models import F
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.pages import formats, words
from core.pages.columns import (
    NUMBER_ATTRS,
    AmountColumn,
    DueColumn,
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from desk.models import HOURS_LEFT_MIN, ControlException

CENT: Final = Decimal("0.01")
TENTH: Final = Decimal("0.1")
NO_CENTS: Final = "JPY"
"""A currency without minor unit: euros an hour are told without cents."""


def filled(text: str, row: ControlException) -> str:
    """Write a stored message or repair in the reader's language, with its values."""
    return words.stored_sentence(text, field=row.field, expected=row.expected, found=row.found)


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


class PriorityColumn(tables.Column):
    """Euros at risk for each hour that is left; how they come about is in the title."""

    def __init__(self) -> None:
        super().__init__(verbose_name=_("Priority"), attrs=NUMBER_ATTRS)

    def render(self, value: Any, record: Any) -> SafeString:
        return format_html('<span title="{}">{}</span>', _reckoned(record), per_hour(value))

    def value(self, value: Any) -> Any:
        return value.quantize(CENT, ROUND_HALF_EVEN)


def per_hour(priority: Decimal | None) -> str:
    """Write a priority in whole euros an hour."""
    return formats.amount(priority, NO_CENTS)


def priority_said(row: ControlException) -> str:
    """Say the priority of an exception and what it comes from; '' where it is not known."""
    if row.priority is None:
        return ""
    said = gettext("%(priority)s EUR an hour: %(reckoned)s")
    return said % {"priority": per_hour(row.priority), "reckoned": _reckoned(row)}


def _reckoned(record: Any) -> str:
    """Say what a priority comes from; a row of several stands for their sum."""
    if isinstance(record, dict):
        return gettext("EUR at risk for each hour that is left, of all together")
    if not record.priority:
        return gettext("nothing at risk")
    hours = record.amount_at_risk / record.priority
    if hours <= HOURS_LEFT_MIN:
        said = gettext("%(amount)s EUR at risk; overdue, or due within a quarter of an hour")
    elif record.due_at is None:
        said = gettext("%(amount)s EUR at risk; no due time counts a day")
    else:
        said = gettext("%(amount)s EUR at risk ÷ %(hours)s hours left")
    written = formats.quantity(hours.quantize(TENTH))
    return said % {"amount": formats.amount(record.amount_at_risk, "EUR"), "hours": written}


class ExceptionTable(tables.Table):
    rule_code = LinkColumn("desk:exception", verbose_name=_("Rule"))
    severity = StatusColumn(verbose_name=_("Severity"))
    priority = PriorityColumn()
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
    raised_at = MomentColumn(verbose_name=_("Raised"), order_by=("pk",))
    state = StatusColumn(verbose_name=_("Status"))
    kind = StatusColumn(verbose_name=_("Kind"))
    version_no = QuantityColumn(verbose_name=_("Version"))
    cause = TextColumn(verbose_name=_("Cause"))

    class Meta:
        order_by = ("-priority",)

    def order_priority(self, queryset: Any, is_descending: bool) -> tuple[Any, bool]:  # noqa: FBT001 - the library's call
        """Order by urgency; an unknown amount comes after the known ones either way."""
        return queryset.by_priority(descending=is_descending), True

    def order_amount_at_risk(self, queryset: Any, is_descending: bool) -> tuple[Any, bool]:  # noqa: FBT001 - the library's call
        """Order by amount; an unknown one comes after the known ones either way."""
        amount = F("amount_at_risk")
        first = amount.desc(nulls_last=True) if is_descending else amount.asc(nulls_last=True)
        return queryset.order_by(first, "pk"), True


class CauseColumn(tables.Column):
    """What is wrong, leading to the exceptions that have it."""

    def render(self, value: Any, record: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.get("address", ""), value)

    def value(self, value: Any) -> str:
        return str(value)


class OwnersColumn(tables.Column):
    """Who has some of them."""

    def render(self, record: Any) -> str:
        return ", ".join(record.get("owners", ()))

    def value(self, record: Any) -> str:
        return self.render(record)


class PlacesColumn(tables.Column):
    """Where it is put right once for all."""

    def render(self, record: Any) -> SafeString:
        return format_html_join(", ", '<a href="{}">{}</a>', record.get("places", ()))

    def value(self, record: Any) -> str:
        return ", ".join(label for _address, label in record.get("places", ()))


SLIM: Final = {"td": {"class": "slim"}}


class CauseTable(tables.Table):
    cause = CauseColumn(verbose_name=_("Cause"), attrs=SLIM)
    cause_kind = StatusColumn(verbose_name=_("What it is"))
    rule_code = tables.Column(verbose_name=_("Rule"))
    count = QuantityColumn(verbose_name=_("Exceptions"))
    blocking = QuantityColumn(verbose_name=_("Blocking"))
    at_risk = AmountColumn(verbose_name=_("EUR at risk"))
    priority = PriorityColumn()
    first_due = DueColumn(verbose_name=_("First due"))
    owners = OwnersColumn(verbose_name=_("Owners"), empty_values=(), orderable=False, attrs=SLIM)
    places = PlacesColumn(
        verbose_name=_("Put right in"), empty_values=(), orderable=False, attrs=SLIM
    )

    class Meta:
        order_by = ("-priority",)

    def order_priority(self, queryset: Any, is_descending: bool) -> tuple[Any, bool]:  # noqa: FBT001 - the library's call
        """Order by urgency; what has no known amount comes after the others either way."""
        order = F("priority").desc(nulls_last=True) if is_descending else F("priority").asc()
        return queryset.order_by(order, "-blocking", "-count"), True
