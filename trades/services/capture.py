"""Capture: messages in, versions and exceptions out; one message and 100,000 by the same path.

Guarantees: every message that is accepted leaves one version of one trade, or waits in plain sight;
an exact repeat changes nothing; the order of arrival of one set of messages does not change what
stands in the end. Safe under concurrency: messages that arrive before their NEW take the lock of
their source alone, all others share it, and a race for one identity is lost by trying again.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db import IntegrityError, OperationalError, connection
from django.utils.translation import gettext as _
from psycopg2.errors import DeadlockDetected, UniqueViolation

from core import outbox
from core.acts import acting, declared
from core.models import StoredFile
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from trades.facts import HOUSE_SOURCES, ExecutionFacts
from trades.models import CaptureBatch
from trades.services import loading, storing, writing
from trades.services.enrichment import Reference, load_reference
from trades.services.plan import Item, ItemStatus, Plan
from trades.states import Channel, Outcome

ATTEMPTS: Final = 3
PART: Final = 1_000
LOST: Final = (UniqueViolation, DeadlockDetected)
COUNTS: Final = tuple(
    kind.lower() for kind in (*Outcome, *ItemStatus) if kind is not ItemStatus.CREATED
)
"""What messages are counted as when they come in."""
Read = ExecutionFacts | tuple[Finding, ...]
Result = TypeVar("Result")


class ReservedSource(Refusal):
    """The source system is one under which the house books what it decided itself."""

    code = "RESERVED_SOURCE"


@dataclass(frozen=True, slots=True)
class Captured:
    """The answer to a capture: one item per message, in the order of the messages."""

    batch_id: int
    items: tuple[Item, ...]

    def counts(self) -> dict[str, int]:
        """Return how many items ended how: booked, parked, exception, repeated …"""
        counted = Counter((item.status, item.outcome) for item in self.items)
        counts: dict[str, int] = {}
        for (status, outcome), count in counted.items():
            key = (outcome if status is ItemStatus.CREATED and outcome else status).lower()
            counts[key] = counts.get(key, 0) + count
        return counts

    def has_booked(self) -> bool:
        """Say whether there is anything to judge."""
        return any(
            item.status is ItemStatus.CREATED and item.outcome is Outcome.BOOKED
            for item in self.items
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where messages come from: who sent them, on which channel, in which file or batch."""

    source_system: str
    channel: Channel
    file: StoredFile | None = None
    batch_id: int | None = None
    by_minute: bool = False  # single calls and sessions share the batch of their minute
    reason: str = ""
    maker: str = ""  # who asked for what the actor lets in
    repaired: bool = False  # persons corrected what came in a file
    hands: tuple[str, ...] = ()  # those persons
    checked: bool = False  # the actor decided on exactly this, and made none of it
    requests: str = ""  # the ids of the requests that are answered, where they are several

    @property
    def has_own_batch(self) -> bool:
        return self.batch_id is None and not self.by_minute

    @property
    def by_hand(self) -> bool:
        return self.repaired or self.channel is Channel.MANUAL


def capture(
    *,
    messages: Sequence[Read],
    origin: Origin,
    actor: Actor,
    at: datetime,
) -> Captured:
    """Book, park or except every readable message; the unreadable ones come back with findings.

    One transaction: either all of it stands or nothing. An origin without a batch gets its own,
    and the event `trades.captured` names it.
    """

    def once() -> Captured:
        with acting(actor=actor, reason=origin.reason):
            return capture_here(messages=messages, origin=origin, actor=actor, at=at)

    return retried(once)


def retried(work: Callable[[], Result]) -> Result:
    """Run a whole transaction again when it lost a race for an identity, or a lock to another."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return work()
        except (IntegrityError, OperationalError) as lost:
            if attempt == ATTEMPTS or not isinstance(lost.__cause__, LOST):
                raise
    raise AssertionError("unreachable")


def capture_here(
    *,
    messages: Sequence[Read],
    origin: Origin,
    actor: Actor,
    at: datetime,
    reference: Reference | None = None,
    alone: bool | None = None,
) -> Captured:
    """Do the same in the transaction of a caller that is `retried`; it declares the act, too.

    `reference` may carry reference data that was loaded a moment ago for the same messages, `alone`
    what is known already of the lock that they need (`loading.begin`).
    """
    if origin.source_system in HOUSE_SOURCES and not origin.checked:
        raise ReservedSource(_("%(name)s is the house itself.") % {"name": origin.source_system})
    items = [_item(message, origin) for message in messages]
    good = [item for item in items if item.facts is not None]
    facts = [item.facts for item in good if item.facts is not None]
    act = declared(actor=actor, reason=origin.reason, request_id=origin.requests)
    minute = f"{origin.channel} {origin.source_system} {at:%Y-%m-%dT%H:%M}"
    window = minute if origin.by_minute else ""
    known = loading.begin(origin.source_system, facts, act=act, window=window, alone=alone)
    waiting = [item.facts for group in known.waiting.values() for item in group if item.facts]
    if reference is None or waiting:
        reference = load_reference(source_system=origin.source_system, messages=[*facts, *waiting])
    plan = Plan(
        actor=actor,
        at=at,
        reference=reference,
        chains=known.chains,
        trades=known.trades,
        waiting=known.waiting,
        checked=origin.checked,
    )
    batch_id = origin.batch_id or known.batch_id or open_batch(origin, actor, at, window=window)
    _book(good, storing.Store(plan, origin, batch_id, known.numbers))
    _answer_repeats(good, known)
    captured = Captured(batch_id=batch_id, items=tuple(items))
    if origin.has_own_batch:
        close_batch(batch_id, captured.counts())
        if captured.has_booked():
            announce(batch_id)
    return captured


def _book(good: Sequence[Item], store: storing.Store) -> None:
    """Plan and write, a large capture in parts: while one is written the next is planned.

    All messages of one identity are in one part. What waited and is replayed may touch any, so
    there is one part then.
    """
    plan = store.plan
    for item, number in zip(good, store.numbers["trades_execution"], strict=True):
        item.number = number
    ordered = sorted(good, key=loading.order)
    parts = [ordered] if plan.waiting else list(loading.parts(ordered, PART))
    with contextlib.ExitStack() as stack:
        insert = writing.insert
        if len(parts) > 1:
            insert = stack.enter_context(writing.Behind()).insert
        for part in parts:
            for item in part:
                plan.take(item)
            insert(*store.rows_of([i for i in part if i.status is ItemStatus.CREATED]))
    store.finish([item for item in good if item.status is ItemStatus.CREATED])


def _answer_repeats(items: Sequence[Item], known: loading.Known) -> None:
    """Tell of a repeat what became of the message that it repeats."""
    if all(item.status is not ItemStatus.REPEATED for item in items):
        return
    first = dict(known.kept)
    for item in items:
        facts = item.facts
        if facts is None:
            continue
        key = (facts.source_reference, facts.version, str(facts.action))
        if item.status is ItemStatus.REPEATED and key in first:
            item.outcome = first[key].outcome
            item.execution_id = first[key].execution_id
            item.trade = known.trades.get(facts.source_reference)
        elif item.status is ItemStatus.CREATED:
            first[key] = item


def _item(message: Read, origin: Origin) -> Item:
    if isinstance(message, tuple):
        return Item(facts=None, status=ItemStatus.INVALID, findings=message)
    return Item(facts=message, maker=origin.maker, hands=origin.hands)


def open_batch(origin: Origin, actor: Actor, at: datetime, *, window: str = "") -> int:
    """Record that something comes in together, and return its number; one per window."""
    row = [origin.channel.value, origin.source_system, window or None, actor.name, at]
    with connection.cursor() as cursor:
        cursor.execute(OPEN_BATCH, [*row, origin.file.pk if origin.file else None])
        return int(cursor.fetchone()[0])


def close_batch(batch_id: int, counts: Mapping[str, Any]) -> None:
    """Keep the counts of a batch."""
    CaptureBatch.objects.filter(pk=batch_id).update(counts=dict(counts))


def announce(batch_id: int) -> None:
    """Tell that a batch has trades to judge."""
    payload: Mapping[str, Any] = {"batch_id": batch_id}
    outbox.announce("trades.captured", subject=f"batch:{batch_id}", payload=payload)


OPEN_BATCH: Final = """
INSERT INTO trades_capturebatch
       (channel, source_system, window_key, actor_name, received_at, file_id, counts, findings)
VALUES (%s, %s, %s, %s, %s, %s, '{}', '[]')
ON CONFLICT (window_key) DO UPDATE SET window_key = excluded.window_key
RETURNING id
"""
