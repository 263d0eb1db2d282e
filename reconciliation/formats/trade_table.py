"""Trades in a custodian's or broker's table (CSV, XLSX): columns are mapped once per sender.

Takes the columns and rows of a table that was read safely elsewhere; returns lines and findings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from core.table_reading import Reading, learn_columns
from core.text import disguise_in
from kernel.findings import Finding
from kernel.identifiers import is_isin
from reconciliation.facts import TradeFile, TradeLine
from reconciliation.formats import N_
from reconciliation.formats.cells import (
    Cells,
    UnreadableText,
    ambiguous_columns,
    currency_of,
    filled,
    given_fields,
    missing_fields,
)
from reconciliation.formats.holds import (
    AMOUNT_DIGITS,
    FINDINGS_MAX,
    PRICE_DIGITS,
    QUANTITY_DIGITS,
)

REQUIRED: Final = (
    "reference", "side", "quantity", "price", "amount", "currency", "trade_date", "settlement_date",
)  # fmt: skip
REFERENCE_LENGTH_MAX: Final = 64
FIGURES: Final = ("quantity", "price", "amount")
ONE_OF: Final = ("isin", "symbol")
OPTIONAL: Final = ("counterparty", "account")
FIELDS: Final = (*REQUIRED, *ONE_OF, *OPTIONAL)
SIDES: Final = {
    **dict.fromkeys(("BUY", "B", "BOUGHT", "ACHAT", "A", "1"), "BUY"),
    **dict.fromkeys(("SELL", "S", "SOLD", "VENTE", "V", "2"), "SELL"),
}
NAMES: Final = {
    "reference": ("reference", "execution_id", "exec_id", "trade_id", "our_reference", "ref"),
    "isin": ("isin", "isin_code", "code_isin", "security_id"),
    "symbol": ("symbol", "ticker", "valeur"),
    "side": ("side", "buy_sell", "sens", "direction"),
    "quantity": ("quantity", "qty", "quantite", "qte", "nominal"),
    "price": ("price", "cours", "prix", "avg_price"),
    "amount": ("net_amount", "amount", "gross_amount", "montant_net", "montant"),
    "currency": ("currency", "ccy", "devise"),
    "trade_date": ("trade_date", "date_de_negociation", "trade_dt"),
    "settlement_date": ("settlement_date", "settle_date", "value_date", "date_de_denouement"),
    "counterparty": ("counterparty", "broker", "contrepartie"),
    "account": ("account", "account_id", "compte"),
}


def guess_columns(headers: Sequence[str]) -> dict[str, str]:
    """Return the fields whose column the headers tell, as a first proposal."""
    return learn_columns(headers, NAMES).columns


def read_trade_lines(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    mapping: Reading,
    line_numbers: Sequence[int] = (),
    *,
    typed: bool = False,
) -> TradeFile:
    """Read every row; a row with any unreadable cell gives findings (line, column, value), no line.

    Line 1 is the header unless told otherwise; `typed` says that the cells come from a workbook
    (`number_text`). Nothing unreadable becomes zero, empty or today.
    """
    findings = list(_column_findings(columns, mapping))
    if not rows:
        findings.append(Finding("TAB-EMPTY", "", N_("The table has no rows"), line=1))
    if findings:
        return TradeFile((), tuple(findings))
    places = mapping.places(columns)
    lines: list[TradeLine] = []
    for number, row in zip(line_numbers or range(2, len(rows) + 2), rows, strict=True):
        cells = mapping.cells(places, row)
        line = _line(cells, len(lines) + 1, number, (mapping, typed), findings)
        if line is not None:
            lines.append(line)
        if len(findings) > FINDINGS_MAX:
            break
    return TradeFile(tuple(lines), tuple(findings))


def _column_findings(columns: Sequence[str], mapping: Reading) -> list[Finding]:
    """Say which mapped columns are absent or ambiguous, and which fields have no column."""
    findings = missing_fields(mapping, REQUIRED)
    if not given_fields(mapping).intersection(ONE_OF):
        message = N_("No column is mapped to the ISIN or the symbol")
        findings.append(Finding("TAB-FIELD", "isin", message, line=1))
    return [*findings, *ambiguous_columns(columns, mapping)]


def _line(
    cells: Mapping[str, str],
    n: int,
    number: int,
    read_as: tuple[Reading, bool],
    findings: list[Finding],
) -> TradeLine | None:
    before = len(findings)
    row = Cells(cells, number, *read_as, findings)
    reference = row.read("reference", _filled)
    side = row.read("side", _side)
    quantity = row.read("quantity", lambda text: _positive(row.number(text, QUANTITY_DIGITS)))
    price = row.figure("price", PRICE_DIGITS)
    amount = row.figure("amount", AMOUNT_DIGITS)
    currency = row.read("currency", currency_of)
    trade_date = row.day("trade_date")
    settlement_date = row.day("settlement_date")
    isin = row.read("isin", _isin)
    for name in ("symbol", "counterparty", "account"):
        if name in cells:
            row.read(name, _fitting)
    if len(findings) > before:
        return None
    return _assembled(
        cells, n, number, (reference, side, currency, isin), (quantity, price, amount),
        (trade_date, settlement_date),
    )  # fmt: skip


def _assembled(
    cells: Mapping[str, str],
    n: int,
    number: int,
    texts: tuple[str | None, ...],
    numbers: tuple[Decimal | None, ...],
    days: tuple[date | None, ...],
) -> TradeLine:
    reference, side, currency, isin = (text or "" for text in texts)
    quantity, price, amount = numbers
    trade_date, settlement_date = days
    assert quantity is not None  # noqa: S101 - a missing one is a finding above
    assert trade_date is not None  # noqa: S101 - a missing one is a finding above
    return TradeLine(
        n=n,
        line=number,
        reference=reference,
        isin=isin,
        symbol=cells.get("symbol", ""),
        side=side,
        quantity=quantity,
        price=price,
        amount=None if amount is None else abs(amount),
        currency=currency,
        trade_date=trade_date,
        settlement_date=settlement_date,
        counterparty=cells.get("counterparty", ""),
        account=cells.get("account", ""),
    )


def _filled(text: str) -> str:
    return _fitting(filled(text))


def _fitting(text: str) -> str:
    """Refuse a name or a reference that is too long, or not what it looks like."""
    if len(text) > REFERENCE_LENGTH_MAX:
        raise UnreadableText(N_("up to 64 characters"))
    if disguise_in(text):
        raise UnreadableText(N_("visible characters of one alphabet per word"))
    return text


def _side(text: str) -> str:
    try:
        return SIDES[text.upper()]
    except KeyError:
        raise UnreadableText(N_("BUY or SELL")) from None


def _isin(text: str) -> str:
    if text and not is_isin(text):
        raise UnreadableText(N_("an ISIN with a right check digit"))
    return text


def _positive(number: Decimal) -> Decimal:
    if number <= 0:
        raise UnreadableText(N_("a number above zero"))
    return number
