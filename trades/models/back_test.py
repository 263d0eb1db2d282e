"""Back-tests: a rule as somebody would set it, replayed on trades of the past."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.columns import NAME_LENGTH, known
from core.policies import AuditPolicy
from trades.models.columns import labelled
from trades.models.trade import Trade
from trades.states import BackTestState

COUNTED: Final = (
    *("trades", "in_force", "proposed", "both", "findings_in_force", "findings_proposed"),
    *("faults", "faults_in_force", "faults_proposed", "faults_both", "waived", "waived_both"),
)
"""What a part counts, and the whole: of trades, but for the two that count findings.

`in_force`, `proposed` and `both`: of how many the rule speaks as it is set, as it would be, either
way. `faults`: trades that people refused, cancelled, or corrected after they were held. `waived`:
of those it speaks of as it is set, how many people let pass.
"""


class Replayed(StrEnum):
    """What a change makes of a trade: the rule speaks of it either way, only as proposed, no longer
    as proposed; MISSED: people found it wrong, and the rule is silent either way.
    """

    BOTH = "BOTH"
    NEWLY = "NEWLY"
    NO_LONGER = "NO_LONGER"
    MISSED = "MISSED"


class KnownAs(StrEnum):
    """What people made of a trade, or of what the rule said of it."""

    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"
    CORRECTED = "CORRECTED"
    WAIVED = "WAIVED"


class BackTest(models.Model):
    """One question and its answer: the rule as proposed beside the rule as it was set then.

    Never changed but by its own job. Parameters are decimal texts, complete on both sides.
    """

    code = models.CharField(_("rule"), max_length=20, db_index=True)
    scope = models.CharField(_("scope"), max_length=60, blank=True, default="", db_default="")
    active = models.BooleanField(_("active"))
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    active_in_force = models.BooleanField(_("active, as set"))
    parameters_in_force = models.JSONField(_("parameters, as set"), default=dict, blank=True)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=labelled(BackTestState),
        default=BackTestState.RUNNING.value,
    )
    parts_total = models.IntegerField(_("parts"), null=True, blank=True)
    handling_seconds = models.BigIntegerField(_("seconds to the decision"), null=True, blank=True)
    handled = models.IntegerField(_("decisions counted"), default=0)
    asked_by = models.CharField(_("asked by"), max_length=NAME_LENGTH)
    asked_at = models.DateTimeField(_("asked for"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="back_test", reference=("code",))

    class Meta:
        verbose_name = _("back-test")
        verbose_name_plural = _("back-tests")
        ordering = ("-id",)
        constraints = [
            known("state", BackTestState, name="backtest_state_known"),
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="backtest_period_runs_forwards"
            ),
            models.CheckConstraint(
                condition=Q(state=BackTestState.DONE.value, ended_at__isnull=False)
                | Q(state=BackTestState.RUNNING.value, ended_at__isnull=True),
                name="backtest_done_means_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.first_day} – {self.last_day}"

    def get_absolute_url(self) -> str:
        return reverse("rules:back_test", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.state == BackTestState.RUNNING


class BackTestPart(models.Model):
    """Trades of one day that are replayed in one transaction, and what that came to.

    Its numbers are written once, together with `done_at`: what stopped half-way counted nothing.
    """

    back_test = models.ForeignKey(BackTest, models.PROTECT, related_name="parts")
    n = models.IntegerField()
    day = models.DateField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    trades = models.IntegerField()
    in_force = models.IntegerField(default=0)
    proposed = models.IntegerField(default=0)
    both = models.IntegerField(default=0)
    findings_in_force = models.IntegerField(default=0)
    findings_proposed = models.IntegerField(default=0)
    faults = models.IntegerField(default=0)
    faults_in_force = models.IntegerField(default=0)
    faults_proposed = models.IntegerField(default=0)
    faults_both = models.IntegerField(default=0)
    waived = models.IntegerField(default=0)
    waived_both = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    audit: ClassVar = AuditPolicy(excused="counts of a back-test, which has its own entries")

    class Meta:
        verbose_name = "part of a back-test"
        verbose_name_plural = "parts of back-tests"
        ordering = ("back_test", "n")
        constraints = [
            models.UniqueConstraint(fields=["back_test", "n"], name="backtestpart_once"),
        ]
        indexes = [
            models.Index(
                fields=["back_test", "n"],
                condition=Q(done_at__isnull=True),
                name="backtestpart_to_do",
            )
        ]

    def __str__(self) -> str:
        return f"{self.back_test_id}/{self.n}"


class BackTestTrade(models.Model):
    """One of the trades on which a change tells, with what the rule says of it either way.

    `known_as` is what people made of it: of a fault the way in which it was dealt with, of a
    finding that it was waived; empty where nobody said anything.
    """

    back_test = models.ForeignKey(BackTest, models.PROTECT, related_name="told")
    trade = models.ForeignKey(
        Trade, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    replayed = models.CharField(_("effect"), max_length=10, choices=labelled(Replayed))
    known_as = models.CharField(
        _("people said"), max_length=10, blank=True, default="", choices=labelled(KnownAs)
    )
    field = models.CharField(_("field"), max_length=40, blank=True, default="")
    expected = models.CharField(_("expected"), max_length=200, blank=True, default="")
    found = models.CharField(_("found"), max_length=200, blank=True, default="")

    audit: ClassVar = AuditPolicy(excused="a sample of a back-test, which has its own entries")
    append_only: ClassVar = True
    references_in_sets: ClassVar = True
    objects = DeskScopedQuerySet["BackTestTrade"].as_manager()

    class Meta:
        verbose_name = _("trade of a back-test")
        verbose_name_plural = _("trades of a back-test")
        ordering = ("id",)
        constraints = [
            known("replayed", Replayed, name="backtesttrade_known_effect"),
            known("known_as", KnownAs, name="backtesttrade_known_opinion", blank=True),
        ]
        indexes = [models.Index(fields=["back_test", "id"], name="backtesttrade_of_one")]

    def __str__(self) -> str:
        return f"{self.back_test_id} {self.trade_id} {self.replayed}"
