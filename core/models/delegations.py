"""Roles that are lent: for some days a colleague acts for somebody who is away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, coded, known
from core.policies import AuditPolicy
from core.roles import LENT
from core.states import DelegationState

DAYS_MAX: Final = 92
"""A quarter: at every review of all rights somebody says anew whether it is still needed."""
CLOCK_CHANGE: Final = timedelta(hours=1)
NOTES: Final = {"made active again": _("made active again")}
"""What a trigger notes of itself (`database/015_rights.sql`), in words."""


class Delegation(models.Model):
    """A role of one person that another acts in, from one midnight to another.

    It copies no right: what the lender holds at a moment, on the named desk or on all of his, the
    delegate may do for him then (`core_heldrole`). Two people made it (`request_id`); triggers
    refuse a pair of roles that may not meet, a chain, a circle, and any change but its end.
    """

    lender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="delegations",
        verbose_name=_("stands aside"),
    )
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="delegations_held",
        verbose_name=_("stands in"),
    )
    role = models.CharField(_("role"), max_length=20, choices=[(role, role) for role in LENT])
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.CharField(_("asked by"), max_length=NAME_LENGTH)
    granted_by = models.CharField(_("granted by"), max_length=NAME_LENGTH)
    granted_at = models.DateTimeField(_("granted at"))
    request_id = models.BigIntegerField(_("request"), editable=False)
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=coded(DelegationState),
        default=DelegationState.GRANTED.value,
    )
    withdrawn_by = models.CharField(
        _("withdrawn by"), max_length=NAME_LENGTH, blank=True, default=""
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="delegation")

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ("-id",)
        constraints = [
            known("state", DelegationState, name="delegation_state_known"),
            models.CheckConstraint(condition=Q(role__in=LENT), name="delegation_role_is_lent"),
            models.CheckConstraint(
                condition=~Q(lender=F("delegate")), name="delegation_to_another"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"))
                & Q(ends_at__lte=F("starts_at") + timedelta(days=DAYS_MAX) + CLOCK_CHANGE),
                name="delegation_is_short",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(asked_by="") & ~Q(granted_by=F("asked_by")),
                name="delegation_by_two_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=DelegationState.GRANTED.value, withdrawn_by="")
                | (Q(state=DelegationState.WITHDRAWN.value) & ~Q(withdrawn_by="")),
                name="delegation_withdrawn_by_someone",
            ),
            models.UniqueConstraint(fields=["request_id"], name="delegation_once_per_request"),
        ]
        indexes = [
            models.Index(
                fields=["delegate", "ends_at"],
                condition=Q(state=DelegationState.GRANTED.value),
                name="delegation_of_delegate",
            ),
            models.Index(
                fields=["lender", "ends_at"],
                condition=Q(state=DelegationState.GRANTED.value),
                name="delegation_of_lender",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.desk_code or '*'}"

    def get_absolute_url(self) -> str:
        return reverse("rights:delegation", args=[self.pk])

    @property
    def note_said(self) -> str:
        """Why it was withdrawn, in the reader's language where no person wrote it."""
        return str(NOTES.get(self.note, self.note))

    @property
    def first_day(self) -> date:
        """The first day on which it holds."""
        return timezone.localdate(self.starts_at)

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return timezone.localdate(self.ends_at - timedelta(microseconds=1))
