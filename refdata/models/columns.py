"""Column shapes and constraints that the models of this room share."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

from django.db.models import CheckConstraint, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PRICE_LIMIT: Final = Decimal(10) ** 10
QUANTITY_LIMIT: Final = Decimal(10) ** 18
LABELS: Final[dict[str, str | Promise]] = {
    "ACTIVE": _("active"),
    "INACTIVE": _("inactive"),
    "EQUITY": _("share"),
    "BOND": _("bond"),
    "ETF": "ETF",
    "FUND": _("fund"),
    "DERIVATIVE": _("derivative"),
    "MONETARY": _("amount per unit"),
    "PERCENT": _("percent of nominal"),
    "CASH": _("cash"),
    "SECURITIES": _("securities"),
    "EXCHANGE": _("exchange"),
    "PAYMENT": _("payments"),
    "PENDING": _("pending"),
    "APPROVED": _("approved"),
    "REFUSED": _("refused"),
}


def positive(column: str, *, name: str, limit: Decimal = PRICE_LIMIT) -> CheckConstraint:
    """Require 0 < column < limit.

    PostgreSQL orders NaN above every number, so the upper bound is what refuses NaN (and
    Infinity): `column > 0` alone would let both in.
    """
    return CheckConstraint(
        condition=Q(**{f"{column}__gt": 0}) & Q(**{f"{column}__lt": limit}), name=name
    )


def known(column: str, kinds: type[StrEnum], *, name: str, blank: bool = False) -> CheckConstraint:
    """Require one of the values of an enum (or nothing, when blank)."""
    values = [member.value for member in kinds] + ([""] if blank else [])
    return CheckConstraint(condition=Q(**{f"{column}__in": values}), name=name)


def shaped(column: str, pattern: str, *, name: str) -> CheckConstraint:
    """Require a regular expression on the whole column."""
    return CheckConstraint(condition=Q(**{f"{column}__regex": pattern}), name=name)


def choices(kinds: type[StrEnum]) -> list[tuple[str, str | Promise]]:
    """Return Django choices with their translated names."""
    return [(member.value, LABELS[member.value]) for member in kinds]
