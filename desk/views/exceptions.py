"""Exceptions: the list that is worked off, one on its own page, and the acts on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import Aggregate, Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from core import access, asked
from core.access import Action
from core.models import User
from core.pages import (
    BulkAction,
    BulkPage,
    DetailPage,
    Done,
    ListPage,
    PageView,
    Selection,
    Tab,
    Whole,
    formats,
    words,
)
from desk import selectors, services
from desk.facts import Place
from desk.filters import ExceptionFilter
from desk.models import ControlException, ExceptionQuerySet
from desk.services import exceptions as exception_services
from desk.services import many, waivers
from desk.states import LIVE_EXCEPTION, OVER_EXCEPTION
from desk.tables import ExceptionTable, filled, priority_said
from desk.views.attachments import Download, OfAttachment, Withdraw, files_shown, uploads_in
from desk.views.mentions import tell_who_was_not_reached
from desk.views.owners import owners_of, tell_taken_over
from kernel.findings import Refusal, Severity


class ExceptionList(ListPage):
    title = _("Exceptions")
    action = Action.VIEW_TRADES
    template_name = "desk/exceptions.html"
    filterset_class = ExceptionFilter
    table_class = ExceptionTable
    tabs = (
        Tab(pgettext_lazy("exceptions", "Open")),
        Tab(_("Blocking"), "severity=BLOCKING"),
        Tab(_("Waived"), "state=WAIVED"),
        Tab(_("All"), "state=OPEN&state=ASSIGNED&state=RESOLVED&state=WAIVED&state=CLOSED"),
    )
    bulk_actions = (
        BulkAction(
            "take", _("Assign to me"), "desk:exceptions_take", action=Action.RESOLVE_EXCEPTION
        ),
        BulkAction(
            "recheck", _("Control again"), "desk:exceptions_recheck", action=Action.RUN_JOB, key="v"
        ),
        BulkAction(
            "waive",
            _("Waive"),
            "desk:exceptions_waive",
            danger=True,
            needs_reason=True,
            action=Action.RESOLVE_EXCEPTION,
        ),
    )
    hidden_columns = (
        *("expected", "found", "currency", "desk_code", "raised_at", "kind", "version_no"),
        "cause",
    )
    indexed_columns = ("priority", "due_at", "amount_at_risk", "raised_at")
    export_name = "exceptions"
    empty_text = _("No exception is open: every captured trade is through its controls.")

    @cached_property
    def at(self) -> datetime:
        """The moment that priorities are reckoned for."""
        return timezone.now()

    def get_queryset(self) -> QuerySet[ControlException]:
        found = selectors.list_exceptions(actor=self.request.actor).select_related("owner")
        return found.with_priority(at=self.at)

    def in_one_order(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """What is over has no urgency: without a wish of the reader's the latest comes first."""
        if self._by_priority and self._shows_what_is_over:
            return rows.order_by("-pk")
        return super().in_one_order(rows)

    def among(self, rows: QuerySet[Any], count: int) -> QuerySet[Any]:
        """Leave out what is not among the first of a long list by priority."""
        if isinstance(rows, ExceptionQuerySet) and self._by_priority and self.is_capped:
            return rows.among_most_urgent(count=count, at=self.at)
        return rows

    def indexed(self) -> tuple[str, ...]:
        """What is over is kept for years, in the order in which it was raised alone."""
        return ("raised_at",) if self._shows_what_is_over else self.indexed_columns

    @property
    def _by_priority(self) -> bool:
        return self.request.GET.getlist("sort") in ([], ["-priority"])

    @property
    def _shows_what_is_over(self) -> bool:
        return not set(OVER_EXCEPTION).isdisjoint(self.request.GET.getlist("state"))

    def measure(self, queryset: QuerySet[ControlException]) -> Whole:
        """Count and add up in one reading: what a search found is not read for each of them."""
        rows = queryset.order_by().values("pk", "severity", "amount_at_risk")[: self.cap + 1]
        asked_for: dict[str, Aggregate] = {"of": Count("pk")}
        for severity in (Severity.BLOCKING, Severity.WARNING):
            such = Q(severity=severity.value)
            asked_for[severity.value] = Count("pk", filter=such)
            asked_for[f"{severity.value}_EUR"] = Sum("amount_at_risk", filter=such)
        found = rows.aggregate(**asked_for)
        if found["of"] > self.cap:
            return Whole(found["of"], (), is_counted=False)
        totals = (
            (_t(word), " ".join([formats.integer(found[code]), "·", _euros(found[f"{code}_EUR"])]))
            for code, word in (("BLOCKING", "Blocking"), ("WARNING", "Warning"))
            if found[code]
        )
        return Whole(found["of"], tuple(totals))

    def row_url(self, record: ControlException) -> str:
        return f"{self.request.path}{record.pk}/"

    def row_class(self, record: ControlException) -> str:
        late = record.due_at is not None and record.due_at < timezone.now()
        return "overdue" if late and record.state in LIVE_EXCEPTION else ""


class ExceptionDetail(DetailPage):
    """One exception: what was expected and found, on which data, and what can be done."""

    title = _("Exception")
    action = Action.VIEW_TRADES
    template_name = "desk/exception.html"

    def get_queryset(self) -> QuerySet[ControlException]:
        found = selectors.list_exceptions(actor=self.request.actor).select_related("owner")
        return found.with_priority(at=timezone.now())

    def extra_context(self) -> dict[str, Any]:
        row: ControlException = self.object
        actor = self.request.actor
        desk = row.desk_code
        may_resolve = access.allows(actor, Action.RESOLVE_EXCEPTION, desk=desk)
        is_repaired = row.is_of_report or row.is_of_screening
        request = selectors.find_request(subject_kind="exception", subject_id=row.pk)
        may_waive = may_resolve and not is_repaired and request is None
        others = selectors.list_exceptions(actor=actor).filter(
            subject_kind=row.subject_kind, subject_id=row.subject_id
        )
        others = others.exclude(pk=row.pk).order_by("ended_at", "-id")
        return {
            "subtitle": f"{row.rule_code} · {row.subject_reference}",
            "message": filled(row.message, row),
            "fix": filled(row.fix, row),
            "priority": priority_said(row),
            "expected": words.said(row.expected, row.field),
            "found": words.said(row.found, row.field),
            "field": words.named(row.field),
            "evidence": [
                (words.named(key), words.said(value, key)) for key, value in row.evidence.items()
            ],
            "may_resolve": may_resolve and row.is_live,
            "may_waive": may_waive and row.is_live,
            "waiver": request,
            "may_recheck": may_resolve and row.is_live and row.is_of_control,
            "people": _people() if may_resolve and row.is_live else (),
            "alike": self._alike(),
            "others": [(other, filled(other.message, other)) for other in others[:20]],
            "comments": selectors.list_comments(subject_kind="exception", subject_id=row.pk),
            **files_shown(self.request, url=f"{row.get_absolute_url()}attachments/", desk=desk),
        }

    def _alike(self) -> dict[str, Any]:
        """Return how many other open exceptions the same repair would end, and where they are."""
        row: ControlException = self.object
        if not row.cause:
            return {}
        same = {"rule_code": row.rule_code, "cause": row.cause}
        others = selectors.list_exceptions(actor=self.request.actor).filter(
            state__in=LIVE_EXCEPTION, cause_kind=row.cause_kind, **same
        )
        return {
            "count": others.exclude(pk=row.pk).count(),
            "url": f"{reverse('desk:exceptions')}?{urlencode(same)}",
        }


class ExceptionAct(PageView):
    """One act on one exception, POSTed from its page; back to it afterwards."""

    http_method_names = ["post"]
    action = Action.RESOLVE_EXCEPTION

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = selectors.list_exceptions(actor=self.request.actor).filter(pk=pk).first()
        if row is None:
            raise Http404
        messages.success(request, self.act(row))
        return redirect("desk:exception", pk)

    def act(self, row: ControlException) -> str:
        """Do it and return what to say."""
        raise NotImplementedError


class Waive(ExceptionAct):
    def act(self, row: ControlException) -> str:
        asked_for = waivers.waive_exception(
            exception_id=row.pk,
            reason=self.request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        if asked_for is not None:
            return _t("Asked for: a supervisor must grant it.")
        return _t("Waived. What it was about is controlled again.")


class Assign(ExceptionAct):
    def act(self, row: ControlException) -> str:
        owner = asked.person(self.request.POST.get("owner", ""))
        services.assign_exception(
            exception_id=row.pk, owner_id=owner, actor=self.request.actor, at=timezone.now()
        )
        return _t("Assigned.") if owner else _t("Handed back to the queue.")


class AddComment(ExceptionAct):
    def act(self, row: ControlException) -> str:
        said = services.comment(
            subject_kind="exception",
            subject_id=row.pk,
            text=self.request.POST.get("text", ""),
            actor=self.request.actor,
            at=timezone.now(),
            uploads=uploads_in(self.request),
            place=Place(
                url=row.get_absolute_url(),
                desk_code=row.desk_code,
                action=Action.VIEW_AUDIT if row.is_of_conduct else Action.VIEW_TRADES,
            ),
        )
        tell_who_was_not_reached(self.request, said)
        return _t("Comment added.")


class OnException(OfAttachment):
    subject_kind = "exception"

    def find_subject(self, pk: int) -> ControlException:
        row = selectors.list_exceptions(actor=self.request.actor).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row


class DownloadAttachment(OnException, Download):
    """A file beside a comment on an exception."""


class WithdrawAttachment(OnException, Withdraw):
    """Withdraw a file beside a comment on an exception."""


class Recheck(ExceptionAct):
    action = Action.RUN_JOB

    def act(self, row: ControlException) -> str:
        exception_services.ask_recheck(rows=[row], actor=self.request.actor)
        return _t("It is being controlled again.")


class BulkExceptions(BulkPage):
    """Acts on many exceptions, each in its own transaction; refusals are listed, not hidden."""

    action = Action.RESOLVE_EXCEPTION
    list_url_name = "desk:exceptions"

    def visible(self, chosen: Selection) -> list[ControlException]:
        rows = selectors.list_exceptions(actor=self.request.actor).filter(pk__in=chosen.ids)
        return list(rows.order_by("pk"))

    def each(self, rows: list[ControlException], act: Callable[[ControlException], object]) -> int:
        """Run `act` on each row; show the refusals and return how many went through."""
        done = 0
        for row in rows:
            try:
                act(row)
                done += 1
            except Refusal as refusal:
                messages.warning(self.request, f"{row}: {words.refusal_sentence(refusal)}")
        return done


class WaiveMany(BulkExceptions):
    job_kind = many.WAIVE_JOB

    def parameters(self, reason: str) -> dict[str, Any]:
        if not reason:
            raise waivers.UnableToWaive(_t("Give a reason."))
        return {"reason": reason}

    def perform(self, chosen: Selection, reason: str) -> Done:
        at = timezone.now()
        asked_for: list[int] = []

        def waive(row: ControlException) -> None:
            if waivers.waive_exception(
                exception_id=row.pk, reason=reason, actor=self.request.actor, at=at
            ):
                asked_for.append(row.pk)

        done = self.each(self.visible(chosen), waive) - len(asked_for)
        told = []
        if done or not asked_for:
            told.append(
                ngettext("%(n)s exception waived", "%(n)s exceptions waived", done) % {"n": done}
            )
        if waiting := len(asked_for):
            told.append(
                ngettext(
                    "%(n)s waiver asked for: a supervisor must grant it",
                    "%(n)s waivers asked for: a supervisor must grant them",
                    waiting,
                )
                % {"n": waiting}
            )
        return Done(done + waiting, " · ".join(told), explained=True)


class TakeMany(BulkExceptions):
    job_kind = many.TAKE_JOB

    def perform(self, chosen: Selection, reason: str) -> Done:
        at = timezone.now()
        actor = self.request.actor
        every = selectors.list_exceptions(actor=actor).filter(pk__in=chosen.ids)
        owners = owners_of(every, request=self.request)
        done = self.each(
            self.visible(chosen),
            lambda row: services.assign_exception(
                exception_id=row.pk, owner_id=actor.user_id, actor=actor, at=at
            ),
        )
        tell_taken_over(self.request, owners if done else [])
        said = ngettext("%(n)s exception is yours", "%(n)s exceptions are yours", done)
        return Done(done, said % {"n": done}, explained=True)


class RecheckMany(BulkExceptions):
    action = Action.RUN_JOB

    def perform(self, chosen: Selection, reason: str) -> Done:
        every = self.visible(chosen)
        rows = [row for row in every if row.is_of_control]
        if len(rows) < len(every):
            messages.warning(self.request, _t("Only what the controls found is controlled again."))
        exception_services.ask_recheck(rows=rows, actor=self.request.actor)
        count = len(rows)
        said = ngettext(
            "%(n)s exception is being controlled again",
            "%(n)s exceptions are being controlled again",
            count,
        )
        return Done(count, said % {"n": count}, explained=True)


def _euros(amount: Decimal | None) -> str:
    return f"{formats.amount(amount, 'EUR')} EUR"


def _people() -> list[tuple[int, str]]:
    """Return whom an exception can be given to: active people with a role, not API clients."""
    found = User.objects.filter(is_active=True, grants__role__in=["AGENT", "SUPERVISOR"])
    return list(found.distinct().order_by("username").values_list("pk", "username"))
