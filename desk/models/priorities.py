"""The order in which open exceptions are worked off, one by one and by what they have in common."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
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
WINDOWS: Final = (HOURS_LEFT_MIN, Decimal(4), Decimal(24), Decimal(168))
"""Within which hours the largest amounts are sought, to know how urgent the first ones are."""
NEAR: Final = 1_000
"""More than so many are sought among what is as good as overdue, or else by reading all."""
DUE_BOUND_MAX: Final = Decimal(24 * 366)
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


def hours(count: Decimal) -> timedelta:
    """Return so many hours, to the microsecond."""
    return timedelta(microseconds=int(count * SECONDS_PER_HOUR * 1_000_000))


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

    def among_most_urgent(self, *, count: int, at: datetime) -> Self:
        """Return fewer rows, the first `count` by priority among them, of rows `with_priority`.

        Where so many are due within some hours, the last of their amounts by those hours is a
        priority that the first ones have at least. None of them has less than a quarter of it at
        risk, nor more time left than what the largest amount of all is urgent for.
        """
        largest = self._amounts_due(at=at, within=None).first()
        for window in WINDOWS if count <= NEAR else WINDOWS[:1]:
            last = next(iter(self._amounts_due(at=at, within=window)[count - 1 : count]), None)
            if largest and last and last > 0:
                least = last / window * ROUNDED
                return self._at_least(least, largest=largest, at=at)
        return self

    def _amounts_due(
        self, *, at: datetime, within: Decimal | None
    ) -> QuerySet[ControlException, Decimal | None]:
        """Return the euros at risk of what is due within some hours, the largest first."""
        rows = self.filter(currency="EUR", amount_at_risk__isnull=False)
        if within is not None:
            rows = rows.filter(due_at__lte=at + hours(within))
        order = F("amount_at_risk").desc(nulls_last=True)
        return rows.order_by(order).values_list("amount_at_risk", flat=True)

    def _at_least(self, least: Decimal, *, largest: Decimal, at: datetime) -> Self:
        """Leave out what cannot have such a priority while nothing has more than `largest`."""
        found = self.filter(amount_at_risk__gte=least * HOURS_LEFT_MIN)
        left = largest / least
        if left > DUE_BOUND_MAX:
            return found
        return found.filter(Q(due_at__lte=at + hours(left)) | Q(due_at=None))

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
