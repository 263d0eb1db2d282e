"""Columns, labels and checks that captured messages and trades share."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trades.states import Side

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS: dict[str, Any] = {
    "RECEIVED": _("Received"),
    "REJECTED": _("Rejected"),
    "ENRICHED": _("Enriched"),
    "ON_HOLD": _("On hold"),
    "PENDING_VALIDATION": _("To validate"),
    "VALIDATED": _("Validated"),
    "CLOSED": _("Closed"),
    "SETTLED": _("Settled"),
    "CANCELLED": _("Cancelled"),
    "ALLOCATED": _("Allocated"),
    "MATURED": _("Matured"),
    "TERMINATED": _("Terminated"),
    "NOVATED": _("Novated"),
    "EXERCISED": _("Exercised"),
    "EXPIRED": _("Expired"),
    "NEW": _("New"),
    "AMEND": _("Amendment"),
    "CANCEL": _("Cancellation"),
    "BUY": _("Buy"),
    "SELL": _("Sell"),
    "DEAL": _("Own account (DEAL)"),
    "MTCH": _("Matched principal (MTCH)"),
    "AOTC": _("Other capacity (AOTC)"),
    "API": _("API, one by one"),
    "BULK": _("API, bulk"),
    "FILE": _("File"),
    "FIX": _("FIX log"),
    "MANUAL": _("By hand"),
    "BOOKED": _("Booked"),
    "PARKED": _("Parked"),
    "EXCEPTION": _("Exception"),
    "IGNORED": _("Ignored"),
}


def labelled(kind: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return the choices of a field whose values are `kind`."""
    return [(member.value, LABELS[member.value]) for member in kind]


def known(
    field: str, kind: type[StrEnum], *, name: str, blank: bool = False
) -> models.CheckConstraint:
    """Return the database's own check that `field` holds a member of `kind`."""
    values = [member.value for member in kind] + ([""] if blank else [])
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


LIMITS: dict[str, Decimal] = {"quantity": Decimal(10) ** 18, "price": Decimal(10) ** 10}
AMOUNT_LIMIT = Decimal(10) ** 16


def numbers(*fields: str, name: str) -> models.CheckConstraint:
    """Return the check that every column holds a finite number.

    PostgreSQL orders NaN above every number, so the upper bound is what refuses it.
    """
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__lt": LIMITS.get(field, AMOUNT_LIMIT)})
    return models.CheckConstraint(condition=condition, name=name)


def money(
    label: StrOrPromise, *, default: int | None = None, null: bool = False
) -> models.DecimalField[Any, Any]:
    """Return an amount column; without a default it must be given."""
    options: dict[str, Any] = {} if default is None else {"default": default}
    return models.DecimalField(
        label, max_digits=20, decimal_places=4, null=null, blank=null, **options
    )


class Terms(models.Model):
    """The typed columns that a trade and each of its versions share."""

    isin = models.CharField("ISIN", max_length=12, blank=True, default="")
    side = models.CharField(_("side"), max_length=4, choices=labelled(Side))
    quantity = models.DecimalField(_("quantity"), max_digits=28, decimal_places=10)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=10)
    currency = models.CharField(_("currency"), max_length=3)
    gross_amount = money(_("gross amount"))
    accrued_interest = money(_("accrued interest"), default=0)
    fees = money(_("fees"), default=0)
    net_amount = money(_("net amount"))
    trade_date = models.DateField(_("trade date"))
    traded_at = models.DateTimeField(_("traded at"))
    settlement_date = models.DateField(_("settlement date"), null=True, blank=True)

    class Meta:
        abstract = True
