"""Statements in: kept first, proved, then booked whole; or quarantined without a single line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import polars as pl
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import access, files, jobs, outbox, tabular
from core.acts import acting
from core.reasons import reason_of
from core.unreadable import UnreadableFile
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from kernel.states import require_transition
from reconciliation import selectors
from reconciliation.facts import CashStatement, TradeFile, TradeLine
from reconciliation.facts import StatementFile as ReadFile
from reconciliation.formats.camt053 import read_camt053
from reconciliation.formats.mt940 import read_mt940
from reconciliation.formats.trade_table import read_trade_lines
from reconciliation.models import ColumnMapping, Statement, StatementFile, StatementLine
from reconciliation.selectors.rows import IMPORT_JOB
from reconciliation.services.copying import copy_in
from reconciliation.states import (
    STATEMENT_TRANSITIONS,
    FileFormat,
    Kind,
    StatementState,
)
from refdata.models import Account
from refdata.selectors import resolve_symbols

BYTES_MAX: Final = 32 * 1024 * 1024
FINDINGS_MAX: Final = 200
MT940_START: Final = re.compile(rb"(^|[\r\n@}]):20:")
MT940_REST: Final = re.compile(rb":(?:25P?|28C?|60[FM]|61|62[FM]|86|NS):")
"""How a statement begins whose head was cut off."""


class UnableToReceive(Refusal):
    """The file is empty, too large, or of a kind that cannot be told."""

    code = "UNABLE_TO_RECEIVE"


def format_of(content: bytes) -> FileFormat:
    """Tell the format from the content, never from the name."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content[:131_072].decode("utf-16", "replace").encode("utf-8", "replace")
    head = content[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"<"):
        return FileFormat.CAMT053
    if MT940_START.search(content[:65_536]) or head.startswith(b"{1:") or MT940_REST.match(head):
        return FileFormat.MT940
    return FileFormat.TABLE


def receive_statement(
    *, name: str, content: bytes, mapping_id: int | None, actor: Actor, at: datetime
) -> StatementFile:
    """Keep the file with its digest and queue its import.

    Raises UnableToReceive, files.SameFileTwice (which leads to the first one), Forbidden.
    """
    access.require(actor, access.Action.IMPORT_STATEMENT)
    if not content.strip():
        raise UnableToReceive(_("The file %(name)s is empty.") % {"name": name})
    if len(content) > BYTES_MAX:
        raise UnableToReceive(
            _("The file has %(size)s bytes, the limit is %(most)s.")
            % {"size": len(content), "most": BYTES_MAX}
        )
    kind, mapping = _kind_and_mapping(format_of(content), mapping_id)
    digest = hashlib.sha256(content).hexdigest()
    _refuse_known(digest)
    stored = files.store(
        name=name, content=content, media_type="application/octet-stream", actor=actor, at=at
    )
    with acting(actor=actor):
        try:
            with transaction.atomic():
                file = StatementFile.objects.create(
                    kind=kind.value,
                    format=format_of(content).value,
                    name=stored.name,
                    file=stored,
                    sha256=digest,
                    mapping=mapping,
                    sender_code=mapping.sender_code if mapping else "",
                    received_by=actor.name,
                    received_at=at,
                )
        except IntegrityError:
            _refuse_known(digest)
            raise
        _queue(file, actor, at)
    return file


def _kind_and_mapping(
    file_format: FileFormat, mapping_id: int | None
) -> tuple[Kind, ColumnMapping | None]:
    if file_format is not FileFormat.TABLE:
        return Kind.CASH, None
    mapping = ColumnMapping.objects.filter(pk=mapping_id).first() if mapping_id else None
    if mapping is None:
        raise UnableToReceive(_("This is a table: choose or save the mapping of its columns."))
    return Kind.TRADES, mapping


def refuse_known(content: bytes) -> None:
    """Raise SameFileTwice, which leads to the first one, when this content came in before."""
    _refuse_known(hashlib.sha256(content).hexdigest())


def _refuse_known(digest: str) -> None:
    known = selectors.find_file_by_digest(digest)
    if known is not None:
        raise files.SameFileTwice(
            _("This content came in before: file %(number)s, %(name)s, by %(who)s on %(day)s.")
            % {
                "number": known.pk,
                "name": known.name,
                "who": known.received_by,
                "day": known.received_at.date().isoformat(),
            },
            url=known.get_absolute_url(),
        )


def _queue(file: StatementFile, actor: Actor, at: datetime) -> None:
    jobs.enqueue(
        kind=IMPORT_JOB,
        parameters={"file_id": file.pk},
        title=file.name,
        actor=actor,
        at=at,
        dedupe_key=f"{IMPORT_JOB}:{file.pk}",
    )


def retry_statement(*, file_id: int, actor: Actor, at: datetime) -> StatementFile:
    """Try a quarantined file again: the statement before it may have come in since.

    One whose import was given up is still received: it is only queued again.
    """
    access.require(actor, access.Action.IMPORT_STATEMENT)
    with acting(actor=actor):
        file = StatementFile.objects.select_for_update().get(pk=file_id)
        if not selectors.import_was_given_up(file):
            _move(file, StatementState.RECEIVED, findings=[])
        _queue(file, actor, at)
    return file


def reject_statement(*, file_id: int, reason: str, actor: Actor) -> StatementFile:
    """Give up a file that is quarantined, or whose import was: it stays with findings and digest.

    Raises UnableToReceive without a reason, IllegalTransition, Forbidden.
    """
    access.require(actor, access.Action.IMPORT_STATEMENT)
    if not reason_of(reason):
        raise UnableToReceive(_("Give a reason."))
    with acting(actor=actor, reason=reason_of(reason)):
        file = StatementFile.objects.select_for_update().get(pk=file_id)
        if file.state == StatementState.RECEIVED and not selectors.import_was_given_up(file):
            raise UnableToReceive(_("The file is still being read."))
        _move(file, StatementState.REJECTED)
    return file


def _move(file: StatementFile, target: StatementState, **changes: object) -> None:
    require_transition(STATEMENT_TRANSITIONS, source=StatementState(file.state), target=target)
    file.state = target.value
    for name, value in changes.items():
        setattr(file, name, value)
    file.save()


def import_statement(*, file_id: int, actor: Actor, at: datetime) -> StatementFile:
    """Read, prove and book one file whole, in one transaction; or quarantine it with its findings.

    A second call changes nothing. Announces `reconciliation.statement_imported`.
    """
    with acting(actor=actor):
        file = StatementFile.objects.select_for_update(of=("self",)).get(pk=file_id)
        if file.state != StatementState.RECEIVED:
            return file
        content = files.open_stored(file.file)
        findings = (
            _import_cash(file, content) if file.kind == Kind.CASH else _import_trades(file, content)
        )
        if findings:
            shown = [
                {**finding.as_dict(), "template": finding.message}
                for finding in findings[:FINDINGS_MAX]
            ]
            _move(file, StatementState.QUARANTINED, findings=shown)
            return file
        _move(
            file,
            StatementState.IMPORTED,
            imported_at=at,
            declared_rows=file.lines.count(),
            findings=[],
        )
        outbox.announce(
            "reconciliation.statement_imported", subject=file.name, payload={"file_id": file.pk}
        )
    return file


def _import_cash(file: StatementFile, content: bytes) -> Sequence[Finding]:
    read: ReadFile = (
        read_mt940(content) if file.format == FileFormat.MT940 else read_camt053(content)
    )
    findings = [*read.findings, *succession_findings(read.statements)]
    if findings:
        return findings
    accounts = selectors.our_accounts((item.account, item.currency) for item in read.statements)
    for n, statement in enumerate(read.statements, start=1):
        _book_cash(file, n, statement, accounts.get((statement.account, statement.currency)))
    return ()


def succession_findings(statements: Sequence[CashStatement]) -> list[Finding]:
    """A statement must open where the one before it closed, in the file and in what we hold."""
    last: dict[tuple[str, str], tuple[date, Decimal]] = {}
    findings = []
    for statement in statements:
        key = (statement.account, statement.currency)
        if key not in last:
            held = (
                Statement.objects.filter(
                    account_number=key[0],
                    currency=key[1],
                    period_to__lte=statement.closing.day,
                    source__state=StatementState.IMPORTED,
                )
                .order_by("-period_to", "-id")
                .first()
            )
            if held is not None and held.period_to is not None:
                last[key] = (held.period_to, held.closing)
        before = last.get(key)
        if before and before[1] != statement.opening.amount:
            findings.append(
                Finding(
                    code="STM-SUCCESSION",
                    field="opening_balance",
                    message="It opens at {found}, the statement before it closed at {expected}",
                    expected=_written_like(before[1], statement.opening.amount),
                    found=str(statement.opening.amount),
                    line=statement.opening.line,
                    evidence={"account": key[0], "closed_on": str(before[0])},
                )
            )
        last[key] = (statement.closing.day, statement.closing.amount)
    return findings


def _written_like(amount: Decimal, other: Decimal) -> str:
    """Write an amount with the decimals of another: a column keeps more than a bank writes."""
    same = round(amount, -int(other.as_tuple().exponent))
    return str(same if same == amount else amount)


def _book_cash(
    file: StatementFile, n: int, statement: CashStatement, account: Account | None
) -> None:
    days = [entry.value_date for entry in statement.entries]
    booked = Statement.objects.create(
        source=file,
        n=n,
        account_number=statement.account,
        account=account,
        reference=statement.reference,
        number=statement.number,
        page=statement.page,
        currency=statement.currency,
        opening=statement.opening.amount,
        closing=statement.closing.amount,
        movement=statement.movement,
        period_from=min([statement.opening.day, *days]),
        period_to=statement.closing.day,
        lines_count=len(statement.entries),
    )
    rows = [
        {
            "n": entry.n, "line": entry.line, "reference": entry.reference,
            "bank_reference": entry.bank_reference, "amount": str(entry.amount),
            "currency": entry.currency, "value_date": entry.value_date,
            "trade_date": entry.booking_date, "description": entry.description,
            "isin": "", "symbol": "", "side": "", "quantity": None, "price": None,
        }
        for entry in statement.entries
    ]  # fmt: skip
    _copy_lines(file, booked, rows)


def _import_trades(file: StatementFile, content: bytes) -> Sequence[Finding]:
    assert file.mapping is not None  # noqa: S101 - receive_statement refuses a table without one
    try:
        reading = file.mapping.reading
        table = tabular.read_table(file.name, content, layout=tabular.layout_of(reading))
    except UnreadableFile as refusal:
        return refusal.findings or (
            Finding("STM-UNREADABLE", "file", "{found}", found=refusal.message, line=1),
        )
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
    _copy_lines(file, booked, rows)


def _copy_lines(
    file: StatementFile, statement: Statement, rows: Sequence[Mapping[str, object]]
) -> None:
    if not rows:
        return
    frame = pl.DataFrame(list(rows), infer_schema_length=None).with_columns(
        pl.lit(file.pk).alias("source_id"),
        pl.lit(statement.pk).alias("statement_id"),
        pl.lit(file.kind).alias("kind"),
        pl.lit(file.sender_code).alias("sender_code"),
        pl.lit(statement.account_number).alias("account_number"),
    )
    copy_in(StatementLine, frame)
