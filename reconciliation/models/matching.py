"""What the engine and people made of it: runs, matches, allocations and breaks."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.columns import AMOUNT_LIMIT, NAME_LENGTH, amount, finite, known
from core.policies import AuditPolicy
from reconciliation.models.labels import labelled
from reconciliation.models.statements import StatementFile, StatementLine
from reconciliation.states import (
    BreakCategory,
    BreakState,
    GroupState,
    Kind,
    PassName,
    Resolution,
    RunState,
)


class ReconciliationRun(models.Model):
    """One run of the engine over one scope, with its rules, its counts and a digest of its results.

    The digest is over every group, allocation and break that the run saved.
    """

    kind = models.CharField(_("kind"), max_length=6, choices=labelled(Kind))
    scope = models.CharField(_("scope"), max_length=60)
    source = models.ForeignKey(
        StatementFile, null=True, blank=True, on_delete=models.PROTECT, related_name="runs"
    )
    rule_version = models.CharField(_("rules"), max_length=20)
    parameters = models.JSONField(_("parameters"), default=dict)
    state = models.CharField(
        _("status"), max_length=7, choices=labelled(RunState), default=RunState.RUNNING.value
    )
    period_from = models.DateField(_("from"), null=True, blank=True)
    period_to = models.DateField(_("to"), null=True, blank=True)
    counts = models.JSONField(_("counts"), default=dict)
    results_sha256 = models.CharField(max_length=64, blank=True, default="")
    started_by = models.CharField(_("started by"), max_length=NAME_LENGTH)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="reconciliation_run")

    class Meta:
        verbose_name = _("reconciliation run")
        verbose_name_plural = _("reconciliation runs")
        ordering = ("-id",)
        constraints = [
            known("kind", Kind, name="run_kind_known"),
            known("state", RunState, name="run_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.scope} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reconciliation:run", args=[self.pk])


class MatchGroup(models.Model):
    """Items that explain one another, found by one pass or by hand, with the evidence."""

    run = models.ForeignKey(
        ReconciliationRun,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="groups",
        db_index=False,  # the groups of a run lie together: a BRIN index finds them
        db_constraint=False,  # checked set-wise in database/guards.sql
    )
    kind = models.CharField(_("kind"), max_length=6, choices=labelled(Kind))
    pass_name = models.CharField(_("pass"), max_length=15, choices=labelled(PassName))
    rule_version = models.CharField(_("rules"), max_length=20, blank=True, default="")
    score = models.SmallIntegerField(_("score"))
    state = models.CharField(_("status"), max_length=9, choices=labelled(GroupState))
    difference = amount(_("difference"))
    currency = models.CharField(_("currency"), max_length=3)
    evidence = models.JSONField(_("evidence"), default=dict)
    decided_by = models.CharField(_("decided by"), max_length=NAME_LENGTH, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    audit: ClassVar = AuditPolicy(entity="match_group", inserts=False)

    class Meta:
        verbose_name = _("match group")
        verbose_name_plural = _("match groups")
        ordering = ("-id",)
        constraints = [
            known("state", GroupState, name="matchgroup_state_known"),
            known("pass_name", PassName, name="matchgroup_pass_known"),
            finite(name="matchgroup_numbers", difference=AMOUNT_LIMIT),
            models.CheckConstraint(
                condition=~Q(pass_name=PassName.BY_HAND.value, state=GroupState.CONFIRMED.value)
                | ~Q(decided_by=""),
                name="matchgroup_by_hand_of_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"], condition=Q(state=GroupState.PROPOSED.value), name="matchgroup_open"
            ),
            BrinIndex(fields=["run"], name="matchgroup_run"),
        ]

    def __str__(self) -> str:
        return f"{self.pass_name} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reconciliation:match", args=[self.pk])


class MatchAllocation(models.Model):
    """How much of a statement line a group allocates to a trade.

    One amount stands for both sides, so that a match conserves value by its form; what a tolerance
    swallowed stands on the group, and so does the currency. An item is in at most one live group:
    of the rows that name it in a group, one claims it.
    """

    pk = models.CompositePrimaryKey("group_id", "trade_id", "line_id")
    group = models.ForeignKey(
        MatchGroup,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_index=False,  # the primary key begins with it
        db_constraint=False,  # checked set-wise in database/guards.sql
    )
    trade_id = models.BigIntegerField(_("trade"))
    line_id = models.BigIntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=6, choices=labelled(Kind))
    amount = amount(_("amount"))
    state = models.CharField(_("status"), max_length=9, choices=labelled(GroupState))
    claims_trade = models.BooleanField(default=True)
    claims_line = models.BooleanField(default=True)

    audit: ClassVar = AuditPolicy(
        entity="match_group", key="group_id", row="line_id", inserts=False
    )

    class Meta:
        verbose_name = _("match allocation")
        verbose_name_plural = _("match allocations")
        constraints = [
            models.UniqueConstraint(  # a trade may be matched with a broker's line and with cash
                fields=["trade_id", "kind"],
                condition=Q(claims_trade=True) & ~Q(state=GroupState.UNDONE.value),
                name="allocation_trade_claimed_once",
            ),
            models.UniqueConstraint(
                fields=["line_id"],
                condition=Q(claims_line=True) & ~Q(state=GroupState.UNDONE.value),
                name="allocation_line_claimed_once",
            ),
            known("state", GroupState, name="allocation_state_known"),
            finite(name="allocation_numbers", amount=AMOUNT_LIMIT),
        ]
        indexes = [
            models.Index(
                fields=["trade_id"],
                condition=Q(state=GroupState.UNDONE.value),
                name="allocation_undone",
            )
        ]

    def __str__(self) -> str:
        return f"{self.trade_id} - {self.line_id}"


class Break(models.Model):
    """An item that nothing explains, or a pair that belongs together and differs."""

    run = models.ForeignKey(
        ReconciliationRun, null=True, blank=True, on_delete=models.PROTECT, related_name="breaks"
    )
    kind = models.CharField(_("kind"), max_length=6, choices=labelled(Kind))
    scope = models.CharField(_("scope"), max_length=60)
    category = models.CharField(_("category"), max_length=14, choices=labelled(BreakCategory))
    trade = models.ForeignKey(
        "trades.Trade", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    line = models.ForeignKey(
        StatementLine, null=True, blank=True, on_delete=models.PROTECT, related_name="breaks"
    )
    reference = models.CharField(_("reference"), max_length=64, blank=True, default="")
    isin = models.CharField("ISIN", max_length=12, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    difference = amount(_("difference"))
    day = models.DateField(_("value date"))
    evidence = models.JSONField(_("evidence"), default=dict)
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    state = models.CharField(
        _("status"), max_length=8, choices=labelled(BreakState), default=BreakState.OPEN.value
    )
    resolution = models.CharField(
        _("resolution"), max_length=16, choices=labelled(Resolution), blank=True, default=""
    )
    resolved_by = models.CharField(_("resolved by"), max_length=NAME_LENGTH, blank=True, default="")
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    resolved_group = models.ForeignKey(
        MatchGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="breaks_resolved"
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    opened_at = models.DateTimeField(_("opened at"))

    audit: ClassVar = AuditPolicy(entity="break")
    objects = DeskScopedQuerySet["Break"].as_manager()

    class Meta:
        verbose_name = _("break")
        verbose_name_plural = _("breaks")
        ordering = ("-id",)
        constraints = [
            known("category", BreakCategory, name="break_category_known"),
            known("state", BreakState, name="break_state_known"),
            known("resolution", Resolution, name="break_resolution_known", blank=True),
            finite(name="break_numbers", difference=AMOUNT_LIMIT),
            models.CheckConstraint(
                condition=Q(trade__isnull=False) | Q(line__isnull=False), name="break_has_an_item"
            ),
            models.CheckConstraint(
                condition=Q(state=BreakState.RESOLVED.value) & ~Q(resolution="")
                | ~Q(state=BreakState.RESOLVED.value) & Q(resolution=""),
                name="break_resolved_somehow",
            ),
            models.UniqueConstraint(
                fields=["trade", "kind"],
                condition=~Q(state=BreakState.RESOLVED.value) & Q(trade__isnull=False),
                name="break_one_open_per_trade",
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=~Q(state=BreakState.RESOLVED.value) & Q(line__isnull=False),
                name="break_one_open_per_line",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"],
                condition=~Q(state=BreakState.RESOLVED.value),
                name="break_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.reference}".strip()

    def get_absolute_url(self) -> str:
        return reverse("reconciliation:break", args=[self.pk])
