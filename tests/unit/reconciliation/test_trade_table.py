"""A broker's table: the mapping decides, and every unreadable cell is named."""

from datetime import date
from decimal import Decimal

import pytest

from core.table_reading import Reading
from reconciliation.formats.trade_table import guess_columns, read_trade_lines
from tests.unit.reconciliation.real_files import ROOT, needs_real_files

COLUMNS = ("Reference", "ISIN", "Side", "Qty", "Price", "Net amount", "Ccy", "Trade date",
           "Settlement date")  # fmt: skip
ROW = ("T0001", "FR0000131104", "BUY", "100", "60.25", "6025.00", "EUR", "2026-11-18", "2026-11-20")


def plan(**changes: str) -> Reading:
    return Reading(columns=guess_columns(COLUMNS) | changes)


def test_headers_are_guessed() -> None:
    assert guess_columns(COLUMNS)["amount"] == "Net amount"
    assert set(guess_columns(COLUMNS)) == {
        "reference", "isin", "side", "quantity", "price", "amount", "currency", "trade_date",
        "settlement_date",
    }  # fmt: skip


def test_row_becomes_a_line() -> None:
    read = read_trade_lines(COLUMNS, [ROW], plan())

    (line,) = read.lines
    assert read.findings == ()
    assert (line.reference, line.isin, line.side) == ("T0001", "FR0000131104", "BUY")
    assert (line.quantity, line.price, line.amount) == (
        Decimal(100), Decimal("60.25"), Decimal("6025.00"),
    )  # fmt: skip
    assert (line.trade_date, line.settlement_date) == (date(2026, 11, 18), date(2026, 11, 20))


@pytest.mark.parametrize(
    ("case", "index", "value", "field"),
    [
        ("no_reference", 0, "", "reference"),
        ("long_reference", 0, "R" * 65, "reference"),
        ("wrong_check_digit", 1, "FR0000131105", "isin"),
        ("unknown_side", 2, "LONG", "side"),
        ("negative_quantity", 3, "-5", "quantity"),
        ("zero_quantity", 3, "0", "quantity"),
        ("nan", 4, "NaN", "price"),
        ("infinity", 4, "Infinity", "price"),
        ("huge_exponent", 5, "1e400", "amount"),
        ("formula", 5, "=1+1", "amount"),
        ("full_width_digits", 3, "１２", "quantity"),
        ("currency_word", 6, "euro", "currency"),
        ("31_february", 7, "2026-02-31", "trade_date"),
        ("other_date_format", 8, "20/11/2026", "settlement_date"),
    ],
)
def test_unreadable_cell_is_named(case: str, index: int, value: str, field: str) -> None:
    row = [*ROW]
    row[index] = value

    read = read_trade_lines(COLUMNS, [ROW, row], plan())

    (finding,) = read.findings
    assert len(read.lines) == 1, case
    assert (finding.code, finding.line, finding.field, finding.found) == (
        "TAB-VALUE", 3, field, value,
    ), case  # fmt: skip
    assert finding.column == COLUMNS[index]


@pytest.mark.parametrize(
    ("mark", "text", "expected"),
    [
        (".", "1,234,567.89", "1234567.89"),
        (".", "1 234.5", "1234.5"),
        (",", "1.234.567,89", "1234567.89"),
        (",", "1\u202f234,5", "1234.5"),
        (",", "1234", "1234"),
    ],
)
def test_numbers_of_both_worlds(mark: str, text: str, expected: str) -> None:
    row = [*ROW]
    row[5] = text
    columns = Reading(columns=guess_columns(COLUMNS), decimal_mark=mark)

    if mark == ",":
        row[4] = "60,25"
    (line,) = read_trade_lines(COLUMNS, [row], columns).lines

    assert line.amount == Decimal(expected)


def test_missing_columns_are_all_named_at_once() -> None:
    read = read_trade_lines(COLUMNS, [ROW], Reading(columns={"reference": "Ref"}))

    assert {finding.code for finding in read.findings} == {"TAB-FIELD", "TAB-COLUMN"}
    assert len(read.findings) == 9


def test_empty_table_is_said_so() -> None:
    assert read_trade_lines(COLUMNS, [], plan()).findings[0].code == "TAB-EMPTY"


@needs_real_files
def test_real_broker_file_is_read() -> None:
    path = ROOT / "recon-breaks/jennasilvera__trade-reconciliation-sql-project/data/raw"
    table = [row.split(",") for row in (path / "broker_trades.csv").read_text().splitlines()]

    read = read_trade_lines(table[0], table[1:], Reading(columns=guess_columns(table[0])))

    assert read.findings == ()
    assert len(read.lines) == len(table) - 1
