"""Replaying: what a rule as somebody would set it says of trades, beside the rule as it is set.

Trades are judged as they came, in whatever state they are: what was refused or cancelled since is
what a rule was to find. What they are compared with is what stands in the reference data today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from django.db import connection

from core.sequences import array_of
from kernel.findings import Finding
from trades.facts import TradeFacts
from trades.models import BackTestPart, BackTestTrade, KnownAs, Replayed
from trades.rules import ActiveRule, judge_all
from trades.rules.context import RuleContext
from trades.rules.house import codes_of
from trades.rules.scopes import EVERYWHERE, decided_by
from trades.services.consumption import LimitTerms, Uses, room_of
from trades.services.control_data import Library, Windows
from trades.services.control_facts import as_they_came, read_facts
from trades.services.counted import MEANT

SHOWN_MAX: Final = 50
"""So many trades of a part are kept to be looked at, of each effect."""
TEXT_MAX: Final = 200
FAULTS: Final = """
SELECT t.id, CASE WHEN t.state = 'REJECTED' THEN 'REFUSED'
                  WHEN t.close_reason = 'CANCELLED' THEN 'CANCELLED' ELSE 'CORRECTED' END
  FROM trades_trade t
 WHERE t.trade_date = %(day)s AND t.id BETWEEN %(first)s AND %(last)s
   AND (t.state = 'REJECTED' OR t.close_reason = 'CANCELLED' OR (t.version_no > 1 AND (
        EXISTS (SELECT FROM desk_controlexception e
                 WHERE e.subject_kind = 'trade' AND e.subject_id = t.id AND e.kind = 'CONTROL'
                   AND e.severity <> 'INFO' AND e.version_no < t.version_no)
        OR EXISTS (SELECT FROM desk_approval a
                    WHERE a.subject_kind = 'trade' AND a.subject_id = t.id
                      AND a.decision = 'REFUSED' AND a.version_no < t.version_no))))
"""
WAIVED: Final = """
SELECT DISTINCT subject_id FROM desk_controlexception
 WHERE subject_kind = 'trade' AND subject_id = ANY(%s) AND rule_code = ANY(%s) AND state = 'WAIVED'
"""
USED_BEFORE: Final = """
SELECT 'TRADER', trader_code, trade_date, coalesce(sum(risk_amount_eur), 0),
       count(*) FILTER (WHERE risk_amount_eur IS NULL)
  FROM trades_trade
 WHERE trade_date = %(day)s AND id < %(first)s
   AND state <> 'REJECTED' AND close_reason <> 'CANCELLED'
 GROUP BY 2, 3
 UNION ALL
SELECT 'COUNTERPARTY', counterparty_code, coalesce(settlement_date, trade_date),
       coalesce(sum(risk_amount_eur), 0), count(*) FILTER (WHERE risk_amount_eur IS NULL)
  FROM trades_trade
 WHERE trade_date BETWEEN %(day)s - %(unsettled)s AND %(day)s
   AND (trade_date < %(day)s OR id < %(first)s)
   AND coalesce(settlement_date, trade_date) >= %(day)s
   AND state <> 'REJECTED' AND close_reason <> 'CANCELLED'
 GROUP BY 2, 3
"""
UNSETTLED_DAYS: Final = 30
"""What settles later than that after its trade date is not sought in a replay."""
Said = Mapping[int, Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Setting:
    """A rule as it is set, None where it is off, and what it is compared within."""

    active: ActiveRule | None
    windows: Windows

    @property
    def limits(self) -> LimitTerms:
        """The limits that it is about."""
        return LimitTerms.of({} if self.active is None else {self.active[0].code: self.active[1]})


@dataclass(frozen=True, slots=True)
class Question:
    """One rule, as it is set and as somebody would set it, in a scope or everywhere.

    `others` are the scopes in which it has settings of its own, which stay as they are.
    """

    code: str
    scope: str
    others: frozenset[str]
    in_force: Setting
    proposed: Setting


@dataclass(frozen=True, slots=True)
class Answer:
    """What both say of the trades of a part, and what people made of these."""

    trades: Mapping[int, TradeFacts]
    in_force: Said
    proposed: Said
    faults: Mapping[int, str]
    waived: frozenset[int]

    def counts(self) -> dict[str, int]:
        """Return the numbers of a part by their names."""
        old, new, faults = self.in_force.keys(), self.proposed.keys(), self.faults.keys()
        return {
            "trades": len(self.trades),
            "in_force": len(old),
            "proposed": len(new),
            "both": len(old & new),
            "findings_in_force": sum(map(len, self.in_force.values())),
            "findings_proposed": sum(map(len, self.proposed.values())),
            "faults": len(faults),
            "faults_in_force": len(faults & old),
            "faults_proposed": len(faults & new),
            "faults_both": len(faults & old & new),
            "waived": len(self.waived),
            "waived_both": len(self.waived & new),
        }

    def told(self, back_test_id: int) -> Iterator[BackTestTrade]:
        """Yield the trades to be looked at: of each effect the first of the part."""
        old, new = self.in_force.keys(), self.proposed.keys()
        effects = {
            Replayed.NEWLY: new - old,
            Replayed.NO_LONGER: old - new,
            Replayed.MISSED: self.faults.keys() - old - new,
            Replayed.BOTH: old & new,
        }
        for effect, trade_ids in effects.items():
            for trade_id in sorted(trade_ids)[:SHOWN_MAX]:
                yield self._row(back_test_id, effect, self.trades[trade_id])

    def _row(self, back_test_id: int, effect: Replayed, facts: TradeFacts) -> BackTestTrade:
        pk = facts.trade_id
        said = self.proposed.get(pk) or self.in_force.get(pk) or ()
        first = said[0] if said else None
        return BackTestTrade(
            back_test_id=back_test_id,
            trade_id=pk,
            desk_code=facts.desk_code,
            replayed=effect.value,
            known_as=self.faults.get(pk, KnownAs.WAIVED.value if pk in self.waived else ""),
            field=first.field if first else "",
            expected=first.expected[:TEXT_MAX] if first else "",
            found=first.found[:TEXT_MAX] if first else "",
        )


@dataclass(slots=True)
class PastLibrary(Library):
    """The reference data of a replay: limits are used by what was meant before, as it came."""

    def uses(self, chunk: Sequence[TradeFacts]) -> Uses:
        """Return what earlier trades of the day used, and what was not settled by then."""
        found = Uses()
        first = chunk[0]
        with connection.cursor() as cursor:
            cursor.execute(
                USED_BEFORE,
                {
                    "day": first.trade_date,
                    "first": first.trade_id,
                    "unsettled": UNSETTLED_DAYS,
                },
            )
            found.read(cursor.fetchall())
        return found


@dataclass(slots=True)
class Replay:
    """A question put to one part of the trades after the other, with what was read for it."""

    question: Question
    at: datetime
    library: Library = field(init=False)

    def __post_init__(self) -> None:
        """Trades of the past count beside each other whether they are over or not."""
        self.library = PastLibrary(at=self.at, counted=MEANT)

    def answer(self, part: BackTestPart) -> Answer:
        """Return what both settings say of the trades of a part."""
        found = read_facts(day=part.day, first_id=part.first_id, last_id=part.last_id)
        trades = self._within(as_they_came(found, self.library.rates.of))
        old, new = self._said(trades)
        by_id = {facts.trade_id: facts for facts in trades}
        return Answer(
            trades=by_id,
            in_force=old,
            proposed=new,
            faults={pk: how for pk, how in _faults(part).items() if pk in by_id},
            waived=_waived(self.question.code, old),
        )

    def _within(self, trades: Sequence[TradeFacts]) -> Sequence[TradeFacts]:
        """Return the trades for which the setting in question is the one that counts."""
        asked, scopes = self.question.scope, self.question.others
        if not asked and not scopes:
            return trades
        places = self.library.places_of(trades)
        known = scopes | ({asked} - {EVERYWHERE})
        return [facts for facts in trades if decided_by(facts, known, places) == asked]

    def _said(self, trades: Sequence[TradeFacts]) -> tuple[Said, Said]:
        if not trades:
            return {}, {}
        old, new = self.question.in_force, self.question.proposed
        uses = cache(lambda: self.library.uses(trades))
        context = self._context(trades, old, uses)
        said = {} if old.active is None else judge_all(trades, context, [old.active])
        if new == old:
            return said, said
        if (new.windows, new.limits) != (old.windows, old.limits):
            context = self._context(trades, new, uses)
        return said, {} if new.active is None else judge_all(trades, context, [new.active])

    def _context(
        self, trades: Sequence[TradeFacts], setting: Setting, uses: Callable[[], Uses]
    ) -> RuleContext:
        terms = dict.fromkeys((facts.trade_id for facts in trades), setting.limits)
        room = room_of(trades, terms, lambda _trades: uses())
        return self.library.context(trades, windows=setting.windows, room=room)


def _faults(part: BackTestPart) -> dict[int, str]:
    """Return what people found wrong: trade id -> how they dealt with it."""
    with connection.cursor() as cursor:
        cursor.execute(FAULTS, {"day": part.day, "first": part.first_id, "last": part.last_id})
        return dict(cursor.fetchall())


def _waived(code: str, said: Said) -> frozenset[int]:
    """Return the trades of which people let pass what the rule says."""
    if not said:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(WAIVED, [array_of(said), list(codes_of(code))])
        return frozenset(pk for (pk,) in cursor.fetchall())
