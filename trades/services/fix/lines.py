"""The line of a session: who holds it, and what it keeps, number by number, in one transaction.

A message is on disk before anybody acts on it or answers it. One connection holds a line at a time:
an advisory lock, gone with its connection to the database, keeps others out, and every write names
the holder, so that one that was taken over writes nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connection, transaction

from core.acts import acting
from kernel.actors import Actor, ActorKind
from trades.formats.fix.effects import ADMIN, Effect, Keep, Note, Numbers, Say
from trades.models import FixAllocation, FixBookmark, FixEvent, FixLine, FixMessage, FixSession
from trades.services import writing
from trades.services.writing import SEPARATOR as S
from trades.states import AllocationAnswer, FixDisposition, FixEventKind, FixLineState

LOCKS: Final = 0x464958  # "FIX": the class of these advisory locks
SECRETS: Final = re.compile(rb"(\x01(?:554|925)=)[^\x01]*")
COLUMNS: Final = (
    *("number", "disposition", "kind", "key", "waits", "note", "content"),
    *("is_ours", "epoch", "session_id", "kept_at"),
)
MOVE: Final = """
UPDATE trades_fixline
   SET epoch = %s, next_in = %s, next_out = %s, heard_at = %s,
       counted_at = CASE WHEN epoch <> %s OR counted_at IS NULL THEN %s ELSE counted_at END
 WHERE session_id = %s AND holder = %s
"""
#: A lock that can be had belongs to nobody; it goes with this transaction.
DEAD: Final = """
UPDATE trades_fixline SET state = %s, holder = NULL
 WHERE state = %s AND pg_try_advisory_xact_lock(%s, session_id::int)
"""


NOTHING: Final[Mapping[int, AllocationAnswer]] = MappingProxyType({})


class LineLost(RuntimeError):
    """Another connection took the session over: whatever this one still does must not count."""


@dataclass(frozen=True, slots=True)
class Held:
    """A line in our hands: where it stands, and since when it counts."""

    session_id: int
    holder: UUID
    numbers: Numbers
    counted_at: datetime | None


def actor_of(session: FixSession) -> Actor:
    """Return who books what a session brings in."""
    return Actor(name=f"FIX {session.name}", kind=ActorKind.SYSTEM)


def take_line(*, session: FixSession, peer: str, actor: Actor) -> Held | None:
    """Take a line for this connection to the database, or return None when it is taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, session.pk])
        if not cursor.fetchone()[0]:
            return None
    holder = uuid4()
    with acting(actor=actor):
        open_line(session)
        line = FixLine.objects.select_for_update().get(session=session)
        line.holder, line.state, line.peer = holder, FixLineState.CONNECTED.value, peer[:60]
        line.save(update_fields=["holder", "state", "peer"])
    numbers = Numbers(epoch=line.epoch, next_in=line.next_in, next_out=line.next_out)
    return Held(session.pk, holder, numbers, line.counted_at)


def open_line(session: FixSession) -> None:
    """Make the line and the bookmark of a new session."""
    FixLine.objects.get_or_create(session=session)
    FixBookmark.objects.get_or_create(session=session)


def leave_line(*, held: Held, actor: Actor) -> None:
    """Give a line back; one that was taken over stays with its holder."""
    with acting(actor=actor):
        FixLine.objects.filter(session_id=held.session_id, holder=held.holder).update(
            holder=None, state=FixLineState.OFFLINE.value
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, held.session_id])


def forget_the_dead() -> None:
    """Note the lines whose connection is gone without a word: its acceptor was killed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DEAD, [FixLineState.OFFLINE, FixLineState.CONNECTED, LOCKS])


@transaction.atomic
def write(
    *,
    held: Held,
    effects: Sequence[Effect],
    numbers: Numbers,
    at: datetime,
    answered: Mapping[int, AllocationAnswer] = NOTHING,
) -> None:
    """Keep what came and what will be said, and move the count with it; `answered` are allocations
    whose answer is among it. Raises LineLost.
    """
    with connection.cursor() as cursor:
        count: list[Any] = [numbers.epoch, numbers.next_in, numbers.next_out, at, numbers.epoch, at]
        cursor.execute(MOVE, [*count, held.session_id, held.holder])
        if cursor.rowcount != 1:
            raise LineLost(str(held.session_id))
    same = writing.row(held.session_id, at)
    lines = [f"{_line(effect)}{S}{same}" for effect in effects if _is_kept(effect)]
    writing.insert(writing.Table("trades_fixmessage", COLUMNS, lines))
    for pk, answer in answered.items():
        FixAllocation.objects.filter(pk=pk).update(answer=answer.value, said=answer.value)
    note(
        session_id=held.session_id,
        notes=[effect for effect in effects if isinstance(effect, Note)],
        at=at,
    )


def note(*, session_id: int, notes: Sequence[Note], at: datetime, peer: str = "") -> None:
    """Write lines into the diary of a session; `peer` is an address that was turned away."""
    FixEvent.objects.bulk_create(
        FixEvent(
            session_id=session_id,
            at=at,
            kind=one.kind.value,
            text=plain(one.text),
            actor_name=peer,
        )
        for one in notes
        if one.kind is not FixEventKind.DISCONNECT or one.text
    )


def history(*, session_id: int, epoch: int, first: int, last: int) -> list[tuple[int, bytes]]:
    """Return the application messages that we sent under these numbers."""
    rows = FixMessage.objects.filter(
        session_id=session_id,
        epoch=epoch,
        disposition=FixDisposition.SENT.value,
        number__range=(first, last),
    ).exclude(kind__in=ADMIN)
    return [(n, bytes(raw)) for n, raw in rows.order_by("number").values_list("number", "content")]


def _is_kept(effect: Effect) -> bool:
    return isinstance(effect, Keep) or (isinstance(effect, Say) and not effect.said_before)


def _line(effect: Effect) -> str:
    """Return one message as COPY reads it. Passwords are not kept."""
    if isinstance(effect, Keep):
        raw = SECRETS.sub(rb"\1***", effect.raw) if effect.kind == "A" else effect.raw
        told = (effect.disposition, plain(effect.kind), plain(effect.key))
        rest = ("t" if effect.waits else "f", plain(effect.note), f"\\x{raw.hex()}", "f")
    elif isinstance(effect, Say):
        told = (FixDisposition.SENT, effect.kind, "")
        rest = ("f", "", f"\\x{effect.raw.hex()}", "t")
    else:
        raise TypeError(type(effect).__name__)
    return S.join((str(effect.number), *told, *rest, str(effect.epoch)))


def plain(text: str) -> str:
    """Return a text of the counterparty without control characters, which end columns and rows."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)
