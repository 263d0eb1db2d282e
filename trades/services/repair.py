"""Repair: a name that nobody knew becomes known, and every trade that waited for it goes on.

A message without a known instrument is no trade yet, and is booked; a trade without a known
counterparty is one, and is completed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from core.acts import acting
from core.columns import said
from kernel.actors import Actor
from kernel.findings import Refusal
from refdata import services as refdata
from refdata.models import Instrument, Party
from trades import selectors
from trades.models import Execution, Trade
from trades.services import capture, completing, loading, storing, writing
from trades.services.enrichment import alias_source, load_reference
from trades.services.plan import Plan
from trades.states import Channel, Outcome

UNKNOWN: Final = "CAP-101"


class UnableToRepair(Refusal):
    """The message no longer waits, or it is not an unknown name that keeps it waiting."""

    code = "UNABLE_TO_REPAIR"
    status_code = 409


def name_instrument(*, execution_id: int, instrument_id: int, actor: Actor, at: datetime) -> int:
    """Say which known instrument the symbol of a waiting message means; return how many went on.

    Raises UnableToRepair, Forbidden, or UnableToSave when the symbol means another instrument.
    """
    execution = require_waiting(execution_id)
    symbol = str(execution.content.get("symbol") or "")
    if not symbol:
        raise UnableToRepair(
            _("This message names its instrument by ISIN alone: add the instrument.")
        )
    source = alias_source(execution.source_system)
    with acting(actor=actor, reason=f"{source}: {symbol}"):
        refdata.add_alias(
            source_system=source,
            symbol=symbol,
            instrument_id=instrument_id,
            actor=actor,
            at=at,
        )
        return replay_waiting(name=symbol, actor=actor, at=at, by_hand=True)


def add_instrument(*, execution_id: int, instrument: Instrument, actor: Actor, at: datetime) -> int:
    """Create the instrument that a waiting message names; return how many messages went on.

    Raises UnableToRepair, Forbidden, UnableToSave.
    """
    execution = require_waiting(execution_id)
    symbol = str(execution.content.get("symbol") or "")
    with acting(actor=actor, reason=f"{execution.source_system}: {symbol or instrument.isin}"):
        created = refdata.create_instrument(instrument=instrument, actor=actor, at=at)
        if symbol:
            return name_instrument(
                execution_id=execution_id, instrument_id=created.pk, actor=actor, at=at
            )
        return replay_waiting(name=instrument.isin or "", actor=actor, at=at, by_hand=True)


def name_counterparty(*, trade_id: int, party_id: int, actor: Actor, at: datetime) -> int:
    """Say which known party the counterparty of a trade means; return how many trades went on.

    Raises UnableToRepair, Forbidden, or UnableToSave when the name means another party.
    """
    trade = _nameless(trade_id)
    name, source = trade.counterparty_code, alias_source(trade.source_system)
    with acting(actor=actor, reason=f"{source}: {name}"):
        refdata.add_party_alias(
            source_system=source, alias=name, party_id=party_id, actor=actor, at=at
        )
        return complete_waiting(names=[name], actor=actor, at=at, by_hand=True)


def add_counterparty(*, trade_id: int, party: Party, actor: Actor, at: datetime) -> int:
    """Create the party that a trade names; return how many trades went on.

    Raises UnableToRepair, Forbidden, UnableToSave.
    """
    trade = _nameless(trade_id)
    with acting(actor=actor, reason=f"{trade.source_system}: {trade.counterparty_code}"):
        created = refdata.save_party(party=party, actor=actor, at=at)
        return name_counterparty(trade_id=trade_id, party_id=created.pk, actor=actor, at=at)


def complete_waiting(
    *,
    names: Collection[str],
    actor: Actor,
    at: datetime,
    by_hand: bool = False,
    hands: tuple[str, ...] = (),
) -> int:
    """Complete the trades whose counterparty is called so, in every source; return how many.

    Repeating it finds nothing left to do.
    """
    cause = completing.Cause(
        reason=_("Counterparty: %(name)s") % {"name": ", ".join(sorted(names))},
        actor=actor, at=at, by_hand=by_hand, hands=hands,
    )  # fmt: skip
    waiting = selectors.list_nameless(names).values_list("pk", flat=True)
    return completing.complete_all(trade_ids=list(waiting), cause=cause)


def complete_uninstructed(*, party_id: int, instruction_id: int, actor: Actor, at: datetime) -> int:
    """Complete the trades with a counterparty that an instruction of it fits, now that there is
    one; return how many. Repeating it finds nothing left to do.
    """
    reason = _("Settlement instruction %(number)s was approved") % {"number": instruction_id}
    waiting = selectors.list_without_instruction(party_id).values_list("pk", flat=True)
    cause = completing.Cause(reason=reason, actor=actor, at=at)
    return completing.complete_all(trade_ids=list(waiting), cause=cause)


def replay_waiting(*, name: str, actor: Actor, at: datetime, by_hand: bool = False) -> int:
    """Book what waited for the instrument called `name`, in every source; return how many did.

    Repeating it finds nothing left to do.
    """
    waiting = (
        Execution.objects.filter(outcome=Outcome.EXCEPTION.value, reason_code=UNKNOWN)
        .alias(symbol=said("content", "symbol"), isin=said("content", "isin"))
        .filter(Q(symbol=name) | Q(isin=name))
    )
    sources: dict[str, set[str]] = defaultdict(set)
    for source_system, reference in waiting.values_list("source_system", "source_reference"):
        sources[source_system].add(reference)
    return sum(
        replay(source_system, references, actor=actor, at=at, by_hand=by_hand)
        for source_system, references in sorted(sources.items())
    )


def replay(
    source_system: str, references: set[str], *, actor: Actor, at: datetime, by_hand: bool
) -> int:
    """Judge the waiting messages of one source again, under its lock; return how many moved."""
    channel = Channel.MANUAL if by_hand else Channel.API
    origin = capture.Origin(source_system=source_system, channel=channel)
    with acting(actor=actor):
        loading.lock_alone(source_system)
        known = loading.load(source_system, references)
        items = sorted(
            (item for group in known.waiting.values() for item in group), key=loading.order
        )
        messages = [item.facts for item in items if item.facts]
        plan = Plan(
            actor=actor,
            at=at,
            reference=load_reference(source_system=source_system, messages=messages),
            chains=known.chains,
            trades=known.trades,
            waiting=known.waiting,
        )
        for item in [item for item in items if item.outcome is Outcome.EXCEPTION]:
            plan.replay(item)  # a NEW takes along what was parked: that is judged once
        if not plan.replayed:
            return 0
        batch_id = capture.open_batch(origin, actor, at)
        store = storing.Store(plan, origin, batch_id)
        writing.insert(*store.rows_of([]))
        store.finish([])
        capture.close_batch(batch_id, {"released": len(plan.replayed)})
        capture.announce(batch_id)
        return len(plan.replayed)


def _nameless(trade_id: int) -> Trade:
    trade = Trade.objects.filter(pk=trade_id).first()
    if trade is None or not selectors.list_nameless([trade.counterparty_code]).filter(pk=trade_id):
        raise UnableToRepair(_("The trade no longer waits for its counterparty."))
    return trade


def require_waiting(execution_id: int) -> Execution:
    """Return the message while an unknown name keeps it waiting; raises UnableToRepair."""
    execution = Execution.objects.filter(
        pk=execution_id, outcome=Outcome.EXCEPTION.value, reason_code=UNKNOWN
    ).first()
    if execution is None:
        raise UnableToRepair(_("The message no longer waits for an instrument."))
    return execution
