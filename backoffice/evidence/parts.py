"""What a report of control evidence is made of: the days it is about, and its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.pages import formats, status
from core.row_verification import SNAPSHOT
from reporting.facts import CellKind, Row, Sheet
from reporting.services import EvidenceAsked

PRINTED_MAX: Final = 40
"""Rows of a table on paper; the workbook has them all."""
ROWS_MAX: Final = 250_000
"""Rows of a table in the workbook."""
FETCHED: Final = 5_000
HOUR_S: Final = 3_600
HUNDREDTH: Final = Decimal("0.01")
Columns = tuple[tuple[str, CellKind], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From which moment, up to which other, and of which desk, "" for all; asked `at` a moment."""

    first_day: date
    last_day: date
    desk: str
    since: datetime
    until: datetime
    at: datetime

    @classmethod
    def of(cls, asked: EvidenceAsked, *, at: datetime) -> Span:
        """Return the span of the days that are asked for; what is not over ends `at` the moment."""
        after = asked.last_day + timedelta(days=1)
        return cls(
            first_day=asked.first_day,
            last_day=asked.last_day,
            desk=asked.desk_code,
            since=_midnight(asked.first_day),
            until=min(_midnight(after), at),
            at=at,
        )

    @property
    def named(self) -> dict[str, str | int | date | datetime]:
        """Return it as the parameters of a query."""
        return {
            "since": self.since,
            "until": self.until,
            "at": self.at,
            "rows": ROWS_MAX + 1,
            "desk": self.desk,
            "first": self.first_day,
            "last": self.last_day,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table, read once, as the workbook is written: the first rows are kept for paper, so that
    both files say the same. `printed` is how many go there.
    """

    title: str
    columns: Columns
    rows: Callable[[], Iterable[Row]]
    note: str = ""
    group: str = ""
    printed: int = PRINTED_MAX
    first: list[Row] = field(default_factory=list, init=False)

    def on_paper(self) -> Sheet:
        """Return the first rows of those the workbook was given; a longer table says so."""
        note = self.note
        if len(self.first) > self.printed:
            told = _("The first %(n)s rows: the workbook has them all.") % {"n": self.printed}
            note = f"{note} {told}".strip()
        rows = self.first[: self.printed]
        return Sheet(self.title, self.columns, rows, note=note, group=self.group)

    def in_workbook(self) -> Sheet:
        """Return all rows, as they are read; where too many are, the last one says so."""
        return Sheet(self.title, self.columns, self._capped(), note=self.note)

    def _capped(self) -> Iterator[Row]:
        rows = iter(self.rows())
        for row in islice(rows, ROWS_MAX):
            if len(self.first) <= self.printed:
                self.first.append(row)
            yield row
        if next(rows, None) is not None:
            told = _("More than %(n)s rows: ask for a shorter period.") % {
                "n": formats.integer(ROWS_MAX)
            }
            yield (told, *[None] * (len(self.columns) - 1))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@contextmanager
def one_moment() -> Iterator[None]:
    """See one moment of the database, and change nothing of it.

    Not even the progress of the job is told meanwhile: others would not see it before the end.
    """
    own = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SNAPSHOT if own else "SET TRANSACTION READ ONLY")
            # it idles while the promises are asked on another session
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


def asked(query: str, span: Span) -> list[tuple[Any, ...]]:
    """Return the rows of a query about the span: few, for they are sums."""
    with connection.cursor() as cursor:
        cursor.execute(query, span.named)
        return list(cursor.fetchall())


def streamed(query: str, span: Span) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query about the span, however many, some thousands in memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, span.named)
        while rows := cursor.fetchmany(FETCHED):
            yield from rows


def local(moment: datetime | None) -> datetime | None:
    """Return a moment as the clock of the house shows it."""
    return None if moment is None else timezone.localtime(moment)


def word(code: str, of: str = "") -> str:
    """Return the word of a state or kind."""
    return str(status.look(code, of=of).label) if code else ""


def hours(seconds: float | Decimal | None) -> Decimal | None:
    """Return a length of time in hours, to the hundredth."""
    return None if seconds is None else (Decimal(seconds) / HOUR_S).quantize(HUNDREDTH)


def names(found: Sequence[str] | None) -> str:
    """Write several people."""
    return ", ".join(found or ())


def columns(*told: tuple[str, CellKind] | str) -> Columns:
    """Return columns; one without a kind is text."""
    return tuple((one, CellKind.TEXT) if isinstance(one, str) else one for one in told)


def count(label: str) -> tuple[str, CellKind]:
    """A column of whole numbers."""
    return label, CellKind.COUNT


def moment(label: str) -> tuple[str, CellKind]:
    """A column of moments."""
    return label, CellKind.MOMENT


def long(label: str) -> tuple[str, CellKind]:
    """A column of long texts."""
    return label, CellKind.LONG


def day(label: str) -> tuple[str, CellKind]:
    """A column of days."""
    return label, CellKind.DAY


def rate(label: str) -> tuple[str, CellKind]:
    """A column of ratios."""
    return label, CellKind.RATIO


def amount(label: str) -> tuple[str, CellKind]:
    """A column of figures with cents."""
    return label, CellKind.AMOUNT
