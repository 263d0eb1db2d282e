"""The review of all rights as work: due in a month, to decide first, then to sign."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from django.utils import timezone

from core import access_reviews, bulk
from core.acts import acting
from core.models import AccessReview, AccessReviewRow
from core.states import ReviewState
from desk.facts import Subject
from desk.services.work import Task, close_work, open_work, retitle_work
from desk.states import WorkKind
from kernel.actors import Actor

REVIEW: Final = "access_review"
EVENING: Final = time(18)
KEEP_JOB: Final = "desk.keep_rights"


def open_review(*, actor: Actor, at: datetime) -> AccessReview:
    """Open the review of this quarter and let it wait in the queue, due in a month."""
    with acting(actor=actor, reason="access review"):
        review = access_reviews.open_review(actor=actor, at=at)
        due = timezone.make_aware(datetime.combine(review.due_on, EVENING))
        subject = Subject(kind=REVIEW, id=review.pk, url=review.get_absolute_url(), due_at=due)
        task = Task(subject=subject, title=f"REVIEW_DECIDE {review.period}")
        open_work(kind=WorkKind.ACCESS, tasks=[task], actor=actor, at=at)
    return review


def open_when_due(*, actor: Actor, at: datetime) -> None:
    """Open the review of a quarter that has none, in a house that was there before it began."""
    if access_reviews.is_due(at=at):
        open_review(actor=actor, at=at)


def decide_row(*, row_id: int, keep: bool, reason: str, actor: Actor, at: datetime) -> None:
    """Keep or withdraw a right; when it was the last one, the work is to sign."""
    with acting(actor=actor, reason=reason):
        # one after the other: of two last decisions at once, one must see that nothing waits
        review = AccessReview.objects.select_for_update(of=("self",)).get(rows__pk=row_id)
        access_reviews.decide_row(row_id=row_id, keep=keep, reason=reason, actor=actor, at=at)
        if not review.rows.filter(state=ReviewState.OPEN.value).exists():
            retitle_work(
                kind=WorkKind.ACCESS,
                subject_kind=REVIEW,
                subject_id=review.pk,
                title=f"REVIEW_SIGN {review.period}",
                actor=actor,
            )


def keep_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Keep some rights of a job, each with the same reason."""
    reason = str(step.parameters["reason"])

    def keep(row_id: int) -> None:
        decide_row(row_id=row_id, keep=True, reason=reason, actor=step.actor, at=step.at)

    rows = AccessReviewRow.objects.select_related("user").filter(pk__in=step.seen)
    named = {row.pk: (str(row), row.get_absolute_url()) for row in rows}
    return bulk.one_by_one(step, keep, named=named)


def sign_review(*, review_id: int, note: str, actor: Actor, at: datetime) -> AccessReview:
    """Sign the review and end its work."""
    with acting(actor=actor, reason=note):
        review = access_reviews.sign_review(review_id=review_id, note=note, actor=actor, at=at)
        close_work(
            kind=WorkKind.ACCESS,
            subject_kind=REVIEW,
            subject_ids=[review.pk],
            actor=actor,
            at=at,
        )
    return review
