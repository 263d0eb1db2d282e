"""Bodies of capture calls: one object, a JSON list or lines of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.findings import Finding, Refusal
from trades.formats.execution_json import read_execution
from trades.services.capture import Read

ITEMS_MAX: Final = 100_000
ONE_BYTES_MAX: Final = 64 * 1024
MANY_BYTES_MAX: Final = 96 * 1024 * 1024
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


class UnreadableBulk(Refusal):
    """The body is neither a JSON list nor lines of JSON."""

    code = "BULK_UNREADABLE"
    status = 400


class TooManyItems(Refusal):
    """The bulk holds more messages than one call may."""

    code = "TOO_MANY_ITEMS"
    status = 413


def read_many(body: bytes) -> list[Read]:
    """Return facts or findings per message. Raises UnreadableBulk, TooManyItems."""
    start = body[:64].lstrip()
    parts = _list_items(body) if start.startswith(b"[") else _lines(body)
    if not parts:
        raise UnreadableBulk("The body holds no execution")
    if len(parts) > ITEMS_MAX:
        raise TooManyItems(f"{len(parts)} executions; at most {ITEMS_MAX} in one call")
    return [read_execution(part) for part in parts]


def _lines(body: bytes) -> Sequence[bytes]:
    return [line for line in body.split(b"\n") if line.strip()]


def _list_items(body: bytes) -> Sequence[bytes]:
    try:
        return [bytes(raw) for raw in _LIST.decode(body)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        finding = Finding(code="CAP-001", field="", message="{found}", found=str(wrong)[:200])
        raise UnreadableBulk("The body is not a JSON list", findings=(finding,)) from None
