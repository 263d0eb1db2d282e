"""The acceptor: a port, a thread per connection, and one that acts on what was kept."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils import timezone

from trades.acceptor.connection import Connection
from trades.formats.fix.live import DropCopy
from trades.formats.fix.session import Application
from trades.models import FixSession
from trades.services.fix import booking, lines

logger = logging.getLogger(__name__)

CONNECTIONS_MAX: Final = 100
BIND_AGAIN_SECONDS: Final = 5
SWEEP_SECONDS: Final = 5
#: How long what comes in is collected before it is acted on: bounds the control jobs per second.
COLLECT_MILLISECONDS: Final = 100
LEAVE_SECONDS_MAX: Final = 5


@dataclass(slots=True)
class Acceptor:
    """Listens until it is told to stop; every session is logged out then."""

    host: str
    port: int
    application: Application = field(default_factory=DropCopy)
    clock: Callable[[], datetime] = timezone.now
    alive: Callable[[], None] = lambda: None
    poll_milliseconds: int = 250
    stopping: threading.Event = field(default_factory=threading.Event)
    listening: threading.Event = field(default_factory=threading.Event)
    _waiting: set[int] = field(default_factory=set)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _threads: set[threading.Thread] = field(default_factory=set)

    @property
    def poll_seconds(self) -> float:
        return self.poll_milliseconds / 1000

    def stop(self) -> None:
        """Ask for the end: sessions are logged out, what was kept is acted on."""
        self.stopping.set()

    def wake(self, session_id: int) -> None:
        """Tell that a session has kept something that waits."""
        with self._news:
            self._waiting.add(session_id)
            self._news.notify()

    def run(self) -> None:
        """Serve until `stop`; a port that is taken is tried again, and said once."""
        booker = threading.Thread(target=self._book, name="fix-booker")
        booker.start()
        try:
            self._listen()
        finally:
            self.stopping.set()
            for thread in list(self._threads):
                thread.join(LEAVE_SECONDS_MAX)
            with self._news:
                self._news.notify()
            booker.join()

    # ------------------------------------------------------------------ the port
    def _listen(self) -> None:
        door = self._bound()
        if door is None:
            return
        with closing(door):
            self.port = door.getsockname()[1]
            self.listening.set()
            logger.info("FIX acceptor listens on %s:%s", self.host, self.port)
            while not self.stopping.is_set():
                self.alive()
                self._accept(door)

    def _bound(self) -> socket.socket | None:
        said = False
        while not self.stopping.is_set():
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            door = socket.socket(family)
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((self.host, self.port))
                door.listen(CONNECTIONS_MAX)
            except OSError as taken:
                door.close()
                if not said:
                    logger.warning(
                        "FIX port %s on %s: %s; trying again", self.port, self.host, taken.strerror
                    )
                said = True
                self.stopping.wait(BIND_AGAIN_SECONDS)
            else:
                door.settimeout(self.poll_seconds)
                return door
        return None

    def _accept(self, door: socket.socket) -> None:
        try:
            opened, address = door.accept()
        except TimeoutError:
            return
        self._threads = {thread for thread in self._threads if thread.is_alive()}
        if len(self._threads) >= CONNECTIONS_MAX:
            logger.warning("connection from %s refused: %s are open", address[0], CONNECTIONS_MAX)
            opened.close()
            return
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        served = Connection(opened, address[0], self)
        thread = threading.Thread(target=served.run, name=f"fix-{address[0]}:{address[1]}")
        self._threads.add(thread)
        thread.start()

    # ------------------------------------------------------------------ the booker
    def _book(self) -> None:
        """Act on what was kept, this time or by an acceptor that was killed, until the end."""
        named: set[int] = set()  # at first of every session
        try:
            while True:
                self._act(named)
                self.stopping.wait(COLLECT_MILLISECONDS / 1000)
                with self._news:
                    if self.stopping.is_set() and not self._waiting:
                        return
                    if not self._waiting:
                        self._news.wait(SWEEP_SECONDS)
                    named, self._waiting = self._waiting, set()
        finally:
            connection.close()

    def _act(self, named: set[int]) -> None:
        try:
            if not named:
                lines.forget_the_dead()
            for session in FixSession.objects.order_by("pk"):
                if not named or session.pk in named:
                    while booking.act_on_kept(session=session, at=self.clock()) == booking.CHUNK:
                        pass
        except Exception:
            logger.exception("kept messages not acted on; trying again")
            connection.close()
            self.stopping.wait(1)
