"""Cash in a table: running balances are the proof, forwards or backwards."""

from decimal import Decimal

import pytest

from core.table_reading import Reading
from reconciliation.formats.cash_table import guess_cash_columns, read_cash_table

HEADERS = ("IBAN", "Currency", "Booking date", "Amount", "Balance", "Reference", "Details")
IBAN = "FR7630004000031234567890143"
ROWS = [
    (IBAN, "EUR", "2026-11-19", "-250.50", "749.50", "T1", "achat"),
    (IBAN, "EUR", "2026-11-20", "10.01", "759.51", "", "avoir"),
    (IBAN, "EUR", "2026-11-20", "10.01", "769.52", "", "avoir"),
]
READING = Reading(columns=guess_cash_columns(HEADERS))


@pytest.mark.parametrize("rows", [ROWS, ROWS[::-1]])
def test_a_table_is_read_from_its_first_or_its_last_day(rows: list[tuple[str, ...]]) -> None:
    told = read_cash_table(HEADERS, rows, READING)

    assert told.findings == ()
    (statement,) = told.statements
    assert (statement.opening.amount, statement.closing.amount) == (
        Decimal("1000.00"), Decimal("769.52"),
    )  # fmt: skip
    assert statement.entries[0].amount == Decimal("-250.50")
    assert len(statement.entries) == 3, "identical genuine lines stay"


CANCELLED = [
    (IBAN, "EUR", "2026-11-19", "-250.50", "749.50", "T1", "achat"),
    (IBAN, "EUR", "2026-11-20", "250.50", "1000.00", "T1", "annulation"),
]


@pytest.mark.parametrize("rows", [CANCELLED, CANCELLED[::-1]])
def test_dates_tell_the_order_of_rows_that_cancel(rows: list[tuple[str, ...]]) -> None:
    told = read_cash_table(HEADERS, rows, READING)

    assert told.findings == ()
    (statement,) = told.statements
    assert (statement.opening.amount, statement.closing.amount) == (1000, 1000)
    assert [entry.amount for entry in statement.entries] == [Decimal("-250.50"), Decimal("250.50")]


def test_an_order_that_neither_balances_nor_dates_tell_is_refused() -> None:
    rows = [CANCELLED[0], (*CANCELLED[1][:2], "2026-11-19", *CANCELLED[1][3:])]
    told = read_cash_table(HEADERS, rows, READING)

    assert told.statements == ()
    assert [(finding.code, finding.line) for finding in told.findings] == [("TAB-ORDER", 2)]


def test_debits_and_credits_stand_in_columns_of_their_own() -> None:
    headers = ("Compte", "Devise", "Date opération", "Débit", "Crédit", "Solde")
    rows = [(IBAN, "EUR", "19/11/2026", "250,50", "", "749,50"),
            (IBAN, "EUR", "20/11/2026", "", "1 000,00", "1 749,50")]  # fmt: skip
    reading = Reading(columns=guess_cash_columns(headers), decimal_mark=",", date_format="%d/%m/%Y")

    (statement,) = read_cash_table(headers, rows, reading).statements

    assert [entry.amount for entry in statement.entries] == [Decimal("-250.50"), Decimal("1000.00")]


@pytest.mark.parametrize(
    ("case", "column", "value", "code"),
    [
        ("balance_broken", 4, "759.52", "TAB-PROOF"),
        ("nan", 3, "NaN", "TAB-VALUE"),
        ("nothing", 3, "", "TAB-AMOUNT"),
        ("zero", 3, "0", "TAB-AMOUNT"),
        ("no_balance", 4, "", "TAB-VALUE"),
        ("31_february", 2, "2026-02-31", "TAB-VALUE"),
        ("currency", 1, "Euro", "TAB-VALUE"),
        ("no_account", 0, "", "TAB-VALUE"),
        ("long_reference", 5, "R" * 65, "TAB-LENGTH"),
    ],
)
def test_a_broken_row_is_refused_with_its_line(
    case: str, column: int, value: str, code: str
) -> None:
    row = [*ROWS[1][:column], value, *ROWS[1][column + 1 :]]

    told = read_cash_table(HEADERS, [ROWS[0], row, ROWS[2]], READING)

    assert told.statements == (), case
    assert (told.findings[0].code, told.findings[0].line) == (code, 3), case


def test_columns_that_lack_are_told() -> None:
    told = read_cash_table(("a", "b"), [("1", "2")], Reading())

    assert {finding.field for finding in told.findings} >= {"balance", "amount", "account"}
