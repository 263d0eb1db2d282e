"""Closing prices: a CSV file with the columns ISIN, DAY, CLOSE and, optionally, CURRENCY.

HIGH and LOW, optional too and told together, are the range of the day; the close lies in it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from kernel.identifiers import is_isin
from refdata.facts import PriceRow, Reading
from refdata.formats import source
from refdata.formats.source import Record

PRICE_LIMIT: Final = Decimal(10) ** 10
PRICE_DECIMALS: Final = 10


def read(content: bytes) -> Reading[PriceRow]:
    """Return one price per line; raises UnreadableReferenceFile when there is none."""
    return source.rows_of(
        content,
        required=("ISIN", "DAY", "CLOSE"),
        expected="CLOSE",
        row=_row,
        key=lambda row: (row.isin, row.day),
        named="ISIN",
    )


def _row(record: Record) -> PriceRow:
    isin = record.required("ISIN")
    if not is_isin(isin):
        record.refuse("REF-009", "ISIN", isin)
    record.required("DAY")
    day = record.day("DAY")
    record.required("CLOSE")
    close = record.decimal("CLOSE")
    if day is None or close is None or not 0 < close < PRICE_LIMIT or _decimals(close):
        record.refuse("REF-012", "CLOSE", record.text("CLOSE"))
    high, low = (_bound(record, column) for column in ("HIGH", "LOW"))
    if (high is None) is not (low is None):
        record.required("LOW" if low is None else "HIGH")
    if high is not None and close > high:
        record.refuse("REF-012", "HIGH", record.text("HIGH"))
    if low is not None and close < low:
        record.refuse("REF-012", "LOW", record.text("LOW"))
    return PriceRow(record.line, isin, day, close, record.text("CURRENCY"), high, low)


def _bound(record: Record, column: str) -> Decimal | None:
    price = record.decimal(column)
    if price is not None and (not 0 < price < PRICE_LIMIT or _decimals(price)):
        record.refuse("REF-012", column, record.text(column))
    return price


def _decimals(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -exponent > PRICE_DECIMALS
