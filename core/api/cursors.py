"""Cursors: where a reader goes on, as one opaque word that stays good for ever."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from kernel.findings import Finding, Refusal

MARK: Final = 1
"""The first value of every cursor: the form of the others."""
LENGTH_MAX: Final = 200


class UnreadableCursor(Refusal):
    """The cursor was not given by this list."""

    code = "UNREADABLE_CURSOR"
    status = 400

    def __init__(self, field: str, found: str) -> None:
        finding = Finding(
            code="API-004",
            field=field,
            message="The cursor is not one that this list gave: {found}",
            found=found[:50],
        )
        super().__init__(_("The cursor cannot be read"), findings=(finding,))


def written(*values: object) -> str:
    """Return the cursor of a place: the values that the list is sorted by, there."""
    return urlsafe_b64encode(msgspec.json.encode([MARK, *values])).decode().rstrip("=")


def read(text: str, *kinds: type, field: str = "cursor") -> tuple[Any, ...]:
    """Return the values of a cursor, of these kinds. Raises UnreadableCursor."""
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4)) if text.isascii() else b""
        mark, *values = msgspec.json.decode(packed, type=list[Any])
        if mark != MARK or len(values) != len(kinds) or len(text) > LENGTH_MAX:
            raise UnreadableCursor(field, text)
        return tuple(
            msgspec.convert(value, kind, strict=True)
            for value, kind in zip(values, kinds, strict=True)
        )
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        raise UnreadableCursor(field, text) from None
