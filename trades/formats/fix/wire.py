"""FIX as it goes over the wire: frames out of a stream of bytes, fields out of a frame, and back.

A live session is stricter than a log: what has a wrong length, a wrong checksum or fields that are
none is garbled and counts as never sent (FIX session layer, "message validity"); its number is then
missing and is asked for again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

SOH: Final = b"\x01"
BYTES_MAX: Final = 1 << 18
GARBLED_SHOWN: Final = 4_096
LEAP: Final = 60
LENGTH: Final = re.compile(rb"\x019=([0-9]{1,9})\x01")
TAG: Final = re.compile(rb"-?[0-9]{1,9}")
TRAILER: Final = re.compile(rb"\x0110=([0-9]{3})\x01\Z")
MOMENT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?\Z", re.ASCII)
#: Fields whose value may hold any byte, SOH included: the length stands in the field before.
DATA_LENGTHS: Final[Mapping[bytes, bytes]] = {
    b"90": b"91", b"93": b"89", b"95": b"96", b"212": b"213", b"348": b"349", b"350": b"351",
    b"352": b"353", b"354": b"355", b"356": b"357", b"358": b"359", b"360": b"361",
    b"362": b"363", b"364": b"365", b"445": b"446", b"618": b"619", b"621": b"622",
}  # fmt: skip
MAY_HOLD_DATA: Final = re.compile(rb"\x01(?:" + b"|".join(DATA_LENGTHS) + rb")=")
Fields = Sequence[tuple[int, str]]


class TooLong(ValueError):
    """The sender announces a message longer than any that is taken."""


@dataclass(frozen=True, slots=True)
class Garbled:
    """Bytes that are no message, cut to what is worth showing."""

    raw: bytes
    why: str


@dataclass(frozen=True)
class Wire:
    """One whole message: its bytes, and its fields in their order."""

    raw: bytes
    fields: tuple[tuple[int, str], ...]

    @cached_property
    def first(self) -> dict[int, str]:
        """The first value of each tag."""
        return dict(reversed(self.fields))

    @property
    def begin(self) -> str:
        return self.fields[0][1]

    @property
    def kind(self) -> str:
        return self.fields[2][1]

    def get(self, tag: int) -> str:
        """Return the first value of a tag, or nothing."""
        return self.first.get(tag, "")

    @property
    def number(self) -> int | None:
        """MsgSeqNum (34), or None when it is missing or no number."""
        return whole(self.get(34))

    @property
    def is_copy(self) -> bool:
        """PossDupFlag: the sender may have sent this number before."""
        return self.get(43) == "Y"

    @property
    def sent_at(self) -> datetime | None:
        return moment(self.get(52))


class Framer:
    """Cuts a stream into messages; what it cannot use comes out as garbled, never as nothing."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, received: bytes) -> Iterator[Wire | Garbled]:
        """Yield every whole message of what came so far. Raises TooLong.

        An announced length that is wrong swallows what follows up to the next trailer, as in other
        engines: the numbers that went with it are then missing and are asked for again.
        """
        self.rest += received
        while (cut := self._next()) is not None:
            yield cut

    def _next(self) -> Wire | Garbled | None:
        start = self.rest.find(b"8=FIX")
        if start != 0:
            return self._skip(start)
        length = LENGTH.search(self.rest, 0, 64)
        if length is None:
            return self._without_length()
        if int(length[1]) > BYTES_MAX:
            raise TooLong(length[1].decode("ascii"))
        trailer = self.rest.find(b"\x0110=", length.end() + int(length[1]) - 1)
        end = self.rest.find(SOH, trailer + 4) + 1 if trailer >= 0 else 0
        if end > 0:
            return read(self._take(end))
        if len(self.rest) > BYTES_MAX + GARBLED_SHOWN:
            return Garbled(self._take(len(self.rest))[:GARBLED_SHOWN], "no end")
        return None

    def _skip(self, start: int) -> Garbled | None:
        """Leave out what stands before a message; bytes that may begin one are kept."""
        if start > 0:
            return self._junk(start)
        kept = next((n for n in (4, 3, 2, 1) if self.rest.endswith(b"8=FIX"[:n])), 0)
        return self._junk(len(self.rest) - kept) if len(self.rest) > kept else None

    def _without_length(self) -> Garbled | None:
        if len(self.rest) < 64:  # noqa: PLR2004 - room for 8= and 9=
            return None
        following = self.rest.find(b"8=FIX", 5)
        return self._junk(following if following > 0 else len(self.rest))

    def _junk(self, count: int) -> Garbled:
        return Garbled(self._take(count)[:GARBLED_SHOWN], "no message")

    def _take(self, count: int) -> bytes:
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken


def read(raw: bytes) -> Wire | Garbled:
    """Return a message with its fields, or what is wrong with these bytes."""
    trailer = TRAILER.search(raw)
    length = LENGTH.search(raw, 0, 64)
    if trailer is None or length is None or raw.find(SOH) != length.start():
        return Garbled(raw[:GARBLED_SHOWN], "8, 9 and 10 are not where they belong")
    if int(length[1]) != trailer.start() + 1 - length.end():
        return Garbled(raw[:GARBLED_SHOWN], "BodyLength (9) is wrong")
    if sum(raw[: trailer.start() + 1]) & 0xFF != int(trailer[1]):
        return Garbled(raw[:GARBLED_SHOWN], "CheckSum (10) is wrong")
    fields = _fields(raw)
    if fields is None or len(fields) < 4 or fields[2][0] != 35:  # noqa: PLR2004 - 8, 9, 35, 10
        return Garbled(raw[:GARBLED_SHOWN], "fields are none, or MsgType (35) is not the third")
    return Wire(raw, tuple(fields))


def _fields(raw: bytes) -> list[tuple[int, str]] | None:
    """Return tags and values; None when something is no field.

    Values are read as Latin-1, so that no byte is lost; `text` reads them as people do.
    """
    parts = raw[:-1].split(SOH) if not MAY_HOLD_DATA.search(raw) else _split_around_data(raw)
    fields = []
    for part in parts:
        tag, equals, value = part.partition(b"=")
        if not equals or not TAG.fullmatch(tag):
            return None
        fields.append((int(tag), value.decode("latin-1")))
    return fields


def _split_around_data(raw: bytes) -> list[bytes]:
    """Split at SOH, but not inside a field of data whose length was announced."""
    parts: list[bytes] = []
    at, expected, length = 0, b"", 0
    while at < len(raw):
        end = raw.find(SOH, at)
        tag, _equals, value = raw[at:end].partition(b"=")
        if tag == expected and raw[at + len(tag) + 1 + length : at + len(tag) + 2 + length] == SOH:
            end = at + len(tag) + 1 + length
        expected = DATA_LENGTHS.get(tag, b"")
        length = int(value) if expected and value.isdigit() and len(value) < 7 else 0  # noqa: PLR2004 - below BYTES_MAX
        parts.append(raw[at:end])
        at = end + 1
    return parts


def whole(value: str) -> int | None:
    """Read digits as a number that a table can hold; None when they are none."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None  # noqa: PLR2004 - bigint


def text(value: str) -> str:
    """Return a value as people read it: UTF-8 where it is that, else Latin-1."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def encode(begin: str, fields: Iterable[tuple[int, str]]) -> bytes:
    """Return the bytes of a message: `fields` from MsgType (35) on; length and sum are added."""
    body = b"".join(b"%d=%s\x01" % (tag, value.encode("latin-1")) for tag, value in fields)
    head = b"8=%s\x019=%d\x01" % (begin.encode("ascii"), len(body))
    return head + body + b"10=%03d\x01" % (sum(head + body) & 0xFF)


def stamp(at: datetime) -> str:
    """Write a moment as UTCTimestamp with milliseconds."""
    at = at.astimezone(UTC)
    return f"{at:%Y%m%d-%H:%M:%S}.{at.microsecond // 1000:03d}"


def moment(value: str) -> datetime | None:
    """Read a UTCTimestamp; None when it is none. Second 60 is a leap second: the next begins."""
    parts = MOMENT.match(value)
    if parts is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in parts.groups()[:6])
    micros = int((parts[7] or "0")[:6].ljust(6, "0"))
    try:
        return datetime(
            year, month, day, hour, minute, 59 if second == LEAP else second, micros, tzinfo=UTC
        )
    except ValueError:
        return None
