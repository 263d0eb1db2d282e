"""By when a statement of an account is expected, and the days on which it did not come."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.policies import AuditPolicy

DAYS_AFTER_MAX = 10


class StatementSchedule(models.Model):
    """The statement of each business day of an account is there by an hour, some open days later.

    Days are those of the payment calendar, hours those of the house. Set by administrators.
    """

    account = models.OneToOneField(
        "refdata.Account", on_delete=models.PROTECT, related_name="+", verbose_name=_("our account")
    )
    days_after = models.PositiveSmallIntegerField(_("open days after the business day"), default=1)
    at_time = models.TimeField(_("local time"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="statement_schedule")

    class Meta:
        verbose_name = _("statement schedule")
        verbose_name_plural = _("statement schedules")
        ordering = ("account",)
        constraints = [
            models.CheckConstraint(
                condition=Q(days_after__lte=DAYS_AFTER_MAX), name="schedule_is_near"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="schedule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.at_time:%H:%M}"


class LateStatement(models.Model):
    """One business day whose statement was not there in time; `came_at` once it is."""

    schedule = models.ForeignKey(
        StatementSchedule, on_delete=models.PROTECT, related_name="late", db_index=False
    )
    day = models.DateField(_("business day"))
    due_at = models.DateTimeField(_("due"))
    came_at = models.DateTimeField(_("came at"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="statement_schedule", key="schedule_id")

    class Meta:
        verbose_name = _("late statement")
        verbose_name_plural = _("late statements")
        ordering = ("-day", "id")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "day"], name="late_statement_once"),
        ]
        indexes = [
            models.Index(fields=["day"], condition=Q(came_at=None), name="late_statement_open")
        ]

    def __str__(self) -> str:
        return f"{self.schedule} {self.day}"
