"""Tables of people and their rights, of requests, and of the matrix."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.access import DEEDS, Action
from core.delegations import MOMENT
from core.pages import words
from core.pages.columns import (
    AmountColumn,
    CodedColumn,
    CutColumn,
    DayColumn,
    DueColumn,
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
)
from desk.models import Request
from desk.states import RequestKind


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
