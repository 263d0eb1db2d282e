"""What somebody asks for: the list, one request, and the decisions of a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from core.access import Action
from core.delegations import MOMENT
from core.pages import (
    BulkAction,
    BulkPage,
    DetailPage,
    Done,
    ListPage,
    PageView,
    Selection,
    Tab,
    formats,
    words,
)
from core.pages.trail import changes_of
from desk import selectors
from desk.filters import RequestFilter
from desk.models import ControlException, Request
from desk.services import granting, many
from desk.states import RequestKind, RequestState
from desk.tables import RequestTable, about, filled
from kernel.findings import Refusal


class Requests(ListPage):
    title = _("Requests")
    subtitle = _("what one person asks for and another grants")
    action = Action.VIEW_TRADES
    filterset_class, table_class = RequestFilter, RequestTable
    revision_field = "fingerprint"
    tabs = (
        Tab(_("To decide")),
        Tab(pgettext_lazy("requests", "Granted"), "state=GRANTED"),
        Tab(pgettext_lazy("requests", "Refused"), "state=REFUSED"),
        Tab(_("All"), "&".join(f"state={state}" for state in RequestState)),
    )
    bulk_actions = (
        BulkAction("grant", _("Grant"), "desk:requests_grant", key="v", primary=True),
        BulkAction("refuse", _("Refuse"), "desk:requests_refuse", danger=True, needs_reason=True),
    )
    hidden_columns = ("currency", "desk_code", "asked_at", "decided_by", "decided_at", "note")
    export_name = "requests"
    empty_text = _("Nobody asks for anything.")

    def get_queryset(self) -> QuerySet[Request]:
        return selectors.list_requests(actor=self.request.actor)

    def row_class(self, record: Request) -> str:
        late = record.is_open and record.due_at is not None and record.due_at < timezone.now()
        return "overdue" if late else ""


class RequestDetail(DetailPage):
    """One request: what is asked for, about what, by whom and why, and what became of it."""

    title = pgettext_lazy("asked for", "Request")
    action = Action.VIEW_TRADES
    template_name = "desk/request.html"

    def get_queryset(self) -> QuerySet[Request]:
        return selectors.list_requests(actor=self.request.actor)

    def extra_context(self) -> dict[str, Any]:
        row: Request = self.object
        actor = self.request.actor
        return {
            "subtitle": about(row),
            "about": about(row),
            "barred": sorted({row.asked_by, *row.contributors}),
            "asked_for": _asked_for(row),
            "exception": _exception_of(row),
            **_changes_of(row),
            "may_decide": granting.may_decide(row, actor),
            "is_mine": row.is_open and row.asked_by == actor.name,
            "is_near": row.is_open and actor.name in row.contributors,
        }


def _asked_for(row: Request) -> list[tuple[str, str]]:
    """Return what is asked for in words; of a delegation its days, read off its moments."""
    if row.kind != RequestKind.DELEGATION:
        told = {key: value for key, value in row.content.items() if key != "changes"}
        return [(words.named(key), words.said(value, key)) for key, value in told.items()]
    said = dict(row.content)
    starts, ends = (datetime.fromisoformat(said.pop(key)) for key in ("starts_at", "ends_at"))
    return [
        *((words.named(key), words.said(said[key], key)) for key in ("delegate", "lender", "role")),
        (_t("Desk"), said.get("desk_code") or _t("all that are held")),
        (_t("First day"), formats.day(timezone.localdate(starts))),
        (_t("Last day"), formats.day(timezone.localdate(ends - MOMENT))),
    ]


def _changes_of(row: Request) -> dict[str, Any]:
    """Return what a record is to say instead of what, and whether its page is there to open."""
    model = granting.DEEDS[RequestKind(row.kind)].records.get(row.subject_kind)
    if model is None:
        return {"opens": bool(row.url)}
    changes = row.content["changes"]
    is_new = all(before is None for before, _after in changes.values())
    return {
        "opens": row.state == RequestState.GRANTED or not is_new,
        "changes": changes_of(model, changes),
        "changed_record": words.model_label(model),
    }


def _exception_of(row: Request) -> dict[str, Any] | None:
    """Return what a waiver is asked of, in the words of its own page."""
    if row.kind not in (RequestKind.WAIVER, RequestKind.CONDUCT_WAIVER):
        return None
    found = ControlException.objects.get(pk=row.subject_id)
    return {
        "row": found,
        "message": filled(found.message, found),
        "expected": words.said(found.expected, found.field),
        "found": words.said(found.found, found.field),
        "evidence": [(words.named(key), words.said(v, key)) for key, v in found.evidence.items()],
    }


class Decide(PageView):
    """The decision on one request, bound to what the page showed."""

    http_method_names = ["post"]
    action = Action.VIEW_TRADES
    title = pgettext_lazy("asked for", "Request")
    target = RequestState.GRANTED

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, at = self.request.actor, timezone.now()
        note = request.POST.get("reason", "")
        if self.target is RequestState.GRANTED:
            granting.grant_request(
                request_id=pk, seen=request.POST.get("seen", ""), actor=actor, at=at, note=note
            )
            messages.success(request, _t("Granted, and done."))
        elif self.target is RequestState.REFUSED:
            granting.refuse_request(request_id=pk, note=note, actor=actor, at=at)
            messages.success(request, _t("Refused: who asked sees why."))
        else:
            granting.withdraw_request(request_id=pk, actor=actor, at=at)
            messages.success(request, _t("Taken back."))
        return redirect("desk:request", pk)


class DecideMany(BulkPage):
    """Decide on the selected requests one by one; one that may not be decided leaves the others."""

    action = Action.VIEW_TRADES
    list_url_name = "desk:requests"
    job_kind = many.GRANT_JOB
    grant = True

    def parameters(self, reason: str) -> dict[str, Any]:
        return {"reason": reason, "grant": self.grant}

    def perform(self, chosen: Selection, reason: str) -> Done:
        done, refused, at = 0, False, timezone.now()
        for pk in chosen.ids:
            try:
                many.decide_request(
                    pk,
                    seen=chosen.revisions.get(pk, ""),
                    grant=self.grant,
                    reason=reason,
                    actor=self.request.actor,
                    at=at,
                )
                done += 1
            except Refusal as refusal:
                refused = True
                row = Request.objects.filter(pk=pk).first()
                messages.warning(self.request, f"{row}: {words.refusal_sentence(refusal)}")
        said = (
            ngettext("%(n)s request is granted.", "%(n)s requests are granted.", done)
            if self.grant
            else ngettext("%(n)s request is refused.", "%(n)s requests are refused.", done)
        )
        return Done(done, said % {"n": done}, explained=refused)
