"""What a session wants done: kept, said, noted, ended. The door does it, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from trades.formats.fix.faults import REASONS_OF_42, Reason
from trades.states import FixDisposition, FixEventKind

#: Heartbeat, TestRequest, ResendRequest, Reject, SequenceReset, Logout, Logon.
ADMIN: Final = frozenset("012345A")


class Stage(StrEnum):
    """Where a connection stands: see the table in `session.py`."""

    WAITING = "WAITING"
    ACTIVE = "ACTIVE"
    LEAVING = "LEAVING"
    ENDED = "ENDED"


def is_admin(kind: str) -> bool:
    """Say whether a type of message belongs to the session layer."""
    return kind in ADMIN


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep a message as it came. `waits`: the application has to act on it."""

    raw: bytes
    disposition: FixDisposition
    epoch: int = 0
    number: int = 0
    kind: str = ""
    key: str = ""
    waits: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Keep and send a message of ours; one that was `said_before` is sent and not kept again."""

    raw: bytes
    epoch: int
    number: int
    kind: str
    said_before: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Write a line into the diary of the session."""

    kind: FixEventKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """Close the connection."""


Effect = Keep | Say | Note | End


@dataclass(frozen=True, slots=True)
class Numbers:
    """Where a session stands: the numbers expected and sent next, in which count (epoch)."""

    epoch: int = 1
    next_in: int = 1
    next_out: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What both sides agreed on: who they are, which version, how they count."""

    begin: str
    ours: str
    theirs: str
    default_version: str = ""
    heartbeat_max: int = 60
    reset_on_logon: bool = False
    reset_due: bool = False  # the hours of the session began anew since it counted last

    @property
    def is_transport(self) -> bool:
        return self.begin == "FIXT.1.1"

    def told(self, reason: Reason) -> bool:
        """Say whether this version has a code for the reason."""
        return reason <= REASONS_OF_42 or self.begin not in {"FIX.4.2"}
