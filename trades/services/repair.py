"""Repair: a name that nobody knew becomes known, and every trade that waited for it goes on.

A message without a known instrument is no trade yet, and is booked; a trade without a known
counterparty is one, and is completed. What a name means takes two people: one asks, and when
another grants, the news of it lets go on all that waits, by a job. Who asked had a hand in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.acts import acting
from core.columns import said
from desk.models import Request
from kernel.actors import Actor
from kernel.findings import Refusal
from refdata.models import Instrument, InstrumentAlias, Party, PartyAlias
from refdata.services import static_data as refdata
from trades import selectors
from trades.models import Execution, Trade
from trades.services import capture, completing, loading, storing, writing
from trades.services.control import CHUNK
from trades.services.enrichment import INSTRUMENT_UNKNOWN, alias_source, load_reference
from trades.services.plan import Plan
from trades.states import Channel, Outcome


class UnableToRepair(Refusal):
    """The message no longer waits, or it is not an unknown name that keeps it waiting."""

    code = "UNABLE_TO_REPAIR"
    status_code = 409


def name_instrument(
    *, execution_id: int, instrument_id: int, actor: Actor, at: datetime
) -> Request | None:
    """Ask that the symbol of a waiting message means a known instrument.

    None: it does already, and what waits goes on. Raises UnableToRepair, Forbidden, UnableToAsk, or
    UnableToSave when the symbol means another instrument.
    """
    execution = require_waiting(execution_id)
    symbol = str(execution.content.get("symbol") or "")
    if not symbol:
        raise UnableToRepair(
            _("This message names its instrument by ISIN alone: add the instrument.")
        )
    source = alias_source(execution.source_system)
    alias = InstrumentAlias(source_system=source, symbol=symbol, instrument_id=instrument_id)
    return refdata.add_alias(alias=alias, actor=actor, at=at)


def add_instrument(
    *, execution_id: int, instrument: Instrument, actor: Actor, at: datetime
) -> Request:
    """Ask for the instrument that a waiting message names, under that name.

    Raises UnableToRepair, Forbidden, UnableToSave, UnableToAsk.
    """
    execution = require_waiting(execution_id)
    source, symbol = (
        alias_source(execution.source_system),
        str(execution.content.get("symbol") or ""),
    )
    return refdata.add(
        record=instrument,
        called=(source, symbol) if symbol else None,
        reason=f"{source}: {symbol or instrument.isin}",
        actor=actor,
        at=at,
    )


def name_counterparty(
    *, trade_id: int, party_id: int, actor: Actor, at: datetime
) -> Request | None:
    """Ask that the counterparty of a trade means a known party.

    None: it does already, and what waits goes on. Raises UnableToRepair, Forbidden, UnableToAsk, or
    UnableToSave when the name means another party.
    """
    source, name = _called(_nameless(trade_id))
    alias = PartyAlias(source_system=source, alias=name, party_id=party_id)
    return refdata.add_alias(alias=alias, actor=actor, at=at)


def add_counterparty(*, trade_id: int, party: Party, actor: Actor, at: datetime) -> Request:
    """Ask for the party that a trade names, under that name.

    Raises UnableToRepair, Forbidden, UnableToSave, UnableToAsk.
    """
    called = _called(_nameless(trade_id))
    return refdata.add(record=party, called=called, reason=": ".join(called), actor=actor, at=at)


def asked_of_message(execution: Execution) -> Request | None:
    """Return the open request for what a waiting message calls its instrument, if there is one."""
    symbol = str(execution.content.get("symbol") or "")
    return refdata.find_asked(alias_source(execution.source_system), symbol)


def asked_of_trade(trade: Trade) -> Request | None:
    """Return the open request for what a trade calls its counterparty, if there is one."""
    return refdata.find_asked(*_called(trade))


def _called(trade: Trade) -> tuple[str, str]:
    """Return the source of a trade and what it calls its counterparty."""
    return alias_source(trade.source_system), trade.counterparty_code


def complete_waiting(
    *,
    names: Collection[str],
    actor: Actor,
    at: datetime,
    by_hand: bool = False,
    hands: tuple[str, ...] = (),
    progress: completing.Progress = completing.unwatched,
) -> int:
    """Complete the trades whose counterparty is called so, in every source; return how many.

    Repeating it finds nothing left to do.
    """
    cause = completing.Cause(
        reason=_("Counterparty: %(name)s") % {"name": ", ".join(sorted(names))},
        actor=actor, at=at, by_hand=by_hand, hands=hands,
    )  # fmt: skip
    waiting = selectors.list_nameless(names).values_list("pk", flat=True)
    return completing.complete_all(trade_ids=list(waiting), cause=cause, progress=progress)


def complete_uninstructed(*, party_id: int, instruction_id: int, actor: Actor, at: datetime) -> int:
    """Complete the trades with a counterparty that an instruction of it fits, now that there is
    one; return how many. Repeating it finds nothing left to do.
    """
    reason = _("Settlement instruction %(number)s was approved") % {"number": instruction_id}
    waiting = selectors.list_without_instruction(party_id).values_list("pk", flat=True)
    cause = completing.Cause(reason=reason, actor=actor, at=at)
    return completing.complete_all(trade_ids=list(waiting), cause=cause)


def replay_waiting(
    *,
    names: Collection[str],
    actor: Actor,
    at: datetime,
    by_hand: bool = False,
    hands: tuple[str, ...] = (),
    progress: completing.Progress = completing.unwatched,
) -> int:
    """Book what waited for the instruments called so, in every source; return how many did.

    Some thousands at a time; repeating it finds nothing left to do.
    """
    sources: dict[str, set[str]] = defaultdict(set)
    for source_system, reference in _waiting(names).values_list(
        "source_system", "source_reference"
    ):
        sources[source_system].add(reference)
    booked, done, total = 0, 0, sum(map(len, sources.values()))
    for source_system, found in sorted(sources.items()):
        references = sorted(found)
        for start in range(0, len(references), CHUNK):
            part = set(references[start : start + CHUNK])
            booked += replay(source_system, part, actor=actor, at=at, by_hand=by_hand, hands=hands)
            done += len(part)
            progress(done, total)
    return booked


def _waiting(names: Collection[str]) -> QuerySet[Execution]:
    """Return the messages that wait for an instrument called so."""
    return (
        Execution.objects.filter(outcome=Outcome.EXCEPTION.value, reason_code=INSTRUMENT_UNKNOWN)
        .alias(symbol=said("content", "symbol"), isin=said("content", "isin"))
        .filter(Q(symbol__in=names) | Q(isin__in=names))
    )


def replay(
    source_system: str,
    references: set[str],
    *,
    actor: Actor,
    at: datetime,
    by_hand: bool,
    hands: tuple[str, ...] = (),
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
            hands=hands,
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
        pk=execution_id, outcome=Outcome.EXCEPTION.value, reason_code=INSTRUMENT_UNKNOWN
    ).first()
    if execution is None:
        raise UnableToRepair(_("The message no longer waits for an instrument."))
    return execution
