"""What our accounts held at the end of a day, as custodians, banks or the ledger state it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.columns import QUANTITY_LIMIT, finite, shaped
from core.policies import AuditPolicy
from refdata.models.instruments import Instrument
from refdata.models.organisation import Account


class Holding(models.Model):
    """One line of a statement of holdings: a security or a currency, settled by the end of a day.

    A statement is whole: what an account is not said to hold on its latest day it does not hold.
    Cash may be below zero. What is blocked or pledged is part of the quantity.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="holdings", verbose_name=_("account")
    )
    day = models.DateField(_("day"))
    instrument = models.ForeignKey(
        Instrument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="holdings",
        verbose_name=_("instrument"),
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=28, decimal_places=10)
    blocked = models.DecimalField(
        pgettext_lazy("securities", "blocked"), max_digits=28, decimal_places=10, default=0
    )
    pledged = models.DecimalField(_("pledged"), max_digits=28, decimal_places=10, default=0)
    source = models.CharField(_("source"), max_length=20)

    audit: ClassVar = AuditPolicy(entity="holding", key="account_id")

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        ordering = ("account", "-day", "instrument", "currency")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "instrument"],
                condition=Q(instrument__isnull=False),
                name="holding_of_a_security_once",
            ),
            models.UniqueConstraint(
                fields=["account", "day", "currency"],
                condition=~Q(currency=""),
                name="holding_of_a_currency_once",
            ),
            models.CheckConstraint(
                condition=Q(instrument__isnull=True) ^ Q(currency=""),
                name="holding_of_one_thing",
            ),
            shaped("currency", "^([A-Z]{3})?$", name="holding_currency_shape"),
            finite(
                name="holding_finite",
                quantity=QUANTITY_LIMIT,
                blocked=QUANTITY_LIMIT,
                pledged=QUANTITY_LIMIT,
            ),
            models.CheckConstraint(
                condition=Q(blocked__gte=0, pledged__gte=0, quantity__gt=-QUANTITY_LIMIT),
                name="holding_nothing_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(instrument__isnull=True) | Q(quantity__gte=0),
                name="holding_no_security_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.instrument_id or self.currency} {self.day}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:account", args=[self.account_id])
