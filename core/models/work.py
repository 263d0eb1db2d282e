"""What jobs leave behind for people: the outcome of each row of a bulk act, and exported files."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known
from core.models.foundations import Job
from core.policies import AuditPolicy
from core.roles import Action


class OutcomeState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    DONE = "DONE", _("Done")
    REFUSED = "REFUSED", _("Refused")


class JobOutcome(models.Model):
    """One row of a bulk act: what its author saw of it, and what became of it, in one commit."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="outcomes")
    n = models.IntegerField(_("number"))
    subject_id = models.BigIntegerField()
    seen = models.CharField(max_length=128, blank=True, default="")
    label = models.CharField(_("name"), max_length=100, blank=True, default="")
    url = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(
        _("outcome"), max_length=7, choices=OutcomeState, default=OutcomeState.WAITING.value
    )
    code = models.CharField(_("code"), max_length=40, blank=True, default="")
    message = models.CharField(_("why not"), max_length=500, blank=True, default="")
    finding = models.JSONField(_("finding"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="progress of a job; the acts have entries of their own")

    class Meta:
        verbose_name = _("outcome of a row")
        verbose_name_plural = _("outcomes of rows")
        ordering = ("n",)
        constraints = [
            known("state", OutcomeState, name="job_outcome_state_known"),
            models.UniqueConstraint(fields=["job", "subject_id"], name="job_outcome_once"),
        ]
        indexes = [
            models.Index(
                fields=["job", "n"], condition=models.Q(state="WAITING"), name="job_outcome_left"
            )
        ]

    def __str__(self) -> str:
        return self.label or str(self.subject_id)


class ExportedFile(models.Model):
    """A list as somebody exported it by a job: theirs alone, for a few days."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    job = models.OneToOneField(Job, models.CASCADE, related_name="export")
    name = models.CharField(_("file"), max_length=255)
    key = models.CharField(max_length=64, unique=True)
    action = models.CharField(max_length=40, blank=True, default="")
    rows = models.IntegerField(_("rows"))
    size = models.BigIntegerField(_("size"))
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("until"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="exported_file", reference=("name",))

    class Meta:
        verbose_name = _("exported file")
        verbose_name_plural = _("exported files")
        ordering = ("-id",)
        constraints = [known("action", Action, name="exported_file_action_known", blank=True)]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("core:export", args=[self.pk])
