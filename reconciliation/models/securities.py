"""Securities held and moved, as custodians report them: append-only, beside the lines of cash."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.columns import AMOUNT_LIMIT, QUANTITY_LIMIT, amount, finite, known
from core.policies import AuditPolicy
from reconciliation.models.labels import labelled
from reconciliation.models.statements import Statement, StatementFile
from reconciliation.states import QuantityType


class SecurityLine(models.Model):
    """One security held, or one movement of it, in a safekeeping account; never changed.

    What went out, and what is short, is negative.
    """

    source = models.ForeignKey(
        StatementFile, on_delete=models.PROTECT, related_name="security_lines", db_index=False
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="security_lines"
    )
    n = models.IntegerField(_("number"))
    line = models.IntegerField(_("line of the file"))
    account_number = models.CharField(_("account"), max_length=40)
    isin = models.CharField("ISIN", max_length=12)
    name = models.CharField(_("name"), max_length=140, blank=True, default="")
    quantity = models.DecimalField(_("quantity"), max_digits=28, decimal_places=10)
    quantity_type = models.CharField(_("counted in"), max_length=4, choices=labelled(QuantityType))
    available = models.DecimalField(
        _("available"), max_digits=28, decimal_places=10, null=True, blank=True
    )
    amount = amount(_("amount"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    reference = models.CharField(_("reference"), max_length=64, blank=True, default="")
    their_reference = models.CharField(_("their reference"), max_length=64, blank=True, default="")
    trade_date = models.DateField(_("trade date"), null=True, blank=True)
    settlement_date = models.DateField(_("settlement date"), null=True, blank=True)

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(
        excused="append-only evidence; the entry of its file names the digest of all lines"
    )

    class Meta:
        verbose_name = _("security line")
        verbose_name_plural = _("security lines")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["source", "statement", "n"], name="security_line_once"),
            known("quantity_type", QuantityType, name="security_line_type_known"),
            finite(
                name="security_line_numbers",
                quantity=QUANTITY_LIMIT,
                available=QUANTITY_LIMIT,
                amount=AMOUNT_LIMIT,
            ),
        ]
        indexes = [models.Index(fields=["isin", "account_number"], name="security_line_held")]

    def __str__(self) -> str:
        return f"{self.isin} {self.account_number}"
