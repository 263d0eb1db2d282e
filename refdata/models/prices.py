"""Closing prices and exchange rates, one per day and source."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.columns import positive, shaped
from core.policies import AuditPolicy
from refdata.models.instruments import Instrument


class Price(models.Model):
    """A close, in the instrument's currency or in percent of nominal as its price type says.

    `high` and `low` are the range of the day on the venue, where the source tells it.
    """

    instrument = models.ForeignKey(
        Instrument, models.CASCADE, related_name="prices", verbose_name=_("instrument")
    )
    day = models.DateField(_("day"))
    source = models.CharField(_("source"), max_length=20)
    close = models.DecimalField(_("close"), max_digits=20, decimal_places=10)
    high = models.DecimalField(
        _("highest of the day"), max_digits=20, decimal_places=10, null=True, blank=True
    )
    low = models.DecimalField(
        _("lowest of the day"), max_digits=20, decimal_places=10, null=True, blank=True
    )

    audit: ClassVar = AuditPolicy(entity="price")

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ("-day", "instrument")
        constraints = [
            models.UniqueConstraint(fields=["instrument", "day", "source"], name="price_once"),
            positive("close", name="price_close_positive"),
            positive("high", name="price_high_positive"),
            positive("low", name="price_low_positive"),
            models.CheckConstraint(
                condition=models.Q(high__isnull=True, low__isnull=True)
                | models.Q(
                    high__isnull=False,
                    low__isnull=False,
                    low__lte=models.F("close"),
                    high__gte=models.F("close"),
                ),
                name="price_range_of_the_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.day} {self.close}"


class FxRate(models.Model):
    """Units of `currency` for one euro."""

    day = models.DateField(_("day"))
    currency = models.CharField(_("currency"), max_length=3)
    rate = models.DecimalField(_("units for 1 EUR"), max_digits=20, decimal_places=10)
    source = models.CharField(_("source"), max_length=20)

    audit: ClassVar = AuditPolicy(entity="fx_rate")

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ("-day", "currency")
        constraints = [
            models.UniqueConstraint(fields=["currency", "day", "source"], name="fxrate_once"),
            shaped("currency", "^[A-Z]{3}$", name="fxrate_currency_shape"),
            positive("rate", name="fxrate_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day} {self.rate}"
