"""Confirmations of a counterparty as a table (CSV, XLSX), a row each: docs/formats/confirmation.md.

Takes the columns and rows of a table that was read safely elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.table_reading import Reading, learn_columns
from kernel.findings import Finding
from settlement.facts import Told, ToldFile
from settlement.formats import N_
from settlement.formats.fields import DAYS, TERMS, Written, read_told

FINDINGS_MAX: Final = 200
REQUIRED: Final = ("reference", *TERMS)
OF_ANY_PRODUCT: Final = ("reference", "side", "quantity", "currency", *DAYS)
"""Columns that a table with products has at least; what a product lacks is said line by line."""
NAMES: Final = {
    "reference": ("reference", "their_reference", "confirmation_reference", "senders_reference",
                  "reference_contrepartie", "ref"),
    "version": ("version", "version_no"),
    "function": ("function", "action", "fonction"),
    "our_reference": ("our_reference", "your_reference", "client_reference", "votre_reference",
                      "trade_reference"),
    "party": ("party", "counterparty", "sender", "contrepartie", "emetteur", "lei"),
    "isin": ("isin", "isin_code", "code_isin"),
    "side": ("side", "buy_sell", "sens", "direction"),
    "quantity": ("quantity", "qty", "quantite", "nominal"),
    "price": ("price", "cours", "prix", "deal_price"),
    "amount": ("net_amount", "amount", "settlement_amount", "montant_net", "montant"),
    "currency": ("currency", "ccy", "devise"),
    "trade_date": ("trade_date", "date_de_negociation"),
    "settlement_date": ("settlement_date", "value_date", "start_date", "date_de_denouement",
                        "date_de_valeur"),
    "product": ("product", "instrument_type", "produit"),
    "pair": ("pair", "currency_pair", "ccy_pair", "paire", "paire_de_devises"),
    "counter_amount": ("counter_amount", "countervalue", "contre_valeur", "contrevaleur"),
    "rate": ("rate", "repo_rate", "lending_fee", "taux", "taux_de_pension"),
    "end_date": ("end_date", "repurchase_date", "return_date", "date_de_fin"),
    "end_amount": ("end_amount", "end_cash", "repurchase_price", "montant_final"),
}  # fmt: skip


def guess_columns(headers: Sequence[str]) -> dict[str, str]:
    """Return the fields whose column the headers tell."""
    return learn_columns(headers, NAMES).columns


def read_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    reading: Reading,
    line_numbers: Sequence[int],
    *,
    typed: bool = False,
) -> ToldFile:
    """Read every row; one with any unreadable cell gives findings (line, column, value) alone."""
    findings = [
        Finding("CNF-102", name, N_("No column is recognised as {field}"), line=1)
        for name in (OF_ANY_PRODUCT if "product" in reading.columns else REQUIRED)
        if name not in reading.columns
    ]
    if not rows:
        findings.append(Finding("CNF-103", "", N_("The table has no rows"), line=1))
    if findings:
        return ToldFile((), tuple(findings))
    written = Written(
        decimal_mark=reading.decimal_mark,
        date_format=reading.date_format,
        plain=False,
        typed=typed,
        names=reading.columns,
    )
    places = reading.places(columns)
    told: list[Told] = []
    for line, row in zip(line_numbers, rows, strict=True):
        found = read_told(reading.cells(places, row), written, line=line)
        if isinstance(found, Told):
            told.append(found)
        else:
            findings.extend(found)
        if len(findings) > FINDINGS_MAX:
            break
    return ToldFile(tuple(told), tuple(findings))
