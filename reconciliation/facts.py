"""What a statement says, before anybody judges it. Amounts are signed: credit positive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.findings import Finding
from reconciliation.states import Content, Purpose


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance of the account owner: positive when the bank owes it; `line` in the file."""

    amount: Decimal
    currency: str
    day: date
    intermediate: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One booked movement: `line` in the file, `n` in the statement."""

    n: int
    line: int
    amount: Decimal
    currency: str
    value_date: date
    booking_date: date | None = None
    reference: str = ""
    bank_reference: str = ""
    kind: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class CashStatement:
    """One statement of one account: opening balance plus entries equals closing balance."""

    reference: str
    account: str
    number: str
    page: str
    opening: Balance
    closing: Balance
    entries: tuple[Entry, ...]
    line: int
    pending: int = 0

    @property
    def currency(self) -> str:
        return self.opening.currency

    @property
    def movement(self) -> Decimal:
        return sum((entry.amount for entry in self.entries), start=Decimal(0))


@dataclass(frozen=True, slots=True)
class CashReport:
    """What a bank tells of an account before its statement (INTRADAY) or besides it (ADVICE).

    It proves no balance. `day` is the day that it speaks of, None if nothing of it says so.
    """

    purpose: Purpose
    reference: str
    account: str
    number: str
    page: str
    currency: str
    day: date | None
    entries: tuple[Entry, ...]
    line: int
    pending: int = 0

    @property
    def movement(self) -> Decimal:
        return sum((entry.amount for entry in self.entries), start=Decimal(0))


@dataclass(frozen=True, slots=True)
class Total:
    """What a file says that its debits or its credits are: their number, and their sum above zero.

    None where it does not say. With `at_least` small entries are counted and not listed.
    """

    is_debit: bool
    count: int | None
    amount: Decimal | None
    line: int
    label: str
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class TradeLine:
    """One trade as a broker or custodian reports it; `amount` is what we pay (-) or receive (+)."""

    n: int
    line: int
    reference: str
    isin: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal | None
    amount: Decimal | None
    currency: str
    trade_date: date
    settlement_date: date | None
    counterparty: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class StatementFile:
    """Everything that a file gave: whole statements, and findings for what could not be read.

    With any blocking finding nothing of the file may be booked. `unproved` were read and do not add
    up: to be looked at, never to be booked. `reports` are intraday reports and advices.
    """

    statements: tuple[CashStatement, ...]
    findings: tuple[Finding, ...]
    encoding: str = "utf-8"
    unproved: tuple[CashStatement | CashReport, ...] = ()
    reports: tuple[CashReport, ...] = ()

    @property
    def proved(self) -> list[CashStatement | CashReport]:
        """Return statements and reports in the order of the file."""
        told: list[CashStatement | CashReport] = [*self.statements, *self.reports]
        return sorted(told, key=lambda item: item.line)


@dataclass(frozen=True, slots=True)
class TradeFile:
    """Trade lines of a table and the findings, line by line."""

    lines: tuple[TradeLine, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class SecurityLine:
    """One security held, or one movement of it, in one safekeeping account.

    `quantity` is what is held (negative when short) or what came in (+) or went out (-);
    `quantity_type` is UNIT, FAMT (face amount) or AMOR. `amount` is the value of what is held, or
    what we were paid (+) or paid (-); None where the sender does not say.
    """

    n: int
    line: int
    account: str
    isin: str
    name: str
    quantity: Decimal
    quantity_type: str
    available: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    reference: str = ""
    their_reference: str = ""
    trade_date: date | None = None
    settlement_date: date | None = None


@dataclass(frozen=True, slots=True)
class InstrumentBalance:
    """What a page says of one security: the quantities at its ends, and what moved between them."""

    account: str
    isin: str
    opening: Decimal | None
    closing: Decimal | None
    movement: Decimal
    line: int


@dataclass(frozen=True, slots=True)
class SecuritiesStatement:
    """One page of holdings (a day) or of movements (a period) of a safekeeping account."""

    content: Content
    reference: str
    account: str
    number: str
    page: int
    is_last: bool
    first_day: date
    last_day: date
    lines: tuple[SecurityLine, ...]
    line: int
    balances: tuple[InstrumentBalance, ...] = ()


@dataclass(frozen=True, slots=True)
class SecuritiesFile:
    """Pages of a file and the findings; with any of them nothing of the file may be booked."""

    pages: tuple[SecuritiesStatement, ...]
    findings: tuple[Finding, ...]
    encoding: str = "utf-8"
