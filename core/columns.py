"""Columns and constraints that the tables of every room share: what PostgreSQL itself checks."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.db.models import CheckConstraint, DecimalField, JSONField, Q, TextChoices
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kinds = Iterable[StrEnum | TextChoices]
NAME_LENGTH: Final = 150
AMOUNT_LIMIT: Final = Decimal(10) ** 16
PRICE_LIMIT: Final = Decimal(10) ** 10
QUANTITY_LIMIT: Final = Decimal(10) ** 18
"""Above these a column overflows. PostgreSQL orders NaN above every number: they refuse it, too."""


class EvidenceField(JSONField):
    """JSON kept letter by letter as the text it came in: what was hashed can be hashed again.

    Written once and read whole; `said` reads a single key.
    """

    def db_type(self, connection: Any) -> str:  # noqa: ANN401 - as the base has it
        return "text"


def said(column: str, key: str) -> KeyTextTransform:
    """Return what an evidence column says under a key, as text."""
    return KeyTextTransform(key, Cast(column, JSONField()))


def coded(kinds: Kinds) -> list[tuple[str, str]]:
    """Return choices whose label is the stable code; pages translate them."""
    return [(member.value, member.value) for member in kinds]


def known(column: str, kinds: Kinds, *, name: str, blank: bool = False) -> CheckConstraint:
    """Require a member of `kinds` (or nothing, when blank)."""
    values = [member.value for member in kinds] + ([""] if blank else [])
    return CheckConstraint(condition=Q(**{f"{column}__in": values}), name=name)


def finite(*, name: str, **limits: Decimal) -> CheckConstraint:
    """Require column < limit: no NaN and no Infinity."""
    condition = Q()
    for column, limit in limits.items():
        condition &= Q(**{f"{column}__lt": limit})
    return CheckConstraint(condition=condition, name=name)


def positive(column: str, *, name: str, limit: Decimal = PRICE_LIMIT) -> CheckConstraint:
    """Require 0 < column < limit; `column > 0` alone would let NaN and Infinity in."""
    return CheckConstraint(
        condition=Q(**{f"{column}__gt": 0}) & Q(**{f"{column}__lt": limit}), name=name
    )


def shaped(column: str, pattern: str, *, name: str) -> CheckConstraint:
    """Require a regular expression on the whole column."""
    return CheckConstraint(condition=Q(**{f"{column}__regex": pattern}), name=name)


def amount(
    label: StrOrPromise, *, default: int | None = None, null: bool = False
) -> DecimalField[Any, Any]:
    """Return an amount column, numeric(20,4); without a default it must be given."""
    options: dict[str, Any] = {} if default is None else {"default": default}
    return DecimalField(label, max_digits=20, decimal_places=4, null=null, blank=null, **options)
