"""When a trader is away: what is dealt in his name then is looked at."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.organisation import Trader
from refdata.states import AbsenceKind


class Absence(models.Model):
    """Both days are days away; a mandatory leave is one that the house asks for (block leave)."""

    trader = models.ForeignKey(
        Trader, models.PROTECT, related_name="absences", verbose_name=_("trader")
    )
    kind = models.CharField(
        _("kind"), max_length=10, choices=labelled(AbsenceKind), default=AbsenceKind.LEAVE
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    audit: ClassVar = AuditPolicy(entity="absence", hidden=("note",))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("-first_day", "trader")
        constraints = [
            known("kind", AbsenceKind, name="absence_kind_known"),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="absence_span",
                violation_error_message=_("It ends before it begins."),
            ),
            models.UniqueConstraint(
                fields=["trader", "first_day"],
                name="absence_begins_once",
                violation_error_message=_("An absence of this trader begins on that day."),
            ),
        ]
        indexes = [models.Index(fields=["last_day"], name="absence_until")]

    def __str__(self) -> str:
        return f"{self.trader.code} {self.first_day:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:absence", args=[self.pk])

    @property
    def span(self) -> str:
        """Its days, from the first to the last."""
        return f"{self.first_day} – {self.last_day}"
