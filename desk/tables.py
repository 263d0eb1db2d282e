"""Tables of exceptions, of people and their rights, and of the matrix."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

import django_tables2 as tables
from django.db.models import F
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.access import DEEDS, Action
from core.delegations import MOMENT
from core.pages import formats, words
from core.pages.columns import (
    NUMBER_ATTRS,
    AmountColumn,
    CodedColumn,
    CutColumn,
    DayColumn,
    DueColumn,
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from desk.models import HOURS_LEFT_MIN, ControlException, Request
from desk.states import RequestKind

CENT: Final = Decimal("0.01")
TENTH: Final = Decimal("0.1")
NO_CENTS: Final = "JPY"
"""A currency without minor unit: euros an hour are told without cents."""


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
    hours = record.amount_at_risk / record.priority if record.priority else None
    if hours is None or hours <= HOURS_LEFT_MIN:
        said = gettext("%(amount)s EUR at risk; overdue, or due within a quarter of an hour")
    elif record.due_at is None:
        said = gettext("%(amount)s EUR at risk; no due time counts a day")
    else:
        said = gettext("%(amount)s EUR at risk ÷ %(hours)s hours left")
    written = formats.quantity(hours.quantize(TENTH)) if hours is not None else ""
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
    raised_at = MomentColumn(verbose_name=_("Raised"))
    state = StatusColumn(verbose_name=_("Status"))
    kind = StatusColumn(verbose_name=_("Kind"))
    version_no = QuantityColumn(verbose_name=_("Version"))
    cause = TextColumn(verbose_name=_("Cause"))

    class Meta:
        order_by = ("-priority",)

    def order_priority(self, queryset: Any, is_descending: bool) -> tuple[Any, bool]:  # noqa: FBT001 - the library's call
        """Order by urgency; an unknown amount comes after the known ones either way."""
        return queryset.by_priority(descending=is_descending), True


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
        return ""


class PlacesColumn(tables.Column):
    """Where it is put right once for all."""

    def render(self, record: Any) -> SafeString:
        return format_html_join(", ", '<a href="{}">{}</a>', record.get("places", ()))

    def value(self, record: Any) -> str:
        return ""


class CauseTable(tables.Table):
    cause = CauseColumn(verbose_name=_("Cause"))
    cause_kind = StatusColumn(verbose_name=_("What it is"))
    rule_code = tables.Column(verbose_name=_("Rule"))
    count = QuantityColumn(verbose_name=_("Exceptions"))
    blocking = QuantityColumn(verbose_name=_("Blocking"))
    at_risk = AmountColumn(verbose_name=_("EUR at risk"))
    priority = PriorityColumn()
    first_due = DueColumn(verbose_name=_("First due"))
    owners = OwnersColumn(verbose_name=_("Owners"), empty_values=(), orderable=False)
    places = PlacesColumn(verbose_name=_("Put right in"), empty_values=(), orderable=False)

    class Meta:
        order_by = ("-priority",)

    def order_priority(self, queryset: Any, is_descending: bool) -> tuple[Any, bool]:  # noqa: FBT001 - the library's call
        """Order by urgency; what has no known amount comes after the others either way."""
        order = F("priority").desc(nulls_last=True) if is_descending else F("priority").asc()
        return queryset.order_by(order, "-blocking", "-count"), True


def desks_said(codes: Any) -> str:
    """Return the desks of a role: '' among them stands for all."""
    shown = sorted(set(codes))
    return gettext("all") if "" in shown else ", ".join(shown)


class DesksColumn(tables.Column):
    """The desks on which a role is held, or that it is held on all of them."""

    def render(self, value: Any) -> str:
        return desks_said(value)

    def value(self, value: Any) -> str:
        return desks_said(value)


class NamesColumn(tables.Column):
    """Names, one after the other."""

    def render(self, value: Any) -> str:
        return ", ".join(value)

    def value(self, value: Any) -> str:
        return ", ".join(value)


class PersonTable(tables.Table):
    username = LinkColumn("rights:person", verbose_name=_("Name"))
    full_name = CutColumn(
        accessor="get_full_name", verbose_name=_("Person"), order_by=("last_name", "first_name")
    )
    role = StatusColumn(verbose_name=_("Role"))
    desks = DesksColumn(verbose_name=_("Desks"))
    acts_for = NamesColumn(verbose_name=_("Stands in for"), orderable=False)
    since = MomentColumn(verbose_name=_("Since"))
    granted_by = tables.Column(verbose_name=_("Granted by"))
    last_login = MomentColumn(verbose_name=_("Last sign-in"))
    is_active = StatusColumn(verbose_name=_("Active"), accessor="life", order_by="is_active")
    date_joined = MomentColumn(verbose_name=_("Known since"))

    class Meta:
        order_by = ("username",)


class DeskColumn(tables.Column):
    """The desk that a role is held on; none stands for all."""

    def __init__(self) -> None:
        super().__init__(verbose_name=_("Desk"), empty_values=(None,))

    def render(self, value: str) -> str:
        return desks_said([value])

    def value(self, value: str) -> str:
        return desks_said([value])


class GrantTable(tables.Table):
    user = LinkColumn("rights:person", key="user_id", verbose_name=_("Name"))
    role = StatusColumn(verbose_name=_("Role"))
    desk_code = DeskColumn()
    granted_at = MomentColumn(verbose_name=_("Granted at"))
    granted_by = tables.Column(verbose_name=_("Granted by"))
    approved_by = tables.Column(verbose_name=_("Approved by"))

    class Meta:
        order_by = ("user", "role", "desk_code")


class ProposalTable(tables.Table):
    user = LinkColumn("rights:person", key="user_id", verbose_name=_("Name"))
    role = StatusColumn(verbose_name=_("Role"))
    desk_code = DeskColumn()
    state = StatusColumn(verbose_name=_("Status"))
    reason = CutColumn(verbose_name=_("Reason"))
    proposed_by = tables.Column(verbose_name=_("Proposed by"))
    proposed_at = MomentColumn(verbose_name=_("Proposed at"))
    decided_by = tables.Column(verbose_name=_("Decided by"))
    decided_at = MomentColumn(verbose_name=_("Decided at"))
    note = CutColumn(verbose_name=_("Note"))

    class Meta:
        order_by = ("-proposed_at",)


class LoneGrantTable(tables.Table):
    user = LinkColumn("rights:person", key="user_id", verbose_name=_("Name"))
    role = StatusColumn(verbose_name=_("Role"))
    desk_code = DeskColumn()
    state = StatusColumn(verbose_name=_("Status"))
    given_by = tables.Column(verbose_name=_("Given by"))
    given_at = MomentColumn(verbose_name=_("Given at"))
    until = MomentColumn(verbose_name=_("Until"))
    reason = CutColumn(verbose_name=_("Reason"))
    reviewed_by = tables.Column(verbose_name=_("Reviewed by"))
    reviewed_at = MomentColumn(verbose_name=_("Reviewed at"))
    note = CutColumn(verbose_name=_("Note"))

    class Meta:
        order_by = ("-given_at",)


class DeedColumn(CodedColumn):
    """What an action lets one do, in words; exported with its code."""

    def render(self, value: str) -> str:
        return str(capfirst(str(DEEDS[Action(value)])))

    def value(self, value: str) -> str:
        return self.render(value)


class CellTable(tables.Table):
    action = DeedColumn(verbose_name=_("Action"))
    role = StatusColumn(verbose_name=_("Role"))

    class Meta:
        order_by = ("action", "role")


class LocalDayColumn(DayColumn):
    """The day of a moment, where the reader is."""

    def render(self, value: Any) -> str:
        return str(super().render(timezone.localdate(value)))


class ReviewTable(tables.Table):
    period = LinkColumn("rights:review", verbose_name=_("Period"))
    state = StatusColumn(verbose_name=_("Status"))
    due_on = DayColumn(verbose_name=_("Due"))
    total = QuantityColumn(verbose_name=_("Rights"))
    waiting = QuantityColumn(verbose_name=_("To review"))
    kept = QuantityColumn(verbose_name=_("Kept"))
    withdrawn = QuantityColumn(verbose_name=_("Withdrawn"))
    opened_by = tables.Column(verbose_name=_("Opened by"))
    signed_by = tables.Column(verbose_name=_("Signed by"))
    signed_at = MomentColumn(verbose_name=_("Signed at"))

    class Meta:
        order_by = ("-period",)


class ReviewRowTable(tables.Table):
    user = LinkColumn("rights:person", key="user_id", verbose_name=_("Name"))
    role = StatusColumn(verbose_name=_("Role"))
    desk_code = DeskColumn()
    lender = tables.Column(accessor="delegation__lender__username", verbose_name=_("Lent by"))
    state = StatusColumn(verbose_name=_("Status"))
    granted_at = LocalDayColumn(verbose_name=_("Since"))
    granted_by = tables.Column(verbose_name=_("Granted by"))
    approved_by = tables.Column(verbose_name=_("Approved by"))
    last_login = LocalDayColumn(verbose_name=_("Last sign-in"))
    reviewed_by = tables.Column(verbose_name=_("Reviewed by"))
    reviewed_at = MomentColumn(verbose_name=_("Reviewed at"))
    reason = CutColumn(verbose_name=_("Reason"))
    review = tables.Column(accessor="review__period", verbose_name=_("Access review"))

    class Meta:
        order_by = ("user", "role", "desk_code")


class LastDayColumn(LocalDayColumn):
    """The last whole day before a moment."""

    def render(self, value: Any) -> str:
        return str(super().render(value - MOMENT))


class DelegationTable(tables.Table):
    delegate = LinkColumn(
        "rights:delegation", accessor="delegate__username", verbose_name=_("Stands in")
    )
    lender = tables.Column(accessor="lender__username", verbose_name=_("For"))
    role = StatusColumn(verbose_name=_("Role"))
    desk_code = DeskColumn()
    starts_at = LocalDayColumn(verbose_name=_("First day"))
    ends_at = LastDayColumn(verbose_name=_("Last day"))
    life = StatusColumn(verbose_name=_("Status"))
    reason = CutColumn(verbose_name=_("Reason"))
    asked_by = tables.Column(verbose_name=_("Asked by"))
    granted_by = tables.Column(verbose_name=_("Granted by"))
    granted_at = MomentColumn(verbose_name=_("Granted at"))
    withdrawn_by = tables.Column(verbose_name=_("Withdrawn by"))
    withdrawn_at = MomentColumn(verbose_name=_("Withdrawn at"))

    class Meta:
        order_by = ("-starts_at", "lender")


def about(row: Request) -> str:
    """Return what a request is about, for its reader."""
    if row.kind == RequestKind.SEVERAL_VALIDATIONS:
        return gettext("%(n)s supervisors") % {"n": row.subject_reference}
    if row.kind == RequestKind.DELEGATION:
        return words.actor_said(row.content["delegate"], row.content["lender"])
    return row.subject_reference


class AboutColumn(LinkColumn):
    """What a request is about; it leads to the request."""

    def render(self, value: str, record: Request) -> Any:
        return super().render(about(record), record)


class RequestTable(tables.Table):
    subject_reference = AboutColumn("desk:request", verbose_name=_("About"))
    kind = StatusColumn(verbose_name=pgettext_lazy("request", "Asked for"))
    state = StatusColumn(verbose_name=_("Status"))
    amount_at_risk = AmountColumn(verbose_name=_("Amount"))
    currency = tables.Column(verbose_name=_("Currency"))
    desk_code = tables.Column(verbose_name=_("Desk"))
    reason = CutColumn(verbose_name=_("Reason"))
    asked_by = tables.Column(verbose_name=_("Asked by"))
    asked_at = MomentColumn(verbose_name=_("Asked at"))
    due_at = DueColumn(verbose_name=_("Due"))
    decided_by = tables.Column(verbose_name=_("Decided by"))
    decided_at = MomentColumn(verbose_name=_("Decided at"))
    note = CutColumn(verbose_name=_("Note"))

    class Meta:
        order_by = ("due_at", "-amount_at_risk")


class LimitTable(tables.Table):
    user = LinkColumn("rights:person", key="user_id", verbose_name=_("Name"))
    amount_eur = AmountColumn(verbose_name=_("Limit (EUR)"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    set_by = tables.Column(verbose_name=_("Asked by"))
    request_id = LinkColumn(
        "desk:request", key="request_id", verbose_name=pgettext_lazy("asked for", "Request")
    )

    class Meta:
        order_by = ("user", "-valid_from")
