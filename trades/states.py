"""The life of a trade and the small vocabularies of capture, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class TradeState(StrEnum):
    RECEIVED = "RECEIVED"
    REJECTED = "REJECTED"
    ENRICHED = "ENRICHED"
    ON_HOLD = "ON_HOLD"
    PENDING_VALIDATION = "PENDING_VALIDATION"
    VALIDATED = "VALIDATED"
    CLOSED = "CLOSED"


TRANSITIONS: Final[Mapping[TradeState, frozenset[TradeState]]] = {
    TradeState.RECEIVED: frozenset(
        {TradeState.ENRICHED, TradeState.ON_HOLD, TradeState.REJECTED, TradeState.CLOSED}
    ),
    # an amendment sends every open trade back to RECEIVED: other terms, other judgement
    TradeState.ENRICHED: frozenset(
        {
            TradeState.ON_HOLD,
            TradeState.PENDING_VALIDATION,
            TradeState.RECEIVED,
            TradeState.CLOSED,
        }
    ),
    TradeState.ON_HOLD: frozenset(
        {
            TradeState.ENRICHED,
            TradeState.PENDING_VALIDATION,
            TradeState.REJECTED,
            TradeState.RECEIVED,
            TradeState.CLOSED,
        }
    ),
    TradeState.PENDING_VALIDATION: frozenset(
        {
            TradeState.VALIDATED,
            TradeState.REJECTED,
            TradeState.ON_HOLD,
            TradeState.RECEIVED,
            TradeState.CLOSED,
        }
    ),
    TradeState.VALIDATED: frozenset({TradeState.CLOSED, TradeState.RECEIVED}),
    TradeState.REJECTED: frozenset({TradeState.RECEIVED, TradeState.CLOSED}),
    # over for good, unless the allocation that closed a block is undone
    TradeState.CLOSED: frozenset({TradeState.VALIDATED}),
}


#: What somebody may still have to do something about; small beside all that is over.
OPEN: Final = frozenset(TradeState) - {TradeState.VALIDATED, TradeState.CLOSED}


class CloseReason(StrEnum):
    """Why a trade is over; all but SETTLED are the closed states of the Common Domain Model."""

    SETTLED = "SETTLED"
    CANCELLED = "CANCELLED"
    ALLOCATED = "ALLOCATED"
    MATURED = "MATURED"
    TERMINATED = "TERMINATED"
    NOVATED = "NOVATED"
    EXERCISED = "EXERCISED"
    EXPIRED = "EXPIRED"


class RequestState(StrEnum):
    """The life of a cancellation that was asked for by hand."""

    ASKED = "ASKED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    LAPSED = "LAPSED"


REQUEST_TRANSITIONS: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    RequestState.ASKED: frozenset(
        {RequestState.GRANTED, RequestState.REFUSED, RequestState.LAPSED}
    ),
    RequestState.GRANTED: frozenset(),
    RequestState.REFUSED: frozenset(),
    RequestState.LAPSED: frozenset(),
}


class AllocationState(StrEnum):
    """The life of one way to share out a block: proposed by one, decided by another.

    IN_FORCE: its shares are booked as trades; ENDED: another came in its place, or it undid one.
    LAPSED: its block changed first, or who proposed it took it back.
    """

    PROPOSED = "PROPOSED"
    IN_FORCE = "IN_FORCE"
    REFUSED = "REFUSED"
    LAPSED = "LAPSED"
    ENDED = "ENDED"


ALLOCATION_TRANSITIONS: Final[Mapping[AllocationState, frozenset[AllocationState]]] = {
    AllocationState.PROPOSED: frozenset(
        {
            AllocationState.IN_FORCE,
            AllocationState.REFUSED,
            AllocationState.LAPSED,
            AllocationState.ENDED,
        }
    ),
    AllocationState.IN_FORCE: frozenset({AllocationState.ENDED}),
    AllocationState.REFUSED: frozenset(),
    AllocationState.LAPSED: frozenset(),
    AllocationState.ENDED: frozenset(),
}


class BlockState(StrEnum):
    """How far a trade that is to be allocated is. PARTLY: what no share took is still open.

    NOT_NEEDED: there is nothing left to allocate, the trade was cancelled.
    """

    UNALLOCATED = "UNALLOCATED"
    PROPOSED = "PROPOSED"
    PARTLY = "PARTLY"
    ALLOCATED = "ALLOCATED"
    NOT_NEEDED = "NOT_NEEDED"


BLOCK_TRANSITIONS: Final[Mapping[BlockState, frozenset[BlockState]]] = {
    BlockState.UNALLOCATED: frozenset({BlockState.PROPOSED, BlockState.NOT_NEEDED}),
    BlockState.PROPOSED: frozenset(
        {
            BlockState.UNALLOCATED,
            BlockState.PARTLY,
            BlockState.ALLOCATED,
            BlockState.NOT_NEEDED,
        }
    ),
    # once allocated, a later proposal shows as what it is and leaves the status as it stands
    BlockState.PARTLY: frozenset({BlockState.UNALLOCATED, BlockState.ALLOCATED}),
    BlockState.ALLOCATED: frozenset({BlockState.UNALLOCATED, BlockState.PARTLY}),
    BlockState.NOT_NEEDED: frozenset(),
}

#: What a deadline is about; what is left of a block that is partly allocated is a block itself.
TO_ALLOCATE: Final = frozenset({BlockState.UNALLOCATED, BlockState.PROPOSED})


class Action(StrEnum):
    """What a message asks for; `AMEND` carries the full new terms."""

    NEW = "NEW"
    AMEND = "AMEND"
    CANCEL = "CANCEL"


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class Capacity(StrEnum):
    """Trading capacity of RTS 22 field 29."""

    DEAL = "DEAL"
    MTCH = "MTCH"
    AOTC = "AOTC"


class Channel(StrEnum):
    API = "API"
    BULK = "BULK"
    FILE = "FILE"
    FIX = "FIX"
    MANUAL = "MANUAL"


class Outcome(StrEnum):
    """What became of an execution that was kept.

    BOOKED made a version; PARKED waits for the NEW that it follows; EXCEPTION waits for a person;
    IGNORED is older than what stands (logged, without effect).
    """

    BOOKED = "BOOKED"
    PARKED = "PARKED"
    EXCEPTION = "EXCEPTION"
    IGNORED = "IGNORED"


class FixDisposition(StrEnum):
    """What the session did with a message: only TAKEN and REFUSED use up its number.

    HELD waited for the numbers before it, REPEATED came before, NOTED was acted on without a number
    of its own, GARBLED was no message; SENT is ours.
    """

    TAKEN = "TAKEN"
    REFUSED = "REFUSED"
    HELD = "HELD"
    REPEATED = "REPEATED"
    NOTED = "NOTED"
    GARBLED = "GARBLED"
    SENT = "SENT"


class FixOutcome(StrEnum):
    """What became of a message of the application."""

    CAPTURED = "CAPTURED"
    REPEATED = "REPEATED"
    COUNTED = "COUNTED"
    EXCEPTION = "EXCEPTION"


FIX_TRANSITIONS: Final[Mapping[FixOutcome, frozenset[FixOutcome]]] = {
    FixOutcome.EXCEPTION: frozenset({FixOutcome.CAPTURED, FixOutcome.REPEATED, FixOutcome.COUNTED}),
    FixOutcome.CAPTURED: frozenset(),
    FixOutcome.REPEATED: frozenset(),
    FixOutcome.COUNTED: frozenset(),
}


class AllocationAnswer(StrEnum):
    """What the sender of an allocation over FIX is told of it.

    RECEIVED: it was proposed, or is to be undone, and somebody decides. SUPERSEDED: its sender sent
    another in its place before, and hears of that one.
    """

    RECEIVED = "RECEIVED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    SUPERSEDED = "SUPERSEDED"


ANSWER_TRANSITIONS: Final[Mapping[AllocationAnswer, frozenset[AllocationAnswer]]] = {
    AllocationAnswer.RECEIVED: frozenset(
        {AllocationAnswer.ACCEPTED, AllocationAnswer.REJECTED, AllocationAnswer.SUPERSEDED}
    ),
    AllocationAnswer.ACCEPTED: frozenset(),
    AllocationAnswer.REJECTED: frozenset({AllocationAnswer.RECEIVED, AllocationAnswer.ACCEPTED}),
    AllocationAnswer.SUPERSEDED: frozenset(),
}


class FixEventKind(StrEnum):
    """Lines of the diary of a session."""

    LOGON = "LOGON"
    LOGOUT = "LOGOUT"
    DISCONNECT = "DISCONNECT"
    REFUSED = "REFUSED"
    GAP = "GAP"
    RESEND = "RESEND"
    RESET = "RESET"
    REJECT = "REJECT"
    REJECTED = "REJECTED"
    STARTED = "STARTED"
    STOPPED = "STOPPED"


class FixLineState(StrEnum):
    """Whether the counterparty is there."""

    OFFLINE = "OFFLINE"
    CONNECTED = "CONNECTED"


class FixVersion(StrEnum):
    """BeginString (8) of the sessions that are served."""

    FIX42 = "FIX.4.2"
    FIX43 = "FIX.4.3"
    FIX44 = "FIX.4.4"
    FIXT11 = "FIXT.1.1"


class FileState(StrEnum):
    """The life of a file of executions: kept, then captured, or refused without a trade."""

    RECEIVED = "RECEIVED"
    IMPORTED = "IMPORTED"
    REFUSED = "REFUSED"


FILE_TRANSITIONS: Final[Mapping[FileState, frozenset[FileState]]] = {
    FileState.RECEIVED: frozenset({FileState.IMPORTED, FileState.REFUSED}),
    FileState.IMPORTED: frozenset(),
    FileState.REFUSED: frozenset({FileState.RECEIVED}),
}


class RowState(StrEnum):
    """The life of a row that could not be captured with its file."""

    OPEN = "OPEN"
    REPAIRED = "REPAIRED"
    DISCARDED = "DISCARDED"


ROW_TRANSITIONS: Final[Mapping[RowState, frozenset[RowState]]] = {
    RowState.OPEN: frozenset({RowState.REPAIRED, RowState.DISCARDED}),
    RowState.REPAIRED: frozenset(),
    RowState.DISCARDED: frozenset(),
}


class ArrivalState(StrEnum):
    """The life of a file in the drop folder: seen until it is whole, taken, then done with."""

    SEEN = "SEEN"
    GONE = "GONE"
    TAKEN = "TAKEN"
    IMPORTED = "IMPORTED"
    REFUSED = "REFUSED"


ARRIVAL_TRANSITIONS: Final[Mapping[ArrivalState, frozenset[ArrivalState]]] = {
    ArrivalState.SEEN: frozenset({ArrivalState.TAKEN, ArrivalState.GONE}),
    ArrivalState.GONE: frozenset(),
    ArrivalState.TAKEN: frozenset({ArrivalState.IMPORTED, ArrivalState.REFUSED}),
    ArrivalState.IMPORTED: frozenset(),
    ArrivalState.REFUSED: frozenset({ArrivalState.TAKEN}),
}


class BackTestState(StrEnum):
    """The life of a back-test: its parts are replayed, then it says what they come to."""

    RUNNING = "RUNNING"
    DONE = "DONE"


BACK_TEST_TRANSITIONS: Final[Mapping[BackTestState, frozenset[BackTestState]]] = {
    BackTestState.RUNNING: frozenset({BackTestState.DONE}),
    BackTestState.DONE: frozenset(),
}


COLOURS: Final[Mapping[StrEnum, str]] = {
    FileState.IMPORTED: "green",
    RowState.REPAIRED: "green",
    RowState.DISCARDED: "grey",
    ArrivalState.SEEN: "grey",
    ArrivalState.GONE: "grey",
    ArrivalState.TAKEN: "blue",
    RequestState.ASKED: "amber",
    RequestState.GRANTED: "green",
    RequestState.REFUSED: "red",
    RequestState.LAPSED: "grey",
    AllocationState.PROPOSED: "amber",
    AllocationState.IN_FORCE: "green",
    AllocationState.REFUSED: "red",
    AllocationState.LAPSED: "grey",
    AllocationState.ENDED: "grey",
    BlockState.UNALLOCATED: "amber",
    BlockState.PARTLY: "amber",
    BlockState.ALLOCATED: "green",
    BlockState.NOT_NEEDED: "grey",
    TradeState.RECEIVED: "blue",
    TradeState.REJECTED: "red",
    TradeState.ENRICHED: "blue",
    TradeState.ON_HOLD: "amber",
    TradeState.PENDING_VALIDATION: "purple",
    TradeState.VALIDATED: "green",
    TradeState.CLOSED: "grey",
    CloseReason.CANCELLED: "grey",
    Outcome.BOOKED: "green",
    Outcome.PARKED: "amber",
    Outcome.EXCEPTION: "red",
    Outcome.IGNORED: "grey",
    FixOutcome.CAPTURED: "green",
    FixOutcome.COUNTED: "grey",
    FixOutcome.REPEATED: "grey",
    AllocationAnswer.ACCEPTED: "green",
    AllocationAnswer.SUPERSEDED: "grey",
    FixDisposition.TAKEN: "blue",
    FixDisposition.REFUSED: "red",
    FixDisposition.HELD: "amber",
    FixDisposition.NOTED: "grey",
    FixDisposition.GARBLED: "red",
    FixDisposition.SENT: "grey",
    FixLineState.OFFLINE: "grey",
    FixLineState.CONNECTED: "green",
}
