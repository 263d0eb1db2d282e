"""Acting on kept messages: fills become executions, the rest is counted or waits for a person.

Messages of a session are acted on in their order, a chunk in one transaction with the bookmark
that says how far it went: a crash leaves a chunk done or not begun. What fails is tried one by one,
so that a single message that nobody foresaw waits as an exception and holds nobody up.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import InterfaceError, OperationalError

from core.acts import acting
from desk import services as desk
from desk.facts import Cause, Raised, Subject
from desk.states import CauseKind, ExceptionKind
from kernel.findings import Finding
from trades.formats.fix import live
from trades.formats.fix.allocations import Instruction
from trades.formats.fix.fills import Fill, Roots
from trades.formats.fix.live import Reading
from trades.formats.fix.wire import Garbled, read
from trades.models import FixBookmark, FixMessage, FixSession
from trades.services import capture, writing
from trades.services.fix import allocations, lines
from trades.services.plan import Item, ItemStatus
from trades.services.roots import rooted
from trades.states import Channel, FixDisposition, FixOutcome

logger = logging.getLogger(__name__)

CHUNK: Final = 1_000
SUBJECT: Final = "fix_message"
RESULT_COLUMNS: Final = ("message_id", "outcome", "what", "reason_code", "execution_id")


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one message; a finding waits for a person."""

    message: FixMessage
    outcome: FixOutcome
    what: str
    execution_id: int | None = None
    finding: Finding | None = None


def act_on_kept(*, session: FixSession, at: datetime, chunk: int = CHUNK) -> int:
    """Act on the next messages of a session; return on how many. Safe beside another that does."""
    try:
        return capture.retried(lambda: _act(session, at, chunk))
    except (OperationalError, InterfaceError):  # the database, not the message
        raise
    except Exception as failed:
        logger.exception("messages of %s could not be acted on", session)
        if chunk == 1:
            return _set_aside(session, at, failed)
        done = 0
        while done < chunk and act_on_kept(session=session, at=at, chunk=1):
            done += 1
        return done


def read_kept(session: FixSession, message: FixMessage, roots: Roots) -> Reading:
    """Return what a kept message means today."""
    if message.disposition == FixDisposition.REFUSED.value:
        return Reading(live.name_of(message.kind), findings=(live.refused(message.note),))
    if message.kind == "4":
        return Reading(live.name_of(message.kind), findings=(live.skipped(message.note),))
    if message.kind not in live.SUPPORTED:
        return Reading(live.name_of(message.kind))
    whole = read(bytes(message.content))
    if isinstance(whole, Garbled):
        return Reading("?", findings=(live.unforeseen(whole.why),))
    return live.read_live(whole, party_id=session.party_id, roots=roots)


def _act(session: FixSession, at: datetime, chunk: int) -> int:
    actor = lines.actor_of(session)
    with acting(actor=actor):
        mark = FixBookmark.objects.select_for_update().get(session=session)
        messages = _next(session, mark.acted_to, chunk)
        if not messages:
            return 0
        _keep(deal_with(session, messages, at=at), session, at)
        FixBookmark.objects.filter(session=session).update(acted_to=messages[-1].pk)
    return len(messages)


def _next(session: FixSession, acted_to: int, chunk: int) -> list[FixMessage]:
    rows = FixMessage.objects.filter(session=session, waits=True, id__gt=acted_to)
    return list(rows.order_by("id")[:chunk])


def _set_aside(session: FixSession, at: datetime, failed: Exception) -> int:
    """Make an exception of the one message that cannot be dealt with."""
    with acting(actor=lines.actor_of(session)):
        mark = FixBookmark.objects.select_for_update().get(session=session)
        messages = _next(session, mark.acted_to, 1)
        ended = [
            Ended(
                one,
                FixOutcome.EXCEPTION,
                live.name_of(one.kind),
                finding=live.unforeseen(type(failed).__name__),
            )
            for one in messages
        ]
        _keep(ended, session, at)
        for one in messages:
            FixBookmark.objects.filter(session=session).update(acted_to=one.pk)
    return len(messages)


def deal_with(session: FixSession, messages: Sequence[FixMessage], *, at: datetime) -> list[Ended]:
    """Capture the fills among these messages and say what became of each, in their order.

    What shares out blocks comes after the fills: it may name those of the same moment.
    """
    roots: Roots = {}
    readings = [read_kept(session, message, roots) for message in messages]
    fills = [fill for reading in readings for fill in reading.fills]
    items = iter(_capture(session, fills, at))
    return [
        _ended(message, reading, [next(items) for _ in reading.fills])
        if reading.allocation is None
        else _allocated(session, message, reading.allocation, at)
        for message, reading in zip(messages, readings, strict=True)
    ]


def _allocated(session: FixSession, message: FixMessage, said: Instruction, at: datetime) -> Ended:
    acted = allocations.act(session=session, message=message, said=said, at=at)
    return Ended(message, acted.outcome, acted.what, finding=acted.finding)


def _capture(session: FixSession, fills: Sequence[Fill], at: datetime) -> tuple[Item, ...]:
    if not fills:
        return ()
    origin = capture.Origin(
        source_system=session.source_system, channel=Channel.FIX, by_minute=True
    )
    captured = capture.capture_here(
        messages=[fill.facts for fill in rooted(session.source_system, fills)],
        origin=origin,
        actor=lines.actor_of(session),
        at=at,
    )
    if captured.has_booked():
        capture.announce(captured.batch_id)
    return captured.items


def _ended(message: FixMessage, reading: Reading, items: Sequence[Item]) -> Ended:
    wrong = [*reading.findings, *(_refusal(item) for item in items)]
    finding = next((one for one in wrong if one is not None), None)
    execution_id = next((item.execution_id for item in items if item.execution_id), None)
    if finding is not None:
        outcome = FixOutcome.EXCEPTION
    elif not items:
        outcome = FixOutcome.COUNTED
    elif all(item.status is ItemStatus.REPEATED for item in items):
        outcome = FixOutcome.REPEATED
    else:
        outcome = FixOutcome.CAPTURED
    return Ended(message, outcome, reading.what, execution_id, finding)


def _refusal(item: Item) -> Finding | None:
    """Return why an item left no execution; what waits as an execution has its own exception."""
    if item.status in (ItemStatus.CONFLICT, ItemStatus.INVALID):
        return item.findings[0]
    return None


def _keep(ended: Sequence[Ended], session: FixSession, at: datetime) -> None:
    rows = [
        writing.row(
            one.message.pk,
            one.outcome.value,
            lines.plain(one.what[:64]),
            one.finding.code if one.finding else "",
            one.execution_id,
        )
        for one in ended
    ]
    writing.insert(writing.Table("trades_fixresult", RESULT_COLUMNS, rows))
    raised = [raised_of(session, one) for one in ended if one.finding]
    if raised:
        desk.raise_exceptions(
            raised=raised, kind=ExceptionKind.CAPTURE, actor=lines.actor_of(session), at=at
        )


def raised_of(session: FixSession, ended: Ended) -> Raised:
    """Return the exception about a message that waits for a person."""
    message = ended.message
    assert ended.finding is not None  # noqa: S101 - only these are raised
    return Raised(
        subject=Subject(
            kind=SUBJECT,
            id=message.pk,
            reference=f"{session.name} {message.epoch}/{message.number}",
            url=message.get_absolute_url(),
            contributors=(lines.actor_of(session).name,),
        ),
        finding=ended.finding,
        cause=Cause(CauseKind.SOURCE, session.source_system),
    )
