"""Totals of any number of trades, read from their tallies: exact, and as fast for ten million."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from django.db.models import Count, QuerySet, Sum

from core.access import Action, DeskScopedQuerySet
from desk.models import ControlException
from desk.states import HELD_BACK
from kernel.actors import Actor
from trades.models import Tally, Trade

SUBJECT_KIND: Final = "trade"


def list_tallies(*, actor: Actor, action: Action) -> DeskScopedQuerySet[Tally]:
    """Return the tallies of the desks on which the actor may do that."""
    return Tally.objects.visible_to(actor, action)


def count_tallied(tallies: QuerySet[Tally]) -> int:
    """Return how many trades these are."""
    return tallies.aggregate(n=Sum("trades"))["n"] or 0


def count_by_state(tallies: QuerySet[Tally]) -> dict[str, int]:
    """Return how many trades are in each state that some are in."""
    counted = tallies.order_by().values_list("state").annotate(n=Sum("trades"))
    return dict(counted.exclude(n=0).order_by("state"))


def count_held(
    *, days: Collection[date], actor: Actor, action: Action
) -> dict[tuple[date, str], int]:
    """Return how many trades a control held back and no hand touched since, by day and desk."""
    held = ControlException.objects.filter(
        subject_kind=SUBJECT_KIND, severity__in=HELD_BACK, day__in=days
    )
    rows = (
        Trade.objects.visible_to(actor, action)
        .filter(trade_date__in=days, touched_by_hand_at=None, pk__in=held.values("subject_id"))
        .order_by()
        .values_list("trade_date", "desk_code")
        .annotate(n=Count("pk"))
    )
    return {(day, desk): n for day, desk, n in rows}
