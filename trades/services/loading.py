"""What already stands under the identities that messages name, read under the right lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from django.db import connection

from core.acts import SET_ACT
from core.prepared import Statement
from trades.facts import ExecutionFacts
from trades.services.chains import RANK, Chain
from trades.services.enrichment import Terms
from trades.services.plan import Item, TradeRow
from trades.states import Action, CloseReason, Outcome, TradeState

Numbers = dict[str, list[int]]
KeptRow = tuple[
    int, str, int, str, str, str, int | None, dict[str, Any] | None, str, str, list[str] | None
]

ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
#: The act is declared and the lock of the source taken; what stands is read after that.
OPEN_ALONE: Final = f"{SET_ACT.rstrip()}, pg_advisory_xact_lock(hashtextextended(%s, 0))"
OPEN_SHARED: Final = Statement(
    "open_shared",
    f"{SET_ACT.rstrip()}, pg_advisory_xact_lock_shared(hashtextextended(%s, 0))",
)
#: A trade is made by the NEW of its identity.
BOOKED: Final = """
SELECT k.source_reference
  FROM trades_messagekey k JOIN trades_execution e ON e.id = k.execution_id
 WHERE k.source_system = %s AND k.source_reference = ANY(%s) AND k.slot = 0
   AND e.trade_id IS NOT NULL
"""
#: Most messages are the first of their identity, and the table that is not cut by day says so.
KEYS: Final = """
SELECT array_agg(execution_id) FROM trades_messagekey
 WHERE source_system = %s AND source_reference = ANY(ARRAY(SELECT unnest(%s::text[])))
"""
#: Of a row that persons repaired: who they are, and who sent it in again.
HANDS: Final = """
SELECT json_agg(DISTINCT name)
  FROM trades_quarantinedrow r JOIN trades_capturebatch b ON b.id = r.batch_id,
       jsonb_array_elements_text(r.repaired_by || to_jsonb(b.actor_name)) AS name
 WHERE r.batch_id = e.batch_id
"""
KEPT: Final = f"""
SELECT json_agg(json_build_array(
         e.id, e.source_reference, e.source_version, e.action, e.content_hash, e.outcome,
         e.trade_id, CASE WHEN e.outcome IN ('PARKED', 'EXCEPTION') THEN e.content::json END,
         e.maker, e.reason_code,
         CASE WHEN e.outcome IN ('PARKED', 'EXCEPTION') THEN ({HANDS}) END))::text
  FROM trades_execution e WHERE e.id = ANY(%s)
"""  # noqa: S608 - constants of ours
#: Numbers for all that may be written, the batch of the minute, and what stands there already. How
#: many they are stands in selects of their own: a plan that knew it would seem better than the one
#: that is kept, and would be made anew at every call.
TAKEN: Final = Statement(
    "taken",
    f"""
SELECT ARRAY(SELECT dated_number('trades_trade_id_seq') FROM generate_series(1, (SELECT %s::int))),
       ARRAY(SELECT dated_number('trades_execution_id_seq')
               FROM generate_series(1, (SELECT %s::int))),
       (SELECT id FROM trades_capturebatch WHERE window_key = %s),
       ({KEYS})
""",  # noqa: S608 - constants of ours
)
#: Locked first, and read by a statement of its own: one that had to wait for the lock would see the
#: trade as it was left, but the versions as they were before, and find none that is current.
HEADS: Final = """
SELECT FROM trades_trade WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE;
SELECT t.id, t.source_reference, t.source_version, t.version_no, t.state, t.close_reason,
       t.maker, t.contributors, t.fingerprint, t.risk_amount_eur,
       t.product_class, v.terms
  FROM trades_trade t
  JOIN trades_tradeversion v ON v.trade_id = t.id AND v.version_no = t.version_no
 WHERE t.id = ANY(%(ids)s) AND v.trade_id = ANY(%(ids)s)
"""


@dataclass(slots=True)
class Known:
    """Chains by reference, the trades among them, and the messages that wait."""

    chains: dict[str, Chain] = field(default_factory=lambda: defaultdict(Chain))
    trades: dict[str, TradeRow] = field(default_factory=dict)
    waiting: dict[str, list[Item]] = field(default_factory=dict)
    kept: dict[tuple[str, int, str], Item] = field(default_factory=dict)
    numbers: Numbers = field(default_factory=dict)
    batch_id: int | None = None  # the batch of the minute, if it is open already


def order(item: Item) -> tuple[str, bool, int, int]:
    """Sort messages of one identity: its NEW first, then by version."""
    facts = item.facts
    assert facts is not None  # noqa: S101 - only readable items are sorted
    rank = RANK[facts.action]
    return (facts.source_reference, rank > 0, facts.version, rank)


def parts(ordered: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut sorted items in parts of about `size`, never between two messages of one identity."""
    start, count = 0, len(ordered)
    while start < count:
        end = min(start + size, count)
        while end < count and order(ordered[end])[0] == order(ordered[end - 1])[0]:
            end += 1
        yield ordered[start:end]
        start = end


def has_unbooked(source_system: str, references: Collection[str]) -> bool:
    """Say whether one of these identities has no trade yet."""
    if not references:
        return False
    with connection.cursor() as cursor:
        cursor.execute(BOOKED, [source_system, list(references)])
        return len({row[0] for row in cursor.fetchall()}) < len(set(references))


def begin(
    source_system: str,
    messages: Sequence[ExecutionFacts],
    *,
    act: Sequence[str],
    window: str,
    alone: bool | None = None,
) -> Known:
    """Declare the act, lock, take numbers and read what is known: one round trip for new trades.

    The lock of the source is shared, or taken alone when a message may have to be parked: a NEW
    that is being booked elsewhere must be seen by whoever parks an amendment of it, and the other
    way round; otherwise the amendment would wait for ever. A NEW among the messages is no promise:
    it may be refused. Trades that are amended are locked, too.
    A slice of a bulk is told by `alone` which lock the bulk needs: nobody takes the one after the
    other, or two who do would wait for each other.
    """
    if alone is None:
        alone = has_unbooked(
            source_system, {m.source_reference for m in messages if m.action != Action.NEW}
        )
    names = list({m.source_reference for m in messages})
    count = len(messages)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{OPEN_ALONE if alone else OPEN_SHARED.ready()}; {TAKEN.ready()}",
            [
                *(*act, f"capture:{source_system}"),
                *(sum(m.action == Action.NEW for m in messages), count),
                *(window, source_system, names),
            ],
        )
        trades, executions, batch_id, keys = cursor.fetchone()
    known = _known(keys)
    known.batch_id = batch_id
    known.numbers = {"trades_trade": trades, "trades_execution": executions}
    return known


def lock_alone(source_system: str) -> None:
    """Take the lock of a source for a repair."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [f"capture:{source_system}"])


def load(source_system: str, references: Collection[str]) -> Known:
    """Read what is known of these identities and lock their trades, in the order of their ids."""
    names = list(references)
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [source_system, names])
        keys = cursor.fetchone()[0]
    return _known(keys)


def _known(keys: list[int] | None) -> Known:
    """Make chains of the messages that were found, and lock and read their trades."""
    known = Known()
    if not keys:
        return known
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [keys])
        kept = msgspec.json.decode(cursor.fetchone()[0], type=list[KeptRow])
    for row in kept:
        _keep(known, row)
    if trades := sorted({row[6] for row in kept if row[6] is not None}):
        with connection.cursor() as cursor:
            cursor.execute(HEADS, {"ids": trades})
            for row in cursor.fetchall():
                _head(known, row)
    for items in known.waiting.values():
        items.sort(key=order)
    return known


def _keep(known: Known, row: KeptRow) -> None:
    execution_id, reference, version, action, digest, outcome, _trade_id, content = row[:8]
    maker, reason, hands = row[8:]
    chain = known.chains[reference]
    chain.kept[version, action] = digest
    item = Item(
        facts=None,
        outcome=Outcome(outcome),
        execution_id=execution_id,
        digest=digest,
        maker=maker,
        reason=reason,
        hands=tuple(hands or ()),
    )
    known.kept[reference, version, action] = item
    if content is not None:
        item.facts = facts_of_content(content)
        known.waiting.setdefault(reference, []).append(item)
        chain.new_waits |= action == Action.NEW


def facts_of_content(content: object) -> ExecutionFacts:
    """Read stored content back; it was checked when it came in."""
    if isinstance(content, str):
        return msgspec.json.decode(content, type=ExecutionFacts)
    return msgspec.convert(content, ExecutionFacts)


def heads(trade_ids: Collection[int]) -> list[TradeRow]:
    """Lock these trades in the order of their ids, and read them as they stand."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS, {"ids": sorted(trade_ids)})
        return [_standing(row) for row in cursor.fetchall()]


def _head(known: Known, row: tuple[Any, ...]) -> None:
    trade = _standing(row)
    known.trades[trade.source_reference] = trade
    chain = known.chains[trade.source_reference]
    chain.booked, chain.closed = True, trade.state is TradeState.CLOSED
    chain.allocated = trade.close_reason == CloseReason.ALLOCATED
    chain.head = trade.source_version


def _standing(row: tuple[Any, ...]) -> TradeRow:
    (trade_id, reference, source_version, version_no, state, close_reason) = row[:6]
    (maker, contributors, digest, risk, product_class, terms) = row[6:]
    typed = (
        msgspec.json.decode(terms, type=Terms)
        if isinstance(terms, str)
        else msgspec.convert(terms, Terms)
    )
    return TradeRow(
        source_reference=reference,
        terms=typed,
        encoded=typed.encoded(),
        fingerprint=digest,
        source_version=source_version,
        maker=maker,
        version_no=version_no,
        contributors=list(contributors),
        state=TradeState(state),
        close_reason=close_reason,
        risk_eur=risk,
        product_class=product_class,
        id=trade_id,
        created=False,
    )
