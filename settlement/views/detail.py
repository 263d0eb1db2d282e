"""One confirmation: both sides beside each other, the evidence, and what a person can do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access, asked
from core.access import Action
from core.pages import DetailPage, PageView
from desk import selectors as desk_selectors
from desk.views.mentions import tell_who_was_not_reached
from settlement import selectors
from settlement.formats.fields import TERMS_OF
from settlement.models import Confirmation
from settlement.services import by_hand, chasing, queue, sending
from settlement.states import CHASED, TRANSITIONS, UNCONFIRMED, ConfirmationState


class ConfirmationDetail(DetailPage):
    title = _("Confirmation")
    action = Action.VIEW_CONFIRMATIONS
    template_name = "settlement/confirmation.html"

    def get_queryset(self) -> QuerySet[Confirmation]:
        rows: QuerySet[Confirmation] = selectors.list_confirmations(actor=self.request.actor)
        return rows.select_related("party", "trade", "received__file", "sent_file", "cancel_file")

    def extra_context(self) -> dict[str, Any]:
        row: Confirmation = self.object
        actor = self.request.actor
        may = access.allows(actor, Action.CONFIRM, desk=access.desk_or_any(row.desk_code))
        decisions = list(row.decisions.select_related("received"))
        pairing = next((one for one in decisions if one.evidence.get("fields")), None)
        state = ConfirmationState(row.state)
        due = selectors.deadlines([row.trade_date]) if row.trade_date else {}
        return {
            "due": due.get(row.trade_date) if row.trade_date else None,
            "is_late": selectors.is_late(row, timezone.now()),
            "fields": compared(row, pairing.evidence if pairing and row.received_id else {}),
            "pairing": pairing if row.received_id else None,
            "decisions": decisions,
            "rivals": _rivals(decisions, actor),
            "nearest": selectors.nearest(row, actor=actor) if may and is_alone(row) else (),
            "not_validated": selectors.list_not_validated(row, actor=actor)
            if state is ConfirmationState.ALLEGED
            else (),
            "may_confirm": may,
            "letter": sending.letter_of(row)
            if may and row.trade_id and row.state in UNCONFIRMED
            else None,
            "may_send": may and row.state == ConfirmationState.TO_SEND,
            "may_chase": may and row.trade_id and row.state in CHASED,
            "may_unpair": may and row.trade_id and row.received_id and row.end_reason == "",
            "may_dispute": may and ConfirmationState.DISPUTED in TRANSITIONS[state],
            "may_resume": may and state is ConfirmationState.DISPUTED,
            "may_accept": may
            and state is ConfirmationState.MISMATCHED
            and by_hand.ACCEPTABLE.issuperset(row.differs)
            and access.allows(actor, Action.AMEND_TRADE, desk=row.desk_code),
            "comments": desk_selectors.list_comments(subject_kind=queue.SUBJECT, subject_id=row.pk),
            "comment_url": f"/confirmations/{row.pk}/comment/" if may else "",
        }


def is_alone(row: Confirmation) -> bool:
    """Say whether it waits for its other side."""
    return row.state in (*UNCONFIRMED, ConfirmationState.ALLEGED.value)


def compared(row: Confirmation, evidence: dict[str, Any]) -> list[tuple[str, Any, Any, str, bool]]:
    """Return each field: its name, ours, theirs, what was allowed, and whether they differ."""
    said = evidence.get("fields", {})
    lines = []
    for name in TERMS_OF[row.product]:
        known = said.get(name)
        value = getattr(row, name)
        if known:
            line = (name, known["ours"], known["theirs"], known["allowed"], not known["agrees"])
        elif row.trade_id is None:
            line = (name, "", value, "", False)
        else:
            line = (name, value, "", "", False)
        lines.append(line)
    return lines


def _rivals(decisions: list[Any], actor: Any) -> list[Confirmation]:
    """Return, of what the latest decision names, the confirmations it could have been as well."""
    latest = next((one for one in decisions if one.evidence.get("rivals_ours")), None)
    if latest is None:
        return []
    rows = selectors.list_confirmations(actor=actor)
    return list(rows.filter(pk__in=latest.evidence["rivals_ours"]).order_by("pk"))


class ConfirmationAct(PageView):
    """One act on one confirmation that the person may see, then back to its page."""

    http_method_names = ["post"]
    action = Action.CONFIRM

    def perform(self, found: Confirmation, request: HttpRequest) -> str:
        """Do it and return what to say."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = selectors.list_confirmations(actor=self.request.actor)
        found: Confirmation = get_object_or_404(rows, pk=pk)
        messages.success(request, self.perform(found, request))
        return redirect(found)

    @property
    def reason(self) -> str:
        return self.request.POST.get("reason", "")


class PairConfirmation(ConfirmationAct):
    """Pair ours with what is alleged, from the page of either."""

    def perform(self, found: Confirmation, request: HttpRequest) -> str:
        other = asked.number(request.POST.get("with", "")) or 0
        ours, theirs = (found.pk, other) if found.trade_id else (other, found.pk)
        row = by_hand.pair(
            confirmation_id=ours,
            alleged_id=theirs,
            actor=self.request.actor,
            at=timezone.now(),
        )
        if row.state == ConfirmationState.MATCHED:
            return _t("They are paired, and their terms agree.")
        return _t("They are paired; what differs stands below.")


class UnpairConfirmation(ConfirmationAct):
    def perform(self, found: Confirmation, request: HttpRequest) -> str:
        by_hand.unpair(
            confirmation_id=found.pk,
            reason=self.reason,
            actor=self.request.actor,
            at=timezone.now(),
        )
        return _t("The pair is taken apart; their message is alleged again.")


class DisputeConfirmation(ConfirmationAct):
    def perform(self, found: Confirmation, request: HttpRequest) -> str:
        by_hand.dispute(
            confirmation_id=found.pk,
            reason=self.reason,
            actor=self.request.actor,
            at=timezone.now(),
        )
        return _t("The confirmation is disputed.")


class ResumeConfirmation(ConfirmationAct):
    def perform(self, found: Confirmation, request: HttpRequest) -> str:
        by_hand.resume(
            confirmation_id=found.pk,
            reason=self.reason,
            actor=self.request.actor,
            at=timezone.now(),
        )
        return _t("The dispute is over.")


class AcceptTerms(ConfirmationAct):
    def perform(self, found: Confirmation, request: HttpRequest) -> str:
        by_hand.accept_terms(
            confirmation_id=found.pk,
            seen=request.POST.get("seen", ""),
            reason=self.reason,
            actor=self.request.actor,
            at=timezone.now(),
        )
        return _t("The trade is amended to their terms: a supervisor validates it.")


class SendConfirmation(ConfirmationAct):
    def perform(self, found: Confirmation, request: HttpRequest) -> str:
        sending.send_by_hand(
            confirmation_ids=[found.pk], actor=self.request.actor, at=timezone.now()
        )
        return _t("The confirmation is noted as sent.")


class CommentConfirmation(ConfirmationAct):
    def perform(self, found: Confirmation, request: HttpRequest) -> str:
        said = by_hand.comment(
            confirmation_id=found.pk,
            text=request.POST.get("text", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        tell_who_was_not_reached(self.request, said)
        return _t("The comment is added.")


class ChaseConfirmation(PageView):
    """Write to the counterparty, and show what was written."""

    http_method_names = ["post"]
    action = Action.CONFIRM

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        made = chasing.chase_party(confirmation_id=pk, actor=self.request.actor, at=timezone.now())
        messages.success(request, _t("The chaser is written: copy it, or open it as an e-mail."))
        return redirect(made)
