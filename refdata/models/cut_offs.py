"""By when a step of the business day must be through: dated, and set by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.proposals import Proposed, by_two_people
from refdata.states import DayStep


class CutOff(Proposed):
    """A cut-off in local time, from a day on or for that day alone; its content never changes."""

    step = models.CharField(_("step"), max_length=10, choices=labelled(DayStep))
    days_after = models.PositiveSmallIntegerField(_("open days after the business day"), default=0)
    at_time = models.TimeField(_("local time"))
    only_day = models.BooleanField(_("for that day alone"), default=False)

    audit: ClassVar = AuditPolicy(entity="cut_off")

    class Meta:
        verbose_name = _("cut-off")
        verbose_name_plural = _("cut-offs")
        ordering = ("-valid_from", "step", "-id")
        constraints = [
            known("step", DayStep, name="cutoff_step_known"),
            models.CheckConstraint(condition=Q(days_after__lte=10), name="cutoff_is_near"),
            *by_two_people("cutoff"),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.at_time:%H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:cut_off", args=[self.pk])
