"""The lives of a regulatory report and of a report file."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class ReportState(StrEnum):
    NOT_REPORTABLE = "NOT_REPORTABLE"
    BLOCKED = "BLOCKED"
    READY = "READY"
    IN_FILE = "IN_FILE"
    RELEASED = "RELEASED"
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


class ReportFileState(StrEnum):
    GENERATED = "GENERATED"
    RELEASED = "RELEASED"
    ACCEPTED = "ACCEPTED"
    PARTIAL = "PARTIAL"
    REJECTED = "REJECTED"


class SchemaCheck(StrEnum):
    """What the official schema said about a file: not a life, a fact that can be asked again."""

    VALID = "VALID"
    INVALID = "INVALID"
    UNCHECKED = "UNCHECKED"


REPORT_TRANSITIONS: Final[Transitions[ReportState]] = {
    ReportState.READY: frozenset(
        {ReportState.IN_FILE, ReportState.BLOCKED, ReportState.NOT_REPORTABLE}
    ),
    ReportState.BLOCKED: frozenset({ReportState.READY, ReportState.NOT_REPORTABLE}),
    ReportState.IN_FILE: frozenset({ReportState.RELEASED, ReportState.CANCELLED}),
    ReportState.RELEASED: frozenset(
        {
            ReportState.ACCEPTED,
            ReportState.PENDING,
            ReportState.REJECTED,
            ReportState.CANCELLED,
        }
    ),
    ReportState.PENDING: frozenset(
        {ReportState.ACCEPTED, ReportState.REJECTED, ReportState.CANCELLED}
    ),
    ReportState.ACCEPTED: frozenset({ReportState.CANCELLED}),
    ReportState.REJECTED: frozenset(
        {ReportState.READY, ReportState.BLOCKED, ReportState.NOT_REPORTABLE}
    ),
    ReportState.CANCELLED: frozenset(),
    # an allocation that is undone opens its block again: that is reported then
    ReportState.NOT_REPORTABLE: frozenset({ReportState.READY, ReportState.BLOCKED}),
}

FILE_TRANSITIONS: Final[Transitions[ReportFileState]] = {
    ReportFileState.GENERATED: frozenset({ReportFileState.RELEASED}),
    ReportFileState.RELEASED: frozenset(
        {ReportFileState.ACCEPTED, ReportFileState.PARTIAL, ReportFileState.REJECTED}
    ),
    ReportFileState.PARTIAL: frozenset({ReportFileState.ACCEPTED, ReportFileState.PARTIAL}),
    ReportFileState.ACCEPTED: frozenset(),
    ReportFileState.REJECTED: frozenset(),
}

COLOURS: Final[dict[StrEnum, str]] = {
    ReportState.NOT_REPORTABLE: "grey",
    ReportState.BLOCKED: "red",
    ReportState.READY: "blue",
    ReportState.IN_FILE: "purple",
    ReportState.RELEASED: "blue",
    ReportState.PENDING: "amber",
    ReportState.ACCEPTED: "green",
    ReportState.REJECTED: "red",
    ReportState.CANCELLED: "grey",
    ReportFileState.GENERATED: "purple",
    ReportFileState.PARTIAL: "amber",
    SchemaCheck.VALID: "green",
    SchemaCheck.INVALID: "red",
    SchemaCheck.UNCHECKED: "amber",
}
