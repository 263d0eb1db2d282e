"""The bulk door: one transaction, each message with its own outcome, or all of them or none.

A process holds two bulks in memory at most, and one of those that come in slices; the others wait,
their bodies on disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Final

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from core.tokens import Client
from kernel.findings import Refusal
from trades.api import answers
from trades.api.answers import Told
from trades.api.on_disk import Places
from trades.api.reading import Parts
from trades.services import bulk, capture
from trades.states import Channel

WHOLE_ITEMS: Final = 10_000
SLICE_ITEMS: Final = 4_000
SLICE_BYTES: Final = 16 * 1024 * 1024
FEW: Final = 1_000
PATIENCE_S: Final = 30
ROOM: Final = threading.BoundedSemaphore(2)
LARGE: Final = threading.Lock()


class TooBusy(Refusal):
    """Other bulks are being captured; nothing was done."""

    code = "BUSY"
    status = 503


@contextmanager
def room_for(parts: Parts) -> Iterator[None]:
    """Wait for a place in memory. Raises TooBusy after half a minute."""
    with ExitStack() as held:
        if len(parts) > FEW:
            if _is_large(parts):
                _hold(LARGE, held)
                _hold(ROOM, held)
            _hold(ROOM, held)
        yield


def capture_parts(
    parts: Parts, *, client: Client, at: datetime, atomic: bool
) -> Callable[[], HttpResponse]:
    """Return what captures these messages, in the transaction that it is called in.

    With `atomic` a message that is refused undoes it all, and the answer has every finding.
    """
    origin = capture.Origin(source_system=client.source_system, channel=Channel.BULK)
    work = _sliced if _is_large(parts) else _whole

    def effect() -> HttpResponse:
        if not atomic:
            return answers.of_many(work(parts, origin, client, at))
        with transaction.atomic():
            told = work(parts, origin, client, at)
            if told.refused:
                transaction.set_rollback(True)
        return answers.of_none(told) if told.refused else answers.of_many(told)

    return effect


def _whole(parts: Parts, origin: capture.Origin, client: Client, at: datetime) -> Told:
    captured = capture.capture_here(
        messages=parts.read(range(len(parts))), origin=origin, actor=client.actor, at=at
    )
    told = Told(captured.batch_id)
    told.add(captured, range(len(parts)))
    return told


def _sliced(parts: Parts, origin: capture.Origin, client: Client, at: datetime) -> Told:
    order = bulk.sorted_by_identity(parts.texts)
    with bulk.in_slices(followers=order.parted, origin=origin, actor=client.actor, at=at) as taken:
        told = Told(taken.batch_id)
        for indexes in _slices(parts, order.indexes):
            told.add(taken.take(parts.read(indexes)), indexes)
    return told


def _slices(parts: Parts, indexes: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut the messages in slices of so many items, or so many bytes."""
    start = size = 0
    for end, index in enumerate(indexes):
        size += parts.size(index)
        if end - start == SLICE_ITEMS or (size > SLICE_BYTES and end > start):
            yield indexes[start:end]
            start, size = end, parts.size(index)
    yield indexes[start:]


def _is_large(parts: Parts) -> bool:
    """Say whether the messages come in several slices."""
    return len(parts) > WHOLE_ITEMS or isinstance(parts.texts, Places)


def _hold(room: threading.Lock | threading.Semaphore, held: ExitStack) -> None:
    if not room.acquire(timeout=PATIENCE_S):
        raise TooBusy(_("Other bulks are being captured: try again in a moment"))
    held.callback(room.release)
