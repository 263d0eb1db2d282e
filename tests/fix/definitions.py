"""Runs the session test definitions of QuickFIX (`*.def`): what is sent, what must come back.

`I` sends a line, `E` expects one; `iCONNECT`, `iDISCONNECT`, `eDISCONNECT` open, close and expect
the end; a digit and a comma name the connection. Lengths and sums are filled in where a line has
none. Fields are compared by tag and value in any order; moments by their form alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from trades.formats.fix.wire import encode, moment, stamp

SOH = b"\x01"
MOMENTS = frozenset({52, 60, 122})
STEP = re.compile(rb"([IEie])(?:(\d),)?(.*)", re.DOTALL)
NOW = re.compile(rb"<TIME([+-]\d+)?>")


class Line(Protocol):
    """A connection to the acceptor, as a definition uses it."""

    def send(self, raw: bytes) -> None: ...

    def receive(self) -> bytes | None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Step:
    verb: str
    line: str
    text: bytes


def steps(definition: bytes) -> Iterator[Step]:
    for text in definition.splitlines():
        found = STEP.fullmatch(text.rstrip(b"\r"))
        if found is not None and not text.startswith(b"#"):
            yield Step(found[1].decode(), (found[2] or b"1").decode(), found[3].strip(b" "))


def completed(text: bytes, now: datetime) -> bytes:
    """Return a line of a definition as it goes over the wire."""

    def told(found: re.Match[bytes]) -> bytes:
        return stamp(now + timedelta(seconds=int(found[1] or 0))).encode()

    raw = NOW.sub(told, text)
    if b"\x019=" not in raw and raw.startswith(b"8="):
        head, _soh, body = raw.partition(SOH)
        end = (SOH + body).rfind(b"\x0110=")
        length = end if end >= 0 else len(body)
        raw = head + b"\x019=%d\x01" % length + body
    return raw if b"\x0110=" in raw else raw + b"10=%03d\x01" % (sum(raw) & 0xFF)


def fields(raw: bytes) -> list[tuple[int, str]]:
    """Return what is compared of a message: everything but its length and sum."""
    found = []
    for part in raw.strip(SOH).split(SOH):
        tag, value = part.decode("latin-1").split("=", 1)
        if int(tag) in MOMENTS:
            value = "a moment" if moment(value) or value.startswith(("0000", "<TIME")) else value
        if int(tag) not in (9, 10):
            found.append((int(tag), value))
    return sorted(found)


def run(definition: bytes, *, connect: Callable[[], Line], clock: Callable[[], datetime]) -> None:
    """Run one definition; an AssertionError says where it went another way."""
    open_lines: dict[str, Line] = {}
    try:
        for number, step in enumerate(steps(definition), 1):
            where = f"step {number}: {step.verb}{step.text.replace(SOH, b'|').decode('latin-1')}"
            _do(step, open_lines, connect, clock, where)
    finally:
        for line in open_lines.values():
            line.close()


def _do(
    step: Step,
    open_lines: dict[str, Line],
    connect: Callable[[], Line],
    clock: Callable[[], datetime],
    where: str,
) -> None:
    if step.verb == "i":
        if step.text == b"CONNECT":
            open_lines[step.line] = connect()
        else:
            open_lines.pop(step.line).close()
    elif step.verb == "I":
        open_lines[step.line].send(completed(step.text, clock()))
    elif step.verb == "e":
        line = open_lines.pop(step.line)
        ended = line.receive() is None
        line.close()
        assert ended, where
    else:
        received = open_lines[step.line].receive()
        assert received is not None, f"{where}: the connection ended"
        assert fields(received) == fields(step.text), where
        assert encode(received.split(SOH)[0][2:].decode(), _body(received)) == received, where


def _body(raw: bytes) -> list[tuple[int, str]]:
    parts = [part.decode("latin-1").split("=", 1) for part in raw.strip(SOH).split(SOH)]
    return [(int(tag), value) for tag, value in parts[2:-1]]
