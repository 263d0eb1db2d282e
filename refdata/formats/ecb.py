"""Euro reference rates of the ECB: eurofxref.csv (one day) and eurofxref-hist.csv (all days)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from babel.numbers import is_currency

from kernel.calendars import SPAN, is_plausible
from kernel.findings import Finding
from refdata.facts import RateRow, Reading
from refdata.formats import source
from refdata.formats.source import BadValue, Record, unusable

ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
ABSENT: Final = ("", "N/A")
NOT_QUOTED: Final = "ABSENT"
RATE_LIMIT: Final = Decimal(10) ** 10


def read(content: bytes) -> Reading[RateRow]:
    """Return units per euro by day and currency; `N/A` is no rate and is counted as absent.

    Raises UnreadableReferenceFile when a column is no currency or nothing could be read.
    """
    rows: list[RateRow] = []
    findings = source.Remarks()
    seen = absent = 0
    for record in source.csv_records(content, required=("DATE",)):
        seen += 1
        try:
            day = _day(record)
        except BadValue as bad:
            findings.append(bad.finding)
            continue
        for rate, bad_value in _rates(record, day):
            if rate is not None:
                rows.append(rate)
            elif bad_value is not None:
                findings.append(bad_value)
            else:
                absent += 1
    if not rows:
        raise unusable("REF-028", expected="ECB", more=tuple(findings))
    return Reading(tuple(rows), tuple(findings), seen, {NOT_QUOTED: absent})


def _day(record: Record) -> date:
    text = record.required("DATE")
    try:
        if ISO_DAY.fullmatch(text):
            day = date.fromisoformat(text)
        else:
            day = datetime.strptime(text, "%d %B %Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        record.refuse("REF-002", "DATE", text)
    if not is_plausible(day):
        record.refuse("REF-043", "DATE", text, expected=SPAN)
    return day


def _rates(record: Record, day: date) -> Iterator[tuple[RateRow | None, Finding | None]]:
    for column in record.values:
        if column in ("", "DATE"):
            continue
        try:
            yield _rate(record, column, day), None
        except BadValue as bad:
            yield None, bad.finding


def _rate(record: Record, column: str, day: date) -> RateRow | None:
    if not is_currency(column):
        raise unusable("REF-029", line=1, found=column)
    if record.text(column) in ABSENT:
        return None
    rate = record.decimal(column)
    if rate is None or not 0 < rate < RATE_LIMIT:
        record.refuse("REF-011", column, record.text(column))
    return RateRow(day, column, rate)
