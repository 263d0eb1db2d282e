"""Statements in: proved, then booked whole; or quarantined without a single line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core import files, outbox, tabular
from core.acts import acting
from core.unreadable import UnreadableFile
from kernel.actors import Actor
from kernel.findings import Finding, worst_first
from reconciliation.facts import StatementFile as CashFile
from reconciliation.facts import TradeFile, TradeLine
from reconciliation.formats.cash_table import read_cash_table
from reconciliation.formats.known import read_cash, read_securities
from reconciliation.formats.trade_table import read_trade_lines
from reconciliation.models import Statement, StatementFile
from reconciliation.services.cash import book_cash, cash_findings, holding
from reconciliation.services.copying import copy_lines
from reconciliation.services.receiving import move
from reconciliation.services.replacing import replace_lines
from reconciliation.services.securities import book_securities
from reconciliation.states import Content, StatementState
from refdata.selectors import resolve_symbols

FINDINGS_MAX: Final = 200


def import_statement(*, file_id: int, actor: Actor, at: datetime) -> StatementFile:
    """Read, prove and book one file whole, in one transaction; or quarantine it with its findings.

    A second call changes nothing. Announces `reconciliation.statement_imported`.
    """
    with acting(actor=actor):
        file = StatementFile.objects.select_for_update(of=("self",)).get(pk=file_id)
        if file.state != StatementState.RECEIVED:
            return file
        content = files.open_stored(file.file)
        findings = _imported(file, content, actor, at)
        shown = [
            {**finding.as_dict(), "template": finding.message}
            for finding in worst_first(findings)[:FINDINGS_MAX]
        ]
        if holding(findings, is_accepted=bool(file.accepted_by)):
            move(file, StatementState.QUARANTINED, findings=shown)
            return file
        move(
            file,
            StatementState.IMPORTED,
            imported_at=at,
            declared_rows=file.lines.count() + file.security_lines.count(),
            findings=shown,
        )
        outbox.announce(
            "reconciliation.statement_imported", subject=file.name, payload={"file_id": file.pk}
        )
    return file


def _imported(file: StatementFile, content: bytes, actor: Actor, at: datetime) -> Sequence[Finding]:
    """Book a file whole, or return why nothing of it was."""
    if file.kind == Content.TRADES:
        return _import_trades(file, content)
    if file.kind == Content.CASH:
        return _import_cash(file, content, actor, at)
    read = read_securities(file.format, content)
    if not read.findings:
        book_securities(file, read)
    return read.findings


def _import_cash(
    file: StatementFile, content: bytes, actor: Actor, at: datetime
) -> Sequence[Finding]:
    try:
        read = _table_of_cash(file, content) if file.mapping else read_cash(file.format, content)
    except UnreadableFile as refusal:
        return _unreadable(refusal)
    findings = cash_findings(read, at=at)
    if not holding(findings, is_accepted=bool(file.accepted_by)):
        book_cash(file, read)
        replace_lines(file, actor=actor, at=at)
    return findings


def _table_of_cash(file: StatementFile, content: bytes) -> CashFile:
    """Read a table of cash by its mapping. Raises UnreadableFile."""
    assert file.mapping is not None  # noqa: S101 - the caller asks
    reading = file.mapping.reading
    table = tabular.read_table(file.name, content, layout=tabular.layout_of(reading))
    typed = table.dialect == tabular.XLSX
    return read_cash_table(table.columns, table.rows, reading, table.lines, typed=typed)


def _unreadable(refusal: UnreadableFile) -> Sequence[Finding]:
    return refusal.findings or (
        Finding("STM-UNREADABLE", "file", "{found}", found=refusal.message, line=1),
    )


def _import_trades(file: StatementFile, content: bytes) -> Sequence[Finding]:
    assert file.mapping is not None  # noqa: S101 - receive_statement refuses a table without one
    try:
        reading = file.mapping.reading
        table = tabular.read_table(file.name, content, layout=tabular.layout_of(reading))
    except UnreadableFile as refusal:
        return _unreadable(refusal)
    typed = table.dialect == tabular.XLSX
    read: TradeFile = read_trade_lines(table.columns, table.rows, reading, table.lines, typed=typed)
    if read.findings:
        return read.findings
    _book_trades(file, read.lines)
    return ()


def _book_trades(file: StatementFile, lines: Sequence[TradeLine]) -> None:
    symbols = resolve_symbols(file.sender_code, {line.symbol for line in lines if not line.isin})
    booked = Statement.objects.create(
        source=file,
        n=1,
        account_number=file.sender_code,
        reference=file.name[:64],
        period_from=min(line.trade_date for line in lines),
        period_to=max(line.trade_date for line in lines),
        lines_count=len(lines),
    )
    rows = [
        {
            "n": line.n, "line": line.line, "reference": line.reference, "bank_reference": "",
            "amount": str(line.amount), "currency": line.currency,
            "value_date": line.settlement_date, "trade_date": line.trade_date, "description": "",
            "isin": line.isin or (symbols[line.symbol].isin if line.symbol in symbols else ""),
            "symbol": line.symbol, "side": line.side, "quantity": str(line.quantity),
            "price": str(line.price),
        }
        for line in lines
    ]  # fmt: skip
    copy_lines(file, booked, rows)
