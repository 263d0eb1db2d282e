"""Days of traders, of parties and of pairs of trader and checker, made of their trades; and runs.

A day is small beside its trades, and is made again from them as often as it is watched.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import AMOUNT_LIMIT, NAME_LENGTH, amount, finite
from core.policies import AuditPolicy

MADE: AuditPolicy = AuditPolicy(excused="made of the trades and decisions that it counts")


class TraderDay(models.Model):
    """What was dealt in the name of a trader on a day, and what became of it that day."""

    day = models.DateField(_("day"))
    trader = models.ForeignKey(
        "refdata.Trader", models.PROTECT, related_name="conduct_days", verbose_name=_("trader")
    )
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    trades = models.PositiveIntegerField(_("trades"), default=0)
    amended = models.PositiveIntegerField(_("amended"), default=0)
    cancelled = models.PositiveIntegerField(_("cancelled"), default=0)
    early = models.PositiveIntegerField(_("cancelled before settlement"), default=0)
    outside = models.PositiveIntegerField(_("outside hours"), default=0)
    near = models.PositiveIntegerField(_("just under the limit"), default=0)
    round_trips = models.PositiveIntegerField(_("round trips"), default=0)
    washes = models.PositiveIntegerField(_("sold back to the same party"), default=0)
    gross_eur = amount(_("turnover (EUR)"), default=0)
    top_eur = amount(_("most in one instrument (EUR)"), default=0)
    top_isin = models.CharField("ISIN", max_length=12, blank=True, default="")

    audit: ClassVar = MADE

    class Meta:
        verbose_name = _("day of a trader")
        verbose_name_plural = _("days of traders")
        ordering = ("-day", "trader")
        constraints = [
            models.UniqueConstraint(fields=["day", "trader"], name="traderday_once"),
            finite(name="traderday_numbers", gross_eur=AMOUNT_LIMIT, top_eur=AMOUNT_LIMIT),
        ]

    def __str__(self) -> str:
        return f"{self.trader_id} {self.day}"


class PartyDay(models.Model):
    """What was dealt with a party on a day, and how much of what was ever dealt was cancelled."""

    day = models.DateField(_("day"))
    party = models.ForeignKey(
        "refdata.Party", models.PROTECT, related_name="conduct_days", verbose_name=_("party")
    )
    dealt = models.PositiveIntegerField(_("trades"), default=0)
    cancelled = models.PositiveIntegerField(_("cancelled"), default=0)
    gross_eur = amount(_("turnover (EUR)"), default=0)

    audit: ClassVar = MADE

    class Meta:
        verbose_name = _("day of a party")
        verbose_name_plural = _("days of parties")
        ordering = ("-day", "party")
        constraints = [
            models.UniqueConstraint(fields=["day", "party"], name="partyday_once"),
            finite(name="partyday_numbers", gross_eur=AMOUNT_LIMIT),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.day}"


class PairDay(models.Model):
    """How many trades of a trader, captured by a maker, a checker validated on a day."""

    day = models.DateField(_("day"))
    trader = models.ForeignKey(
        "refdata.Trader", models.PROTECT, related_name="pair_days", verbose_name=_("trader")
    )
    maker = models.CharField(_("captured by"), max_length=NAME_LENGTH)
    checker = models.CharField(_("validated by"), max_length=NAME_LENGTH)
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    decisions = models.PositiveIntegerField(_("decisions"))
    amount_eur = amount(_("amount (EUR)"), default=0)

    audit: ClassVar = MADE

    class Meta:
        verbose_name = _("day of a pair")
        verbose_name_plural = _("days of pairs")
        ordering = ("-day", "trader", "maker", "checker")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "trader", "maker", "checker", "desk_code"], name="pairday_once"
            ),
            models.CheckConstraint(condition=Q(decisions__gt=0), name="pairday_has_decisions"),
            finite(name="pairday_numbers", amount_eur=AMOUNT_LIMIT),
        ]

    def __str__(self) -> str:
        return f"{self.maker} – {self.checker} {self.day}"


class Watch(models.Model):
    """Evidence that a day was watched: how many were judged, and how often each rule spoke.

    Also when nothing was found.
    """

    day = models.DateField(_("day"), db_index=True)
    job_id = models.BigIntegerField(_("job"), null=True)
    traders = models.PositiveIntegerField(_("traders"))
    parties = models.PositiveIntegerField(_("parties"))
    trades = models.PositiveIntegerField(_("trades"))
    hits = models.JSONField(_("findings per rule"), default=dict)
    ended_at = models.DateTimeField(_("ended at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="it is evidence itself, append-only")

    class Meta:
        verbose_name = _("watch of a day")
        verbose_name_plural = _("watches of days")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.day} {self.ended_at}"

    def get_absolute_url(self) -> str:
        return f"{reverse('conduct:traders')}?until={self.day:%Y-%m-%d}"
