"""A counterparty for tests: a socket, whole messages, and a session that counts by itself."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections

from trades.acceptor.server import Acceptor
from trades.formats.fix.wire import Framer, Wire, encode, stamp
from trades.models import FixSession
from trades.services.fix import lines

PATIENCE = 20
AT_ONCE = 0.01
"""How long an answer mostly takes that needs no time to pass."""
HOST = "127.0.0.1"


def session(**changes: Any) -> FixSession:
    """Set up a session that this machine may log on to."""
    values: dict[str, Any] = {
        "name": "BROKER",
        "begin_string": "FIX.4.4",
        "sender_comp_id": "BROKER",
        "target_comp_id": "HOUSE",
        "source_system": "BROKER>HOUSE",
        "addresses": ["127.0.0.0/8"],
    } | changes
    made = FixSession.objects.create(**values)
    lines.open_line(made)
    return made


@contextlib.contextmanager
def accepting(**options: Any) -> Iterator[Acceptor]:
    """Run the acceptor on a free port beside the test, with its threads and real sockets."""
    acceptor = Acceptor(host=HOST, port=0, **{"poll_milliseconds": 10} | options)
    thread = threading.Thread(target=acceptor.run)
    thread.start()
    try:
        assert acceptor.listening.wait(PATIENCE)
        yield acceptor
    finally:
        acceptor.stop()
        thread.join(PATIENCE)
        connections["default"].ensure_connection()
        assert not thread.is_alive()


class SteppedClock:
    """A clock that moves only while the test waits, and only once the acceptor has seen its last
    step: neither a busy machine nor a fast one changes what happens.
    """

    step = timedelta(milliseconds=500)

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.seen = threading.Semaphore(0)

    def __call__(self) -> datetime:
        if threading.current_thread().name.startswith(f"fix-{HOST}"):
            self.seen.release()
        return self.now

    def advance(self) -> None:
        """Move on by a step."""
        self.now += self.step

    def acted_on(self) -> None:
        """Wait until every connection has acted on the time that it is."""
        while self.seen.acquire(blocking=False):
            pass
        for _look in range(2):
            self.seen.acquire(timeout=0.2)


class Peer:
    """One connection; `receive` returns a message, or None at the end of the connection."""

    def __init__(self, port: int, *, clock: SteppedClock | None = None) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE)
        self.clock = clock
        self.framer = Framer()
        self.waiting: list[Wire] = []

    def send(self, raw: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # the end is what `receive` is asked about
            self.socket.sendall(raw)

    def receive(self) -> bytes | None:
        message = self.next()
        return None if message is None else message.raw

    def next(self) -> Wire | None:
        while not self.waiting:
            self._pass_time()
            try:
                got = self.socket.recv(1 << 16)
            except ConnectionError:
                return None
            if not got:
                return None
            for message in self.framer.feed(got):
                assert isinstance(message, Wire), message
                self.waiting.append(message)
        return self.waiting.pop(0)

    def _pass_time(self) -> None:
        """Let time pass until something comes."""
        while self.clock and not self._heard(AT_ONCE):
            self.clock.acted_on()
            if not self._heard(0):
                self.clock.advance()

    def _heard(self, seconds: float) -> bool:
        return bool(select.select([self.socket], [], [], seconds)[0])

    def close(self) -> None:
        self.socket.close()


class Initiator(Peer):
    """A counterparty that numbers what it sends and remembers it."""

    def __init__(self, port: int, **options: Any) -> None:
        self.begin = options.pop("begin", "FIX.4.4")
        self.theirs, self.ours = options.pop("names", ("BROKER", "HOUSE"))
        self.number = options.pop("number", 0)
        super().__init__(port, **options)

    def raw(
        self,
        kind: str,
        *body: tuple[int, str],
        number: int | None = None,
        at: datetime | None = None,
        copy: bool = False,
        head: tuple[tuple[int, str], ...] = (),
    ) -> bytes:
        """Return a message under its number, the next one unless said otherwise."""
        if number is None:
            self.number += 1
            number = self.number
        at = at or datetime.now(UTC)
        names = ((49, self.theirs), (52, stamp(at)), (56, self.ours))
        again = ((43, "Y"), (122, stamp(at - timedelta(seconds=1)))) if copy else ()
        return encode(self.begin, [(35, kind), (34, str(number)), *names, *again, *head, *body])

    def say(self, kind: str, *body: tuple[int, str], **options: Any) -> None:
        self.send(self.raw(kind, *body, **options))

    def log_on(self, *more: tuple[int, str], **options: Any) -> Wire:
        """Send a Logon and return the answer, which must be one."""
        version = ((1137, "9"),) if self.begin == "FIXT.1.1" else ()
        self.say("A", (98, "0"), (108, "30"), *version, *more, **options)
        answer = self.next()
        assert answer is not None
        assert answer.kind == "A", answer
        return answer

    def log_off(self) -> None:
        """Say Logout, and read on to the answer and the end."""
        self.say("5")
        while (answer := self.next()) is not None and answer.kind != "5":
            pass
        assert self.next() is None
        self.close()
