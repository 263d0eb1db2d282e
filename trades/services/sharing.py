"""What the shares of a block come to, or what is wrong with them; nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from kernel.findings import Finding, Refusal
from refdata import selectors as refdata
from refdata.facts import AccountFacts
from refdata.states import AccountKind
from trades.models import AllocationRule, Trade
from trades.rules.shares import ALIKE, ZERO, average_price, split_amount, split_quantity
from trades.states import Side

SHARES_MAX: Final = 200
DIGITS_MAX: Final = 10

MESSAGES: Final = {
    "ALC-001": N_("No account of ours in use is called {found}"),
    "ALC-002": N_("The account {found} belongs to another book than {expected}"),
    "ALC-003": N_("The account {found} is not in {expected}"),
    "ALC-004": N_("A share must be above zero, with at most 10 decimals, not {found}"),
    "ALC-005": N_("The account {found} has two shares"),
    "ALC-006": N_("The shares come to {found}; the block has {expected}"),
    "ALC-007": N_("Name an account and a quantity"),
    "ALC-008": N_("These trades are not alike: {field} differs"),
    "ALC-009": N_("At most {expected} shares in one allocation, not {found}"),
}


class UnableToAllocate(Refusal):
    """The block cannot be shared out so, or not now; every finding says what to correct."""

    code = "UNABLE_TO_ALLOCATE"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants one account to take."""

    account: str
    quantity: Decimal
    is_residual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody proposes: the shares, trades that join the block, the rule behind it, and why.

    What the shares leave over stays open as a share without an account.
    """

    asked: Sequence[Asked]
    others: Collection[int] = ()
    rule: AllocationRule | None = None
    reason: str = ""


class Share(msgspec.Struct, frozen=True):
    """One share with its amounts; without an account it is what stays to be allocated."""

    account_code: str
    is_residual: bool
    quantity: Decimal
    gross_amount: Decimal
    accrued_interest: Decimal
    fees: Decimal
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class Sharing:
    """A block with all its shares; they add up to it in quantity and in every amount."""

    trades: Sequence[Trade]
    shares: tuple[Share, ...]

    @property
    def quantity(self) -> Decimal:
        return total(self.trades, "quantity")

    @property
    def price(self) -> Decimal:
        return average_price([(trade.quantity, trade.price) for trade in self.trades])

    def fingerprint(self, replaces: int | None) -> str:
        """Return the hash that a decision on this sharing is bound to."""
        seen = [[trade.pk, trade.version_no, trade.fingerprint] for trade in self.trades]
        return hashlib.sha256(msgspec.json.encode([seen, self.shares, replaces])).hexdigest()


def total(trades: Sequence[Trade], column: str) -> Decimal:
    """Return the sum of a column of these trades."""
    return sum((getattr(trade, column) for trade in trades), ZERO)


def by_rule(trades: Sequence[Trade], rule: AllocationRule, *, lot: Decimal) -> list[Asked]:
    """Return what a rule asks for, with what its percentages leave to its residual account."""
    percents = {account: Decimal(text) for account, text in rule.percents.items()}
    shares, left = split_quantity(total(trades, "quantity"), percents, lot=lot)
    asked = [Asked(account, quantity) for account, quantity in shares.items()]
    if left and rule.residual_account:
        asked.append(Asked(rule.residual_account, left, is_residual=True))
    return asked


def lot_of(trade: Trade) -> Decimal:
    """Return the step in which a rule shares out an instrument: its lot."""
    lot: Decimal | None = trade.instrument.lot_size if trade.instrument else None
    return lot if lot and lot > 0 else Decimal(1)


def share_out(trades: Sequence[Trade], asked: Sequence[Asked]) -> Sharing:
    """Return the block with the shares asked for, and one more for what none of them takes.

    Raises UnableToAllocate with every finding.
    """
    known = refdata.accounts_by_code({one.account for one in asked})
    findings = (*_of_block(trades), *_of_shares(trades, asked, known))
    if findings:
        raise UnableToAllocate(_("The block cannot be shared out so."), findings=findings)
    left = total(trades, "quantity") - sum((one.quantity for one in asked), ZERO)
    every = [*asked, *([Asked("", left, is_residual=True)] if left else [])]
    return Sharing(trades=trades, shares=tuple(_with_amounts(trades, every)))


def _of_block(trades: Sequence[Trade]) -> Iterator[Finding]:
    for name in ALIKE:
        if len({getattr(trade, name) for trade in trades}) > 1:
            yield _finding("ALC-008", name, "", "")


def _of_shares(
    trades: Sequence[Trade], asked: Sequence[Asked], known: Mapping[str, AccountFacts]
) -> Iterator[Finding]:
    if not asked:
        yield _finding("ALC-007", "shares", "", "")
    if len(asked) > SHARES_MAX:
        yield _finding("ALC-009", "shares", str(SHARES_MAX), str(len(asked)))
    seen: set[tuple[str, bool]] = set()
    for n, one in enumerate(asked, start=1):
        yield from _of_account(f"account {n}", one.account, known.get(one.account), trades[0])
        if not _is_quantity(one.quantity):
            yield _finding("ALC-004", f"quantity {n}", "> 0", f"{one.quantity:f}")
        if (one.account, one.is_residual) in seen:
            yield _finding("ALC-005", f"account {n}", "", one.account)
        seen.add((one.account, one.is_residual))
    block, taken = total(trades, "quantity"), sum((one.quantity for one in asked), ZERO)
    if taken > block:
        yield _finding("ALC-006", "quantity", _plain(block), _plain(taken))


def _of_account(
    field: str, code: str, account: AccountFacts | None, trade: Trade
) -> Iterator[Finding]:
    if account is None or not account.active:
        yield _finding("ALC-001", field, "", code)
    elif account.book_code and account.book_code != trade.book_code:
        yield _finding("ALC-002", field, trade.book_code, code)
    elif account.kind == AccountKind.CASH and account.currency != trade.currency:
        yield _finding("ALC-003", field, trade.currency, code)


def _is_quantity(quantity: Decimal) -> bool:
    exponent = quantity.normalize().as_tuple().exponent
    return quantity > 0 and isinstance(exponent, int) and exponent >= -DIGITS_MAX


def _with_amounts(trades: Sequence[Trade], asked: Sequence[Asked]) -> Iterator[Share]:
    """Yield the shares with their parts of every amount; net is what the other amounts give.

    Where a message gave its block another net amount, the difference is shared out, too.
    """
    currency, quantities = trades[0].currency, [one.quantity for one in asked]
    gross, accrued, fees, net = (
        total(trades, name) for name in ("gross_amount", "accrued_interest", "fees", "net_amount")
    )
    sign = 1 if trades[0].side == Side.BUY else -1
    rows = zip(
        asked,
        *(
            split_amount(amount, quantities, currency=currency)
            for amount in (gross, accrued, fees, net - gross - accrued - sign * fees)
        ),
        strict=True,
    )
    for one, of_gross, of_accrued, of_fees, of_gap in rows:
        yield Share(
            account_code=one.account,
            is_residual=one.is_residual,
            quantity=one.quantity,
            gross_amount=of_gross,
            accrued_interest=of_accrued,
            fees=of_fees,
            net_amount=of_gross + of_accrued + sign * of_fees + of_gap,
        )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _finding(code: str, field: str, expected: str, found: str) -> Finding:
    return Finding(code=code, field=field, message=MESSAGES[code], expected=expected, found=found)
