"""FIX sessions: who is there, where each count stands, every message, and the acts on them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import access
from core.access import Action
from core.pages import DetailPage, ListPage, PageView, Tab
from core.pages.base import refused
from desk import selectors as desk
from desk.tables import filled
from kernel.findings import Refusal
from trades import selectors
from trades.filters import FixMessageFilter, FixSessionFilter
from trades.formats.fix.live import name_of
from trades.forms import FixResetForm, FixSessionForm
from trades.models import FixMessage, FixResult, FixSession
from trades.services.fix import booking, sessions
from trades.states import FixOutcome
from trades.tables import FixMessageTable, FixSessionTable

SHOWN = 20


class HouseWide:
    """Messages of a session are of all desks at once."""

    request: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            try:
                access.require_everywhere(self.request.actor, Action.VIEW_TRADES)
            except Refusal as refusal:
                return refused(request, refusal)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # of the page beside
        return answer


class FixSessionList(HouseWide, ListPage):
    title = _("FIX sessions")
    action = Action.VIEW_TRADES
    filterset_class = FixSessionFilter
    table_class = FixSessionTable
    create_url = "/trades/fix-sessions/new/"
    create_label = _("New session")
    create_action = Action.CONFIGURE
    export_name = "fix-sessions"
    empty_text = _("No counterparty may log on yet.")

    def get_queryset(self) -> QuerySet[FixSession]:
        return selectors.list_fix_sessions()


class FixSessionPage(HouseWide, DetailPage):
    title = pgettext_lazy("title", "FIX session")
    action = Action.VIEW_TRADES
    template_name = "trades/fix_session.html"

    def get_queryset(self) -> QuerySet[FixSession]:
        return selectors.list_fix_sessions()

    def extra_context(self) -> dict[str, Any]:
        session: FixSession = self.object
        return {
            "title": session.name,
            "subtitle": f"{session.sender_comp_id} → {session.target_comp_id} · "
            f"{session.begin_string}",
            "line": session.line,
            "may_configure": access.allows(self.request.actor, Action.CONFIGURE),
            "counts": selectors.count_fix_messages(session=session),
            "behind": selectors.count_fix_behind(session=session),
            "events": session.events.order_by("-id")[:SHOWN],
        }


class FixSessionEdit(PageView):
    """Set a session up, or change it with a reason."""

    action = Action.CONFIGURE
    template_name = "refdata/form.html"

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return self._show(FixSessionForm(instance=self._record(pk)), pk)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = FixSessionForm(request.POST, instance=self._record(pk))
        if not form.is_valid():
            return self._show(form, pk, status=422)
        try:
            saved = sessions.save_session(
                session=form.save(commit=False),
                password=form.cleaned_data["password"],
                reason=request.POST.get("reason", ""),
                actor=self.request.actor,
                at=timezone.now(),
            )
        except sessions.UnableToSaveSession as refusal:
            return self._show(form, pk, status=422, refusal=refusal)
        messages.success(request, _t("Saved. It holds from the next logon on."))
        return redirect(saved.get_absolute_url())

    def _record(self, pk: int | None) -> FixSession | None:
        return get_object_or_404(FixSession, pk=pk) if pk else None

    def _show(
        self, form: FixSessionForm, pk: int | None, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        title = form.instance.name if pk else _("New FIX session")
        return self.render(
            {"form": form, "title": title, "asks_reason": bool(pk)} | more, status=status
        )


class FixReset(PageView):
    """The dangerous act: other numbers next, for a reason, with nobody on the line."""

    title = _("Set the count anew")
    action = Action.CONFIGURE
    template_name = "trades/fix_reset.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = get_object_or_404(selectors.list_fix_sessions(), pk=pk)
        form = FixResetForm(initial={"next_in": 1, "next_out": 1})
        return self.render({"object": session, "form": form})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = get_object_or_404(selectors.list_fix_sessions(), pk=pk)
        form = FixResetForm(request.POST)
        if not form.is_valid():
            return self.render({"object": session, "form": form}, status=422)
        sessions.reset_session(
            session_id=session.pk,
            next_in=form.cleaned_data["next_in"],
            next_out=form.cleaned_data["next_out"],
            reason=form.cleaned_data["reason"],
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("The count is set anew."))
        return redirect(session.get_absolute_url())


class FixSwitch(PageView):
    """Let the counterparty in, or log it out and keep it out."""

    http_method_names = ("post",)
    action = Action.CONFIGURE

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        session = get_object_or_404(FixSession, pk=pk)
        actor, at = self.request.actor, timezone.now()
        if verb == "start":
            sessions.start_session(session_id=pk, actor=actor, at=at)
            messages.success(request, _t("Started: the counterparty may log on."))
        else:
            reason = request.POST.get("reason", "")
            sessions.stop_session(session_id=pk, reason=reason, actor=actor, at=at)
            messages.success(request, _t("Stopped: the counterparty is logged out."))
        return redirect(session.get_absolute_url())


class FixMessageList(HouseWide, ListPage):
    title = _("FIX messages")
    action = Action.VIEW_TRADES
    filterset_class = FixMessageFilter
    table_class = FixMessageTable
    tabs = (
        Tab(_("All")),
        Tab(_("For the application"), "only=application"),
        Tab(_("Exceptions"), "outcome=EXCEPTION"),
        Tab(pgettext_lazy("fix", "Refused"), "disposition=REFUSED&disposition=GARBLED"),
        Tab(pgettext_lazy("fix", "Ours"), "only=ours"),
    )
    hidden_columns = ("epoch", "note")
    indexed_columns = ("pk",)
    export_name = "fix-messages"
    empty_text = _("No message came in yet.")

    def get_queryset(self) -> QuerySet[FixMessage]:
        return selectors.list_fix_messages()


class FixMessagePage(HouseWide, DetailPage):
    title = pgettext_lazy("title", "FIX message")
    action = Action.VIEW_TRADES
    template_name = "trades/fix_message.html"

    def get_queryset(self) -> QuerySet[FixMessage]:
        return selectors.list_fix_messages()

    def extra_context(self) -> dict[str, Any]:
        message: FixMessage = self.object
        result = FixResult.objects.select_related("execution").filter(message=message).first()
        waits = result is not None and result.outcome == FixOutcome.EXCEPTION.value
        found = desk.list_exceptions_of(subject_kind=booking.SUBJECT, subject_id=message.pk)
        actor = self.request.actor
        return {
            "subtitle": f"{message.session.name} · {name_of(message.kind)}",
            "result": result,
            "instruction": selectors.find_instruction(message),
            "fields": selectors.fix_fields(message),
            "found": [(one, filled(one.message, one)) for one in found[:SHOWN]],
            "may_take_up": waits and access.allows(actor, Action.RESOLVE_EXCEPTION),
        }


class FixTakeUp(HouseWide, PageView):
    """Read a message that waits once more."""

    http_method_names = ("post",)
    action = Action.RESOLVE_EXCEPTION

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        message = get_object_or_404(FixMessage, pk=pk)
        outcome = sessions.take_up(message_id=pk, actor=self.request.actor, at=timezone.now())
        if outcome is FixOutcome.EXCEPTION:
            messages.warning(request, _t("The message still cannot be booked: see why below."))
        else:
            messages.success(request, _t("The message went on."))
        return redirect(message.get_absolute_url())
