"""The review of all rights, each quarter: opened, decided right by right, signed by another."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import delegations
from core.access import Action, require
from core.acts import acting
from core.models import AccessReview, AccessReviewRow, RoleGrant
from core.reasons import reason_of
from core.states import (
    ACCESS_REVIEW_TRANSITIONS,
    REVIEW_TRANSITIONS,
    AccessReviewState,
    ReviewState,
)
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal
from kernel.states import require_transition

DAYS_TO_REVIEW: Final = 30
MONTHS: Final = 3


class UnableToReview(Refusal):
    """The review is there already, not decided whole, or not this person's to decide or sign."""

    code = "UNABLE_TO_REVIEW"


def quarter_of(day: date) -> str:
    """Return the quarter of a day, as 2026-Q4."""
    return f"{day.year}-Q{(day.month - 1) // MONTHS + 1}"


def first_day_of_quarter(day: date) -> date:
    """Return the first day of the quarter of a day."""
    return date(day.year, (day.month - 1) // MONTHS * MONTHS + 1, 1)


def is_due(*, at: datetime) -> bool:
    """Say whether the quarter has rights from before its first day, and no review yet."""
    today = timezone.localdate(at)
    if AccessReview.objects.filter(period=quarter_of(today)).exists():
        return False
    first = RoleGrant.objects.order_by("granted_at").values_list("granted_at", flat=True).first()
    return first is not None and timezone.localdate(first) < first_day_of_quarter(today)


def open_review(*, actor: Actor, at: datetime) -> AccessReview:
    """Freeze who holds what on this day of the quarter. Raises Forbidden, UnableToReview.

    The schedule opens one, too: to open decides nothing.
    """
    if actor.kind is not ActorKind.SYSTEM:
        require(actor, Action.GRANT_ROLE)
    today = timezone.localdate(at)
    with acting(actor=actor, reason="access review"), transaction.atomic():
        review, created = AccessReview.objects.get_or_create(
            period=quarter_of(today),
            defaults={
                "opened_by": actor.name,
                "opened_at": at,
                "due_on": today + timedelta(days=DAYS_TO_REVIEW),
            },
        )
        if not created:
            raise UnableToReview(_("This quarter has its review already."))
        AccessReviewRow.objects.bulk_create(
            AccessReviewRow(
                review=review,
                user=held.user,
                role=held.role,
                desk_code=held.desk_code,
                granted_by=held.granted_by,
                approved_by=held.approved_by,
                granted_at=held.granted_at,
                last_login=held.user.last_login,
            )
            for held in RoleGrant.objects.filter(valid_until=None)
            .select_related("user")
            .order_by("user__username", "pk")
        )
        AccessReviewRow.objects.bulk_create(
            AccessReviewRow(
                review=review,
                user=lent.delegate,
                role=lent.role,
                desk_code=lent.desk_code,
                granted_by=lent.asked_by,
                approved_by=lent.granted_by,
                granted_at=lent.granted_at,
                last_login=lent.delegate.last_login,
                delegation=lent,
            )
            for lent in delegations.living(at=at).order_by("delegate__username", "pk")
        )
    return review


def decide_row(*, row_id: int, keep: bool, reason: str, actor: Actor, at: datetime) -> None:
    """Keep a right, or withdraw it at once; never one's own.

    Raises Forbidden, UnableToReview, IllegalTransition when it is decided already.
    """
    require(actor, Action.GRANT_ROLE)
    if actor.kind is not ActorKind.PERSON:
        raise UnableToReview(_("Only a person may decide."))
    if not reason_of(reason):
        raise UnableToReview(_("Give a reason."))
    with acting(actor=actor, reason=reason_of(reason)):
        row = AccessReviewRow.objects.select_for_update(of=("self",)).get(pk=row_id)
        target = ReviewState.KEPT if keep else ReviewState.WITHDRAWN
        require_transition(REVIEW_TRANSITIONS, source=ReviewState(row.state), target=target)
        if row.user.username == actor.name:
            raise UnableToReview(_("Nobody reviews their own rights: somebody else must."))
        row.state, row.reviewed_by, row.reviewed_at = target.value, actor.name, at
        row.reason = reason_of(reason)
        row.save(update_fields=["state", "reviewed_by", "reviewed_at", "reason"])
        if not keep and row.delegation_id:
            _withdraw_lent(row, actor, at)
        elif not keep:
            RoleGrant.objects.filter(user=row.user, role=row.role, desk_code=row.desk_code).delete()


def _withdraw_lent(row: AccessReviewRow, actor: Actor, at: datetime) -> None:
    """End what is lent, unless it ended between the opening of the review and now."""
    for lent in delegations.living(at=at).filter(pk__in=[row.delegation_id]):
        delegations.withdraw(delegation_id=lent.pk, reason=row.reason, actor=actor, at=at)


def sign_review(*, review_id: int, note: str, actor: Actor, at: datetime) -> AccessReview:
    """Sign the review that others decided, whole; it is evidence from then on.

    Raises Forbidden, UnableToReview, IllegalTransition when it is signed already.
    """
    require(actor, Action.VIEW_AUDIT)
    if actor.kind is not ActorKind.PERSON:
        raise UnableToReview(_("Only a person may decide."))
    with acting(actor=actor, reason=reason_of(note)):
        review = AccessReview.objects.select_for_update().get(pk=review_id)
        require_transition(
            ACCESS_REVIEW_TRANSITIONS,
            source=AccessReviewState(review.state),
            target=AccessReviewState.SIGNED,
        )
        if review.rows.filter(state=ReviewState.OPEN.value).exists():
            raise UnableToReview(_("Rights wait for a decision still."))
        if review.rows.filter(reviewed_by=actor.name).exists():
            raise UnableToReview(_("You decided on rights of it: somebody else must sign."))
        review.state, review.signed_by, review.signed_at = (
            AccessReviewState.SIGNED.value,
            actor.name,
            at,
        )
        review.note = reason_of(note)
        review.save(update_fields=["state", "signed_by", "signed_at", "note"])
    return review
