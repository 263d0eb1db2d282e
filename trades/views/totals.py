"""The totals above a list of trades: of the rows that match, or of their tallies."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Sum

from core.pages import Whole, formats
from trades.models import Tally, Trade

#: What has to be read for the totals is counted on the way.
MEASURE: Final = """
SELECT currency, sum(net_amount), count(*) FROM ({rows}) one GROUP BY currency ORDER BY currency
"""
Found = tuple[str, Decimal, int]


def of_rows(rows: QuerySet[Trade], *, cap: int) -> Whole:
    """Return how many trades these are and what their net amounts come to, by currency.

    Past the cap nobody counts on, and there are no totals.
    """
    try:
        asked = rows.order_by().values("currency", "net_amount")[: cap + 1]
        text, values = asked.query.sql_with_params()
    except EmptyResultSet:
        return Whole(0, ())
    with connection.cursor() as cursor:
        cursor.execute(MEASURE.format(rows=text), values)
        whole = _whole(cursor.fetchall())
    return whole if whole.count <= cap else Whole(whole.count, (), is_counted=False)


def of_tallies(tallies: QuerySet[Tally]) -> Whole:
    """Return the same of any number of trades."""
    found = (
        tallies.order_by().values_list("currency").annotate(net=Sum("net_amount"), n=Sum("trades"))
    )
    return _whole(found.exclude(n=0).order_by("currency"))


def _whole(found: Iterable[Any]) -> Whole:
    rows: list[Found] = list(found)
    totals = tuple((currency, formats.amount(net, currency)) for currency, net, _n in rows)
    return Whole(int(sum(n for *_net, n in rows)), totals)
