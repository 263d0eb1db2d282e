"""A counterparty that costs little: ready bytes, its own numbers, and the resends asked for."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from backoffice.launcher import places
from trades.formats.fix.wire import Framer, Wire, encode, stamp

HOST = "127.0.0.1"
BEGIN, THEM, US = "FIX.4.4", "BNPP", "BENCH"
CHUNK = 200
READY_SECONDS_MAX = 60


def body(exec_id: str, isin: str, quantity: int, price: str) -> bytes:
    """Return the body of an ExecutionReport about a fill."""
    now = stamp(datetime.now(UTC))
    fields = (
        (37, f"O{exec_id}"), (17, exec_id), (150, "F"), (39, "2"), (22, "4"), (48, isin),
        (54, "1"), (38, quantity), (32, quantity), (31, price), (151, 0), (14, quantity),
        (6, price), (15, "EUR"), (60, now), (30, "XPAR"), (29, "4"),
    )  # fmt: skip
    return b"".join(b"%d=%s\x01" % (tag, str(value).encode()) for tag, value in fields)


class Sender:
    """One session over as many connections as it takes; `said` holds each number's report."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.said: list[bytes | None] = []
        self.framer = Framer()
        self.socket: socket.socket | None = None

    def log_on(self) -> None:
        """Connect, for as long as it takes, and log on under the next number."""
        self.close()
        self.said.append(None)
        deadline = time.monotonic() + READY_SECONDS_MAX
        while True:
            try:
                self._log_on()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def _log_on(self) -> None:
        self.framer = Framer()
        self.socket = socket.create_connection((HOST, self.port), timeout=10)
        self.socket.sendall(self._admin("A", (98, "0"), (108, "30")))
        welcome = False
        while not welcome:
            for message in self._received(10):
                welcome = welcome or message.kind == "A"
                self._answer(message)

    def report(self, bodies: Sequence[bytes]) -> None:
        """Send reports under the next numbers, and answer what comes meanwhile."""
        for start in range(0, len(bodies), CHUNK):
            part = bodies[start : start + CHUNK]
            first = len(self.said) + 1
            self.said.extend(part)
            self._send(self._raw(number, one) for number, one in enumerate(part, first))
            self.listen(0)

    def listen(self, seconds: float) -> None:
        """Answer whatever comes within so many seconds."""
        for message in self._received(seconds):
            self._answer(message)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def _received(self, seconds: float) -> list[Wire]:
        assert self.socket is not None
        ready, _, _ = select.select([self.socket], [], [], seconds)
        if not ready:
            return []
        got = self.socket.recv(1 << 16)
        if not got:
            raise ConnectionError("the acceptor hung up")
        return [one for one in self.framer.feed(got) if isinstance(one, Wire)]

    def _answer(self, message: Wire) -> None:
        if message.kind == "2":
            self._resend(int(message.get(7)))
        elif message.kind == "1":
            self.said.append(None)
            self._send([self._admin("0", (112, message.get(112)))])

    def _resend(self, first: int) -> None:
        for number in range(first, len(self.said) + 1):
            report = self.said[number - 1]
            if report is None:
                gap = ((43, "Y"), (122, stamp(datetime.now(UTC))), (36, number + 1), (123, "Y"))
                self._send([self._admin("4", *gap, number=number)])
            else:
                self._send([self._raw(number, report, again=True)])

    def _send(self, parts: Iterator[bytes] | Sequence[bytes]) -> None:
        assert self.socket is not None
        self.socket.sendall(b"".join(parts))

    def _admin(self, kind: str, *fields: tuple[int, object], number: int = 0) -> bytes:
        head = [(35, kind), (34, number or len(self.said)), (49, THEM)]
        named = [*head, (52, stamp(datetime.now(UTC))), (56, US), *fields]
        return encode(BEGIN, [(tag, str(value)) for tag, value in named])

    def _raw(self, number: int, report: bytes, *, again: bool = False) -> bytes:
        now = stamp(datetime.now(UTC)).encode()
        copy = b"43=Y\x01122=%s\x01" % now if again else b""
        head = b"35=8\x0134=%d\x0149=%s\x0152=%s\x0156=%s\x01" % (
            number, THEM.encode(), now, US.encode(),
        )  # fmt: skip
        rest = head + copy + report
        whole = b"8=%s\x019=%d\x01" % (BEGIN.encode(), len(rest)) + rest
        return whole + b"10=%03d\x01" % (sum(whole) & 0xFF)


def start_acceptor(port: int) -> subprocess.Popen[bytes]:
    """Start the acceptor as `up` does, on the database of this process."""
    command = [sys.executable, str(places.ROOT / "manage.py"), "fix_acceptor", "--skip-checks"]
    return subprocess.Popen(
        [*command, "--host", HOST, "--port", str(port)],
        env=os.environ | {"PYTHONWARNINGS": "ignore", "LOG_LEVEL": "ERROR"},
        cwd=places.ROOT,
        start_new_session=True,
    )


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def accepting(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the acceptor; stop it at the end."""
    process = start_acceptor(port)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
