"""What banks and custodians sent: mappings, files, statements and their lines."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import (
    AMOUNT_LIMIT,
    NAME_LENGTH,
    PRICE_LIMIT,
    QUANTITY_LIMIT,
    amount,
    finite,
    known,
)
from core.policies import AuditPolicy
from core.table_mappings import TableMapping, mapping_constraints
from reconciliation.models.labels import labelled
from reconciliation.states import (
    Content,
    Coverage,
    FileFormat,
    Kind,
    LineKind,
    Purpose,
    StatementState,
)


class ColumnMapping(TableMapping):
    """How one sender's table reads: of trades, with which of ours it covers, or of cash."""

    sender_code = models.CharField(_("sender"), max_length=20)
    content = models.CharField(
        _("holds"),
        max_length=6,
        choices=labelled(Kind),
        default=Kind.TRADES.value,
        db_default=Kind.TRADES.value,
    )
    coverage = models.CharField(
        _("covers"), max_length=12, choices=labelled(Coverage), default=Coverage.COUNTERPARTY.value
    )

    audit: ClassVar = AuditPolicy(entity="column_mapping", reference=("name",))

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        ordering = ("name",)
        constraints = [
            known("coverage", Coverage, name="mapping_coverage_known"),
            known("content", Kind, name="mapping_content_known"),
            *mapping_constraints("mapping"),
        ]


class StatementFile(models.Model):
    """One file of a bank, custodian or broker: whole and proved, or quarantined without a line."""

    kind = models.CharField(_("kind"), max_length=6, choices=labelled(Content))
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
    accepted_by = models.CharField(
        _("accepted by"), max_length=NAME_LENGTH, blank=True, default="", db_default=""
    )
    accepted_reason = models.CharField(
        _("reason of the acceptance"), max_length=500, blank=True, default="", db_default=""
    )

    audit: ClassVar = AuditPolicy(entity="statement_file")

    class Meta:
        verbose_name = _("statement file")
        verbose_name_plural = _("statement files")
        ordering = ("-id",)
        constraints = [
            known("kind", Content, name="statementfile_kind_known"),
            known("format", FileFormat, name="statementfile_format_known"),
            known("state", StatementState, name="statementfile_state_known"),
            models.CheckConstraint(
                condition=~Q(state=StatementState.IMPORTED.value) | Q(imported_at__isnull=False),
                name="statementfile_imported_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by="", accepted_reason="")
                | (~Q(accepted_by="") & ~Q(accepted_reason="")),
                name="statementfile_accepted_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reconciliation:statement", args=[self.pk])


class Statement(models.Model):
    """One statement of one account (or one table of trades): opening plus lines is closing.

    An intraday report and an advice have no balances: they prove nothing.
    """

    purpose = models.CharField(
        _("purpose"),
        max_length=8,
        choices=labelled(Purpose),
        default=Purpose.FINAL.value,
        db_default=Purpose.FINAL.value,
    )
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
    opened_on = models.DateField(_("day of the opening balance"), null=True, blank=True)
    is_last_page = models.BooleanField(_("last page"), default=True, db_default=True)
    lines_count = models.IntegerField(_("lines"), default=0)

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="statement_file", key="source_id")

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ("source", "n")
        constraints = [
            models.UniqueConstraint(fields=["source", "n"], name="statement_once"),
            finite(
                name="statement_numbers",
                opening=AMOUNT_LIMIT,
                closing=AMOUNT_LIMIT,
                movement=AMOUNT_LIMIT,
            ),
            models.CheckConstraint(
                condition=Q(opening__isnull=True)
                | Q(closing=models.F("opening") + models.F("movement")),
                name="statement_balance_proved",
            ),
            known("purpose", Purpose, name="statement_purpose_known"),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.FINAL.value)
                | Q(opening__isnull=True, closing__isnull=True),
                name="statement_balances_are_final",
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
    kind = models.CharField(_("kind"), max_length=6, choices=labelled(LineKind))
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
            known("kind", LineKind, name="line_kind_known"),
            finite(
                name="line_numbers",
                amount=AMOUNT_LIMIT,
                quantity=QUANTITY_LIMIT,
                price=PRICE_LIMIT,
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "sender_code", "account_number"], name="line_scope"),
        ]

    def __str__(self) -> str:
        return self.reference or f"#{self.pk}"


class Replacement(models.Model):
    """A line that counts no more: another one says the same, or the statement does not have it.

    `by` is the line of the statement, or of the first of several intraday reports; nothing where a
    statement that should have it does not. Written once, but a later statement may fill in `by`.
    """

    line = models.OneToOneField(
        StatementLine, on_delete=models.PROTECT, related_name="replacement", verbose_name=_("line")
    )
    by = models.ForeignKey(
        StatementLine,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaced",
        verbose_name=_("replaced by"),
    )
    source = models.ForeignKey(
        StatementFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("statement file")
    )

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(
        excused="evidence that triggers keep; what it changes of matches has its own entries"
    )

    class Meta:
        verbose_name = _("replaced line")
        verbose_name_plural = _("replaced lines")
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=True) | ~Q(by=models.F("line")),
                name="replacement_by_another_line",
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id} → {self.by_id or ''}"
