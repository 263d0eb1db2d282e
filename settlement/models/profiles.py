"""How far two sides may differ: dated, for whom and for what, and set by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import AMOUNT_LIMIT, amount, finite, known
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.parties import Party
from refdata.models.proposals import Proposed, by_two_people
from refdata.states import AssetClass
from settlement.models.labels import labelled as products
from trades.facts import Product

PERCENT_MAX = 10


class ToleranceProfile(Proposed):
    """Tolerances of confirmations; empty criteria mean any, the most specific one counts."""

    party = models.ForeignKey(
        Party,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("counterparty"),
    )
    asset_class = models.CharField(
        _("asset class"), max_length=10, choices=labelled(AssetClass), blank=True
    )
    product = models.CharField(
        _("product"), max_length=8, choices=products(Product), blank=True, default="", db_default=""
    )
    price_percent = models.DecimalField(
        _("price or rate may differ by (percent)"), max_digits=9, decimal_places=6
    )
    amount_small = amount(_("amount may differ by (EUR)"))
    amount_large = amount(_("above the limit by (EUR)"))
    amount_limit = amount(_("limit (EUR)"))
    close_percent = models.DecimalField(
        _("the same deal within (percent)"), max_digits=9, decimal_places=6
    )

    audit: ClassVar = AuditPolicy(entity="tolerance_profile")

    class Meta:
        verbose_name = _("tolerance profile")
        verbose_name_plural = _("tolerance profiles")
        ordering = ("-valid_from", "-id")
        constraints = [
            known("product", Product, name="profile_product_known", blank=True),
            known("asset_class", AssetClass, name="profile_asset_class_known", blank=True),
            finite(name="profile_amounts", amount_small=AMOUNT_LIMIT, amount_large=AMOUNT_LIMIT,
                   amount_limit=AMOUNT_LIMIT),
            models.CheckConstraint(
                condition=Q(price_percent__gte=0, price_percent__lte=PERCENT_MAX,
                            close_percent__gte=0, close_percent__lte=PERCENT_MAX,
                            amount_small__gte=0, amount_large__gte=0, amount_limit__gte=0),
                name="profile_in_range",
                violation_error_message=_("Nothing is below zero, and no percentage above 10."),
            ),
            *by_two_people("profile"),
        ]  # fmt: skip

    def __str__(self) -> str:
        said = (self.product, self.asset_class)
        return f"{self.party or '*'} {' '.join(x for x in said if x) or '*'} {self.valid_from}"

    def get_absolute_url(self) -> str:
        return reverse("settlement:profile", args=[self.pk])
