"""How rights came about: roles asked for and decided by two people, and those given by one."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, coded, known
from core.policies import AuditPolicy
from core.roles import Role
from core.states import ProposalState, ReviewState


class RoleProposal(models.Model):
    """A role that one administrator asks for somebody, and another gives or refuses.

    The database lets a role that a person gives come of one such row, once.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="role_proposals",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=20, choices=coded(Role))
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.CharField(_("proposed by"), max_length=NAME_LENGTH)
    proposed_at = models.DateTimeField(_("proposed at"))
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=coded(ProposalState),
        default=ProposalState.PROPOSED.value,
    )
    decided_by = models.CharField(_("decided by"), max_length=NAME_LENGTH, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    grant_id = models.BigIntegerField(_("role grant"), null=True, editable=False)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="role_proposal")

    class Meta:
        verbose_name = _("proposed role")
        verbose_name_plural = _("proposed roles")
        ordering = ("-id",)
        constraints = [
            known("state", ProposalState, name="role_proposal_state_known"),
            known("role", Role, name="role_proposal_role_known"),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(proposed_by=""), name="role_proposal_names_who_and_why"
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("proposed_by")), name="role_proposal_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.PROPOSED.value, decided_by="")
                | (~Q(state=ProposalState.PROPOSED.value) & ~Q(decided_by="")),
                name="role_proposal_decided_means_someone",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "desk_code"],
                condition=Q(state=ProposalState.PROPOSED.value),
                name="role_proposal_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.desk_code or '*'}"

    def get_absolute_url(self) -> str:
        return reverse("rights:person", args=[self.user_id])


class LoneGrant(models.Model):
    """A right that nobody of the house approved: another administrator looks at it afterwards.

    Filed by a trigger, whatever the door: the first administrator, a broken glass, a token, a
    person with roles who is made active again. One with an end (`until`) is an emergency of an
    hour: what was done under it is looked at when it is over.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="lone_grants",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=20)
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    given_by = models.CharField(_("given by"), max_length=NAME_LENGTH, blank=True, default="")
    given_at = models.DateTimeField(_("given at"))
    reason = models.TextField(_("reason"), blank=True, default="")
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=coded(ReviewState),
        default=ReviewState.OPEN.value,
    )
    reviewed_by = models.CharField(_("reviewed by"), max_length=NAME_LENGTH, blank=True, default="")
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    until = models.DateTimeField(_("until"), null=True, editable=False)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="lone_grant")

    class Meta:
        verbose_name = _("role given by one person")
        verbose_name_plural = _("roles given by one person")
        ordering = ("-id",)
        constraints = [
            known("state", ReviewState, name="lone_grant_state_known"),
            models.CheckConstraint(
                condition=Q(state=ReviewState.OPEN.value, reviewed_by="", note="")
                | (~Q(state=ReviewState.OPEN.value) & ~Q(reviewed_by="") & ~Q(note="")),
                name="lone_grant_reviewed_by_someone_with_a_note",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by="") | ~Q(reviewed_by=F("given_by")),
                name="lone_grant_two_people",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "desk_code"],
                condition=Q(state=ReviewState.OPEN.value, until=None),
                name="lone_grant_one_lasting",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state=ReviewState.OPEN.value, until__isnull=False),
                name="emergency_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.desk_code or '*'}"

    def get_absolute_url(self) -> str:
        if self.until is not None:
            return reverse("rights:emergency", args=[self.pk])
        return reverse("rights:person", args=[self.user_id])
