"""The life of a confirmation, and the small vocabularies around it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class ConfirmationState(StrEnum):
    """TO_SEND and SENT wait for the other side; ALLEGED is of the other side alone."""

    TO_SEND = "TO_SEND"
    SENT = "SENT"
    ALLEGED = "ALLEGED"
    MISMATCHED = "MISMATCHED"
    MATCHED = "MATCHED"
    DISPUTED = "DISPUTED"
    CANCELLED = "CANCELLED"


class EndReason(StrEnum):
    """Why a confirmation is over: our trade changed, or what the other side alleged did."""

    AMENDED = "AMENDED"
    TRADE_OVER = "TRADE_OVER"
    EXPLAINED = "EXPLAINED"
    WITHDRAWN = "WITHDRAWN"
    REPLACED = "REPLACED"


class Basis(StrEnum):
    """What a pair rests on: our reference quoted, terms that agree or are close, a hand."""

    REFERENCE = "REFERENCE"
    AGREES = "AGREES"
    CLOSE = "CLOSE"
    BY_HAND = "BY_HAND"


class Door(StrEnum):
    """How their confirmation came in; what a person uploads is no word of the counterparty yet."""

    API = "API"
    UPLOAD = "UPLOAD"


class FileFormat(StrEnum):
    """How a file of ours is written."""

    JSON = "JSON"
    MT515 = "MT515"


class Function(StrEnum):
    """What a confirmation message does, on either side (ISO 15022, field 23G)."""

    NEWM = "NEWM"
    CANC = "CANC"


class Deed(StrEnum):
    """What was decided on a confirmation."""

    SENT = "SENT"
    MATCHED = "MATCHED"
    MISMATCHED = "MISMATCHED"
    ALLEGED = "ALLEGED"
    UNPAIRED = "UNPAIRED"
    DISPUTED = "DISPUTED"
    RESUMED = "RESUMED"
    ACCEPTED = "ACCEPTED"
    CANCELLED = "CANCELLED"


S = ConfirmationState
TRANSITIONS: Final[Transitions[ConfirmationState]] = {
    S.TO_SEND: frozenset({S.SENT, S.MISMATCHED, S.MATCHED, S.DISPUTED, S.CANCELLED}),
    S.SENT: frozenset({S.MISMATCHED, S.MATCHED, S.DISPUTED, S.CANCELLED}),
    # what is alleged never becomes ours: the trade that explains it has a confirmation of its own
    S.ALLEGED: frozenset({S.DISPUTED, S.CANCELLED}),
    S.MISMATCHED: frozenset({S.TO_SEND, S.SENT, S.MATCHED, S.DISPUTED, S.CANCELLED}),
    S.MATCHED: frozenset({S.TO_SEND, S.SENT, S.DISPUTED, S.CANCELLED}),
    # a dispute ends where the pair stands: the rules look at it again
    S.DISPUTED: frozenset({S.TO_SEND, S.SENT, S.ALLEGED, S.MISMATCHED, S.MATCHED, S.CANCELLED}),
    S.CANCELLED: frozenset(),
}

UNCONFIRMED: Final = (S.TO_SEND.value, S.SENT.value)
"""Nothing has come from the other side that could be about it."""
PAIRED: Final = (S.MISMATCHED.value, S.MATCHED.value)
OPEN: Final = (*UNCONFIRMED, S.ALLEGED.value, S.MISMATCHED.value, S.DISPUTED.value)
"""What keeps a day from being confirmed."""
TROUBLED: Final = (S.ALLEGED.value, S.MISMATCHED.value)
"""What needs a person of ours at once."""
CHASED: Final = (*UNCONFIRMED, S.MISMATCHED.value)
"""What the other side can be asked for."""

COLOURS: Final[dict[str, str]] = {
    S.TO_SEND: "amber",
    S.SENT: "blue",
    S.ALLEGED: "red",
    S.MISMATCHED: "red",
    S.MATCHED: "green",
    S.DISPUTED: "purple",
    S.CANCELLED: "grey",
}
