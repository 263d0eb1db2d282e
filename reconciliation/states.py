"""The lives of this room: statement, run, match group and break."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class StatementState(StrEnum):
    """IMPORTED statements are whole and balanced; QUARANTINED ones have no lines at all."""

    RECEIVED = "RECEIVED"
    IMPORTED = "IMPORTED"
    QUARANTINED = "QUARANTINED"


class RunState(StrEnum):
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class GroupState(StrEnum):
    PROPOSED = "PROPOSED"
    CONFIRMED = "CONFIRMED"
    UNDONE = "UNDONE"


class BreakState(StrEnum):
    OPEN = "OPEN"
    ASSIGNED = "ASSIGNED"
    RESOLVED = "RESOLVED"


class BreakCategory(StrEnum):
    """Why an item stayed alone, as far as its nearest miss tells."""

    TIMING = "TIMING"
    MISSING_OURS = "MISSING_OURS"
    MISSING_THEIRS = "MISSING_THEIRS"
    AMOUNT = "AMOUNT"
    QUANTITY = "QUANTITY"
    PRICE = "PRICE"
    DATE = "DATE"
    CURRENCY = "CURRENCY"
    REFERENCE = "REFERENCE"
    DUPLICATE = "DUPLICATE"


STATEMENT_TRANSITIONS: Final[Transitions[StatementState]] = {
    StatementState.RECEIVED: frozenset({StatementState.IMPORTED, StatementState.QUARANTINED}),
    StatementState.IMPORTED: frozenset(),
    StatementState.QUARANTINED: frozenset(),
}
RUN_TRANSITIONS: Final[Transitions[RunState]] = {
    RunState.RUNNING: frozenset({RunState.DONE, RunState.FAILED}),
    RunState.DONE: frozenset(),
    RunState.FAILED: frozenset({RunState.RUNNING}),
}
GROUP_TRANSITIONS: Final[Transitions[GroupState]] = {
    GroupState.PROPOSED: frozenset({GroupState.CONFIRMED, GroupState.UNDONE}),
    GroupState.CONFIRMED: frozenset({GroupState.UNDONE}),
    GroupState.UNDONE: frozenset(),
}
BREAK_TRANSITIONS: Final[Transitions[BreakState]] = {
    BreakState.OPEN: frozenset({BreakState.ASSIGNED, BreakState.RESOLVED}),
    BreakState.ASSIGNED: frozenset({BreakState.OPEN, BreakState.ASSIGNED, BreakState.RESOLVED}),
    BreakState.RESOLVED: frozenset({BreakState.OPEN}),
}
COLOURS: Final[dict[str, str]] = {
    "RECEIVED": "grey",
    "IMPORTED": "green",
    "QUARANTINED": "red",
    "RUNNING": "blue",
    "DONE": "green",
    "FAILED": "red",
    "PROPOSED": "amber",
    "CONFIRMED": "green",
    "UNDONE": "grey",
    "OPEN": "red",
    "ASSIGNED": "blue",
    "RESOLVED": "green",
}
