"""Repair: a name that nobody knew becomes known, and every trade that waited for it goes on.

A message without a known instrument is no trade yet, and is booked; a trade without a known
counterparty is one, and is completed. More of them than fit a request are left to a job, which
acts for the person who repaired.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import jobs
from core.acts import acting
from core.bulk import AT_ONCE_MAX
from core.columns import said
from core.models import Job, JobState
from kernel.actors import Actor
from kernel.findings import Refusal
from refdata import services as refdata
from refdata.models import Instrument, Party
from trades import selectors
from trades.models import Execution, Trade
from trades.services import capture, completing, loading, storing, writing
from trades.services.control import CHUNK
from trades.services.enrichment import INSTRUMENT_UNKNOWN, alias_source, load_reference
from trades.services.plan import Plan
from trades.states import Channel, Outcome

INSTRUMENT_JOB: Final = "trades.repair_instrument"
COUNTERPARTY_JOB: Final = "trades.repair_party"


@dataclass(frozen=True, slots=True)
class Freed:
    """What a repair lets go on: so many went on at once, or a job sees to them."""

    number: int = 0
    job: Job | None = None


class UnableToRepair(Refusal):
    """The message no longer waits, or it is not an unknown name that keeps it waiting."""

    code = "UNABLE_TO_REPAIR"
    status_code = 409


def name_instrument(*, execution_id: int, instrument_id: int, actor: Actor, at: datetime) -> Freed:
    """Say which known instrument the symbol of a waiting message means; return what goes on.

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
        return _book(execution_id, symbol, actor, at)


def add_instrument(
    *, execution_id: int, instrument: Instrument, actor: Actor, at: datetime
) -> Freed:
    """Create the instrument that a waiting message names; return which messages go on.

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
        return _book(execution_id, instrument.isin or "", actor, at)


def name_counterparty(*, trade_id: int, party_id: int, actor: Actor, at: datetime) -> Freed:
    """Say which known party the counterparty of a trade means; return which trades go on.

    Raises UnableToRepair, Forbidden, or UnableToSave when the name means another party.
    """
    trade = _nameless(trade_id)
    name, source = trade.counterparty_code, alias_source(trade.source_system)
    with acting(actor=actor, reason=f"{source}: {name}"):
        refdata.add_party_alias(
            source_system=source, alias=name, party_id=party_id, actor=actor, at=at
        )
        if _are_many(selectors.list_nameless([name])):
            return _handed_over(COUNTERPARTY_JOB, name, trade_id, (actor, at))
        return Freed(complete_waiting(names=[name], actor=actor, at=at, by_hand=True))


def add_counterparty(*, trade_id: int, party: Party, actor: Actor, at: datetime) -> Freed:
    """Create the party that a trade names; return which trades go on.

    Raises UnableToRepair, Forbidden, UnableToSave.
    """
    trade = _nameless(trade_id)
    with acting(actor=actor, reason=f"{trade.source_system}: {trade.counterparty_code}"):
        created = refdata.save_party(party=party, actor=actor, at=at)
        return name_counterparty(trade_id=trade_id, party_id=created.pk, actor=actor, at=at)


def _book(execution_id: int, name: str, actor: Actor, at: datetime) -> Freed:
    """Book what waits for an instrument that a person has just named, or leave it to a job."""
    if _are_many(_waiting([name])):
        return _handed_over(INSTRUMENT_JOB, name, execution_id, (actor, at))
    return Freed(replay_waiting(names=[name], actor=actor, at=at, by_hand=True))


def _are_many(rows: QuerySet[Trade] | QuerySet[Execution]) -> bool:
    """Say whether there are more than fit a request."""
    return rows[: AT_ONCE_MAX + 1].count() > AT_ONCE_MAX


def _handed_over(kind: str, name: str, subject_id: int, by: tuple[Actor, datetime]) -> Freed:
    actor, at = by
    parameters = {"name": name, "subject_id": subject_id}
    job = jobs.enqueue(
        kind=kind,
        parameters=parameters,
        title=name,
        actor=actor,
        at=at,
        dedupe_key=f"{kind}:{name}",
    )
    return Freed(job=job)


def not_handed_over(kind: str, names: Collection[str]) -> set[str]:
    """Return the names that no job of a person's repair sees to: each is repaired once, by hand
    when a hand did it.
    """
    live = Job.objects.filter(kind=kind, state__in=[JobState.QUEUED, JobState.RUNNING])
    return set(names) - set(live.values_list("parameters__name", flat=True))


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
            booked += replay(source_system, part, actor=actor, at=at, by_hand=by_hand)
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
        pk=execution_id, outcome=Outcome.EXCEPTION.value, reason_code=INSTRUMENT_UNKNOWN
    ).first()
    if execution is None:
        raise UnableToRepair(_("The message no longer waits for an instrument."))
    return execution
