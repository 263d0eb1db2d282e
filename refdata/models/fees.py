"""What a trade costs: schedules of commissions, fees and taxes, dated and set by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import AMOUNT_LIMIT, PRICE_LIMIT, amount, finite, known, shaped
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.parties import Party
from refdata.models.proposals import Proposed, by_two_people
from refdata.models.validators import validate_mic
from refdata.states import AssetClass, FeeKind, FeeSide

PERCENT_MAX = 100


class FeeSchedule(Proposed):
    """One line of a schedule; an empty criterion means any.

    Lines of one name are alternatives: the most specific one in force on the trade date counts, and
    the amounts of all names add up; a line of nothing ends a name where it applies. An amount in
    money needs the currency that it is in.
    """

    name = models.CharField(_("name"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=labelled(FeeKind))
    party = models.ForeignKey(
        Party,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="fee_schedules",
        verbose_name=_("counterparty"),
    )
    venue = models.CharField(_("venue"), max_length=4, blank=True, validators=[validate_mic])
    issuer_country = models.CharField(_("country of the ISIN"), max_length=2, blank=True)
    asset_class = models.CharField(
        _("asset class"), max_length=10, choices=labelled(AssetClass), blank=True
    )
    side = models.CharField(_("side"), max_length=4, choices=labelled(FeeSide), blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    rate = models.DecimalField(
        _("percent of gross amount"), max_digits=9, decimal_places=6, default=0
    )
    per_unit = models.DecimalField(_("per unit"), max_digits=20, decimal_places=10, default=0)
    fixed = amount(_("per trade"), default=0)
    minimum = amount(_("at least"), default=0)
    maximum = amount(_("at most"), null=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="fee_schedule")

    class Meta:
        verbose_name = _("fee schedule")
        verbose_name_plural = _("fee schedules")
        ordering = ("name", "-valid_from", "-id")
        constraints = [
            known("kind", FeeKind, name="fee_kind_known"),
            known("side", FeeSide, name="fee_side_known", blank=True),
            known("asset_class", AssetClass, name="fee_asset_class_known", blank=True),
            shaped("name", "^[A-Z0-9][A-Z0-9-]*$", name="fee_name_shape"),
            shaped("currency", "^([A-Z]{3})?$", name="fee_currency_shape"),
            shaped("issuer_country", "^([A-Z]{2})?$", name="fee_country_shape"),
            finite(name="fee_amounts", per_unit=PRICE_LIMIT, fixed=AMOUNT_LIMIT,
                   minimum=AMOUNT_LIMIT),
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lte=PERCENT_MAX, per_unit__gte=0, fixed__gte=0,
                            minimum__gte=0),
                name="fee_is_no_gift",
                violation_error_message=_("Nothing is below zero, and no rate above 100."),
            ),
            models.CheckConstraint(
                condition=Q(maximum__isnull=True)
                | Q(maximum__gte=models.F("minimum"), maximum__lt=AMOUNT_LIMIT),
                name="fee_bounds",
                violation_error_message=_("At most cannot be below at least."),
            ),
            models.CheckConstraint(
                condition=~Q(currency="")
                | Q(per_unit=0, fixed=0, minimum=0, maximum__isnull=True),
                name="fee_money_has_a_currency",
                violation_error_message=_("An amount in money needs its currency."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="fee_span",
                violation_error_message=_("It ends before it begins."),
            ),
            *by_two_people("fee"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:fee", args=[self.pk])
