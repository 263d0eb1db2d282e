"""What narrows a list to rows that lie together: so the rest of ten million need not be read.

A list is read from its latest row on until a page is full. What begins alike or came by one way
came about the same time: the list is read only on those days, for numbers carry their day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet

from kernel.numbering import SERIALS, Span, first_of, spans_of
from trades.models import CaptureBatch, Execution, MessageKey, Trade

FEW: Final = 10_000
"""So many are found one by one; of more, the days are found on which they came."""
MANY: Final = 300_000
"""So many are looked at for their days."""
SPANS_MAX: Final = 30
DAYS: Final = "SELECT number / %s, count(*) FROM ({numbers}) AS found(number) GROUP BY 1"
MONTHS: Final = """
SELECT first, last FROM unnest(%s, %s) AS month(first, last)
 WHERE EXISTS (SELECT FROM trades_trade
                WHERE source_reference LIKE %s AND id >= first AND id <= last)
"""


def sent_as(prefix: str) -> Q:
    """Return "the sender's reference of this trade starts so"."""
    starts = Q(source_reference__startswith=prefix)
    numbers = Trade.objects.filter(starts).values_list("pk")
    return _few(numbers) or _within(_days(numbers) or _months(prefix)) & starts


def told_as(prefix: str) -> Q:
    """Return the same of messages: their keys are not cut by day, and know them all."""
    starts = Q(source_reference__startswith=prefix)
    numbers = MessageKey.objects.filter(starts).values_list("execution_id")
    return _few(numbers) or _within(_days(numbers)) & starts


def came_by(batches: Q) -> Q:
    """Return "this message came in by one of these batches".

    What is said so of a batch can be said of its messages by the same names.
    """
    found = CaptureBatch.objects.filter(batches)
    numbers = Execution.objects.filter(batch__in=found).values_list("pk")
    return _few(numbers) or _within(_days(numbers)) & batches


def _few(numbers: QuerySet[Any]) -> Q | None:
    """Return "it is one of these numbers", None where they are too many."""
    found = [number for (number,) in numbers[: FEW + 1]]
    return Q(pk__in=found) if len(found) <= FEW else None


def _days(numbers: QuerySet[Any]) -> Sequence[Span]:
    """Return where the days of these numbers lie, nothing where they are too many to look at."""
    text, values = numbers[: MANY + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(DAYS.format(numbers=text), [SERIALS, *values])
        days = dict(cursor.fetchall())
    spans = spans_of(days)
    if sum(days.values()) > MANY or len(spans) > SPANS_MAX:
        return ()
    return spans


def _within(spans: Sequence[Span]) -> Q:
    return reduce(or_, (Q(pk__gte=first, pk__lte=last) for first, last in spans), Q())


def _months(prefix: str) -> Sequence[Span]:
    """Return the months in which there are trades whose reference starts so."""
    ends = Trade.objects.aggregate(first=Min("pk"), last=Max("pk"))
    firsts, lasts = zip(*_months_between(ends["first"], ends["last"]), strict=True)
    like = f"{connection.ops.prep_for_like_query(prefix)}%"
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
