"""The order in which open exceptions are worked off, one by one and by what they have in common."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self

from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Extract, Greatest

from core.access import DeskScopedQuerySet

if TYPE_CHECKING:
    from desk.models.exceptions import ControlException

HOURS_LEFT_MIN: Final = Decimal("0.25")
HOURS_LEFT_UNKNOWN: Final = Decimal(24)
SAMPLE: Final = 20
ROUNDED: Final = Decimal("0.999999")
"""What the database rounds in a division is less than this leaves."""
SECONDS_PER_HOUR: Final = Decimal(3600)
Alike = tuple[str, str, str]
ALIKE: Final = ("rule_code", "cause_kind", "cause")
"""Exceptions that agree in these have one cause, and one repair."""


def number() -> DecimalField[Any, Any]:
    """Return what amounts and hours are reckoned in."""
    return DecimalField(max_digits=30, decimal_places=6)


def hours_left(at: datetime) -> Greatest:
    """Return how many hours are left until `due_at`.

    Overdue, or due within a quarter of an hour, counts a quarter of an hour; no due time a day.
    """
    seconds = Extract(F("due_at") - Value(at), "epoch", output_field=number())
    hours = Coalesce(seconds / SECONDS_PER_HOUR, HOURS_LEFT_UNKNOWN, output_field=number())
    return Greatest(hours, HOURS_LEFT_MIN, output_field=number())


def at_risk_eur() -> Case:
    """Return the euros at risk: every room tells euros, and what is of no known rate is unknown."""
    return Case(When(currency="EUR", then=F("amount_at_risk")), output_field=number())


class ExceptionQuerySet(DeskScopedQuerySet["ControlException"]):
    """Exceptions of desks, in the order of what they put at risk."""

    def with_priority(self, *, at: datetime) -> Self:
        """Add `priority`: the amount at risk for each hour that is left; None if not known."""
        return self.annotate(priority=at_risk_eur() / hours_left(at))

    def by_priority(self, *, descending: bool = True) -> Self:
        """Order by priority; those of an unknown amount come last, the gravest and first due first.

        The codes of severities stand in their order: blocking before warning.
        """
        priority = F("priority")
        first = priority.desc(nulls_last=True) if descending else priority.asc(nulls_last=True)
        return self.order_by(first, "severity", "due_at", "pk")

    def among_most_urgent(self, *, count: int) -> Self:
        """Return fewer rows, the first `count` by priority among them, of rows `with_priority`.

        A priority is at most four times the amount, so that the priorities of the largest amounts
        say from what amount on the first ones must be.
        """
        largest = self.order_by(F("amount_at_risk").desc(nulls_last=True))
        sample = largest.values_list("priority", flat=True)[: count * SAMPLE]
        known = sorted((one for one in sample if one is not None), reverse=True)
        if len(known) < count:
            return self
        return self.filter(amount_at_risk__gte=known[count - 1] * HOURS_LEFT_MIN * ROUNDED)

    def by_cause(self, *, at: datetime) -> QuerySet[ControlException, dict[str, Any]]:
        """Return one row for each cause that open exceptions have in common, with the same rule.

        `first` is the lowest of their keys and `seen` tells whether they are still the same: a key
        is given once and the next is higher, so that others have another sum or another number.
        """
        groups: QuerySet[ControlException, dict[str, Any]] = (
            self.exclude(cause="")
            .order_by()
            .values(*ALIKE)
            .annotate(
                first=Min("pk"),
                count=Count("pk"),
                key_sum=Sum("pk"),
                at_risk=Sum(at_risk_eur()),
                first_due=Min("due_at"),
                blocking=Count("pk", filter=Q(severity="BLOCKING")),
                priority=Sum(at_risk_eur() / hours_left(at)),
            )
        )
        return groups

    def owners_by_cause(self, keys: Collection[Alike]) -> dict[Alike, list[str]]:
        """Return who has some of the exceptions of each of these causes."""
        rows = self.filter(owner__isnull=False, cause__in={cause for *_of, cause in keys})
        owners: dict[Alike, list[str]] = {}
        names = rows.order_by("owner__username").values_list(*ALIKE, "owner__username").distinct()
        for rule_code, kind, cause, name in names:
            owners.setdefault((rule_code, kind, cause), []).append(name)
        return owners
