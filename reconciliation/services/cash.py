"""Cash statements into the books: what they must follow, and their lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from kernel.findings import Finding, Severity
from reconciliation import selectors
from reconciliation.facts import CashReport, CashStatement, Entry
from reconciliation.facts import StatementFile as ReadFile
from reconciliation.formats import N_
from reconciliation.models import Statement, StatementFile
from reconciliation.services.copying import copy_lines
from reconciliation.states import LineKind, Purpose, StatementState
from refdata.models import Account


def cash_findings(read: ReadFile, *, at: datetime) -> list[Finding]:
    """Return what is to be said of a file: what it says itself, what we hold, what is odd."""
    return [
        *read.findings,
        *succession_findings(read.statements),
        *sequence_findings(read.statements),
        *future_findings(read, timezone.localtime(at).date()),
        *_encoding(read),
    ]


def holding(findings: Iterable[Finding], *, is_accepted: bool) -> list[Finding]:
    """Return what keeps a file in quarantine: what is only odd no longer does once accepted."""
    held = {Severity.BLOCKING} if is_accepted else {Severity.BLOCKING, Severity.WARNING}
    return [finding for finding in findings if finding.severity in held]


def _encoding(read: ReadFile) -> Iterator[Finding]:
    if read.encoding not in {"utf-8", "utf-16"}:
        message = N_("The text is not UTF-8: it was read as {found}")
        yield Finding(
            "STM-ENCODING", "encoding", message, found=read.encoding, severity=Severity.INFO, line=1
        )


def future_findings(read: ReadFile, today: date) -> Iterator[Finding]:
    """Nothing was booked after today; a value date may lie ahead."""
    for told in read.proved:
        day = told.closing.day if isinstance(told, CashStatement) else told.day
        days = [(told.line, day), *((entry.line, entry.booking_date) for entry in told.entries)]
        late = [(line, booked) for line, booked in days if booked is not None and booked > today]
        if late:
            line, booked = late[0]
            message = N_("It is of {found}, which is still to come")
            yield Finding(
                "STM-FUTURE", "day", message, found=booked.isoformat(),
                severity=Severity.WARNING, line=line,
            )  # fmt: skip


def sequence_findings(statements: Sequence[CashStatement]) -> Iterator[Finding]:
    """Numbers of an account follow one another within a year, and pages within a number.

    Where a bank does not count, or counts from the start again, nothing is asked.
    """
    last: dict[tuple[str, str], tuple[int, int, int]] = {}
    for told in statements:
        key = (told.account, told.currency)
        now = (told.closing.day.year, _counted(told.number), _counted(told.page))
        if key not in last:
            held = _held(key, told.closing.day)
            if held is not None and held.period_to is not None:
                last[key] = (held.period_to.year, _counted(held.number), _counted(held.page))
        before = last.get(key)
        if before is not None and before[0] == now[0] and before[1] and now[1]:
            yield from _gap(told, before[1:], now[1:])
        last[key] = now


def _gap(told: CashStatement, before: tuple[int, int], now: tuple[int, int]) -> Iterator[Finding]:
    number, page = now
    if number > before[0] + 1:
        message = N_("Statement {expected} is missing before this one, number {found}")
        yield _odd("STM-SEQUENCE", "number", message, told, str(before[0] + 1), str(number))
    expected = before[1] + 1 if number == before[0] else 1
    if number in {before[0], before[0] + 1} and page > expected:
        message = N_("Page {expected} of the statement is missing before this one, page {found}")
        yield _odd("STM-PAGE", "page", message, told, str(expected), str(page))


def _odd(
    code: str, field: str, message: str, told: CashStatement, expected: str, found: str
) -> Finding:
    return Finding(
        code, field, message, expected, found, Severity.WARNING, told.line,
        evidence={"account": told.account},
    )  # fmt: skip


def _counted(text: str) -> int:
    """Return a number that a bank counts with, 0 for none."""
    return int(text) if text.isascii() and text.isdecimal() else 0


def succession_findings(statements: Sequence[CashStatement]) -> list[Finding]:
    """A statement must open where the one before it closed, in the file and in what we hold."""
    last: dict[tuple[str, str], tuple[date, Decimal]] = {}
    findings = []
    for statement in statements:
        key = (statement.account, statement.currency)
        if key not in last:
            held = _held(key, statement.closing.day)
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


def _held(key: tuple[str, str], until: date) -> Statement | None:
    """Return the last statement of an account that closes until a day."""
    held = Statement.objects.filter(
        account_number=key[0],
        currency=key[1],
        period_to__lte=until,
        source__state=StatementState.IMPORTED,
        purpose=Purpose.FINAL,
    )
    return held.order_by("-period_to", "-id").first()


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
        booked = _booked(file, n, item, account)
        is_advice = booked.purpose == Purpose.ADVICE
        kind = LineKind.ADVICE if is_advice else LineKind.CASH
        copy_lines(file, booked, [_row(entry) for entry in item.entries], kind=kind)


def _booked(
    file: StatementFile, n: int, told: CashStatement | CashReport, account: Account | None
) -> Statement:
    """Book what a statement says of itself; a report has a day, and no balances."""
    days = [entry.value_date for entry in told.entries]
    balances: dict[str, Decimal | date | bool] = {}
    purpose: Purpose = Purpose.FINAL
    last: date | None
    if isinstance(told, CashStatement):
        last = told.closing.day
        balances = {
            "opening": told.opening.amount,
            "closing": told.closing.amount,
            "opened_on": told.opening.day,
            "is_last_page": not told.closing.intermediate,
        }
        days.append(told.opening.day)
    else:
        purpose, last = told.purpose, told.day
        days += [told.day] if told.day else []
    return Statement.objects.create(
        purpose=purpose.value,
        source=file,
        n=n,
        account_number=told.account,
        account=account,
        reference=told.reference,
        number=told.number,
        page=told.page,
        currency=told.currency,
        movement=told.movement,
        period_from=min(days, default=None),
        period_to=last,
        lines_count=len(told.entries),
        **balances,
    )


def _row(entry: Entry) -> dict[str, object]:
    return {
        "n": entry.n, "line": entry.line, "reference": entry.reference,
        "bank_reference": entry.bank_reference, "amount": str(entry.amount),
        "currency": entry.currency, "value_date": entry.value_date,
        "trade_date": entry.booking_date, "description": entry.description,
        "isin": "", "symbol": "", "side": "", "quantity": None, "price": None,
    }  # fmt: skip
