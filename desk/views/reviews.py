"""The review of all rights: how far it is, each right to keep or withdraw, and the signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.access import Action, allows
from core.models import AccessReview, AccessReviewRow
from core.pages import BulkAction, BulkPage, DetailPage, Done, ListPage, PageView, Selection, Tab
from core.unreadable import message_of
from desk.filters import ReviewFilter, ReviewRowFilter
from desk.services import reviews
from desk.tables import ReviewRowTable, ReviewTable
from kernel.findings import Refusal


def with_progress() -> QuerySet[AccessReview]:
    """Return the reviews with how many rights they hold, and how many of them wait."""
    return AccessReview.objects.annotate(
        total=Count("rows"),
        waiting=Count("rows", filter=Q(rows__state="OPEN")),
        kept=Count("rows", filter=Q(rows__state="KEPT")),
        withdrawn=Count("rows", filter=Q(rows__state="WITHDRAWN")),
    )


class Reviews(ListPage):
    title = _("Access reviews")
    subtitle = _("each quarter, of every right")
    action = Action.VIEW_AUDIT
    template_name = "desk/reviews.html"
    filterset_class, table_class = ReviewFilter, ReviewTable
    tabs = (
        Tab(_("All")),
        Tab(pgettext_lazy("review", "Open"), "state=OPEN"),
        Tab(pgettext_lazy("review", "Signed"), "state=SIGNED"),
    )
    export_name = "access-reviews"
    empty_text = _("No review yet: the schedule opens one when a quarter begins.")

    def get_queryset(self) -> QuerySet[AccessReview]:
        return with_progress()

    def row_class(self, record: AccessReview) -> str:
        late = record.state == "OPEN" and record.due_on < timezone.localdate()
        return "overdue" if late else ""

    def extra_context(self) -> dict[str, Any]:
        return {"may_open": allows(self.request.actor, Action.GRANT_ROLE)}


class OpenReview(PageView):
    http_method_names = ["post"]
    action = Action.GRANT_ROLE
    title = _("Access reviews")

    def post(self, request: HttpRequest) -> HttpResponse:
        review = reviews.open_review(actor=self.request.actor, at=timezone.now())
        return redirect("rights:review", review.pk)


class Review(DetailPage):
    """One review: progress, who decides and who may sign."""

    title = _("Access review")
    action = Action.VIEW_AUDIT
    template_name = "desk/review.html"

    def get_queryset(self) -> QuerySet[AccessReview]:
        return with_progress()

    def extra_context(self) -> dict[str, Any]:
        review: Any = self.object
        decided = review.rows.filter(reviewed_by=self.request.actor.name).exists()
        done = review.state == "OPEN" and not review.waiting
        return {
            "subtitle": review.period,
            "may_sign": done and not decided,
            "someone_else_signs": done and decided,
        }


class SignReview(PageView):
    http_method_names = ["post"]
    action = Action.VIEW_AUDIT
    title = _("Access review")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(AccessReview, pk=pk)
        reviews.sign_review(
            review_id=pk,
            note=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, gettext("Signed: nothing of it changes any more."))
        return redirect("rights:review", pk)


class ReviewRows(ListPage):
    """The rights of the reviews; one review by its filter."""

    title = _("Reviewed rights")
    action = Action.VIEW_AUDIT
    filterset_class, table_class = ReviewRowFilter, ReviewRowTable
    tabs = (
        Tab(_("All")),
        Tab(_("To review"), "state=OPEN"),
        Tab(_("Withdrawn"), "state=WITHDRAWN"),
    )
    bulk_actions = (
        BulkAction(
            "keep",
            _("Keep"),
            "rights:rows_keep",
            key="v",
            primary=True,
            needs_reason=True,
            action=Action.GRANT_ROLE,
        ),
        BulkAction(
            "withdraw",
            _("Withdraw"),
            "rights:rows_withdraw",
            danger=True,
            needs_reason=True,
            action=Action.GRANT_ROLE,
        ),
    )
    hidden_columns = ("approved_by", "reviewed_at", "reason")
    export_name = "access-review"
    empty_text = _("No right is under review.")

    def get_queryset(self) -> QuerySet[AccessReviewRow]:
        return AccessReviewRow.objects.select_related("user", "review", "delegation__lender")


class DecideRows(BulkPage):
    """Decide on the selected rights one by one; one that may not be decided leaves the others."""

    action = Action.GRANT_ROLE
    list_url_name = "rights:review_rows"
    keep = True

    def perform(self, chosen: Selection, reason: str) -> Done:
        done, refused = 0, False
        for row_id in chosen.ids:
            try:
                reviews.decide_row(
                    row_id=row_id,
                    keep=self.keep,
                    reason=reason,
                    actor=self.request.actor,
                    at=timezone.now(),
                )
                done += 1
            except Refusal as refusal:
                refused = True
                messages.warning(self.request, message_of(refusal))
        said = (
            ngettext("%(n)s right is kept.", "%(n)s rights are kept.", done)
            if self.keep
            else ngettext("%(n)s right is withdrawn.", "%(n)s rights are withdrawn.", done)
        )
        return Done(done, said % {"n": done}, explained=refused)


class KeepRows(DecideRows):
    job_kind = reviews.KEEP_JOB


class WithdrawRows(DecideRows):
    keep = False
