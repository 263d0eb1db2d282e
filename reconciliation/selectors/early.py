"""Lines of intraday reports, and of the statements that come after them, as frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl
from django.db.models import F, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from reconciliation.frames.replacing import LINE
from reconciliation.models import Replacement, Statement, StatementLine
from reconciliation.states import FileFormat, LineKind, Purpose, StatementState

DAY: Final = timedelta(days=1)
BOOKED: Final = Coalesce("trade_date", "statement__period_to", "value_date")
"""When a line of a report was booked: as it says itself, else the day of its report."""


PROVES_ITS_DAY: Final = (
    FileFormat.MT940.value,
    FileFormat.MT950.value,
    FileFormat.CAMT053.value,
    FileFormat.CFONB.value,
)
"""Formats in which a bank says that a day is closed; others are cut whenever somebody asks."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Days that the statements of an account reach, and those of which they have every line.

    `first` and `last` are None while no day is whole.
    """

    until: date
    first: date | None
    last: date | None


def covered(account: str, currency: str) -> Covered | None:
    """Return the days that the statements of an account cover, None without any.

    Whole are the days after the first opening balance until a last page; of a file that does not
    say that its day is closed, those that were over when it was received.
    """
    held = _finals(account, currency)
    received, day = F("source__received_at__date"), F("period_to")
    closes = Q(source__format__in=PROVES_ITS_DAY) | Q(source__received_at__date__gt=day)
    told = held.aggregate(
        until=Max("period_to"),
        closed=Max("period_to", filter=Q(is_last_page=True) & closes),
        cut=Max(received, filter=Q(is_last_page=True) & ~closes),
        first=Min("period_to"),
        opened=Min("opened_on"),
    )
    if told["until"] is None:
        return None
    ends = [told["closed"], told["cut"] and told["cut"] - DAY]
    first = min(told["first"], (told["opened"] or told["first"]) + DAY)
    return Covered(told["until"], first, max((end for end in ends if end), default=None))


def _finals(account: str, currency: str) -> QuerySet[Statement]:
    return Statement.objects.filter(
        account_number=account,
        currency=currency,
        purpose=Purpose.FINAL,
        source__kind=LineKind.CASH,
        source__state__in=(StatementState.IMPORTED, StatementState.RECEIVED),
    )


def reported_lines(statement: Statement) -> pl.DataFrame:
    """Return the lines of one intraday report."""
    return _frame(StatementLine.objects.filter(statement=statement))


def first_lines_before(statement: Statement, since: date) -> pl.DataFrame:
    """Return the lines of the account's reports before this one that repeat no other report.

    Those that a statement has replaced are among them: a report may come late.
    """
    repeats = Replacement.objects.filter(by__statement__purpose=Purpose.INTRADAY)
    lines = _intraday(statement.account_number, statement.currency, since=since)
    earlier = lines.filter(statement_id__lt=statement.pk)
    return _frame(earlier.exclude(pk__in=repeats.values("line_id")))


def sought_lines(account: str, currency: str, since: date, until: date) -> pl.DataFrame:
    """Return the lines of reports booked in these days that no line replaces yet.

    Those that a statement lacked are among them: a later one may have them.
    """
    lines = _intraday(account, currency, since=since, until=until)
    return _frame(lines.filter(replacement__by__isnull=True))


def lacking(line_ids: Sequence[int], days: Covered) -> list[int]:
    """Return those of these lines that a whole day should have, and of which nobody was told."""
    if days.first is None or days.last is None:
        return []
    lines = StatementLine.objects.filter(pk__in=line_ids, replacement__isnull=True)
    whole = lines.alias(booked=BOOKED).filter(booked__range=(days.first, days.last))
    return list(whole.order_by("pk").values_list("pk", flat=True))


def unused_final_lines(account: str, currency: str, since: date) -> pl.DataFrame:
    """Return the lines of statements that reach that day and replace no line of a report yet."""
    lines = StatementLine.objects.filter(
        account_number=account,
        currency=currency,
        kind=LineKind.CASH,
        statement__purpose=Purpose.FINAL,
        statement__period_to__gte=since,
    )
    return _frame(
        lines.filter(~Q(pk__in=Replacement.objects.filter(by__isnull=False).values("by")))
    )


def first_day(line_ids: Sequence[int]) -> date | None:
    """Return the earliest day on which one of these lines of reports was booked."""
    lines = StatementLine.objects.filter(pk__in=line_ids)
    first: date | None = lines.aggregate(first=Min(BOOKED))["first"]
    return first


def _intraday(
    account: str, currency: str, *, since: date = date.min, until: date = date.max
) -> QuerySet[StatementLine]:
    lines = StatementLine.objects.filter(
        account_number=account,
        currency=currency,
        kind=LineKind.CASH,
        statement__purpose=Purpose.INTRADAY,
    )
    return lines.alias(booked=BOOKED).filter(booked__range=(since, until))


def _frame(lines: QuerySet[StatementLine]) -> pl.DataFrame:
    rows = lines.values_list("id", "amount", "value_date", "reference", "bank_reference")
    return pl.DataFrame(
        [(pk, str(amount), *rest) for pk, amount, *rest in rows.iterator()],
        schema=LINE,
        orient="row",
    )
