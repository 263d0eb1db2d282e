"""Legs of trades that have two: what is exchanged at once, or now and back.

What `Terms.deal` of a version says, as rows: for whoever asks what falls due on a day. That they
are those of their version, and that a trade with a product has them, is kept by deferred triggers
of the owner (`trades/database/legs.sql`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.columns import AMOUNT_LIMIT, QUANTITY_LIMIT, amount, known, shaped
from core.policies import AuditPolicy
from trades.facts import LegKind
from trades.models.columns import labelled
from trades.models.trade import Trade


class TradeLeg(models.Model):
    """One leg of one version, as we see it: below zero we pay or deliver.

    Without a date the end is open; an amount that is not known yet is none.
    """

    pk = models.CompositePrimaryKey("trade_id", "version_no", "number")
    trade = models.ForeignKey(Trade, models.PROTECT, related_name="legs", db_index=False)
    version_no = models.PositiveIntegerField(_("version"))
    number = models.PositiveSmallIntegerField(_("leg"))
    kind = models.CharField(_("leg"), max_length=8, choices=labelled(LegKind))
    currency = models.CharField(_("currency"), max_length=3)
    settlement_date = models.DateField(_("settlement date"), null=True, blank=True)
    amount = amount(_("amount"), null=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=28, decimal_places=10, null=True, blank=True
    )

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(
        excused="append-only evidence itself; the fingerprint of its version covers it"
    )

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ("trade", "version_no", "number")
        constraints = [
            known("kind", LegKind, name="tradeleg_known_kind"),
            shaped("currency", "^[A-Z]{3}$", name="tradeleg_currency_shape"),
            models.CheckConstraint(
                condition=Q(amount__gt=-AMOUNT_LIMIT) & Q(amount__lt=AMOUNT_LIMIT),
                name="tradeleg_amount_finite",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=-QUANTITY_LIMIT) & Q(quantity__lt=QUANTITY_LIMIT),
                name="tradeleg_quantity_finite",
            ),
        ]
        indexes = [models.Index(fields=["settlement_date", "trade"], name="tradeleg_due")]

    def __str__(self) -> str:
        return f"{self.trade_id} v{self.version_no} #{self.number}"
