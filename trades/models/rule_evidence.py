"""Evidence of the rule book: which numbers were in force, and what rules came to day by day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.policies import AuditPolicy


class RuleSet(models.Model):
    """The whole book as it was in force in control runs, which name it by its fingerprint.

    `rules` has by scope, "" for everywhere, each code that ran with its numbers as decimal texts;
    written once.
    """

    fingerprint = models.CharField(_("fingerprint"), max_length=64, primary_key=True)
    rules = models.JSONField(_("rules"))
    first_at = models.DateTimeField(_("first in a run"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="it is evidence itself, append-only")

    class Meta:
        verbose_name = _("rule book in force")
        verbose_name_plural = _("rule books in force")

    def __str__(self) -> str:
        return self.fingerprint[:12]


class RuleDay(models.Model):
    """What a rule came to on a day that is over; without a code: how many trades were judged.

    `hits`: findings; `decided`: exceptions that ended, by a repair or a waiver; `waived` of these.
    """

    day = models.DateField()
    code = models.CharField(max_length=20, blank=True, default="")
    hits = models.BigIntegerField(default=0)
    decided = models.BigIntegerField(default=0)
    waived = models.BigIntegerField(default=0)

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="summed up from control runs and exceptions")

    class Meta:
        verbose_name = "rule on a day"
        verbose_name_plural = "rules by day"
        constraints = [
            models.UniqueConstraint(fields=["day", "code"], name="ruleday_one_of_a_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.code}"
