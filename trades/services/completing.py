"""What comes late: trades that lacked static data get it, each in a version that the house writes.

Its message is one of the house, and says all that the last message of the trade said: so every
version has its message, and the numbers that a source gives its own stay free. Controls and the
second pair of eyes follow, as after an amendment. What is validated already stays as it was
validated: an amendment takes what is better.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from django.db import connection

from core.acts import acting
from core.sequences import array_of, dated_numbers
from kernel.actors import Actor
from trades.facts import ENRICHMENT_SOURCE, ExecutionFacts, Product
from trades.services import capture, deals, delivery, loading, storing, writing
from trades.services.control import CHUNK, JUDGED
from trades.services.enrichment import Reference, Terms, load_reference
from trades.services.plan import Item, Plan, TradeRow
from trades.states import Action, Channel, Outcome

MESSAGES: Final = """
SELECT t.id, t.source_system, e.content
  FROM trades_trade t
  JOIN trades_tradeversion v ON v.trade_id = t.id AND v.version_no = t.version_no
  JOIN trades_execution e ON e.id = v.execution_id
 WHERE t.id = ANY(%(ids)s) AND v.trade_id = ANY(%(ids)s)
"""


Progress = Callable[[int, int], None]
"""Is told how many of how many are done, after each part."""


def unwatched(_done: int, _total: int) -> None:
    """Nobody watches what fits a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why trades are completed, who does it, and who else had a hand in what they get."""

    reason: str
    actor: Actor
    at: datetime
    by_hand: bool = False
    hands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lacking:
    """A locked trade that lacks something, and what its last message said."""

    trade: TradeRow
    facts: ExecutionFacts


def complete_all(*, trade_ids: Sequence[int], cause: Cause, progress: Progress = unwatched) -> int:
    """Complete however many trades, some thousands at a time; return how many got something."""
    completed = 0
    for start in range(0, len(trade_ids), CHUNK):
        part = trade_ids[start : start + CHUNK]
        completed += complete_trades(trade_ids=part, cause=cause)
        progress(start + len(part), len(trade_ids))
    return completed


def complete_trades(*, trade_ids: Collection[int], cause: Cause) -> int:
    """Give these trades what static data knows by now and they lack; return how many got some.

    A counterparty brings all that hangs on it: instruction, fees. Repeating it finds nothing to do.
    """
    if not trade_ids:
        return 0
    with acting(actor=cause.actor, reason=cause.reason):
        standing = [row for row in loading.heads(trade_ids) if row.state in JUDGED]
        lacking = [row for row in standing if _lacks(row.terms)]
        sources = _by_source(lacking)
        completed = {
            source: found
            for source, several in sorted(sources.items())
            if (found := _completed(source, several))[1]
        }
        if not completed:
            return 0
        channel = Channel.MANUAL if cause.by_hand else Channel.API
        origin = capture.Origin(
            source_system=ENRICHMENT_SOURCE, channel=channel, reason=cause.reason, hands=cause.hands
        )
        batch_id = capture.open_batch(origin, cause.actor, cause.at)
        for reference, several in completed.values():
            _write(several, storing.Store(_plan(cause, reference), origin, batch_id))
        number = sum(len(several) for _reference, several in completed.values())
        capture.close_batch(batch_id, {"completed": number})
        capture.announce(batch_id)
    return number


def _lacks(terms: Terms) -> bool:
    return terms.counterparty_id is None or terms.settlement_instruction_id is None


def _by_source(trades: Iterable[TradeRow]) -> dict[str, list[Lacking]]:
    by_id = {trade.id: trade for trade in trades}
    sources: defaultdict[str, list[Lacking]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(MESSAGES, {"ids": array_of(by_id)})
        for trade_id, source_system, content in cursor.fetchall():
            facts = loading.facts_of_content(content)
            sources[source_system].append(Lacking(by_id[trade_id], facts))
    return sources


def _completed(
    source_system: str, several: Collection[Lacking]
) -> tuple[Reference, list[tuple[Lacking, Terms]]]:
    """Return those of one source that can be completed, with the terms that they get."""
    reference = load_reference(source_system=source_system, messages=[one.facts for one in several])
    found = ((one, _terms(one, reference)) for one in several)
    return reference, [(one, terms) for one, terms in found if terms is not None]


def _terms(one: Lacking, reference: Reference) -> Terms | None:
    """Return the terms with what was lacking, None when it still is."""
    terms, facts = one.trade.terms, one.facts
    party = reference.parties.get(facts.counterparty or "")
    instrument = reference.instrument(facts)
    if party is None or (instrument is None and facts.product != Product.FX):
        return None
    if terms.counterparty_id is None:
        made = deals.complete_terms(facts, instrument, reference)
        return made if isinstance(made, Terms) else None
    if party.party_id != terms.counterparty_id:
        return None
    asset_class = instrument.asset_class if instrument else ""
    deal = (asset_class, terms.currency, terms.settlement_date)
    chosen = delivery.instruction(facts, party, deal, reference)
    if chosen is None:
        return None
    place = terms.place_of_settlement
    return msgspec.structs.replace(
        terms,
        settlement_instruction_id=chosen.instruction_id,
        place_of_settlement=msgspec.UNSET if chosen.place_of_settlement else place,
    )


def _plan(cause: Cause, reference: Reference) -> Plan:
    return Plan(
        actor=cause.actor, at=cause.at, reference=reference, chains={}, trades={}, waiting={}
    )


def _write(several: Collection[tuple[Lacking, Terms]], store: storing.Store) -> None:
    plan = store.plan
    items = []
    numbers = dated_numbers("trades_execution", len(several))
    for number, (one, terms) in zip(numbers, several, strict=True):
        trade = one.trade
        message = _message(one)
        item = Item(
            facts=message,
            outcome=Outcome.BOOKED,
            number=number,
            digest=hashlib.sha256(message.content()).hexdigest(),
            hands=store.origin.hands,
            of_house=True,
        )
        plan.trades[message.source_reference] = trade
        plan.complete(item, trade, terms)
        items.append(item)
    writing.insert(*store.rows_of(items))
    store.finish(items)


def _message(one: Lacking) -> ExecutionFacts:
    """Return the message of the house: what the last one said, under a name of its own."""
    return msgspec.structs.replace(
        one.facts,
        source_reference=f"{one.trade.reference}-{one.trade.version_no + 1}",
        version=1,
        action=Action.AMEND.value,
        message_id=None,
    )
