"""One connection: bytes in, effects out. What came is on disk before it is answered or acted on.

A connection fails closed: an error of the database, a line that was taken over or a message that is
too long ends it, and the counterparty asks again under the numbers that are on disk.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from django.db import connection

from trades.acceptor import entry
from trades.formats.execution_checks import N_
from trades.formats.fix.effects import End, Keep, Note, Say, Stage
from trades.formats.fix.session import Application, Session
from trades.formats.fix.wire import Framer, Garbled, TooLong, Wire
from trades.models import FixSession
from trades.services.fix import allocations, lines
from trades.states import AllocationAnswer, FixEventKind

logger = logging.getLogger(__name__)

READ_BYTES: Final = 1 << 18
SEND_SECONDS_MAX: Final = 10
LOOK_SECONDS: Final = 1


class House(Protocol):
    """What a connection knows of the acceptor that it belongs to."""

    stopping: threading.Event

    @property
    def application(self) -> Application: ...

    @property
    def clock(self) -> Callable[[], datetime]: ...

    @property
    def poll_seconds(self) -> float: ...

    def wake(self, session_id: int) -> None: ...


@dataclass(slots=True)
class Connection:
    """A socket on its way from the first byte to the last."""

    socket: socket.socket
    peer: str
    house: House
    framer: Framer = field(default_factory=Framer)
    configured: FixSession | None = None
    held: lines.Held | None = None
    session: Session | None = None
    began: datetime | None = None
    looked: datetime | None = None
    answered: dict[int, AllocationAnswer] = field(default_factory=dict)
    over: bool = False

    def run(self) -> None:
        """Serve until either side is done."""
        self.began = self.house.clock()
        try:
            while not self.over:
                self._step()
        except Exception:
            logger.exception("connection of %s ended by an error", self.peer)
        finally:
            self._close()

    def _step(self) -> None:
        received = self._read()
        at = self.house.clock()
        if received == b"":
            self._gone()
        elif received:
            self._take(received, at)
        elif self.session is None:
            self._expect_somebody(at)
        if self.session is not None:
            self._look_around(self.session, at)
            self.session.tick(at)
            self._flush(self.session, at)

    def _read(self) -> bytes | None:
        """Return what came, nothing in time (None), or the end (empty)."""
        self.socket.settimeout(self.house.poll_seconds)
        try:
            return self.socket.recv(READ_BYTES)
        except TimeoutError:
            return None
        except OSError:
            return b""

    def _take(self, received: bytes, at: datetime) -> None:
        try:
            for message in self.framer.feed(received):
                if self.session is None and not self._enter(message, at):
                    return
                if self.session is not None:
                    self.session.receive(message, at)
        except TooLong as announced:
            self.framer = Framer()
            if self.session is None:
                self.over = True
            else:
                self.session.leave(f"a message of {announced} bytes is too long", at)

    def _enter(self, message: Wire | Garbled, at: datetime) -> bool:
        """Open the session of a first message; who is not known to us gets no answer."""
        entered = entry.enter(message, peer=self.peer, house=self.house, at=at)
        if isinstance(entered, str):
            logger.warning("connection from %s refused: %s", self.peer, entered)
            self.over = True
            return False
        self.configured, self.held, self.session = entered
        return True

    def _expect_somebody(self, at: datetime) -> None:
        if self.house.stopping.is_set() or (self.began and at - self.began >= entry.LOGON_WITHIN):
            self.over = True

    def _look_around(self, session: Session, at: datetime) -> None:
        """Notice that the acceptor stops, or that an administrator stopped the session."""
        if self.house.stopping.is_set():
            session.leave(N_("the acceptor stops"), at)
        elif self.configured and entry.is_due(self.looked, at, LOOK_SECONDS):
            self.looked = at
            if why := entry.why_closed(self.configured.pk, at):
                session.leave(why, at)
            elif session.stage is Stage.ACTIVE:
                self._answer(session, self.configured, at)

    def _answer(self, session: Session, configured: FixSession, at: datetime) -> None:
        """Say what the counterparty is owed about its allocations; it is kept as said with that."""
        for row, answer in allocations.owed(session=configured):
            body, routing = allocations.body_of(row, answer, begin=configured.begin_string, at=at)
            session.say("P", body, at, routing=routing)
            self.answered[row.pk] = answer

    def _gone(self) -> None:
        self.over = True
        if self.session is not None:
            self.session.end(FixEventKind.DISCONNECT, N_("the counterparty closed the connection"))

    def _flush(self, session: Session, at: datetime) -> None:
        """Keep all that happened in one transaction; only then say what there is to say."""
        effects = session.drained()
        if not effects or self.held is None:
            return
        answered, self.answered = self.answered, {}
        lines.write(
            held=self.held, effects=effects, numbers=session.numbers, at=at, answered=answered
        )
        if any(isinstance(effect, Keep) and effect.waits for effect in effects):
            self.house.wake(self.held.session_id)
        for effect in effects:
            if isinstance(effect, Note):
                logger.info("%s: %s %s", self.configured, effect.kind, effect.text)
        self._send(b"".join(effect.raw for effect in effects if isinstance(effect, Say)))
        if session.stage is Stage.ENDED or any(isinstance(effect, End) for effect in effects):
            self.over = True

    def _send(self, raw: bytes) -> None:
        """Send, or end: who does not read what we say for ten seconds is not there."""
        if not raw:
            return
        self.socket.settimeout(SEND_SECONDS_MAX)
        try:
            self.socket.sendall(raw)
        except OSError:
            self._gone()

    def _close(self) -> None:
        """Give the line back, then close: who sees the end may come back at once."""
        try:
            if self.held is not None and self.configured is not None:
                lines.leave_line(held=self.held, actor=lines.actor_of(self.configured))
        except Exception:
            logger.exception("line of %s not given back", self.configured)
        finally:
            connection.close()
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
            self.socket.close()
