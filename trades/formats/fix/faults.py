"""What is wrong with a message at session level, and what every version of FIX agrees on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from trades.formats.fix.wire import Wire, moment, whole


class Reason(IntEnum):
    """SessionRejectReason (373)."""

    TAG = 0
    MISSING = 1
    NOT_DEFINED = 2
    NO_VALUE = 4
    VALUE = 5
    FORMAT = 6
    COMP_ID = 9
    SENDING_TIME = 10
    MSG_TYPE = 11
    REPEATED = 13
    ORDER = 14
    COUNT = 16


TEXTS: Final[Mapping[Reason, str]] = {
    Reason.TAG: "Invalid tag number",
    Reason.MISSING: "Required tag missing",
    Reason.NOT_DEFINED: "Tag not defined for this message type",
    Reason.NO_VALUE: "Tag specified without a value",
    Reason.VALUE: "Value is incorrect (out of range) for this tag",
    Reason.FORMAT: "Incorrect data format for value",
    Reason.COMP_ID: "CompID problem",
    Reason.SENDING_TIME: "SendingTime accuracy problem",
    Reason.MSG_TYPE: "Invalid MsgType",
    Reason.REPEATED: "Tag appears more than once",
    Reason.ORDER: "Tag specified out of required order",
    Reason.COUNT: "Incorrect NumInGroup count for repeating group",
}
#: FIX 4.2 knows reasons up to 11 only.
REASONS_OF_42: Final = 11
HEADER: Final = frozenset(
    {8, 9, 35, 34, 43, 49, 50, 52, 56, 57, 90, 91, 97, 115, 116, 122, 128, 129, 142, 143, 144, 145}
    | {212, 213, 347, 369, 370, 627, 628, 629, 630, 1128, 1129, 1156}
)
TRAILER: Final = frozenset({10, 89, 93})
REQUIRED: Final = (49, 56, 34, 52)
REQUIRED_OF: Final[Mapping[str, tuple[int, ...]]] = {
    "A": (98, 108),
    "1": (112,),
    "2": (7, 16),
    "3": (45,),
    "4": (36,),
}
WHOLE_NUMBERS: Final = frozenset({7, 16, 34, 36, 45, 108})
MOMENTS: Final = frozenset({52, 122})


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason to reject a message, and the tag that it is about (0: none)."""

    reason: Reason
    tag: int = 0

    @property
    def text(self) -> str:
        return TEXTS[self.reason]


def check_form(message: Wire) -> Fault | None:
    """Return the first fault that needs no dictionary: tags, values, order, the header's own."""
    in_body = False
    for tag, value in message.fields:
        if tag < 1:
            return Fault(Reason.TAG, tag)
        if not value:
            return Fault(Reason.NO_VALUE, tag)
        if tag in HEADER:
            if in_body:
                return Fault(Reason.ORDER, tag)
        else:
            in_body = True
    return None


def check_content(message: Wire) -> Fault | None:
    """Return what is missing or unreadable in what the session itself reads."""
    for tag in (*REQUIRED, *REQUIRED_OF.get(message.kind, ())):
        if tag not in message.first:
            return Fault(Reason.MISSING, tag)
    return next(
        (Fault(Reason.FORMAT, tag) for tag in _read_by_us(message) if _ill(message, tag)), None
    )


def _read_by_us(message: Wire) -> list[int]:
    body = REQUIRED_OF.get(message.kind, ())
    return [34, 52, *(tag for tag in (122,) if tag in message.first), *body]


def _ill(message: Wire, tag: int) -> bool:
    """Say whether a number or a moment that the session reads is none."""
    if tag in WHOLE_NUMBERS:
        return whole(message.get(tag)) is None
    return tag in MOMENTS and moment(message.get(tag)) is None
