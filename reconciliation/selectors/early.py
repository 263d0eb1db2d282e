"""Lines of intraday reports, and of the statements that come after them, as frames."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl
from django.db.models import Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from reconciliation.frames.replacing import LINE
from reconciliation.models import Replacement, Statement, StatementLine
from reconciliation.states import LineKind, Purpose, StatementState

BOOKED: Final = Coalesce("trade_date", "statement__period_to", "value_date")
"""When a line of a report was booked: as it says itself, else the day of its report."""


def covered_until(account: str, currency: str) -> date | None:
    """Return the last day that the statements of an account cover, None without any."""
    held = Statement.objects.filter(
        account_number=account,
        currency=currency,
        purpose=Purpose.FINAL,
        source__kind=LineKind.CASH,
        source__state__in=(StatementState.IMPORTED, StatementState.RECEIVED),
    )
    last: date | None = held.aggregate(last=Max("period_to"))["last"]
    return last


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


def live_intraday_lines(account: str, currency: str, until: date) -> pl.DataFrame:
    """Return the lines of reports that nothing has replaced, booked until a day."""
    lines = _intraday(account, currency, until=until)
    return _frame(lines.filter(replacement__isnull=True))


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
