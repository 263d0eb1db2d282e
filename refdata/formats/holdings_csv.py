"""Holdings: a CSV file with the columns ACCOUNT, DAY, QUANTITY and ISIN or CURRENCY.

BLOCKED and PLEDGED are parts of the quantity, none where they are empty; SOURCE says who states it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.findings import Finding
from kernel.identifiers import is_isin
from refdata.facts import HoldingRow, Reading
from refdata.formats import source
from refdata.formats.source import Record

COLUMNS: Final = ("ACCOUNT", "DAY", "QUANTITY")
DIGITS: Final = (18, 10)
CODE_LENGTH: Final = 3
SOURCE_LENGTH: Final = 20
ZERO: Final = Decimal(0)


def read(content: bytes) -> Reading[HoldingRow]:
    """Return one holding per line; raises UnreadableReferenceFile when there is none."""
    return source.rows_of(
        content,
        required=COLUMNS,
        expected="QUANTITY",
        row=_row,
        key=lambda row: (row.account, row.day, row.isin, row.currency),
        named="ACCOUNT",
    )


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
