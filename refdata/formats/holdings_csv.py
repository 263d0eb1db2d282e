"""Holdings: a CSV file with the columns ACCOUNT, DAY, QUANTITY and ISIN or CURRENCY.

BLOCKED and PLEDGED are parts of the quantity, none where they are empty; SOURCE says who states it.
What is not named is not held: a statement of which a line is refused is left out as a whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Final

from kernel.findings import Finding
from kernel.identifiers import is_isin
from refdata.facts import HoldingRow, Reading
from refdata.formats import source
from refdata.formats.source import BadValue, Record

COLUMNS: Final = ("ACCOUNT", "DAY", "QUANTITY")
DIGITS: Final = (18, 10)
CODE_LENGTH: Final = 3
SOURCE_LENGTH: Final = 20
ZERO: Final = Decimal(0)
Statement = tuple[str | None, date | None, bool | None]
"""Account, day and whether it is of cash; None: any, as the line does not say."""


def read(content: bytes) -> Reading[HoldingRow]:
    """Return one holding per line of the statements that are whole, by account, day and securities
    or cash; raises UnreadableReferenceFile when there is no line.
    """
    reading = source.rows_of(
        content,
        required=COLUMNS,
        expected="QUANTITY",
        row=_row,
        key=lambda row: (row.account, row.day, row.isin, row.currency),
        named="ACCOUNT",
    )
    return _whole(reading, content) if reading.findings else reading


def by_day(reading: Reading[HoldingRow], today: date) -> Reading[HoldingRow]:
    """Return what is said of days until today: nobody knows what will be held at the end of one
    that is still to come, and as the latest it would hide all that are true.
    """
    late = [row for row in reading.rows if row.day > today]
    if not late:
        return reading
    return replace(
        reading,
        rows=tuple(row for row in reading.rows if row.day <= today),
        findings=(*reading.findings, *map(_still_to_come, late)),
    )


def _still_to_come(row: HoldingRow) -> Finding:
    return replace(
        source.REMARKS["REF-059"],
        field="DAY",
        column="DAY",
        found=row.day.isoformat(),
        line=row.line,
    )


def _whole(reading: Reading[HoldingRow], content: bytes) -> Reading[HoldingRow]:
    """Leave out each line of a statement of which a line is refused, with a finding of its own."""
    refused = {finding.line for finding in reading.findings}
    broken: dict[Statement, int] = {}
    for record in source.csv_records(content, required=COLUMNS):
        if record.line in refused:
            broken.setdefault(_statement(record), record.line)
    rows, left_out = [], []
    for row in reading.rows:
        line = next((broken[one] for one in _may_be(row) if one in broken), None)
        if line is None:
            rows.append(row)
        else:
            left_out.append(_left_out(row, line))
    return replace(reading, rows=tuple(rows), findings=(*reading.findings, *left_out))


def _statement(record: Record) -> Statement:
    """Return the statement of a refused line; with more cells than the header it may be any."""
    account = day = None
    cells = ["", ""]
    if not record.has_more:
        with contextlib.suppress(BadValue):
            account = record.text("ACCOUNT") or None
        with contextlib.suppress(BadValue):
            day = record.day("DAY")
        with contextlib.suppress(BadValue):
            cells = [record.text("ISIN"), record.text("CURRENCY")]
    isin, currency = map(bool, cells)
    return account, day, currency if isin is not currency else None


def _may_be(row: HoldingRow) -> Iterator[Statement]:
    return product((row.account, None), (row.day, None), (bool(row.currency), None))


def _left_out(row: HoldingRow, line: int) -> Finding:
    return replace(
        source.REMARKS["REF-060"],
        field="ACCOUNT",
        column="ACCOUNT",
        found=row.account,
        expected=str(line),
        line=row.line,
    )


def _row(record: Record) -> HoldingRow:
    account = record.required("ACCOUNT")
    record.required("DAY")
    day = record.day("DAY")
    record.required("QUANTITY")
    quantity = record.decimal("QUANTITY", digits=DIGITS)
    if day is None or quantity is None:
        record.refuse("REF-001", "QUANTITY")
    isin, currency = _thing(record)
    if isin and quantity < 0:
        record.refuse("REF-054", "QUANTITY", record.text("QUANTITY"))
    return HoldingRow(
        line=record.line,
        account=account,
        day=day,
        isin=isin,
        currency=currency,
        quantity=quantity,
        blocked=_part(record, "BLOCKED"),
        pledged=_part(record, "PLEDGED"),
        source=record.text("SOURCE", most=SOURCE_LENGTH) or "FILE",
    )


def _thing(record: Record) -> tuple[str, str]:
    """Return the ISIN or the currency: one of the two and not both."""
    isin, currency = record.text("ISIN"), record.text("CURRENCY")
    if bool(isin) is bool(currency):
        record.refuse("REF-055", "ISIN", isin)
    if isin and not is_isin(isin):
        record.refuse("REF-009", "ISIN", isin)
    is_code = len(currency) == CODE_LENGTH and currency.isascii() and currency.isupper()
    if currency and not is_code:
        record.refuse("REF-045", "CURRENCY", currency)
    return isin, currency


def _part(record: Record, column: str) -> Decimal:
    amount = record.decimal(column, digits=DIGITS)
    if amount is not None and amount < 0:
        record.refuse("REF-054", column, record.text(column))
    return ZERO if amount is None else amount
