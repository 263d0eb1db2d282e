"""Bodies of capture calls: one object, a JSON list or lines of JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from kernel.findings import Refusal
from trades.formats.execution_json import TOO_DEEP, malformed, read_execution
from trades.services.capture import Read

ITEMS_MAX: Final = 100_000
COMMAS_MAX: Final = 30 * ITEMS_MAX
LINES_MAX: Final = 10 * ITEMS_MAX
PIECE: Final = 1024 * 1024
ONE_BYTES_MAX: Final = 64 * 1024
MANY_BYTES_MAX: Final = 96 * 1024 * 1024
JSON_TYPES: Final = frozenset(
    {"application/json", "application/x-ndjson", "application/ndjson", "application/jsonl"}
)
BOM: Final = b"\xef\xbb\xbf"
NOT_UTF_8: Final = (b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")
PLACE: Final = re.compile(r"\(byte (\d+)\)")
"""Where msgspec says that a body stops being JSON."""
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


class UnreadableBulk(Refusal):
    """The body is neither a JSON list nor lines of JSON."""

    code = "BULK_UNREADABLE"
    status = 400


class TooManyItems(Refusal):
    """The bulk holds more messages than one call may."""

    code = "TOO_MANY_ITEMS"
    status = 413


class UnsupportedType(Refusal):
    """The body is said to be something else than JSON in UTF-8."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


def require_json(*, media_type: str, charset: str, coding: str) -> None:
    """Raise UnsupportedType when the headers announce anything but JSON, in UTF-8, as it is."""
    if media_type and media_type.lower() not in JSON_TYPES:
        raise UnsupportedType(
            _("Send Content-Type: application/json (or application/x-ndjson), not %(found)s")
            % {"found": media_type[:100]}
        )
    if charset.lower() not in ("", "utf-8", "utf8"):
        raise UnsupportedType(_("Send JSON in UTF-8, not in %(found)s") % {"found": charset[:40]})
    if coding.lower() not in ("", "identity"):
        raise UnsupportedType(
            _("Content-Encoding %(found)s is not accepted: send the body as it is")
            % {"found": coding[:40]}
        )


def read_many(body: bytes) -> list[Read]:
    """Return facts or findings per message. Raises UnreadableBulk, TooManyItems."""
    if body.startswith(NOT_UTF_8):
        raise UnreadableBulk(_("The body is not text in UTF-8"))
    body = body.removeprefix(BOM)
    start = body[:64].lstrip()
    _refuse_countless(body, is_list=start.startswith(b"["))
    parts = _list_items(body) if start.startswith(b"[") else _lines(body)
    if not parts:
        raise UnreadableBulk(_("The body holds no execution"))
    if len(parts) > ITEMS_MAX:
        raise TooManyItems(
            _("%(found)s executions; at most %(limit)s in one call")
            % {"found": len(parts), "limit": ITEMS_MAX}
        )
    read: list[Read] = [read_execution(part) for part in parts]
    if not start.startswith(b"[") and any(isinstance(one, tuple) for one in read):
        return _placed(body, read)
    return read


def _refuse_countless(body: bytes, *, is_list: bool) -> None:
    """Raise TooManyItems, before anything is taken apart, for more than the items may consist of.

    An execution has a field for each comma, and texts apart from that: what 100,000 of them cannot
    hold is counted in one pass over the bytes.
    """
    too_many_lines = not is_list and body.count(b"\n") > LINES_MAX
    if too_many_lines or (
        body.count(b",") > COMMAS_MAX and _commas_outside_texts(body) > COMMAS_MAX
    ):
        raise TooManyItems(_("More than %(limit)s executions in one call") % {"limit": ITEMS_MAX})


def _commas_outside_texts(body: bytes) -> int:
    """Count the commas that part values, to one piece past the limit at most."""
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    found, inside = 0, 0
    for start in range(0, len(plain), PIECE):
        parts = plain[start : start + PIECE].split(b'"')
        found += sum(part.count(b",") for part in parts[inside::2])
        inside ^= (len(parts) - 1) % 2
        if found > COMMAS_MAX:
            break
    return found


def _lines(body: bytes) -> Sequence[bytes]:
    return [line for line in body.split(b"\n") if line.strip()]


def _placed(body: bytes, read: Sequence[Read]) -> list[Read]:
    """Give each finding the line of the body where its message stands."""
    numbers = [n for n, line in enumerate(body.split(b"\n"), start=1) if line.strip()]
    return [
        tuple(replace(finding, line=number) for finding in one) if isinstance(one, tuple) else one
        for number, one in zip(numbers, read, strict=True)
    ]


def _list_items(body: bytes) -> Sequence[bytes]:
    try:
        return [bytes(raw) for raw in _LIST.decode(body)]
    except msgspec.MsgspecError as wrong:
        at = PLACE.search(str(wrong))
        text = body.decode("utf-8", "replace")
        place = len(body[: int(at[1])].decode("utf-8", "replace")) if at else len(text)
        raise UnreadableBulk(
            _("The body is not a JSON list"), findings=(malformed(text, place),)
        ) from None
    except RecursionError:
        raise UnreadableBulk(_("The body is not a JSON list"), findings=(TOO_DEEP,)) from None
