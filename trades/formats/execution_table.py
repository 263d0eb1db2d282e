"""Executions in a table (CSV, XLSX): one row each, read as the mapping of its sender says.

Without a mapping the columns are learned from the header: the names of the API's fields and of our
pages, in English or French, and what front offices commonly write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.table_reading import (
    Learned,
    Reading,
    UnreadableCell,
    day_of,
    learn_columns,
    moment_of,
    number_text,
)
from kernel.calendars import SPAN
from kernel.findings import Finding
from trades.facts import ExecutionFacts
from trades.formats.execution_checks import (
    CHECKS,
    MAX_FOUND,
    N_,
    REQUIRED_ALWAYS,
    REQUIRED_TERMS,
)
from trades.formats.execution_json import read_fields

FIELDS: Final = tuple(CHECKS)
OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "source_reference": (
        *("reference", "reference_source", "execution_id", "exec_id", "trade_id", "deal_id"),
        *("order_id", "ref"),
    ),
    "version": ("version_source",),
    "action": ("action_type",),
    "isin": ("isin_or_code", "isin_ou_code", "isin_code", "code_isin", "security_id"),
    "symbol": ("instrument", "symbole", "ticker", "valeur"),
    "side": ("sens", "buy_sell", "direction", "b_s"),
    "quantity": ("quantite", "qty", "nominal", "shares"),
    "price": ("prix", "cours", "avg_price", "execution_price"),
    "currency": ("devise", "ccy"),
    "traded_at": (
        *("negocie_le", "negociee_a", "negociee_le", "horodatage", "execution_time", "trade_time"),
        *("timestamp", "executed_at"),
    ),
    "trade_date": ("date_de_negociation", "trade_dt"),
    "settlement_date": ("date_de_denouement", "settle_date", "value_date", "date_de_valeur"),
    "venue": ("lieu_d_execution", "lieu_d_execution_mic", "venue_mic", "lieu", "mic", "exchange"),
    "counterparty": ("contrepartie", "broker", "courtier"),
    "book": ("portefeuille", "portfolio"),
    "trader": ("operateur",),
    "account": ("compte", "account_id"),
    "gross_amount": ("montant_brut", "gross"),
    "accrued_interest": ("coupon_couru", "accrued"),
    "fees": ("frais",),
    "net_amount": ("montant_net", "net"),
    "capacity": ("capacite", "qualite"),
    "comment": ("commentaire",),
    "product": ("produit",),
    "pair": ("paire", "currency_pair", "ccy_pair"),
    "forward_points": ("points_de_terme", "swap_points", "points"),
    "counter_amount": ("contre_montant", "montant_contre_valeur"),
    "end_date": ("date_de_fin", "maturity_date", "date_retour"),
    "repo_rate": ("taux_de_pension", "taux"),
    "lending_fee": ("commission_de_pret", "fee_bp"),
    "day_count": ("base_de_calcul",),
    "haircut": ("decote",),
    "margin": ("taux_de_marge",),
    "end_cash": ("especes_de_fin", "montant_retour"),
    "collateral": ("collateral_type", "nature_du_collateral"),
    "collateral_amount": ("montant_du_collateral",),
    "notice_days": ("preavis",),
}
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    name: (name, *OTHER_NAMES.get(name, ())) for name in FIELDS
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "side": {"ACHAT": "BUY", "VENTE": "SELL", "A": "BUY", "V": "SELL", "B": "BUY", "S": "SELL"},
    "action": {
        "NOUVEAU": "NEW",
        "NOUVELLE": "NEW",
        "MODIFICATION": "AMEND",
        "ANNULATION": "CANCEL",
    },
    "capacity": {},
    "product": {"CHANGE": "FX", "PENSION": "REPO", "PRET": "LENDING"},
    "day_count": {},
    "collateral": {"ESPECES": "CASH", "TITRES": "SECURITIES"},
}
DAYS: Final = ("trade_date", "settlement_date", "end_date")
NUMBERS: Final = (
    *("quantity", "price", "gross_amount", "accrued_interest", "fees", "net_amount"),
    *("forward_points", "counter_amount", "repo_rate", "lending_fee", "haircut", "margin"),
    *("end_cash", "collateral_amount"),
)
DIGITS: Final = re.compile(r"\d{1,18}", re.ASCII)
TOLD_IN_FULL: Final = 10_000
"""So many findings are told; of the rows after them, the first of each."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: where it stood, its cells by field, and what it says or what is wrong with it."""

    line: int
    cells: Mapping[str, str]
    read: ExecutionFacts | tuple[Finding, ...]


def learn(headers: Sequence[str]) -> Learned:
    """Return which column gives which field of an execution, as far as the headers tell."""
    return learn_columns(headers, NAMES)


def column_findings(columns: Sequence[str], reading: Reading) -> tuple[Finding, ...]:
    """Return what keeps the whole table from being read: headers that are not there or missing.

    A table whose rows say their action may hold cancellations, which need their identity alone.
    """
    findings = [
        Finding(
            code="CAP-017",
            field=name,
            message="The column {expected} of the mapping is not in the file",
            expected=header,
            line=1,
            column=header,
        )
        for name, header in reading.columns.items()
        if header and header not in columns
    ]
    given = {*reading.places(columns), *(n for n, value in reading.constants.items() if value)}
    needed = [name for name in REQUIRED_ALWAYS if name not in ("version", "action")]
    if "action" not in given:
        needed += REQUIRED_TERMS
        if not given & {"isin", "symbol", "pair"}:
            findings.append(
                Finding(
                    code="CAP-016",
                    field="isin",
                    message=N_("The instrument is missing: give isin or symbol"),
                    expected="isin, symbol",
                    line=1,
                )
            )
    findings += [
        Finding(code="CAP-006", field=name, message=N_("{field} is missing"), line=1)
        for name in needed
        if name not in given
    ]
    return tuple(findings)


def read_rows(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    reading: Reading,
    *,
    typed: bool = False,
) -> Iterator[TableRow]:
    """Yield every row as facts or as findings on its line; call `column_findings` first.

    `typed` says that the cells come from a workbook (`number_text`).
    """
    places = reading.places(columns)
    told = 0
    for line, row in zip(lines, rows, strict=True):
        cells = reading.cells(places, row)
        read = _read(cells, line, reading, typed=typed)
        if isinstance(read, tuple):
            told += len(read)
            read = read if told <= TOLD_IN_FULL else read[:1]
        yield TableRow(line=line, cells=cells, read=read)


def _read(
    cells: Mapping[str, str], line: int, reading: Reading, *, typed: bool
) -> ExecutionFacts | tuple[Finding, ...]:
    fields: dict[str, object] = {"version": 1, "action": "NEW"}
    unread: dict[str, Finding] = {}
    for name, cell in cells.items():
        try:
            fields[name] = _value(name, cell, reading, typed=typed)
        except UnreadableCell:
            fields[name] = cell
            if name in NUMBERS:
                unread[name] = _no_number(name, cell)
    read = read_fields(fields)
    if not unread and not isinstance(read, tuple):
        return read
    others = [f for f in read if f.field not in unread] if isinstance(read, tuple) else []
    order = {name: place for place, name in enumerate(FIELDS)}
    found = sorted([*unread.values(), *others], key=lambda one: order.get(one.field, -1))
    return tuple(_placed(finding, line, reading) for finding in found)


def _value(name: str, cell: str, reading: Reading, *, typed: bool) -> object:
    """Return what a cell says. Raises UnreadableCell: what it says then is judged as it stands."""
    if name == "version":
        return int(cell) if DIGITS.fullmatch(cell) else cell
    if name in WORDS:
        return WORDS[name].get(cell.upper(), cell.upper())
    if name in NUMBERS:
        return number_text(cell, reading.decimal_mark, typed=typed)
    if name in DAYS:
        return day_of(cell, reading.date_format).isoformat()
    if name == "traded_at":
        return moment_of(cell, reading.date_format, reading.zone).isoformat()
    return cell


def _no_number(name: str, cell: str) -> Finding:
    return Finding(
        code="CAP-008",
        field=name,
        message=N_("{field} is not a plain decimal number: {found}"),
        expected="-123.45",
        found=cell[:MAX_FOUND],
    )


def _placed(finding: Finding, line: int, reading: Reading) -> Finding:
    """Return the finding on its line, in its column; the offset of a moment may be left out."""
    is_moment = finding.code == "CAP-012" and finding.expected != SPAN
    return Finding(
        code=finding.code,
        field=finding.field,
        message=N_("{field} is not a date and time of the calendar: {found}")
        if is_moment
        else finding.message,
        expected="YYYY-MM-DD hh:mm:ss" if is_moment else finding.expected,
        found=finding.found,
        severity=finding.severity,
        line=line,
        column=reading.columns.get(finding.field) or finding.field,
    )
