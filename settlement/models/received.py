"""What the other side tells us: every message as it came, in every version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, EvidenceField, known
from core.policies import AuditPolicy
from settlement.models.columns import DealSide, Terms, deal_numbers, numbers
from settlement.models.labels import labelled
from settlement.states import Door, Function
from trades.facts import Product

REFERENCE_MAX = 64

SECURITY = Q(product="", price__isnull=False, amount__isnull=False) & ~Q(isin="")
EXCHANGE = Q(product="FX", price__isnull=False, counter_amount__isnull=False) & ~Q(pair="")
FINANCED = Q(product__in=["REPO", "LENDING"], amount__isnull=False, rate__isnull=False) & ~Q(
    isin=""
)
"""What each product says besides its side, quantity, currency and days."""


class ReceivedConfirmation(Terms):
    """One version of a confirmation of a counterparty; never changed.

    The latest version of a reference counts: a CANC withdraws it. `side` is theirs. `content` is
    what was read, `file` the bytes that it came in, where it came by file.
    """

    party = models.ForeignKey(
        "refdata.Party", models.PROTECT, related_name="+", verbose_name=_("counterparty")
    )
    reference = models.CharField(_("their reference"), max_length=REFERENCE_MAX)
    version = models.PositiveIntegerField(_("version"), default=1)
    function = models.CharField(_("function"), max_length=4, choices=labelled(Function))
    our_reference = models.CharField(_("our reference"), max_length=REFERENCE_MAX, blank=True)
    door = models.CharField(_("came by"), max_length=6, choices=labelled(Door))
    file = models.ForeignKey(
        "core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+"
    )
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    content = EvidenceField(_("as it was read"))
    content_hash = models.CharField(max_length=64)
    received_by = models.CharField(_("received by"), max_length=NAME_LENGTH)
    received_at = models.DateTimeField(_("received at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="received_confirmation", reference=("reference",))

    class Meta:
        verbose_name = _("confirmation received")
        verbose_name_plural = _("confirmations received")
        ordering = ("-id",)
        constraints = [
            known("function", Function, name="received_function_known"),
            known("door", Door, name="received_door_known"),
            known("side", DealSide, name="received_side_known", blank=True),
            known("product", Product, name="received_product_known", blank=True),
            numbers("received_numbers"),
            deal_numbers("received_deal_numbers"),
            models.UniqueConstraint(
                fields=["party", "reference", "version"], name="received_version_once"
            ),
            models.CheckConstraint(
                condition=Q(function=Function.CANC.value)
                | (
                    ~Q(side="") & ~Q(currency="") & Q(quantity__gt=0)
                    & Q(trade_date__isnull=False) & Q(settlement_date__isnull=False)
                    & (SECURITY | EXCHANGE | FINANCED)
                ),
                name="received_says_all_terms",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["party", "trade_date", "isin"], name="received_bucket")]

    def __str__(self) -> str:
        return f"{self.reference} v{self.version}"
