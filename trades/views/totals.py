"""The totals above a list of trades: of the rows that match, or of their tallies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Sum

from core.pages import Whole, formats
from trades.models import Tally


def of_rows(rows: QuerySet[Any]) -> tuple[tuple[str, str], ...]:
    """Return what the net amounts of these trades come to, by currency, as it is written."""
    found = rows.order_by().values_list("currency").annotate(total=Sum("net_amount"))
    return _written(found.order_by("currency"))


def of_tallies(tallies: QuerySet[Tally]) -> Whole:
    """Return the same of any number of trades, and how many they are."""
    found = (
        tallies.order_by()
        .values_list("currency")
        .annotate(total=Sum("net_amount"), n=Sum("trades"))
        .exclude(n=0)
        .order_by("currency")
    )
    rows = list(found)
    return Whole(sum(n for *_total, n in rows), _written(total for *total, _n in rows))


def _written(totals: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((currency, formats.amount(total, currency)) for currency, total in totals)
