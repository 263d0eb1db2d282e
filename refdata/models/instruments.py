"""What is dealt: instruments, the names others give them, and where they are admitted."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import PRICE_LIMIT, QUANTITY_LIMIT, known, positive, shaped
from core.policies import AuditPolicy
from kernel.coupons import DayCount
from refdata.models.labels import labelled
from refdata.models.markets import Venue
from refdata.models.validators import validate_cfi, validate_isin, validate_lei
from refdata.states import AssetClass, OptionType, PriceType, RecordState


class Instrument(models.Model):
    """One instrument; `isin` is empty only where none exists (some derivatives)."""

    isin = models.CharField(
        "ISIN", max_length=12, unique=True, null=True, blank=True, validators=[validate_isin]
    )
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=350)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    cfi = models.CharField("CFI", max_length=6, blank=True, validators=[validate_cfi])
    asset_class = models.CharField(_("asset class"), max_length=10, choices=labelled(AssetClass))
    currency = models.CharField(_("currency"), max_length=3)
    venue = models.ForeignKey(
        Venue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instruments",
        verbose_name=_("main venue"),
    )
    price_type = models.CharField(
        _("price type"), max_length=8, choices=labelled(PriceType), default=PriceType.MONETARY
    )
    multiplier = models.DecimalField(
        _("multiplier"), max_digits=20, decimal_places=10, default=Decimal(1)
    )
    nominal = models.DecimalField(
        _("nominal"), max_digits=28, decimal_places=10, null=True, blank=True
    )
    lot_size = models.DecimalField(
        _("lot size"), max_digits=28, decimal_places=10, default=Decimal(1)
    )
    tick_size = models.DecimalField(
        _("tick size"), max_digits=20, decimal_places=10, null=True, blank=True
    )
    issuer_lei = models.CharField(
        _("issuer LEI"), max_length=20, blank=True, validators=[validate_lei]
    )
    coupon_rate = models.DecimalField(
        _("coupon rate (%)"), max_digits=20, decimal_places=10, null=True, blank=True
    )
    coupon_frequency = models.PositiveSmallIntegerField(
        _("coupons a year"),
        null=True,
        blank=True,
        choices=[(1, "1"), (2, "2"), (4, "4"), (12, "12")],
    )
    day_count = models.CharField(
        _("day count"),
        max_length=8,
        blank=True,
        default="",
        db_default="",
        choices=[(kind.value, kind.value) for kind in DayCount],
    )
    interest_from = models.DateField(_("interest from"), null=True, blank=True)
    ex_coupon_days = models.PositiveSmallIntegerField(
        _("days without coupon"),
        default=0,
        db_default=0,
        help_text=_("Calendar days before a coupon during which it stays with the seller."),
    )
    maturity_date = models.DateField(
        _("maturity date"),
        null=True,
        blank=True,
        help_text=_("Of a future or an option, the day on which it expires."),
    )
    contract_month = models.CharField(
        _("contract month"),
        max_length=7,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of a future or an option: 2026-12."),
    )
    option_type = models.CharField(
        _("call or put"),
        max_length=4,
        choices=labelled(OptionType),
        blank=True,
        default="",
        db_default="",
    )
    strike_price = models.DecimalField(
        _("strike price"), max_digits=20, decimal_places=10, null=True, blank=True
    )
    settlement_days = models.PositiveSmallIntegerField(
        _("days to settlement"),
        null=True,
        blank=True,
        help_text=_("Of a fund, those of its prospectus; empty: the cycle of the market."),
    )
    status = models.CharField(
        _("status"), max_length=8, choices=labelled(RecordState), default=RecordState.ACTIVE
    )

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="instrument", reference=("isin", "code"))

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ("code",)
        constraints = [
            shaped("isin", "^[A-Z]{2}[A-Z0-9]{9}[0-9]$", name="instrument_isin_shape"),
            shaped("currency", "^[A-Z]{3}$", name="instrument_currency_shape"),
            shaped("cfi", "^([A-Z]{6})?$", name="instrument_cfi_shape"),
            known("asset_class", AssetClass, name="instrument_asset_class_known"),
            known("price_type", PriceType, name="instrument_price_type_known"),
            known("status", RecordState, name="instrument_status_known"),
            positive("multiplier", name="instrument_multiplier_positive"),
            positive("nominal", name="instrument_nominal_positive", limit=QUANTITY_LIMIT),
            positive("lot_size", name="instrument_lot_size_positive", limit=QUANTITY_LIMIT),
            positive("tick_size", name="instrument_tick_size_positive"),
            models.CheckConstraint(
                condition=models.Q(coupon_rate__gte=-100) & models.Q(coupon_rate__lte=1000),
                name="instrument_coupon_rate_sane",
            ),
            known("day_count", DayCount, name="instrument_day_count_known", blank=True),
            models.CheckConstraint(
                condition=models.Q(coupon_frequency__in=[1, 2, 4, 12]),
                name="instrument_coupon_frequency_known",
            ),
            shaped(
                "contract_month",
                "^([0-9]{4}-(0[1-9]|1[0-2]))?$",
                name="instrument_contract_month_shape",
            ),
            known("option_type", OptionType, name="instrument_option_type_known", blank=True),
            models.CheckConstraint(
                condition=models.Q(strike_price__lt=PRICE_LIMIT)
                & models.Q(strike_price__gt=-PRICE_LIMIT),
                name="instrument_strike_price_sane",
            ),
            models.CheckConstraint(
                condition=models.Q(settlement_days__lte=30), name="instrument_settlement_days_sane"
            ),
            models.CheckConstraint(
                condition=models.Q(ex_coupon_days__lte=28), name="instrument_ex_coupon_days_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.isin or self.code} {self.short_name or self.name}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:instrument", args=[self.pk])


class InstrumentAlias(models.Model):
    """What a source system calls an instrument."""

    source_system = models.CharField(_("source system"), max_length=20)
    symbol = models.CharField(_("symbol"), max_length=60)
    instrument = models.ForeignKey(
        Instrument, models.CASCADE, related_name="aliases", verbose_name=_("instrument")
    )

    audit: ClassVar = AuditPolicy(entity="instrument", key="instrument_id")

    class Meta:
        verbose_name = _("instrument alias")
        verbose_name_plural = _("instrument aliases")
        ordering = ("source_system", "symbol")
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "symbol"], name="instrumentalias_symbol_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_system}:{self.symbol}"


class InstrumentListing(models.Model):
    """One instrument on one venue, as FIRDS publishes it: the key is (ISIN, MIC)."""

    isin = models.CharField("ISIN", max_length=12)
    mic = models.CharField("MIC", max_length=4)
    name = models.CharField(_("name"), max_length=350, blank=True)
    cfi = models.CharField("CFI", max_length=6, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    issuer_lei = models.CharField(_("issuer LEI"), max_length=20, blank=True)
    admitted_on = models.DateField(_("admitted on"), null=True, blank=True)
    terminated_on = models.DateField(_("terminated on"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=labelled(RecordState), default=RecordState.ACTIVE
    )

    audit: ClassVar = AuditPolicy(entity="listing")

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ("isin", "mic")
        constraints = [
            models.UniqueConstraint(fields=["isin", "mic"], name="instrumentlisting_once"),
            known("status", RecordState, name="instrumentlisting_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.isin} {self.mic}"
