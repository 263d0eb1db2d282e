"""When somebody is away: what a trader deals then is looked at, and work is taken over."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
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
    """Both days are days away; a mandatory leave is one that the house asks for (block leave).

    Of a trader, or of a person who signs in: one tells it oneself, or a supervisor does. That of a
    person is that of the trader, too, who signs in as that person.
    """

    trader = models.ForeignKey(
        Trader,
        models.PROTECT,
        related_name="absences",
        verbose_name=_("trader"),
        null=True,
        blank=True,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="absences",
        verbose_name=_("person"),
        null=True,
        blank=True,
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
            models.CheckConstraint(
                condition=Q(trader__isnull=False, user__isnull=True)
                | Q(trader__isnull=True, user__isnull=False),
                name="absence_of_one",
                violation_error_message=_("Name a trader or a person, not both."),
            ),
            models.UniqueConstraint(
                fields=["user", "first_day"],
                condition=Q(user__isnull=False),
                name="absence_of_person_begins_once",
                violation_error_message=_("An absence of this person begins on that day."),
            ),
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
        return f"{self.who} {self.first_day:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:absence", args=[self.pk])

    @property
    def who(self) -> str:
        """The trader's code, or the name with which a person signs in."""
        if self.trader is not None:
            return self.trader.code
        return self.user.username if self.user is not None else ""

    @property
    def span(self) -> str:
        """Its days, from the first to the last."""
        return f"{self.first_day} – {self.last_day}"
