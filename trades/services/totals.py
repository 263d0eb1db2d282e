"""Control totals of a file: what it holds, against what its sender says that it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from core.table_reading import Reading, UnreadableCell, number_text
from kernel.findings import Finding, Severity
from refdata import selectors as refdata
from refdata.facts import InstrumentFacts
from trades.facts import ExecutionFacts
from trades.formats.execution_table import TableRow
from trades.services.enrichment import alias_source, gross_amount

ANY: Final = ""
"""The currency of a declared total that names none: that of a file in one currency."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a file holds: all rows, those that could not be read, and the sums of the others."""

    rows: int = 0
    unread: int = 0
    quantity: Mapping[str, Decimal] = field(default_factory=dict)
    gross: Mapping[str, Decimal] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the shape to store; decimals are texts."""
        return {
            "rows": self.rows,
            "unread": self.unread,
            "quantity": {side: f"{total:f}" for side, total in self.quantity.items()},
            "gross": {currency: f"{total:f}" for currency, total in self.gross.items()},
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Totals:
        """Return stored totals."""
        return cls(
            rows=int(stored.get("rows", 0)),
            unread=int(stored.get("unread", 0)),
            quantity={side: Decimal(text) for side, text in stored.get("quantity", {}).items()},
            gross={code: Decimal(text) for code, text in stored.get("gross", {}).items()},
        )

    def with_repaired(self, repaired: Totals) -> Totals:
        """Return the totals once some of the unread rows were read after all."""
        return Totals(
            rows=self.rows,
            unread=self.unread - repaired.rows,
            quantity=_sum(self.quantity, repaired.quantity),
            gross=_sum(self.gross, repaired.gross),
        )


@dataclass(frozen=True, slots=True)
class Declared:
    """What the sender says: how many rows, the sum of all quantities, gross by currency."""

    rows: int | None = None
    quantity: Decimal | None = None
    gross: Mapping[str, Decimal] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the shape to store; decimals are texts."""
        shape: dict[str, Any] = {}
        if self.rows is not None:
            shape["rows"] = self.rows
        if self.quantity is not None:
            shape["quantity"] = f"{self.quantity:f}"
        if self.gross:
            shape["gross"] = {currency: f"{total:f}" for currency, total in self.gross.items()}
        return shape

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Declared:
        """Return a stored declaration."""
        quantity = stored.get("quantity")
        return cls(
            rows=stored.get("rows"),
            quantity=Decimal(quantity) if quantity is not None else None,
            gross={code: Decimal(text) for code, text in stored.get("gross", {}).items()},
        )

    def completed(self, other: Declared) -> Declared:
        """Return both declarations as one; where both speak, this one counts."""
        return Declared(
            rows=other.rows if self.rows is None else self.rows,
            quantity=other.quantity if self.quantity is None else self.quantity,
            gross={**other.gross, **self.gross},
        )

    def __bool__(self) -> bool:
        return bool(self.as_dict())


def totals_of(source_system: str, rows: Sequence[TableRow], *, out: Collection[int] = ()) -> Totals:
    """Return the totals of the rows of a file; the gross amount as a capture would compute it.

    Rows whose place is in `out` count as unread: they wait in quarantine. A cancellation has no
    amounts of its own. Instruments are read in two queries.
    """
    good = [
        row.read
        for place, row in enumerate(rows)
        if isinstance(row.read, ExecutionFacts) and place not in out
    ]
    by_isin, by_symbol = _instruments(source_system, good)
    quantity: dict[str, Decimal] = defaultdict(Decimal)
    gross: dict[str, Decimal] = defaultdict(Decimal)
    for facts in good:
        if facts.quantity is None or facts.currency is None:
            continue
        instrument = by_isin.get(facts.isin or "") or by_symbol.get(facts.symbol or "")
        quantity[str(facts.side)] += Decimal(facts.quantity)
        gross[facts.currency] += gross_amount(facts, instrument, facts.currency)
    return Totals(
        rows=len(rows),
        unread=len(rows) - len(good),
        quantity=dict(sorted(quantity.items())),
        gross=dict(sorted(gross.items())),
    )


def declared_in(
    trailer: Sequence[str], line: int, reading: Reading
) -> tuple[Declared, tuple[Finding, ...]]:
    """Return what the trailer row of a file declares, and what of it cannot be read."""
    if not trailer:
        return Declared(), ()
    said: dict[str, Decimal] = {}
    findings = []
    for name, place in reading.trailer.items():
        text = trailer[place - 1] if place <= len(trailer) else ""
        try:
            said[name] = Decimal(number_text(text, reading.decimal_mark))
        except UnreadableCell:
            findings.append(
                Finding(
                    code="TOT-005",
                    field=name,
                    message=N_("The last row declares no number in cell {expected}: {found}"),
                    expected=str(place),
                    found=text[:100],
                    line=line,
                )
            )
    rows, gross = said.get("rows"), said.get("gross")
    declared = Declared(
        rows=None if rows is None else int(rows),
        quantity=said.get("quantity"),
        gross={} if gross is None else {ANY: gross},
    )
    return declared, tuple(findings)


def compare(totals: Totals, declared: Declared) -> tuple[Finding, ...]:
    """Return where the file is not what its sender says; sums of unread rows cannot be proved."""
    findings = []
    if declared.rows is not None and declared.rows != totals.rows:
        findings.append(_differs("TOT-001", "rows", declared.rows, totals.rows))
    if totals.unread and (declared.quantity is not None or declared.gross):
        findings.append(
            Finding(
                code="TOT-004",
                field="rows",
                message=N_(
                    "{found} rows cannot be read: the declared sums are proved after repair"
                ),
                found=str(totals.unread),
                severity=Severity.WARNING,
            )
        )
        return tuple(findings)
    total = sum(totals.quantity.values(), Decimal(0))
    if declared.quantity is not None and declared.quantity != total:
        findings.append(_differs("TOT-002", "quantity", declared.quantity, total))
    findings += _gross_findings(totals, declared)
    return tuple(findings)


def _gross_findings(totals: Totals, declared: Declared) -> Iterable[Finding]:
    for currency, amount in declared.gross.items():
        if currency == ANY and len(totals.gross) > 1:
            yield Finding(
                code="TOT-006",
                field="gross_amount",
                message=N_("The file is in several currencies: declare the amount of each"),
                expected=f"{amount:f}",
                found=", ".join(totals.gross),
            )
            continue
        found = (
            sum(totals.gross.values(), Decimal(0))
            if currency == ANY
            else totals.gross.get(currency, Decimal(0))
        )
        if found != amount:
            yield _differs("TOT-003", "gross_amount", amount, found, column=currency)


def _differs(
    code: str, name: str, expected: Decimal | int, found: Decimal | int, *, column: str = ""
) -> Finding:
    return Finding(
        code=code,
        field=name,
        message=MESSAGES[code],
        expected=f"{expected:f}" if isinstance(expected, Decimal) else str(expected),
        found=f"{found:f}" if isinstance(found, Decimal) else str(found),
        column=column,
    )


MESSAGES: Final = {
    "TOT-001": N_("The sender declares {expected} rows, the file holds {found}"),
    "TOT-002": N_("The sender declares a quantity of {expected}, the rows come to {found}"),
    "TOT-003": N_("The sender declares a gross amount of {expected}, the rows come to {found}"),
}


def _instruments(
    source_system: str, messages: Sequence[ExecutionFacts]
) -> tuple[Mapping[str, InstrumentFacts], Mapping[str, InstrumentFacts]]:
    by_isin = refdata.instruments_by_isin({m.isin for m in messages if m.isin})
    symbols = {m.symbol for m in messages if m.symbol and m.isin not in by_isin}
    source = alias_source(source_system)
    return by_isin, refdata.resolve_symbols(source, symbols) if symbols else {}


def _sum(one: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> dict[str, Decimal]:
    names = sorted({*one, *other})
    return {name: one.get(name, Decimal(0)) + other.get(name, Decimal(0)) for name in names}
