"""A bank's entries in a table (CSV, XLSX): columns are mapped once, running balances are the proof.

Takes the columns and rows of a table that was read safely elsewhere. An amount stands in one column
with its sign, or in two for debits and credits. A table may begin with its first day or its last.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from core.table_reading import Reading, learn_columns
from kernel.findings import Finding
from reconciliation.facts import Balance, CashStatement, Entry, StatementFile
from reconciliation.formats import N_
from reconciliation.formats.cells import (
    Cells,
    ambiguous_columns,
    currency_of,
    filled,
    given_fields,
    missing_fields,
)
from reconciliation.formats.holds import AMOUNT_DIGITS, FINDINGS_MAX, free_text, unheld
from reconciliation.formats.told import Told

REQUIRED: Final = ("account", "currency", "booking_date", "balance")
AMOUNTS: Final = ("amount", "debit", "credit")
FIGURES: Final = (*AMOUNTS, "balance")
OPTIONAL: Final = ("value_date", "reference", "bank_reference", "description")
FIELDS: Final = (*REQUIRED, *AMOUNTS, *OPTIONAL)
LABELS: Final = ("", "account", "", "currency", "reference")
MAX_TEXT: Final = 4000
NAMES: Final = {
    "account": ("account", "account_number", "iban", "compte", "konto", "cuenta"),
    "currency": ("currency", "ccy", "devise", "moneda", "wahrung"),
    "booking_date": (
        "booking_date", "date", "date_operation", "date_comptable", "buchungstag", "fecha",
    ),
    "value_date": ("value_date", "date_de_valeur", "date_valeur", "valuta"),
    "amount": ("amount", "montant", "betrag", "importe"),
    "debit": ("debit", "debits", "paid_out", "soll"),
    "credit": ("credit", "credits", "paid_in", "haben"),
    "balance": ("balance", "running_balance", "solde", "saldo"),
    "reference": ("reference", "ref", "our_reference", "referencia"),
    "bank_reference": ("bank_reference", "their_reference", "transaction_id"),
    "description": ("description", "details", "libelle", "text", "verwendungszweck", "concepto"),
}  # fmt: skip


class _Row:
    """One row on its way to an entry: its cells, and what it says of account and balance."""

    def __init__(self, entry: Entry, account: str, balance: Decimal) -> None:
        self.entry, self.account, self.balance = entry, account, balance


def guess_cash_columns(headers: Sequence[str]) -> dict[str, str]:
    """Return the fields whose column the headers tell, as a first proposal."""
    return learn_columns(headers, NAMES).columns


def read_cash_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    mapping: Reading,
    line_numbers: Sequence[int] = (),
    *,
    typed: bool = False,
) -> StatementFile:
    """Return a statement for each account and currency of the table, and the findings.

    Guarantees that each running balance is the one before it plus the amount of its row, forwards
    or backwards. Nothing unreadable becomes zero, empty or today.
    """
    told = Told(findings=_column_findings(columns, mapping))
    if not rows:
        told.findings.append(Finding("TAB-EMPTY", "", N_("The table has no rows"), line=1))
    if told.findings:
        return told.as_file()
    places = mapping.places(columns)
    read: dict[tuple[str, str], list[_Row]] = {}
    for number, cells in zip(line_numbers or range(2, len(rows) + 2), rows, strict=True):
        row = _row(mapping.cells(places, cells), number, (mapping, typed), told.findings)
        if row is not None:
            read.setdefault((row.account, row.entry.currency), []).append(row)
        if len(told.findings) > FINDINGS_MAX:
            break
    if not told.findings:
        for found in read.values():
            statement = _statement(found, told.findings)
            told.statement(statement, unheld(statement, "TAB", LABELS) if statement else iter(()))
    return told.as_file()


def _column_findings(columns: Sequence[str], mapping: Reading) -> list[Finding]:
    """Say which mapped columns are absent or ambiguous, and which fields have no column."""
    findings = missing_fields(mapping, REQUIRED)
    if not given_fields(mapping).intersection(AMOUNTS):
        message = N_("No column is mapped to the amount, nor to debits and credits")
        findings.append(Finding("TAB-FIELD", "amount", message, line=1))
    return [*findings, *ambiguous_columns(columns, mapping)]


def _row(
    cells: Mapping[str, str], number: int, read_as: tuple[Reading, bool], findings: list[Finding]
) -> _Row | None:
    """Return what a row says, or None with at least one new finding."""
    before = len(findings)
    row = Cells(cells, number, *read_as, findings)
    figures = {
        field: row.figure(field, AMOUNT_DIGITS)
        for field in FIGURES
        if cells.get(field, "") or field == "balance"
    }
    booked = row.day("booking_date")
    value = row.day("value_date") if cells.get("value_date") else booked
    currency = row.read("currency", currency_of)
    account = row.read("account", filled)
    amount = None if len(findings) > before else _amount(figures, number, findings)
    if len(findings) > before or booked is None or value is None or amount is None:
        return None
    entry = Entry(
        n=0,
        line=number,
        amount=amount,
        currency=currency or "",
        value_date=value,
        booking_date=booked,
        reference=cells.get("reference", ""),
        bank_reference=cells.get("bank_reference", ""),
        description=free_text(" ".join(cells.get("description", "").split()))[:MAX_TEXT],
    )
    balance = figures["balance"]
    return None if balance is None else _Row(entry, account or "", balance)


def _amount(
    figures: Mapping[str, Decimal | None], number: int, findings: list[Finding]
) -> Decimal | None:
    """Return the amount of the one column that has one; a debit takes away, however signed."""
    said = [field for field in AMOUNTS if figures.get(field)]
    if len(said) == 1:
        amount = figures[said[0]]
        assert amount is not None  # noqa: S101 - it says something
        return {"debit": -abs(amount), "credit": abs(amount)}.get(said[0], amount)
    message = N_("A row has one amount that is not zero; this one has {found}")
    findings.append(Finding("TAB-AMOUNT", "amount", message, "1", str(len(said)), line=number))
    return None


def _statement(rows: list[_Row], findings: list[Finding]) -> CashStatement | None:
    """Return the statement that the running balances prove, first day first."""
    rows, broken = _ordered(rows)
    if broken is None and len(rows) > 1 and _broken(rows[::-1]) is None and not _rises(rows):
        message = N_("Balances prove both orders of the rows, and dates do not tell which is right")
        line = rows[0].entry.line
        findings.append(Finding("TAB-ORDER", "booking_date", message, line=line))
        return None
    if broken is not None:
        before, row = broken
        message = N_("The balance before plus the amount is {expected}, the row says {found}")
        expected = str(before.balance + row.entry.amount)
        findings.append(
            Finding("TAB-PROOF", "balance", message, expected, str(row.balance),
                    line=row.entry.line, column="balance")
        )  # fmt: skip
        return None
    first, last = rows[0], rows[-1]
    currency = first.entry.currency
    days = [row.entry.booking_date or row.entry.value_date for row in rows]
    opening = first.balance - first.entry.amount
    return CashStatement(
        reference="",
        account=first.account,
        number="",
        page="",
        opening=Balance(opening, currency, min(days), line=first.entry.line),
        closing=Balance(last.balance, currency, max(days), line=last.entry.line),
        entries=tuple(dataclasses.replace(row.entry, n=n) for n, row in enumerate(rows, start=1)),
        line=min(first.entry.line, last.entry.line),
    )


def _ordered(rows: list[_Row]) -> tuple[list[_Row], tuple[_Row, _Row] | None]:
    """Return the rows first day first, and where they break; dates decide what balances do not."""
    ways = [(way, _broken(way)) for way in (rows, rows[::-1])]
    proved = [way for way in ways if way[1] is None]
    return next((way for way in proved if _rises(way[0])), (proved or ways)[0])


def _rises(rows: Sequence[_Row]) -> bool:
    """Say whether booking dates never fall, and do not all stand still."""
    days = [row.entry.booking_date or row.entry.value_date for row in rows]
    return days == sorted(days) and days[0] != days[-1]


def _broken(rows: Sequence[_Row]) -> tuple[_Row, _Row] | None:
    """Return the first two rows whose balances do not follow one another, None if all do."""
    return next(
        (
            (before, row)
            for before, row in itertools.pairwise(rows)
            if before.balance + row.entry.amount != row.balance
        ),
        None,
    )
