"""By when a step of the business day must be through: dated, and set by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, known
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.states import DayStep, InstructionState


class CutOff(models.Model):
    """A cut-off in local time, from a day on or for that day alone; its content never changes."""

    step = models.CharField(_("step"), max_length=10, choices=labelled(DayStep))
    days_after = models.PositiveSmallIntegerField(_("open days after the business day"), default=0)
    at_time = models.TimeField(_("local time"))
    valid_from = models.DateField(_("valid from"))
    only_day = models.BooleanField(_("for that day alone"), default=False)
    state = models.CharField(
        _("status"),
        max_length=8,
        choices=labelled(InstructionState),
        default=InstructionState.PENDING,
    )
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.CharField(_("proposed by"), max_length=NAME_LENGTH)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.CharField(_("decided by"), max_length=NAME_LENGTH, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="cut_off")

    class Meta:
        verbose_name = _("cut-off")
        verbose_name_plural = _("cut-offs")
        ordering = ("-valid_from", "step", "-id")
        constraints = [
            known("step", DayStep, name="cutoff_step_known"),
            known("state", InstructionState, name="cutoff_state_known"),
            models.CheckConstraint(condition=Q(days_after__lte=10), name="cutoff_is_near"),
            models.CheckConstraint(condition=~Q(reason=""), name="cutoff_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(decided_by=F("proposed_by")), name="cutoff_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state=InstructionState.PENDING.value, decided_by="")
                | (~Q(state=InstructionState.PENDING.value) & ~Q(decided_by="")),
                name="cutoff_decided_means_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.at_time:%H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:cut_off", args=[self.pk])
