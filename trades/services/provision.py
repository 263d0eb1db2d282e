"""Contrôle de provision: what an account has free for the trades that deliver or pay from it.

What others took that passed stands in `trades_accountuse`, by account, security or currency, and
settlement day. Of trades that are judged together, the one that settles first comes first, then the
one that was captured first; what passed before has been promised, and nobody takes it away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection

from refdata.facts import AccountHoldings, HoldingFacts
from trades.facts import FINANCING, TradeFacts
from trades.rules.context import Shortfall
from trades.rules.rule import Limits
from trades.states import Side, TradeState

ZERO: Final = Decimal(0)
ISIN_LENGTH: Final = 12
DELIVERED: Final = frozenset({"EQUITY", "BOND", "ETF", "FUND"})
COUNTED: Final = (TradeState.PENDING_VALIDATION.value, TradeState.VALIDATED.value)
"""What came through its controls, as the trigger of `accounts.sql` counts it."""
USED: Final = """
SELECT account_code, what, day, outgoing, incoming FROM trades_accountuse
 WHERE account_code = ANY(%s) AND what = ANY(%s) AND day > %s
"""
ClassOf = Callable[[TradeFacts], str]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """What goes out of an account, below zero, or comes in on a day: a security or a currency."""

    what: str
    day: date
    delta: Decimal


@dataclass(frozen=True, slots=True)
class ProvisionTerms:
    """Whether receipts count (1) or not (0), for securities and for cash; None: no rule runs."""

    securities: Decimal | None = None
    cash: Decimal | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Limits]) -> ProvisionTerms:
        """Return those of the rules that are in force."""
        found = (settings.get(code) for code in ("TRD-117", "TRD-118"))
        return cls(*(limits["receipts"] if limits else None for limits in found))

    def receipts(self, what: str) -> Decimal | None:
        """Return those for a security or a currency."""
        return self.securities if len(what) == ISIN_LENGTH else self.cash


NOT_ASKED: Final = ProvisionTerms()


def moves_of(facts: TradeFacts, asset_class: str) -> Iterator[Move]:
    """Yield what a trade moves on our account, as `accounts.sql` counts it.

    Of a repo or loan only what goes out first and comes back: what is given back is not ours.
    """
    sign = -1 if facts.side == Side.SELL else 1
    settles = facts.settlement_date
    if not facts.product:
        if settles is not None and asset_class in DELIVERED:
            yield Move(facts.isin, settles, sign * facts.quantity)
        if settles is not None:
            yield Move(facts.currency, settles, -sign * facts.net_amount)
        return
    of_securities = facts.product in FINANCING and facts.side == Side.SELL
    for leg in facts.deal.legs if facts.deal else ():
        delta = leg.quantity if of_securities else leg.amount
        if leg.settlement_date is not None and delta is not None:
            yield Move(facts.isin if of_securities else leg.currency, leg.settlement_date, delta)


@dataclass(slots=True)
class Supply:
    """What is free of one thing on one account, and what moves by day."""

    held: HoldingFacts
    day: date
    outgoing: defaultdict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    incoming: defaultdict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def available(self, day: date, receipts: Decimal) -> Decimal:
        """Return the least that is free on a day or later, with receipts where they count."""
        later = {day, *(of for of in (*self.outgoing, *self.incoming) if of > day)}
        return min(self._free_on(of, receipts) for of in later)

    def _free_on(self, day: date, receipts: Decimal) -> Decimal:
        out = sum((amount for of, amount in self.outgoing.items() if of <= day), ZERO)
        come = sum((amount for of, amount in self.incoming.items() if of <= day), ZERO)
        return self.held.free + receipts * come - out


@dataclass(frozen=True, slots=True)
class Provisions:
    """What the accounts of some trades have, and what the trades move, by their ids."""

    supplies: Mapping[Key, Supply] = field(default_factory=dict)
    moves: Mapping[int, Sequence[Move]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lacking:
    """Trade id -> what its account lacks: securities, or cash."""

    securities: dict[int, Shortfall] = field(default_factory=dict)
    cash: dict[int, Shortfall] = field(default_factory=dict)

    def of(self, what: str) -> dict[int, Shortfall]:
        """Return those of securities, or those of cash."""
        return self.securities if len(what) == ISIN_LENGTH else self.cash


NONE: Final = Provisions()


def provisions_of(
    chunk: Sequence[TradeFacts],
    stated: Mapping[str, AccountHoldings],
    class_of: ClassOf,
    *,
    leave_out: Sequence[TradeFacts] = (),
) -> Provisions:
    """Return what is free for these trades on the accounts that are `stated`.

    Those of the chunk that count already are not counted: they are judged again, as is what a
    draft replaces (`leave_out`). What settles by the day of a statement is part of it.
    """
    if not stated:
        return NONE
    moves = {f.trade_id: _later_moves(f, stated, class_of(f)) for f in chunk}
    supplies = _supplies(chunk, moves, stated)
    if not supplies:
        return NONE
    _take_in(supplies)
    for facts in (*chunk, *leave_out):
        if facts.state in COUNTED:
            _count(supplies, facts, _later_moves(facts, stated, class_of(facts)), sign=-1)
    return Provisions(supplies, moves)


def lacking_of(
    chunk: Iterable[TradeFacts], provisions: Provisions, terms: Mapping[int, ProvisionTerms]
) -> Lacking:
    """Return which trades do not find what they take, each after those before it that did."""
    found = Lacking()
    if not provisions.supplies:
        return found
    for facts in sorted(chunk, key=lambda f: (f.settlement_date or date.max, f.trade_id)):
        moves = provisions.moves.get(facts.trade_id, ())
        short = [one for move in moves if (one := _short(facts, move, provisions, terms))]
        for one in short:
            found.of(one.what)[facts.trade_id] = one
        if not short:
            _count(provisions.supplies, facts, moves, receipts=False)
    return found


def _short(
    facts: TradeFacts,
    move: Move,
    provisions: Provisions,
    terms: Mapping[int, ProvisionTerms],
) -> Shortfall | None:
    supply = provisions.supplies.get((facts.account_code, move.what))
    receipts = terms[facts.trade_id].receipts(move.what)
    if supply is None or receipts is None or move.delta >= 0:
        return None
    available = supply.available(move.day, receipts)
    if available + move.delta >= 0:
        return None
    held = supply.held
    return Shortfall(
        what=move.what,
        needs=-move.delta,
        free=held.free,
        available=available,
        day=supply.day,
        blocked=held.blocked,
        pledged=held.pledged,
    )


def _later_moves(
    facts: TradeFacts, stated: Mapping[str, AccountHoldings], asset_class: str
) -> Sequence[Move]:
    """Return what a trade moves after the statements of its account; nothing on another one."""
    holdings = stated.get(facts.account_code)
    if holdings is None:
        return ()
    days = {True: holdings.securities_on, False: holdings.cash_on}
    return [
        move
        for move in moves_of(facts, asset_class)
        if (day := days[len(move.what) == ISIN_LENGTH]) is not None and move.day > day
    ]


def _supplies(
    chunk: Iterable[TradeFacts],
    moves: Mapping[int, Sequence[Move]],
    stated: Mapping[str, AccountHoldings],
) -> dict[Key, Supply]:
    found: dict[Key, Supply] = {}
    for facts in chunk:
        for move in moves[facts.trade_id]:
            holdings, key = stated[facts.account_code], (facts.account_code, move.what)
            is_security = len(move.what) == ISIN_LENGTH
            day = holdings.securities_on if is_security else holdings.cash_on
            if key not in found and day is not None:
                found[key] = Supply(holdings.lines.get(move.what, HoldingFacts()), day)
    return found


def _take_in(supplies: Mapping[Key, Supply]) -> None:
    """Read what others take and bring, after the day of each statement."""
    accounts = {account for account, _what in supplies}
    things = {what for _account, what in supplies}
    first = min(supply.day for supply in supplies.values())
    with connection.cursor() as cursor:
        cursor.execute(USED, [sorted(accounts), sorted(things), first])
        for account, what, day, outgoing, incoming in cursor.fetchall():
            supply = supplies.get((account, what))
            if supply is not None and day > supply.day:
                supply.outgoing[day] += outgoing
                supply.incoming[day] += incoming


def _count(
    supplies: Mapping[Key, Supply],
    facts: TradeFacts,
    moves: Iterable[Move],
    *,
    sign: int = 1,
    receipts: bool = True,
) -> None:
    """Count what a trade moves once more, or once less; receipts only of what is validated."""
    for move in moves:
        supply = supplies.get((facts.account_code, move.what))
        if supply is None:
            continue
        if move.delta < 0:
            supply.outgoing[move.day] -= sign * move.delta
        elif receipts and facts.state == TradeState.VALIDATED:
            supply.incoming[move.day] += sign * move.delta
