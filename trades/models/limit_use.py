"""What the trades that passed their controls use of the limits of a trader and a counterparty."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.columns import known
from core.policies import AuditPolicy
from trades.facts import LimitKind


class LimitUse(models.Model):
    """Of a trader by trade date, of a counterparty by settlement date; written by a trigger.

    `used_eur` are the gross amounts of the trades that wait for validation or are validated;
    `unvalued` counts those of them that have no amount in EUR.
    """

    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=60)
    day = models.DateField()
    used_eur = models.DecimalField(max_digits=30, decimal_places=4)
    unvalued = models.IntegerField()

    derived: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="made of the trades that it counts")

    class Meta:
        verbose_name = "use of a limit"
        verbose_name_plural = "uses of limits"
        constraints = [
            known("kind", LimitKind, name="limituse_kind_known"),
            models.UniqueConstraint(fields=["kind", "code", "day"], name="limituse_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.day} {self.used_eur}"
