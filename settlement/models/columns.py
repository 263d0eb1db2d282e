"""The terms of a deal, as both sides tell them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.columns import AMOUNT_LIMIT, PRICE_LIMIT, QUANTITY_LIMIT, amount, finite
from settlement.models.labels import labelled
from trades.facts import Product


class DealSide(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class Terms(models.Model):
    """What a confirmation is about; `amount` is the net amount to be settled.

    Of an exchange of currencies it is what is dealt, and `counter_amount` what is paid for it; of a
    repo or a loan the cash of the start, and `rate` is the repo rate (percent) or the fee (basis
    points). Without `end_date` it is open.
    """

    isin = models.CharField("ISIN", max_length=12, blank=True, default="")
    side = models.CharField(_("side"), max_length=4, choices=labelled(DealSide), blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=28, decimal_places=10, null=True)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=10, null=True)
    counter_amount = amount(_("counter-amount"), null=True)
    end_amount = amount(_("cash at the end"), null=True)
    amount = amount(_("net amount"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    trade_date = models.DateField(_("trade date"), null=True)
    settlement_date = models.DateField(_("settlement date"), null=True)
    product = models.CharField(
        _("product"), max_length=8, choices=labelled(Product), blank=True, default="", db_default=""
    )
    pair = models.CharField(
        _("pair of currencies"), max_length=7, blank=True, default="", db_default=""
    )
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10, null=True)
    end_date = models.DateField(_("end date"), null=True)

    class Meta:
        abstract = True


def numbers(name: str) -> models.CheckConstraint:
    """Return the constraint that every number of the terms is one."""
    return finite(name=name, quantity=QUANTITY_LIMIT, price=PRICE_LIMIT, amount=AMOUNT_LIMIT)


def deal_numbers(name: str) -> models.CheckConstraint:
    """Return the same of the numbers that trades of two legs have besides."""
    return finite(name=name, counter_amount=AMOUNT_LIMIT, rate=PRICE_LIMIT, end_amount=AMOUNT_LIMIT)
