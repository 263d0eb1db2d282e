"""The list of confirmations: what is open first, how the day stands, chase and send many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import access
from core.access import Action
from core.pages import BulkAction, BulkPage, Done, ListPage, Selection, Tab
from settlement import selectors
from settlement.filters import ConfirmationFilter
from settlement.models import Confirmation
from settlement.services import chasing, many, sending
from settlement.states import ConfirmationState
from settlement.tables import ConfirmationTable
from trades import selectors as trades


class ConfirmationList(ListPage):
    title = _("Confirmations")
    action = Action.VIEW_CONFIRMATIONS
    template_name = "settlement/confirmations.html"
    filterset_class, table_class = ConfirmationFilter, ConfirmationTable
    tabs = (
        Tab(_("Open")),
        Tab(_("Mismatched"), "state=MISMATCHED"),
        Tab(_("Alleged"), "state=ALLEGED"),
        Tab(_("Unconfirmed"), "state=TO_SEND&state=SENT"),
        Tab(_("Past the deadline"), "late=yes"),
        Tab(_("Matched"), "state=MATCHED"),
        Tab(_("All"), "&".join(f"state={state.value}" for state in ConfirmationState)),
    )
    bulk_actions = (
        BulkAction(
            "chase", _("Chase"), "settlement:chase_many", key="v", primary=True,
            action=Action.CONFIRM,
        ),
        BulkAction(
            "send", _("Mark as sent"), "settlement:send_many", action=Action.CONFIRM
        ),
    )  # fmt: skip
    hidden_columns = (
        *("price", "settlement_date", "theirs", "version_no", "desk_code", "sent_at"),
        *("matched_at", "end_reason", "product", "counter_amount", "rate", "end_date"),
    )
    indexed_columns = ("trade_date",)
    revision_field = "state"
    export_name = "confirmations"
    empty_text = _("No confirmation: every counterparty has said what we say.")

    def get_queryset(self) -> QuerySet[Confirmation]:
        rows: QuerySet[Confirmation] = selectors.list_confirmations(actor=self.request.actor)
        return rows.select_related("party", "received")

    def row_class(self, record: Confirmation) -> str:
        due = self.due.get(record.trade_date) if record.trade_date else None
        return "overdue" if due and record.is_open and timezone.now() > due else ""

    @cached_property
    def due(self) -> Mapping[date, datetime]:
        """By when the rows that are shown are due."""
        return selectors.deadlines({row.trade_date for row in self.window.rows if row.trade_date})

    def extra_context(self) -> dict[str, Any]:
        actor = self.request.actor
        day = trades.current_day(today=timezone.localdate())
        form = self.filterset.form
        asked = form.cleaned_data.get("day") if form.is_valid() else None
        day = asked or day
        may = {"may_take_in": access.allows(actor, Action.CONFIRM)}
        if day is None:
            return may
        return may | {
            "figures_of": day,
            "counts": sorted(selectors.count_of_day(day=day, actor=actor).items()),
            "rate": selectors.rate_of_day(day=day, actor=actor),
            "deadline": selectors.deadlines([day]).get(day),
        }


class ChaseMany(BulkPage):
    """Write to the counterparties of the selected confirmations, one letter each."""

    action = Action.CONFIRM
    list_url_name = "settlement:confirmations"
    job_kind = many.CHASE_JOB

    def perform(self, chosen: Selection, reason: str) -> Done:
        made = chasing.chase_selected(
            confirmation_ids=chosen.ids, actor=self.request.actor, at=timezone.now()
        )
        said = ngettext(
            "%(n)s chaser is written: it stands under Chasers.",
            "%(n)s chasers are written: they stand under Chasers.",
            len(made),
        )
        return Done(len(made), said % {"n": len(made)})


class SendMany(BulkPage):
    """Note that a person sent the selected confirmations."""

    action = Action.CONFIRM
    list_url_name = "settlement:confirmations"
    job_kind = many.SEND_JOB

    def perform(self, chosen: Selection, reason: str) -> Done:
        sent = sending.send_by_hand(
            confirmation_ids=chosen.ids, actor=self.request.actor, at=timezone.now()
        )
        said = ngettext(
            "%(n)s confirmation is noted as sent.", "%(n)s confirmations are noted as sent.", sent
        )
        return Done(sent, said % {"n": sent})
