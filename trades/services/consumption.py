"""How limits are used up: one trade after the other takes from a trader's day and a counterparty.

What is used stands in `trades_limituse`. Controls read it without waiting for each other; before
their trades go on they take the locks of the limits and look again, so that trades that are
controlled at the same moment never pass a limit together.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from django.db import connection

from trades.facts import LimitKind, TradeFacts
from trades.models import Trade
from trades.rules.context import Crossing
from trades.rules.rule import Limits
from trades.services.provision import (
    NONE,
    NOT_ASKED,
    Lacking,
    Provisions,
    ProvisionTerms,
    lacking_of,
)
from trades.states import TradeState

ZERO: Final = Decimal(0)
CONSUMING: Final = (TradeState.PENDING_VALIDATION.value, TradeState.VALIDATED.value)
"""What came through its controls uses limits, as the trigger of `limits.sql` counts it."""
BUCKETS: Final = 32
LOCKS: Final = 602
LOCK: Final = "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket"
USED: Final = """
SELECT kind, code, day, used_eur, unvalued FROM trades_limituse
 WHERE kind = 'TRADER' AND code = ANY(%(traders)s) AND day = ANY(%(days)s)
    OR kind = 'COUNTERPARTY' AND code = ANY(%(counterparties)s) AND day >= %(first_day)s
"""


ReadProvisions = Callable[[Sequence[TradeFacts]], Provisions]


class LimitCrossed(Exception):
    """Trades that were controlled at the same moment took what these needed."""


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """The limits in EUR as the rules are set; None where a rule does not run."""

    trader: Decimal | None = None
    counterparty: Decimal | None = None
    provision: ProvisionTerms = NOT_ASKED

    @classmethod
    def of(cls, settings: Mapping[str, Limits]) -> LimitTerms:
        """Return those of the rules that are in force."""
        trader, counterparty = settings.get("TRD-602"), settings.get("TRD-603")
        return cls(
            trader["maximum"] if trader else None,
            counterparty["maximum"] if counterparty else None,
            ProvisionTerms.of(settings),
        )


@dataclass(slots=True)
class Use:
    """What is used of one limit, by day: the sum in EUR, and how many trades it lacks."""

    used: defaultdict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    unvalued: Counter[date] = field(default_factory=Counter)

    def add(self, day: date, amount: Decimal | None, sign: int = 1) -> None:
        """Count one trade more, or one less."""
        if amount is None:
            self.unvalued[day] += sign
        else:
            self.used[day] += sign * amount

    def since(self, day: date) -> Decimal:
        """Return the sum of a day and of those after it."""
        return sum((used for of, used in self.used.items() if of >= day), ZERO)

    def lacking_since(self, day: date) -> int:
        """Return how many trades that sum lacks."""
        return sum(number for of, number in self.unvalued.items() if of >= day)


def _copied(uses: Mapping[str, Use]) -> defaultdict[str, Use]:
    return defaultdict(
        Use, {code: Use(use.used.copy(), use.unvalued.copy()) for code, use in uses.items()}
    )


@dataclass(slots=True)
class Uses:
    """What is used: of traders by trade date, of counterparties by settlement date."""

    traders: defaultdict[str, Use] = field(default_factory=lambda: defaultdict(Use))
    counterparties: defaultdict[str, Use] = field(default_factory=lambda: defaultdict(Use))

    def read(self, rows: Iterable[tuple[str, str, date, Decimal, int]]) -> None:
        """Take in rows of kind, code, day, sum and number of trades without an amount."""
        for kind, code, day, used, unvalued in rows:
            use = (self.traders if kind == LimitKind.TRADER else self.counterparties)[code]
            use.used[day] += used
            use.unvalued[day] += unvalued

    def add(self, facts: TradeFacts | Trade, *, sign: int = 1) -> None:
        """Count one trade more, or one less."""
        amount = facts.risk_amount_eur
        self.traders[facts.trader_code].add(facts.trade_date, amount, sign)
        settled = facts.settlement_date or facts.trade_date
        self.counterparties[facts.counterparty_code].add(settled, amount, sign)

    def of_trader(self, facts: TradeFacts) -> Decimal:
        """Return what the trader's day of a trade uses."""
        return self.traders[facts.trader_code].used[facts.trade_date]

    def of_counterparty(self, facts: TradeFacts) -> Decimal:
        """Return what was not settled with the counterparty on the day of a trade."""
        return self.counterparties[facts.counterparty_code].since(facts.trade_date)

    def copy(self) -> Uses:
        """Return the same, to be counted on from."""
        return Uses(_copied(self.traders), _copied(self.counterparties))


@dataclass(frozen=True, slots=True)
class Crossings:
    """Trade id -> the limit that the trade does not fit under: of its trader, its counterparty."""

    traders: dict[int, Crossing] = field(default_factory=dict)
    counterparties: dict[int, Crossing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """Trade id -> what was used before it, in EUR: by its trader, with its counterparty."""

    traders: dict[int, Decimal] = field(default_factory=dict)
    counterparties: dict[int, Decimal] = field(default_factory=dict)


def uses_of(chunk: Sequence[TradeFacts]) -> Uses:
    """Return what other trades use of the limits that these need.

    Those of the chunk that use some already are not counted: they are judged again.
    """
    found = Uses()
    with connection.cursor() as cursor:
        cursor.execute(
            USED,
            {
                "traders": list({facts.trader_code for facts in chunk}),
                "days": list({facts.trade_date for facts in chunk}),
                "counterparties": list({facts.counterparty_code for facts in chunk}),
                "first_day": min(facts.trade_date for facts in chunk),
            },
        )
        found.read(cursor.fetchall())
    for facts in chunk:
        if facts.state in CONSUMING:
            found.add(facts, sign=-1)
    return found


def crossings_of(
    chunk: Sequence[TradeFacts], uses: Uses, terms: Mapping[int, LimitTerms]
) -> Crossings:
    """Return which trades do not fit under a limit, each after those before it that fit."""
    found = Crossings()
    if _all_fit(chunk, uses, terms):
        return found
    running = uses.copy()
    for facts in chunk:
        amount, of = facts.risk_amount_eur, terms[facts.trade_id]
        if amount is None:
            continue
        fits = True
        for limit, used_by, over in (
            (of.trader, running.of_trader, found.traders),
            (of.counterparty, running.of_counterparty, found.counterparties),
        ):
            before = ZERO if limit is None else used_by(facts)
            if limit is not None and before + amount > limit:
                over[facts.trade_id] = Crossing(limit, before)
                fits = False
        if fits:
            running.add(facts)
    return found


def _all_fit(chunk: Sequence[TradeFacts], uses: Uses, terms: Mapping[int, LimitTerms]) -> bool:
    """Say that all together stay under the tightest of their limits: then each of them does.

    A counterparty counts with every day that was read, which is more than any trade counts it with.
    """
    traders: defaultdict[tuple[str, date], Decimal] = defaultdict(Decimal)
    counterparties: defaultdict[str, Decimal] = defaultdict(Decimal)
    for facts in chunk:
        amount = facts.risk_amount_eur
        if amount is not None:
            more = max(amount, ZERO)
            traders[facts.trader_code, facts.trade_date] += more
            counterparties[facts.counterparty_code] += more
    for (code, day), amount in traders.items():
        traders[code, day] = amount + uses.traders[code].used[day]
    for code, amount in counterparties.items():
        used = uses.counterparties[code].used.values()
        counterparties[code] = amount + sum((one for one in used if one > ZERO), ZERO)
    different = {id(of): of for of in terms.values()}.values()
    return _within(traders.values(), [of.trader for of in different]) and _within(
        counterparties.values(), [of.counterparty for of in different]
    )


def _within(sums: Iterable[Decimal], limits: Iterable[Decimal | None]) -> bool:
    tightest = min((limit for limit in limits if limit is not None), default=None)
    return tightest is None or all(one <= tightest for one in sums)


def used_before(chunk: Iterable[TradeFacts], uses: Uses) -> Before:
    """Return what was used before each trade, by others and by those of the chunk before it."""
    found, running = Before(), uses.copy()
    for facts in chunk:
        found.traders[facts.trade_id] = running.of_trader(facts)
        found.counterparties[facts.trade_id] = running.of_counterparty(facts)
        running.add(facts)
    return found


@dataclass(frozen=True, slots=True)
class Room:
    """What limits leave for trades that are judged together, read when a rule looks."""

    trades: Sequence[TradeFacts]
    uses: Callable[[], Uses]
    over: Callable[[], Crossings]
    before: Callable[[], Before]
    lacking: Callable[[], Lacking]


def room_of(
    trades: Sequence[TradeFacts],
    terms: Mapping[int, LimitTerms],
    read: Callable[[Sequence[TradeFacts]], Uses],
    provide: ReadProvisions = lambda _trades: NONE,
) -> Room:
    """Return what is left for trades in the order in which they come, by trade id."""
    uses = cache(lambda: read(trades))
    return Room(
        trades=trades,
        uses=uses,
        over=cache(lambda: crossings_of(trades, uses(), terms)),
        before=cache(lambda: used_before(trades, uses())),
        lacking=cache(lambda: lacking_of(trades, provide(trades), provision_terms(terms))),
    )


def provision_terms(terms: Mapping[int, LimitTerms]) -> Mapping[int, ProvisionTerms]:
    """Return what is asked of the accounts of each trade."""
    return {trade_id: of.provision for trade_id, of in terms.items()}


def lock_limits(chunk: Iterable[TradeFacts], accounts: Collection[str] = ()) -> None:
    """Let nobody else use the limits of these trades, and what `accounts` have, until the
    transaction ends.
    """
    buckets = {2 * BUCKETS + zlib.crc32(code.encode()) % BUCKETS for code in accounts}
    for facts in chunk:
        buckets.add(zlib.crc32(facts.trader_code.encode()) % BUCKETS)
        buckets.add(BUCKETS + zlib.crc32(facts.counterparty_code.encode()) % BUCKETS)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [LOCKS, sorted(buckets)])


def require_room(
    clean: Sequence[TradeFacts],
    *,
    accepted: Collection[int],
    terms: Mapping[int, LimitTerms],
    accounts: Collection[str],
    provide: ReadProvisions,
) -> None:
    """Look again whether these trades still fit, under the locks; those `accepted` need not.

    Raises LimitCrossed: the caller judges again, with the locks from the beginning.
    """
    if not clean:
        return
    found = crossings_of(clean, uses_of(clean), terms)
    lacking = lacking_of(clean, provide(clean), provision_terms(terms)) if accounts else Lacking()
    over = {*found.traders, *found.counterparties, *lacking.securities, *lacking.cash}
    if over - set(accepted):
        raise LimitCrossed
