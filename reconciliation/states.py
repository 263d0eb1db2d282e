"""The lives of this room: statement, run, match group and break."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class StatementState(StrEnum):
    """IMPORTED statements are whole and proved; QUARANTINED and REJECTED ones have no lines."""

    RECEIVED = "RECEIVED"
    IMPORTED = "IMPORTED"
    QUARANTINED = "QUARANTINED"
    REJECTED = "REJECTED"


class FileFormat(StrEnum):
    MT940 = "MT940"
    MT942 = "MT942"
    MT950 = "MT950"
    CAMT052 = "CAMT052"
    CAMT053 = "CAMT053"
    CAMT054 = "CAMT054"
    CFONB = "CFONB"
    OFX = "OFX"
    BAI2 = "BAI2"
    MT535 = "MT535"
    MT536 = "MT536"
    SEMT002 = "SEMT002"
    SEMT017 = "SEMT017"
    TABLE = "TABLE"


class Kind(StrEnum):
    """What is reconciled: trades with a broker's lines, or expected cash with a bank's entries."""

    TRADES = "TRADES"
    CASH = "CASH"


class Content(StrEnum):
    """What a file holds: trades, cash, holdings of securities (STOCK), their movements (MOVES)."""

    TRADES = "TRADES"
    CASH = "CASH"
    STOCK = "STOCK"
    MOVES = "MOVES"


class QuantityType(StrEnum):
    """What a quantity counts: units, a face amount, or what is left of an amortised one."""

    UNIT = "UNIT"
    FAMT = "FAMT"
    AMOR = "AMOR"


class LineKind(StrEnum):
    """What a line is about: trades, cash, or an advice, which moves no balance."""

    TRADES = "TRADES"
    CASH = "CASH"
    ADVICE = "ADVICE"


class Purpose(StrEnum):
    """What a bank tells it for: FINAL proves a balance, INTRADAY comes before, ADVICE besides."""

    FINAL = "FINAL"
    INTRADAY = "INTRADAY"
    ADVICE = "ADVICE"


class Coverage(StrEnum):
    """Which of our trades a sender's file speaks of."""

    COUNTERPARTY = "COUNTERPARTY"
    ALL = "ALL"


class PassName(StrEnum):
    """The passes in their order, then the hand."""

    EXACT = "EXACT"
    AMOUNT = "AMOUNT"
    DATE = "DATE"
    AMOUNT_DATE = "AMOUNT_DATE"
    SIMILAR = "SIMILAR"
    NO_REFERENCE = "NO_REFERENCE"
    SPLIT_REFERENCE = "SPLIT_REFERENCE"
    SPLIT_BLOCK = "SPLIT_BLOCK"
    BY_HAND = "BY_HAND"


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


class Resolution(StrEnum):
    """How a break ended: found again, or decided by a person."""

    MATCHED = "MATCHED"
    NO_LONGER_FOUND = "NO_LONGER_FOUND"
    OURS_CORRECTED = "OURS_CORRECTED"
    THEIRS_CORRECTED = "THEIRS_CORRECTED"
    ACCEPTED = "ACCEPTED"
    UNDONE = "UNDONE"


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
    INTRADAY_ONLY = "INTRADAY_ONLY"


STATEMENT_TRANSITIONS: Final[Transitions[StatementState]] = {
    StatementState.RECEIVED: frozenset(
        {StatementState.IMPORTED, StatementState.QUARANTINED, StatementState.REJECTED}
    ),
    StatementState.IMPORTED: frozenset(),
    StatementState.QUARANTINED: frozenset({StatementState.RECEIVED, StatementState.REJECTED}),
    StatementState.REJECTED: frozenset(),
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
    "REJECTED": "grey",
    "RUNNING": "blue",
    "DONE": "green",
    "FAILED": "red",
    "PROPOSED": "amber",
    "CONFIRMED": "green",
    "UNDONE": "grey",
    "OPEN": "red",
    "ASSIGNED": "blue",
    "RESOLVED": "green",
    "TIMING": "blue",
    "MISSING_OURS": "red",
    "MISSING_THEIRS": "red",
    "AMOUNT": "amber",
    "QUANTITY": "amber",
    "PRICE": "amber",
    "DATE": "amber",
    "CURRENCY": "red",
    "REFERENCE": "purple",
    "DUPLICATE": "purple",
    "INTRADAY_ONLY": "red",
}
