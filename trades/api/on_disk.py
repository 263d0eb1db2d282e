"""Bulks too large for memory: where each message stands in the body, which stays on disk.

Lines are read one by one. A JSON list is cut a block at a time: a block that ends behind a comma of
the list is a list itself when it is closed, and nothing else is.
"""

from __future__ import annotations

import dataclasses
import re
from array import array
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from core.api.bodies import Body
from kernel.findings import Finding, Refusal
from trades.formats.execution_json import TOO_DEEP, malformed

ITEMS_MAX: Final = 100_000
ONE_BYTES_MAX: Final = 64 * 1024
COMMAS_MAX: Final = 25 * ITEMS_MAX
LINES_MAX: Final = 10 * ITEMS_MAX
PIECE: Final = 1024 * 1024
BLOCK: Final = 4 * 1024 * 1024
BLOCKS_MAX: Final = 2
"""So many without the end of a message are no list of messages."""
TRIES_MAX: Final = 50
PLACE: Final = re.compile(r"\(byte (\d+)\)")
"""Where msgspec says that a body stops being JSON."""
COMMA: Final = re.compile(rb"\}\s*,")
FURTHER_BYTES: Final = bytes(range(0x80, 0xC0))
"""What a character of UTF-8 goes on with."""
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


class UnreadableBulk(Refusal):
    """The body is neither a JSON list nor lines of JSON."""

    code = "BULK_UNREADABLE"
    status = 400


class TooManyItems(Refusal):
    """The bulk holds more messages than one call may."""

    code = "TOO_MANY_ITEMS"
    status = 413


class Places(Sequence[bytes]):
    """The messages of a body by their index, each read when it is asked for."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.starts = array("q")
        self.sizes = array("q")
        self.lines = array("q")

    def __len__(self) -> int:
        return len(self.sizes)

    def __getitem__(self, index: int) -> bytes:  # type: ignore[override]  # nobody asks for slices
        """Return a message; of one that is too long, enough to see that."""
        return self.body.at(self.starts[index], min(self.sizes[index], ONE_BYTES_MAX + 1))

    def add(self, start: int, size: int, line: int = 0) -> None:
        """Note one more. Raises TooManyItems."""
        self.starts.append(start)
        self.sizes.append(size)
        self.lines.append(line)
        if len(self.sizes) > ITEMS_MAX:
            raise too_many()


def too_many() -> TooManyItems:
    """Return the refusal of a bulk with more messages than one call may hold."""
    return TooManyItems(_("More than %(limit)s executions in one call") % {"limit": ITEMS_MAX})


def require_countable(text: bytes, *, is_list: bool) -> None:
    """Raise TooManyItems, before anything is taken apart, for more than the items may consist of.

    An execution has a field for each comma, and texts apart from that: what 100,000 of them cannot
    hold is counted in one pass over the bytes.
    """
    if is_list:
        countless = text.count(b",") > COMMAS_MAX and _commas_outside_texts(text) > COMMAS_MAX
    else:
        countless = text.count(b"\n") > LINES_MAX
    if countless:
        raise too_many()


def _commas_outside_texts(text: bytes) -> int:
    """Count the commas that part values, to one piece past the limit at most."""
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    found, inside = 0, 0
    for start in range(0, len(plain), PIECE):
        parts = plain[start : start + PIECE].split(b'"')
        found += sum(part.count(b",") for part in parts[inside::2])
        inside ^= (len(parts) - 1) % 2
        if found > COMMAS_MAX:
            break
    return found


def cut_lines(body: Body, start: int) -> Places:
    """Note where each line stands that is not blank. Raises TooManyItems."""
    places, file = Places(body), body.file
    file.seek(start)
    number, at, size, blank = 1, start, 0, True
    while line := file.readline(BLOCK):
        size += len(line)
        blank = blank and not line.strip()
        if not line.endswith(b"\n"):
            continue  # it is longer than a block, or the last one
        if not blank:
            places.add(at, size, number)
        number, at, size, blank = number + 1, at + size, 0, True
        if number > LINES_MAX:
            raise too_many()
    if not blank:
        places.add(at, size, number)
    return places


def cut_list(body: Body, opened: int) -> Places:
    """Note where the items of a list stand, whose bracket opens at that byte.

    Raises UnreadableBulk with line and column of what is no list, TooManyItems.
    """
    places, at, rest = Places(body), opened + 1, b""
    while True:
        body.file.seek(at + len(rest))
        more = body.file.read(BLOCK)
        block = rest + more
        require_countable(block, is_list=True)
        if not more or len(rest) > BLOCKS_MAX * BLOCK:
            _note(places, block, at, _closed(body, block, at))
            return places
        taken = _take(places, block, at)
        rest, at = block[taken:], at + taken


def _take(places: Places, block: bytes, at: int) -> int:
    """Take the items up to a comma of the list; return how many bytes that is, 0 for none.

    The last commas behind a brace are tried first: one inside a text or an inner object leaves a
    list that does not close.
    """
    ends = [found.end() for found in COMMA.finditer(block)]
    for end in reversed(ends[-TRIES_MAX:]):
        try:
            items = _LIST.decode(b"[" + block[: end - 1] + b"]")
        except (msgspec.MsgspecError, RecursionError):
            continue
        _note(places, block, at, items)
        return end
    return 0


def _closed(body: Body, block: bytes, at: int) -> list[msgspec.Raw]:
    """Return the items of the last block, with the bracket that closes the list."""
    try:
        return _LIST.decode(b"[" + block)
    except msgspec.MsgspecError as wrong:
        found = PLACE.search(str(wrong))
        place = at + int(found[1]) - 1 if found else body.size
        raise UnreadableBulk(
            _("The body is not a JSON list"), findings=(_placed(body, place),)
        ) from None
    except RecursionError:
        raise UnreadableBulk(_("The body is not a JSON list"), findings=(TOO_DEEP,)) from None


def _note(places: Places, block: bytes, at: int, items: Sequence[msgspec.Raw]) -> None:
    """Note where these items stand: each is found behind the one before."""
    found = 0
    for item in items:
        text = bytes(item)
        found = block.index(text, found)
        places.add(at + found, len(text))
        found += len(text)


def _placed(body: Body, at: int) -> Finding:
    """Return the finding about a byte of the body, with its line and its column in characters."""
    line, column = 1, 1
    for piece in _before(body, at):
        line += piece.count(b"\n")
        last = piece.rpartition(b"\n")[2]
        column = len(last.translate(None, FURTHER_BYTES)) + (1 if b"\n" in piece else column)
    finding = malformed(body.at(at, BLOCK).decode("utf-8", "replace"), 0)
    return dataclasses.replace(finding, line=line, column=str(column))


def _before(body: Body, at: int) -> Iterator[bytes]:
    for piece in body.pieces():
        yield piece[:at]
        at -= len(piece)
        if at <= 0:
            return
