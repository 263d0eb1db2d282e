"""The review of a quarter: who holds what, kept or withdrawn right by right, signed by another."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, coded, known
from core.models.delegations import Delegation
from core.policies import AuditPolicy
from core.states import AccessReviewState, ReviewState


class AccessReview(models.Model):
    """A look at every right of the house; signed, nothing of it changes any more."""

    period = models.CharField(_("period"), max_length=20, unique=True)
    opened_by = models.CharField(_("opened by"), max_length=NAME_LENGTH)
    opened_at = models.DateTimeField(_("opened at"))
    due_on = models.DateField(_("due"))
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=coded(AccessReviewState),
        default=AccessReviewState.OPEN.value,
    )
    signed_by = models.CharField(_("signed by"), max_length=NAME_LENGTH, blank=True, default="")
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="access_review", reference=("period",))

    class Meta:
        verbose_name = _("access review")
        verbose_name_plural = _("access reviews")
        ordering = ("-period",)
        constraints = [
            known("state", AccessReviewState, name="access_review_state_known"),
            models.CheckConstraint(
                condition=Q(state=AccessReviewState.OPEN.value, signed_by="")
                | (~Q(state=AccessReviewState.OPEN.value) & ~Q(signed_by="")),
                name="access_review_signed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.period

    def get_absolute_url(self) -> str:
        return reverse("rights:review", args=[self.pk])


class AccessReviewRow(models.Model):
    """A right as it stood when the review was opened, and what a reviewer decided on it.

    Of a role that is lent, with its delegation: the person is who stands in.
    """

    review = models.ForeignKey(
        AccessReview, models.PROTECT, related_name="rows", verbose_name=_("access review")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=20)
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    granted_by = models.CharField(_("granted by"), max_length=NAME_LENGTH, blank=True, default="")
    approved_by = models.CharField(_("approved by"), max_length=NAME_LENGTH, blank=True, default="")
    granted_at = models.DateTimeField(_("granted at"))
    last_login = models.DateTimeField(_("last sign-in"), null=True)
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, null=True, related_name="+", verbose_name=_("delegation")
    )
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=coded(ReviewState),
        default=ReviewState.OPEN.value,
    )
    reviewed_by = models.CharField(_("reviewed by"), max_length=NAME_LENGTH, blank=True, default="")
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="access_review", key="review_id")

    class Meta:
        verbose_name = _("reviewed right")
        verbose_name_plural = _("reviewed rights")
        ordering = ("id",)
        constraints = [
            known("state", ReviewState, name="access_row_state_known"),
            models.CheckConstraint(
                condition=Q(state=ReviewState.OPEN.value, reviewed_by="", reason="")
                | (~Q(state=ReviewState.OPEN.value) & ~Q(reviewed_by="") & ~Q(reason="")),
                name="access_row_decided_by_someone_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["review", "user", "role", "desk_code"],
                condition=Q(delegation__isnull=True),
                name="access_row_once_own",
            ),
            models.UniqueConstraint(
                fields=["review", "delegation"],
                condition=Q(delegation__isnull=False),
                name="access_row_once_lent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.username} {self.role} {self.desk_code or '*'}"

    def get_absolute_url(self) -> str:
        return reverse("rights:person", args=[self.user_id])
