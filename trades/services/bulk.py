"""Bulks larger than memory should hold: captured slice by slice, in one transaction.

The order of the slices is that of one capture: all messages of an identity follow one another, its
NEW first, wherever they stand in the body, so that what a bulk leaves behind does not depend on
how it was cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import datetime

import msgspec

from core.acts import acting
from kernel.actors import Actor
from trades.services import capture, loading
from trades.services.capture import Captured, Origin, Read
from trades.services.chains import RANK
from trades.states import Action


class Identity(msgspec.Struct, gc=False):
    """What sorts a message, read without looking at the rest of it."""

    source_reference: str = ""
    version: int = 0
    action: str = ""


_DECODER = msgspec.json.Decoder(Identity)


@dataclass(frozen=True, slots=True)
class Sorted:
    """The indexes of messages in the order of their capture.

    `parted` are the references whose messages include another than a NEW.
    """

    indexes: Sequence[int]
    parted: frozenset[str] = frozenset()

    @property
    def is_natural(self) -> bool:
        return isinstance(self.indexes, range)


def sorted_by_identity(texts: Iterable[bytes]) -> Sorted:
    """Return the order in which messages are captured: as they stand unless one follows another."""
    first: dict[str, int] = {}
    keys: list[tuple[int, bool, int, int]] = []
    parted: set[str] = set()
    twice = False
    for index, text in enumerate(texts):
        identity = _identity(text)
        reference, rank = identity.source_reference, RANK.get(identity.action, 0)
        began = first.setdefault(reference, index) if reference else index
        twice = twice or began != index
        keys.append((began, rank > 0, identity.version, rank))
        if reference and identity.action != Action.NEW:
            parted.add(reference)
    order: Sequence[int] = range(len(keys))
    return Sorted(sorted(order, key=keys.__getitem__) if twice else order, frozenset(parted))


def _identity(text: bytes) -> Identity:
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Identity()


@dataclass(slots=True)
class Bulk:
    """One capture that comes in slices, inside the transaction of `in_slices`."""

    origin: Origin
    actor: Actor
    at: datetime
    alone: bool
    counts: Counter[str] = field(default_factory=Counter)
    has_booked: bool = False

    @property
    def batch_id(self) -> int:
        return self.origin.batch_id or 0

    def take(self, messages: Sequence[Read]) -> Captured:
        """Capture the next slice."""
        captured = capture.capture_here(
            messages=messages,
            origin=self.origin,
            actor=self.actor,
            at=self.at,
            alone=self.alone,
        )
        self.counts.update(captured.counts())
        self.has_booked |= captured.has_booked()
        return captured


@contextmanager
def in_slices(
    *, followers: Collection[str], origin: Origin, actor: Actor, at: datetime
) -> Iterator[Bulk]:
    """Open a bulk with a batch of its own, in one transaction; close and announce it at the end.

    `followers` are references that something other than a NEW is about: unless they are booked
    already, the source is locked for this capture alone, from the beginning on.
    """
    with acting(actor=actor, reason=origin.reason):
        alone = loading.has_unbooked(origin.source_system, followers)
        batch_id = capture.open_batch(origin, actor, at)
        bulk = Bulk(replaced(origin, batch_id=batch_id), actor, at, alone)
        yield bulk
        capture.close_batch(batch_id, bulk.counts)
        if bulk.has_booked:
            capture.announce(batch_id)
