"""What one person asks for and another grants: waivers, limits, how many must validate."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access import DeskScopedQuerySet
from core.columns import AMOUNT_LIMIT, NAME_LENGTH, coded, known
from core.policies import AuditPolicy
from desk.models.exceptions import About
from desk.states import RequestKind, RequestState


class Request(About):
    """One wish, with its reason, bound to what the person who asked saw.

    It begins asked, is decided once, and is never rewritten. Who asked, and `contributors` (who
    made what it is about, or gains by it), do not grant it, and neither does who stands in for one
    of them; a trigger asks for the right to, and writes on whose behalf it is. What it leads to
    names it, and is refused by the database without it.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=coded(RequestKind))
    subject_reference = models.CharField(_("reference"), max_length=100)
    content = models.JSONField(_("asked for"), default=dict, blank=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    contributors = ArrayField(
        models.CharField(max_length=NAME_LENGTH),
        default=list,
        blank=True,
        verbose_name=_("contributors"),
    )
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.CharField(_("asked by"), max_length=NAME_LENGTH)
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(
        _("status"), max_length=10, choices=coded(RequestState), default=RequestState.ASKED.value
    )
    decided_by = models.CharField(_("decided by"), max_length=NAME_LENGTH, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    on_behalf_of = models.CharField(
        _("on behalf of"), max_length=NAME_LENGTH, blank=True, default="", db_default=""
    )

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="request")
    objects = DeskScopedQuerySet["Request"].as_manager()

    class Meta:
        verbose_name = pgettext_lazy("asked for", "request")
        verbose_name_plural = pgettext_lazy("asked for", "requests")
        ordering = ("-id",)
        constraints = [
            known("kind", RequestKind, name="request_kind_known"),
            known("state", RequestState, name="request_state_known"),
            models.CheckConstraint(
                condition=Q(amount_at_risk__lt=AMOUNT_LIMIT), name="request_amount_is_a_number"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(asked_by="") & ~Q(fingerprint=""),
                name="request_names_who_why_and_what",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.ASKED.value, decided_by="")
                | (~Q(state=RequestState.ASKED.value) & ~Q(decided_by="")),
                name="request_decided_means_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RequestState.GRANTED.value, RequestState.REFUSED.value])
                | ~Q(decided_by=F("asked_by")),
                name="request_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.GRANTED.value)
                | ~Q(contributors__contains=[F("decided_by")]),
                name="request_granted_by_no_contributor",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.REFUSED.value) | ~Q(note=""),
                name="request_refused_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(state=RequestState.ASKED.value) & ~Q(kind=RequestKind.DELEGATION.value),
                name="request_one_open",
            ),
            models.UniqueConstraint(  # one person stands in for several, on several desks
                fields=["subject_id", "fingerprint"],
                condition=Q(state=RequestState.ASKED.value, kind=RequestKind.DELEGATION.value),
                name="request_one_open_delegation",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="request_subject"),
            models.Index(
                fields=["id"], condition=Q(state=RequestState.ASKED.value), name="request_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_reference}"

    def get_absolute_url(self) -> str:
        return reverse("desk:request", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its second person."""
        return self.state == RequestState.ASKED
