"""Single calls that meet are captured together: while one is written others gather, and go next.

Nobody waits for company: a call that finds its client free is captured at once and alone. Those
that come meanwhile are captured by the first of them in one transaction, whose audit entries name
every request that it answers. Each keeps its own answer and Idempotency-Key. Where one of them is
more than a message to be kept, or anything fails, each is captured alone as if it had met no other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from django.db import Error, connection, transaction
from django.http import HttpResponse
from django.utils import timezone

from core import context
from core.api.idempotency import Key, hold_all, store_all
from core.tokens import Client
from trades.api import answers, recent
from trades.api.burst import BURST
from trades.facts import ExecutionFacts
from trades.services import capture
from trades.services.plan import ItemStatus
from trades.states import Channel

MOST: Final = 32
AT_THE_DOOR_S: Final = 1 / 500
PATIENCE_S: Final = 1 / 4
#: Where a trade is held by somebody else for longer, only the call that is about it waits.
LIMIT_LOCKS: Final = "SET LOCAL lock_timeout = '250ms'"


class Apart(Exception):
    """These calls are better captured one by one."""


@dataclass(slots=True, eq=False)
class Call:
    """One message of a client, and the thread that has come with it."""

    client: Client
    message: ExecutionFacts
    key: Key | None
    request_id: str = field(default_factory=context.request_id.get)
    turn: threading.Event = field(default_factory=threading.Event)
    answer: HttpResponse | None = None
    leads: bool = False


def write(calls: Sequence[Call]) -> list[HttpResponse]:
    """Capture these messages of one client in one transaction, and answer each.

    Raises Apart when one of them was asked before or is not simply kept, and what Django raises.
    """
    client, at = calls[0].client, timezone.now()
    messages = [call.message for call in calls]
    keys = [call.key for call in calls if call.key is not None]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LIMIT_LOCKS)
        if not hold_all(keys):
            raise Apart
        captured = capture.capture_here(
            messages=messages,
            origin=capture.Origin(
                source_system=client.source_system,
                channel=Channel.API,
                by_minute=True,
                requests=" ".join(call.request_id for call in calls),
            ),
            actor=client.actor,
            at=at,
            reference=recent.reference_for(client.source_system, messages),
        )
        if any(item.status is not ItemStatus.CREATED or item.findings for item in captured.items):
            raise Apart
        BURST.tell(captured, source_system=client.source_system, at=at)
        told = [answers.of_one(item) for item in captured.items]
        store_all([(call.key, said) for call, said in zip(calls, told, strict=True) if call.key])
    return told


class Door:
    """Calls on their way to a meeting: received, but neither read nor authenticated yet."""

    def __init__(self) -> None:
        self.moved = threading.Condition()
        self._coming: set[int] = set()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Count the call of this thread as coming, until it arrives or is refused."""
        me = threading.get_ident()
        with self.moved:
            self._coming.add(me)
        try:
            yield
        finally:
            with self.moved:
                self._leave(me)

    def arrived(self) -> None:
        """Count the call of this thread as one that has come; under the lock."""
        self._leave(threading.get_ident())

    def wait(self) -> None:
        """Wait for those that are coming, as long as they do; under the lock."""
        while self._coming and self.moved.wait(AT_THE_DOOR_S):
            pass

    def _leave(self, call: int) -> None:
        if call in self._coming:
            self._coming.remove(call)
            self.moved.notify_all()


DOOR: Final = Door()


@dataclass(slots=True)
class Meeting:
    """The calls of one client in this process: one leads, the others wait for it."""

    waiting: list[Call] = field(default_factory=list)
    is_led: bool = False

    def answer(self, call: Call, alone: Callable[[], HttpResponse]) -> HttpResponse:
        """Return the answer to a call, captured with those that it met or `alone`."""
        self._join(call)
        if not call.leads:
            return call.answer or alone()
        calls = self._gathered()
        try:
            if len(calls) == 1:
                return alone()
            for other, said in zip(calls, write(calls), strict=True):
                other.answer = said
        except (Apart, Error):
            if len(calls) == 1:
                raise
        finally:
            self._pass_on(calls)
        return call.answer or alone()

    def _join(self, call: Call) -> None:
        """Lead if nobody does; otherwise wait to be answered, left alone, or made to lead.

        Who leads may wait for a trade that somebody else holds: that keeps nobody long.
        """
        with DOOR.moved:
            DOOR.arrived()
            self.waiting.append(call)
            call.leads, self.is_led = not self.is_led, True
        if call.leads or call.turn.wait(PATIENCE_S):
            return
        with DOOR.moved:
            if call in self.waiting and not call.leads:
                self.waiting.remove(call)
                return
        call.turn.wait()

    def _gathered(self) -> list[Call]:
        with DOOR.moved:
            DOOR.wait()
            calls, self.waiting = self.waiting[:MOST], self.waiting[MOST:]
        return calls

    def _pass_on(self, calls: Sequence[Call]) -> None:
        """Let these calls go, and the first of those that wait lead."""
        with DOOR.moved:
            following = self.waiting[:1]
            self.is_led = bool(following)
            for call in following:
                call.leads = True
        for call in (*calls, *following):
            call.turn.set()


_meetings: Final[dict[tuple[str, str, str], Meeting]] = {}


def meeting_of(client: Client) -> Meeting:
    """Return where the calls of a client meet."""
    key = (str(connection.settings_dict["NAME"]), client.actor.name, client.source_system)
    return _meetings.setdefault(key, Meeting())
