"""Bodies of capture calls: one object, a JSON list or lines of JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from core.api.bodies import CODINGS, IN_MEMORY, Body
from core.api.lists import refuse_query
from core.limits import API_BYTES_MAX
from kernel.findings import Finding, Refusal
from trades.api.on_disk import (
    ITEMS_MAX,
    ONE_BYTES_MAX,
    PLACE,
    Places,
    UnreadableBulk,
    cut_lines,
    cut_list,
    require_countable,
    too_many,
)
from trades.formats.execution_json import TOO_DEEP, malformed, read_execution
from trades.services.capture import Read

MANY_BYTES_MAX: Final = API_BYTES_MAX
JSON_TYPES: Final = frozenset(
    {"application/json", "application/x-ndjson", "application/ndjson", "application/jsonl"}
)
BOM: Final = b"\xef\xbb\xbf"
NOT_UTF_8: Final = (b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")
TOO_LONG: Final = Finding(
    code="CAP-019",
    field="",
    message="The message is longer than {expected} bytes",
    expected=str(ONE_BYTES_MAX),
)
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


class UnsupportedType(Refusal):
    """The body is said to be something else than JSON in UTF-8."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class LengthRequired(Refusal):
    """The lines came in chunks: whether the last one was the last cannot be seen."""

    code = "LENGTH_REQUIRED"
    status = 411


def require_json(*, media_type: str, charset: str, coding: str) -> None:
    """Raise UnsupportedType unless the headers announce JSON in UTF-8, as it is or in gzip."""
    if media_type and media_type.lower() not in JSON_TYPES:
        raise UnsupportedType(
            _("Send Content-Type: application/json (or application/x-ndjson), not %(found)s")
            % {"found": media_type[:100]}
        )
    if charset.lower() not in ("", "utf-8", "utf8"):
        raise UnsupportedType(_("Send JSON in UTF-8, not in %(found)s") % {"found": charset[:40]})
    if coding.lower() not in CODINGS:
        raise UnsupportedType(
            _("Content-Encoding %(found)s is not accepted: send gzip, or the body as it is")
            % {"found": coding[:40]}
        )


def said_yes(query: Mapping[str, str], name: str) -> bool:
    """Return a yes or no of the address; no when it is not there. Raises UnreadableQuery."""
    said = query.get(name, "false")
    if said not in ("true", "false"):
        refuse_query(name, said, expected="true, false")
    return said == "true"


@dataclass(frozen=True, slots=True)
class Parts:
    """The messages of a bulk by their index, in memory or on disk, and the lines where they stand.

    `lines` counts them when they are asked for; None in a list.
    """

    texts: Sequence[bytes]
    lines: Callable[[], Sequence[int]] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def size(self, index: int) -> int:
        """Return how many bytes a message has."""
        texts = self.texts
        return texts.sizes[index] if isinstance(texts, Places) else len(texts[index])

    def read(self, indexes: Sequence[int]) -> list[Read]:
        """Return facts or findings of these messages, the findings with their line."""
        texts = self.texts
        messages: list[Read] = [_read(texts[index]) for index in indexes]
        if self.lines is not None and any(isinstance(one, tuple) for one in messages):
            lines = self.lines()
            return [
                _on_line(one, lines[index]) if isinstance(one, tuple) else one
                for index, one in zip(indexes, messages, strict=True)
            ]
        return messages


def parts_of(body: Body) -> Parts:
    """Cut a body into its messages. Raises UnreadableBulk, TooManyItems, LengthRequired.

    A list shows its end, and so does gzip; lines without a length may be half of what was sent.
    """
    head = body.at(0, 256)
    if head.startswith(NOT_UTF_8):
        raise UnreadableBulk(_("The body is not text in UTF-8"))
    start = len(BOM) if head.startswith(BOM) else 0
    is_list = head[start:].lstrip().startswith(b"[")
    if not (is_list or body.is_whole):
        raise LengthRequired(
            _("Lines need a Content-Length, or gzip: in plain chunks their end cannot be seen")
        )
    if body.size <= IN_MEMORY:
        whole = body.whole()[start:]
        require_countable(whole, is_list=is_list)
        parts = Parts(_items(whole)) if is_list else _lines(whole)
    elif is_list:
        parts = Parts(cut_list(body, head.index(b"[")))
    else:
        places = cut_lines(body, start)
        parts = Parts(places, lambda: places.lines)
    if not len(parts):
        raise UnreadableBulk(_("The body holds no execution"))
    if len(parts) > ITEMS_MAX:
        raise too_many()
    return parts


def _read(text: bytes) -> Read:
    return (TOO_LONG,) if len(text) > ONE_BYTES_MAX else read_execution(text)


def _lines(body: bytes) -> Parts:
    lines = body.split(b"\n")
    return Parts(
        [line for line in lines if line.strip()],
        lambda: [number for number, line in enumerate(lines, start=1) if line.strip()],
    )


def _on_line(findings: tuple[Finding, ...], number: int) -> tuple[Finding, ...]:
    return tuple(replace(finding, line=number) for finding in findings)


def _items(body: bytes) -> Sequence[bytes]:
    try:
        items = _LIST.decode(body)
    except msgspec.MsgspecError as wrong:
        at = PLACE.search(str(wrong))
        text = body.decode("utf-8", "replace")
        place = len(body[: int(at[1])].decode("utf-8", "replace")) if at else len(text)
        raise UnreadableBulk(
            _("The body is not a JSON list"), findings=(malformed(text, place),)
        ) from None
    except RecursionError:
        raise UnreadableBulk(_("The body is not a JSON list"), findings=(TOO_DEEP,)) from None
    if len(items) > ITEMS_MAX:
        raise too_many()
    return [bytes(item) for item in items]
