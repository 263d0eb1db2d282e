"""Cash statements into the books: what they must follow, and their lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from kernel.findings import Finding
from reconciliation import selectors
from reconciliation.facts import CashReport, CashStatement, Entry
from reconciliation.facts import StatementFile as ReadFile
from reconciliation.models import Statement, StatementFile
from reconciliation.services.copying import copy_lines
from reconciliation.states import LineKind, Purpose, StatementState
from refdata.models import Account


def cash_findings(read: ReadFile) -> list[Finding]:
    """Return why nothing of a file may be booked: what it says itself, or what we hold."""
    return [*read.findings, *succession_findings(read.statements)]


def unfinished(read: ReadFile) -> set[tuple[str, str]]:
    """Return the accounts of a file whose last page is still to come."""
    last = {(item.account, item.currency): item.closing.intermediate for item in read.statements}
    return {account for account, is_intermediate in last.items() if is_intermediate}


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
                    purpose=Purpose.FINAL,
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


def book_cash(file: StatementFile, read: ReadFile) -> None:
    """Book every statement and report of a file that nothing speaks against, in its order."""
    told = read.proved
    accounts = selectors.our_accounts((item.account, item.currency) for item in told)
    for n, item in enumerate(told, start=1):
        account = accounts.get((item.account, item.currency))
        booked = (
            _statement(file, n, item, account)
            if isinstance(item, CashStatement)
            else _report(file, n, item, account)
        )
        is_advice = booked.purpose == Purpose.ADVICE
        kind = LineKind.ADVICE if is_advice else LineKind.CASH
        copy_lines(file, booked, [_row(entry) for entry in item.entries], kind=kind)


def _statement(
    file: StatementFile, n: int, told: CashStatement, account: Account | None
) -> Statement:
    days = [entry.value_date for entry in told.entries]
    return Statement.objects.create(
        source=file,
        n=n,
        account_number=told.account,
        account=account,
        reference=told.reference,
        number=told.number,
        page=told.page,
        currency=told.currency,
        opening=told.opening.amount,
        closing=told.closing.amount,
        movement=told.movement,
        period_from=min([told.opening.day, *days]),
        period_to=told.closing.day,
        lines_count=len(told.entries),
    )


def _report(file: StatementFile, n: int, told: CashReport, account: Account | None) -> Statement:
    days = [entry.value_date for entry in told.entries]
    return Statement.objects.create(
        purpose=told.purpose.value,
        source=file,
        n=n,
        account_number=told.account,
        account=account,
        reference=told.reference,
        number=told.number,
        page=told.page,
        currency=told.currency,
        movement=told.movement,
        period_from=min([*days, *([told.day] if told.day else [])], default=None),
        period_to=told.day,
        lines_count=len(told.entries),
    )


def _row(entry: Entry) -> dict[str, object]:
    return {
        "n": entry.n, "line": entry.line, "reference": entry.reference,
        "bank_reference": entry.bank_reference, "amount": str(entry.amount),
        "currency": entry.currency, "value_date": entry.value_date,
        "trade_date": entry.booking_date, "description": entry.description,
        "isin": "", "symbol": "", "side": "", "quantity": None, "price": None,
    }  # fmt: skip
