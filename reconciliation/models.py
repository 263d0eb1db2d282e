"""Statements, matches and breaks: columns and constraints. No decisions are taken here."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.policies import AuditPolicy
from reconciliation.states import (
    AllocationSide,
    BreakCategory,
    BreakState,
    Coverage,
    FileFormat,
    GroupState,
    Kind,
    PassName,
    Resolution,
    RunState,
    StatementState,
)

NAME_LENGTH: Final = 150
LIMIT: Final = Decimal(10) ** 16
QUANTITY_LIMIT: Final = Decimal(10) ** 18
LABELS: Final[dict[str, Any]] = {
    "MT940": "MT940",
    "CAMT053": "camt.053",
    "TABLE": _("Table"),
    "TRADES": _("Trades"),
    "CASH": _("Cash"),
    "COUNTERPARTY": _("Trades with this party"),
    "ALL": _("All our trades"),
    "OURS": _("Ours"),
    "THEIRS": _("Theirs"),
    "RECEIVED": _("Received"),
    "IMPORTED": _("Imported"),
    "QUARANTINED": _("Quarantined"),
    "RUNNING": _("Running"),
    "DONE": _("Done"),
    "FAILED": _("Failed"),
    "PROPOSED": _("Proposed"),
    "CONFIRMED": _("Confirmed"),
    "UNDONE": _("Undone"),
    "OPEN": _("Open"),
    "ASSIGNED": _("Assigned"),
    "RESOLVED": _("Resolved"),
    "TIMING": _("Timing"),
    "MISSING_OURS": _("Missing on our side"),
    "MISSING_THEIRS": _("Missing on their side"),
    "AMOUNT": _("Amount"),
    "QUANTITY": _("Quantity"),
    "PRICE": _("Price"),
    "DATE": _("Date"),
    "CURRENCY": _("Currency"),
    "REFERENCE": _("Reference"),
    "DUPLICATE": _("Duplicate"),
    "EXACT": _("Exact"),
    "AMOUNT_DATE": _("Amount and date"),
    "NO_REFERENCE": _("Without reference"),
    "SPLIT_REFERENCE": _("Several for one, by reference"),
    "SPLIT_BLOCK": _("Several for one, by sum"),
    "BY_HAND": _("By hand"),
    "MATCHED": _("Matched"),
    "NO_LONGER_FOUND": _("No longer found"),
    "OURS_CORRECTED": _("Corrected on our side"),
    "THEIRS_CORRECTED": _("Corrected on their side"),
    "ACCEPTED": _("Difference accepted"),
}


def labelled(kinds: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return the choices of a field whose values are `kinds`."""
    return [(member.value, LABELS[member.value]) for member in kinds]


def known(
    column: str, kinds: type[StrEnum], *, name: str, blank: bool = False
) -> models.CheckConstraint:
    """Return the database's own check that `column` holds a member of `kinds`."""
    values = [member.value for member in kinds] + ([""] if blank else [])
    return models.CheckConstraint(condition=Q(**{f"{column}__in": values}), name=name)


def finite(name: str, **limits: Decimal) -> models.CheckConstraint:
    """Return the check that no column holds NaN: PostgreSQL orders it above every number."""
    condition = Q()
    for column, limit in limits.items():
        condition &= Q(**{f"{column}__lt": limit})
    return models.CheckConstraint(condition=condition, name=name)


def amount(label: Any, *, null: bool = False) -> models.DecimalField[Any, Any]:  # noqa: ANN401 - a label may be lazy
    """Return an amount column."""
    return models.DecimalField(label, max_digits=20, decimal_places=4, null=null, blank=null)


class ColumnMapping(models.Model):
    """How one sender's table reads; saved once, used for each of its files."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    sender_code = models.CharField(_("sender"), max_length=20)
    coverage = models.CharField(
        _("covers"), max_length=12, choices=labelled(Coverage), default=Coverage.COUNTERPARTY.value
    )
    columns = models.JSONField(_("columns"), default=dict)
    date_format = models.CharField(_("date format"), max_length=12, default="%Y-%m-%d")
    decimal_mark = models.CharField(_("decimal mark"), max_length=1, default=".")
    saved_by = models.CharField(_("saved by"), max_length=NAME_LENGTH)

    audit: ClassVar = AuditPolicy(entity="column_mapping")

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        ordering = ("name",)
        constraints = [known("coverage", Coverage, name="mapping_coverage_known")]

    def __str__(self) -> str:
        return self.name


class StatementFile(models.Model):
    """One file of a bank, custodian or broker: whole and proved, or quarantined without a line."""

    kind = models.CharField(_("kind"), max_length=6, choices=labelled(Kind))
    format = models.CharField(_("format"), max_length=7, choices=labelled(FileFormat))
    name = models.CharField(_("file"), max_length=255)
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    mapping = models.ForeignKey(
        ColumnMapping,
        verbose_name=_("column mapping"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="files",
    )
    sender_code = models.CharField(_("sender"), max_length=35, blank=True, default="")
    state = models.CharField(
        _("status"),
        max_length=11,
        choices=labelled(StatementState),
        default=StatementState.RECEIVED.value,
    )
    findings = models.JSONField(_("findings"), default=list)
    declared_rows = models.IntegerField(_("lines"), default=0)
    received_by = models.CharField(_("received by"), max_length=NAME_LENGTH)
    received_at = models.DateTimeField(_("received at"))
    imported_at = models.DateTimeField(_("imported at"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="statement_file")

    class Meta:
        verbose_name = _("statement file")
        verbose_name_plural = _("statement files")
        ordering = ("-id",)
        constraints = [
            known("kind", Kind, name="statementfile_kind_known"),
            known("format", FileFormat, name="statementfile_format_known"),
            known("state", StatementState, name="statementfile_state_known"),
            models.CheckConstraint(
                condition=~Q(state=StatementState.IMPORTED.value) | Q(imported_at__isnull=False),
                name="statementfile_imported_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reconciliation:statement", args=[self.pk])


class Statement(models.Model):
    """One statement of one account (or one table of trades): opening plus lines is closing."""

    source = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="statements")
    n = models.IntegerField(_("number in the file"))
    account_number = models.CharField(_("account"), max_length=40, blank=True, default="")
    account = models.ForeignKey(
        "refdata.Account",
        verbose_name=_("our account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reference = models.CharField(_("reference"), max_length=64, blank=True, default="")
    number = models.CharField(_("statement number"), max_length=20, blank=True, default="")
    page = models.CharField(_("page"), max_length=10, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    opening = amount(_("opening balance"), null=True)
    closing = amount(_("closing balance"), null=True)
    movement = amount(_("movement"), null=True)
    period_from = models.DateField(_("from"), null=True, blank=True)
    period_to = models.DateField(_("to"), null=True, blank=True)
    lines_count = models.IntegerField(_("lines"), default=0)

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="statement_file", key="source_id")

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ("source", "n")
        constraints = [
            models.UniqueConstraint(fields=["source", "n"], name="statement_once"),
            finite("statement_numbers", opening=LIMIT, closing=LIMIT, movement=LIMIT),
            models.CheckConstraint(
                condition=Q(opening__isnull=True)
                | Q(closing=models.F("opening") + models.F("movement")),
                name="statement_balance_proved",
            ),
        ]
        indexes = [
            models.Index(fields=["account_number", "currency", "-id"], name="statement_account")
        ]

    def __str__(self) -> str:
        return f"{self.account_number} {self.number}"


class StatementLine(models.Model):
    """One entry of a statement as the sender reports it; never changed."""

    source = models.ForeignKey(
        StatementFile, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    n = models.IntegerField(_("number"))
    line = models.IntegerField(_("line of the file"))
    kind = models.CharField(_("kind"), max_length=6, choices=labelled(Kind))
    sender_code = models.CharField(_("sender"), max_length=35, blank=True, default="")
    account_number = models.CharField(_("account"), max_length=40, blank=True, default="")
    reference = models.CharField(_("reference"), max_length=64, blank=True, default="")
    bank_reference = models.CharField(_("their reference"), max_length=64, blank=True, default="")
    amount = amount(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    value_date = models.DateField(_("value date"))
    trade_date = models.DateField(_("trade date"), null=True, blank=True)
    isin = models.CharField("ISIN", max_length=12, blank=True, default="")
    symbol = models.CharField(_("symbol"), max_length=64, blank=True, default="")
    side = models.CharField(_("side"), max_length=4, blank=True, default="")
    quantity = models.DecimalField(
        _("quantity"), max_digits=28, decimal_places=10, null=True, blank=True
    )
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=10, null=True, blank=True)
    description = models.TextField(_("text"), blank=True, default="")

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(
        excused="append-only evidence; the entry of its file names the digest of all lines"
    )

    class Meta:
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["source", "statement", "n"], name="line_once"),
            known("kind", Kind, name="line_kind_known"),
            finite("line_numbers", amount=LIMIT, quantity=QUANTITY_LIMIT, price=Decimal(10) ** 10),
        ]
        indexes = [
            models.Index(fields=["kind", "sender_code", "account_number"], name="line_scope"),
        ]

    def __str__(self) -> str:
        return self.reference or f"#{self.pk}"


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
            finite("matchgroup_numbers", difference=LIMIT),
            models.CheckConstraint(
                condition=~Q(pass_name=PassName.BY_HAND.value, state=GroupState.CONFIRMED.value)
                | ~Q(decided_by=""),
                name="matchgroup_by_hand_of_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"], condition=Q(state=GroupState.PROPOSED.value), name="matchgroup_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pass_name} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reconciliation:match", args=[self.pk])


class MatchAllocation(models.Model):
    """How much of one item a group explains; an item is in at most one live group.

    `item_id` is a trade on our side and a statement line on theirs. Both sides of a group carry
    the same sum, which the database checks; what a tolerance swallowed stands on the group.
    """

    group = models.ForeignKey(
        MatchGroup,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_constraint=False,  # checked set-wise in database/guards.sql
    )
    kind = models.CharField(_("kind"), max_length=6, choices=labelled(Kind))
    side = models.CharField(_("side"), max_length=6, choices=labelled(AllocationSide))
    item_id = models.BigIntegerField(_("item"))
    amount = amount(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("status"), max_length=9, choices=labelled(GroupState))

    audit: ClassVar = AuditPolicy(entity="match_group", key="group_id", inserts=False)

    class Meta:
        verbose_name = _("match allocation")
        verbose_name_plural = _("match allocations")
        constraints = [
            models.UniqueConstraint(
                fields=["item_id", "kind", "side"],
                condition=~Q(state=GroupState.UNDONE.value),
                name="allocation_item_in_one_live_group",
            ),
            known("side", AllocationSide, name="allocation_side_known"),
            known("state", GroupState, name="allocation_state_known"),
            finite("allocation_numbers", amount=LIMIT),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.item_id}"


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
            finite("break_numbers", difference=LIMIT),
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
        return f"{self.category} {self.reference}".strip()

    def get_absolute_url(self) -> str:
        return reverse("reconciliation:break", args=[self.pk])
