"""How many trades are alike, and what they come to: totals of any number of them are read here."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

from core.access import DeskScopedQuerySet
from core.policies import AuditPolicy
from trades.states import OPEN

ALIKE: Final = (
    *("trade_date", "desk_code", "state", "close_reason", "side", "product_class", "currency"),
    *("is_amended", "is_by_hand"),
)
"""What the trades of a tally have in common."""


class Tally(models.Model):
    """Trades that came to be so, less those that no longer are; written by a trigger.

    Every change of trades leaves its rows in its own transaction, a few for thousands of trades.
    The rows of those that are alike add up to what stands, at any moment; `fold_tallies()` makes
    one row of them, so that they stay few.
    """

    trade_date = models.DateField()
    desk_code = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    close_reason = models.CharField(max_length=12)
    side = models.CharField(max_length=4)
    product_class = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    is_amended = models.BooleanField()
    is_by_hand = models.BooleanField()
    trades = models.BigIntegerField()
    net_amount = models.DecimalField(max_digits=30, decimal_places=4)
    risk_amount_eur = models.DecimalField(max_digits=30, decimal_places=4)
    is_folded = models.BooleanField(default=False, db_default=False)

    objects = DeskScopedQuerySet["Tally"].as_manager()

    derived: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="made of the trades that it counts")

    class Meta:
        verbose_name = "tally"
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                fields=ALIKE, condition=Q(is_folded=True), name="tally_one_of_what_is_alike"
            ),
        ]
        indexes = [
            models.Index(fields=["trade_date"], name="tally_of_day"),
            models.Index(fields=["id"], condition=Q(is_folded=False), name="tally_to_fold"),
            models.Index(
                fields=["state"],
                condition=Q(state__in=sorted(state.value for state in OPEN)),
                name="tally_of_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trade_date} {self.desk_code} {self.state} {self.trades}"
