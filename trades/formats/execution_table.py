"""Executions in a table (CSV, XLSX): one row each, the columns named as the fields of the JSON.

Headers are matched without regard to case, blanks or dashes, in English or French. A day may be
written as dd/mm/yyyy; a moment without an offset is local time of the house. The decimal sign is
declared by the person who sends the file, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from kernel.calendars import SPAN
from kernel.findings import Finding
from trades.facts import ExecutionFacts
from trades.formats.execution_checks import CHECKS, N_
from trades.formats.execution_json import read_fields

HOUSE_ZONE: Final = ZoneInfo("Europe/Paris")
SYNONYMS: Final[Mapping[str, str]] = {
    "reference": "source_reference",
    "reference_source": "source_reference",
    "action_type": "action",
    "instrument": "symbol",
    "symbole": "symbol",
    "sens": "side",
    "quantite": "quantity",
    "prix": "price",
    "cours": "price",
    "devise": "currency",
    "negocie_le": "traded_at",
    "negociee_a": "traded_at",
    "negociee_le": "traded_at",
    "horodatage": "traded_at",
    "date_de_negociation": "trade_date",
    "date_de_denouement": "settlement_date",
    "lieu_d_execution": "venue",
    "lieu_d_execution_mic": "venue",
    "venue_mic": "venue",
    "lieu": "venue",
    "mic": "venue",
    "contrepartie": "counterparty",
    "portefeuille": "book",
    "operateur": "trader",
    "compte": "account",
    "montant_brut": "gross_amount",
    "coupon_couru": "accrued_interest",
    "frais": "fees",
    "montant_net": "net_amount",
    "capacite": "capacity",
    "qualite": "capacity",
    "commentaire": "comment",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "side": {"ACHAT": "BUY", "VENTE": "SELL", "A": "BUY", "V": "SELL", "B": "BUY", "S": "SELL"},
    "action": {
        "": "NEW",
        "NOUVEAU": "NEW",
        "NOUVELLE": "NEW",
        "MODIFICATION": "AMEND",
        "ANNULATION": "CANCEL",
    },
}
DAYS: Final = ("trade_date", "settlement_date")
NUMBERS: Final = ("quantity", "price", "gross_amount", "accrued_interest", "fees", "net_amount")
FRENCH_DAY: Final = re.compile(r"(\d\d)[/.](\d\d)[/.](\d{4})", re.ASCII)
DIGITS: Final = re.compile(r"\d{1,18}", re.ASCII)
TOLD_IN_FULL: Final = 10_000
"""So many findings are told; of the rows after them, the first of each."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: where it stood, and what it says or what is wrong with it."""

    line: int
    read: ExecutionFacts | tuple[Finding, ...]


def column_findings(columns: Sequence[str]) -> tuple[Finding, ...]:
    """Return what is wrong with the headers: unknown columns, and two for one field."""
    names = [field_of(column) for column in columns]
    findings = [
        Finding(
            code="CAP-005",
            field=column,
            message="{field} is not a field of an execution",
            found=column,
            line=1,
            column=column,
        )
        for column, name in zip(columns, names, strict=True)
        if name not in CHECKS
    ]
    findings += [
        Finding(
            code="CAP-003",
            field=name,
            message="{field} is given more than once",
            expected="once",
            line=1,
            column=name,
        )
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    return tuple(findings)


def read_rows(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    *,
    decimal_sign: str = ".",
) -> Iterator[TableRow]:
    """Yield every row as facts or as findings on its line; call `column_findings` first."""
    names = [field_of(column) for column in columns]
    headers = dict(zip(names, columns, strict=True))
    told = 0
    for line, cells in zip(lines, rows, strict=True):
        fields = {
            name: _value(name, cell.strip(), decimal_sign)
            for name, cell in zip(names, cells, strict=True)
            if cell.strip()
        }
        read = read_fields({"version": 1, "action": "NEW"} | fields)
        if isinstance(read, tuple):
            told += len(read)
            shown = read if told <= TOLD_IN_FULL else read[:1]
            read = tuple(_placed(finding, line, headers) for finding in shown)
        yield TableRow(line=line, read=read)


def field_of(column: str) -> str:
    """Return the field that a header names: `Date de négociation` is `trade_date`."""
    letters = unicodedata.normalize("NFKD", column.replace("’", "'"))
    plain = letters.encode("ascii", "ignore").decode("ascii")
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    return SYNONYMS.get(name, name)


def _value(name: str, cell: str, decimal_sign: str) -> object:
    if name == "version":
        return int(cell) if DIGITS.fullmatch(cell) else cell
    if name in WORDS:
        return WORDS[name].get(cell.upper(), cell.upper())
    if name in NUMBERS and decimal_sign != ".":
        return cell.replace(" ", "").replace("\u202f", "").replace(decimal_sign, ".")
    if name in DAYS:
        return _day(cell)
    return _moment(cell) if name == "traded_at" else cell


def _day(cell: str) -> str:
    found = FRENCH_DAY.fullmatch(cell)
    return f"{found[3]}-{found[2]}-{found[1]}" if found else cell.removesuffix(" 00:00:00")


def _moment(cell: str) -> str:
    day, _blank, rest = cell.replace("T", " ").partition(" ")
    text = f"{_day(day)}T{rest}" if rest else _day(day)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return cell
    if not rest:
        return cell
    return (moment if moment.tzinfo else moment.replace(tzinfo=HOUSE_ZONE)).isoformat()


def _placed(finding: Finding, line: int, headers: Mapping[str, str]) -> Finding:
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
        column=headers.get(finding.field, finding.field),
    )
