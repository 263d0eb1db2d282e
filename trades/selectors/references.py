"""Trades by the beginning of their sender's reference, however many begin alike.

The list is read from its latest trade on until a page is full. References that begin alike came
about the same time, so it need not be read where there is none of them: numbers carry their day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Final

from django.db import connection
from django.db.models import Max, Min, Q

from kernel.numbering import SERIALS, Span, first_of, spans_of
from trades.models import Trade

FEW: Final = 10_000
"""So many trades are found one by one; of more, the days are found on which they came."""
MANY: Final = 300_000
"""So many are looked at for their days; of more, the months are asked."""
SPANS_MAX: Final = 30
DAYS: Final = """
SELECT id / %s, count(*)
  FROM (SELECT id FROM trades_trade WHERE source_reference LIKE %s LIMIT %s) found GROUP BY 1
"""
MONTHS: Final = """
SELECT first, last FROM unnest(%s, %s) AS month(first, last)
 WHERE EXISTS (SELECT FROM trades_trade
                WHERE source_reference LIKE %s AND id >= first AND id <= last)
"""


def sent_as(prefix: str) -> Q | None:
    """Return "their reference starts so", in a way that an index answers; None if none does."""
    starts = Q(source_reference__startswith=prefix)
    found = list(Trade.objects.filter(starts).values_list("pk", flat=True)[: FEW + 1])
    if len(found) <= FEW:
        return Q(pk__in=found) if found else None
    like = f"{connection.ops.prep_for_like_query(prefix)}%"
    spans = _days(like) or _months(like)
    return starts & reduce(or_, (Q(pk__gte=first, pk__lte=last) for first, last in spans))


def _days(like: str) -> Sequence[Span]:
    """Return where the days of these references lie, nothing where they are too many to look at."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS, [SERIALS, like, MANY + 1])
        days = dict(cursor.fetchall())
    spans = spans_of(days)
    if sum(days.values()) > MANY or len(spans) > SPANS_MAX:
        return ()
    return spans


def _months(like: str) -> Sequence[Span]:
    """Return the months in which there are some."""
    ends = Trade.objects.aggregate(first=Min("pk"), last=Max("pk"))
    firsts, lasts = zip(*_months_between(ends["first"], ends["last"]), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, [list(firsts), list(lasts), like])
        found: list[Span] = cursor.fetchall()
    return found


def _months_between(first: int, last: int) -> Iterator[Span]:
    """Yield the numbers of each month from that of one trade to that of another."""
    begin = first
    while begin <= last:
        day = begin // SERIALS
        year, month = divmod(day // 100, 100)
        following = date(2000 + year + month // 12, month % 12 + 1, 1)
        end = min(first_of(following), last + 1)
        yield begin, end - 1
        begin = end
