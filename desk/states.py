"""The lives of what waits for a person: exceptions, work items, decisions, rule settings."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kernel.findings import Severity


class ExceptionState(StrEnum):
    """RESOLVED: the finding no longer holds; WAIVED: accepted with a reason; CLOSED: its subject
    is gone (cancelled, rejected).
    """

    OPEN = "OPEN"
    ASSIGNED = "ASSIGNED"
    RESOLVED = "RESOLVED"
    WAIVED = "WAIVED"
    CLOSED = "CLOSED"


HELD_BACK: Final = (Severity.WARNING.value, Severity.BLOCKING.value)
"""How grave is what a person must decide on before a trade goes on."""

LIVE_EXCEPTION: Final = (ExceptionState.OPEN.value, ExceptionState.ASSIGNED.value)
OVER_EXCEPTION: Final = tuple(one.value for one in ExceptionState if one not in LIVE_EXCEPTION)

EXCEPTION_TRANSITIONS: Final[Mapping[ExceptionState, frozenset[ExceptionState]]] = {
    ExceptionState.OPEN: frozenset(
        {
            ExceptionState.ASSIGNED,
            ExceptionState.RESOLVED,
            ExceptionState.WAIVED,
            ExceptionState.CLOSED,
        }
    ),
    ExceptionState.ASSIGNED: frozenset(
        {
            ExceptionState.OPEN,
            ExceptionState.RESOLVED,
            ExceptionState.WAIVED,
            ExceptionState.CLOSED,
        }
    ),
    ExceptionState.RESOLVED: frozenset(),
    ExceptionState.WAIVED: frozenset(),
    ExceptionState.CLOSED: frozenset(),
}


class RequestKind(StrEnum):
    """WAIVER: accept a blocking exception; CONDUCT_WAIVER: accept what was found about somebody's
    conduct; VALIDATION_LIMIT: up to what a supervisor validates;
    SEVERAL_VALIDATIONS: from what amount on a trade takes two supervisors, or three;
    DELEGATION: that a colleague acts for somebody who is away; STATIC_DATA: what a record of the
    reference data is to say.
    """

    WAIVER = "WAIVER"
    CONDUCT_WAIVER = "CONDUCT_WAIVER"
    VALIDATION_LIMIT = "VALIDATION_LIMIT"
    SEVERAL_VALIDATIONS = "SEVERAL_VALIDATIONS"
    DELEGATION = "DELEGATION"
    STATIC_DATA = "STATIC_DATA"


class RequestState(StrEnum):
    """LAPSED: what it is about changed or is gone; WITHDRAWN: by the person who asked."""

    ASKED = "ASKED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"


REQUEST_TRANSITIONS: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    RequestState.ASKED: frozenset(
        {
            RequestState.GRANTED,
            RequestState.REFUSED,
            RequestState.WITHDRAWN,
            RequestState.LAPSED,
        }
    ),
    RequestState.GRANTED: frozenset(),
    RequestState.REFUSED: frozenset(),
    RequestState.WITHDRAWN: frozenset(),
    RequestState.LAPSED: frozenset(),
}


class ExceptionKind(StrEnum):
    """CONTROL: a rule of the book; CAPTURE: a message that could not be booked; PARKED: one that
    waits for the message it follows; REPORT: a version that cannot be reported; SCREENING: a party
    that may be on a sanctions list; CONDUCT: how somebody deals, over days.
    """

    CONTROL = "CONTROL"
    CAPTURE = "CAPTURE"
    PARKED = "PARKED"
    REPORT = "REPORT"
    SCREENING = "SCREENING"
    CONDUCT = "CONDUCT"


class CauseKind(StrEnum):
    """What in the outside may be wrong of many subjects at once; PAIR: two currencies; SOURCE: who
    sends, by the name of the system, or of the folder.
    """

    INSTRUMENT = "INSTRUMENT"
    COUNTERPARTY = "COUNTERPARTY"
    TRADER = "TRADER"
    BOOK = "BOOK"
    VENUE = "VENUE"
    CURRENCY = "CURRENCY"
    PAIR = "PAIR"
    CALENDAR = "CALENDAR"
    COUNTRY = "COUNTRY"
    SOURCE = "SOURCE"


class WorkKind(StrEnum):
    """CORRECTION: a trade that a supervisor refused; CONFIRMATION: one that is mismatched, alleged
    or late; ALLOCATION: a block that is to be allocated, or whose allocation waits for a decision;
    REPORT: what keeps a report back; ACCESS: a role or limit that waits for a second administrator;
    CONDUCT: what the conduct of somebody says; WAIVER: a blocking exception that somebody asks to
    accept; MENTION: a comment that names its owner; STATIC_DATA: a change of the reference data
    that somebody asks for.
    """

    EXCEPTION = "EXCEPTION"
    VALIDATION = "VALIDATION"
    CANCELLATION = "CANCELLATION"
    CORRECTION = "CORRECTION"
    ALLOCATION = "ALLOCATION"
    CONFIRMATION = "CONFIRMATION"
    BREAK = "BREAK"
    REPORT = "REPORT"
    WEBHOOK = "WEBHOOK"
    QUARANTINE = "QUARANTINE"
    ACCESS = "ACCESS"
    CONDUCT = "CONDUCT"
    WAIVER = "WAIVER"
    MENTION = "MENTION"
    STATIC_DATA = "STATIC_DATA"


class WorkState(StrEnum):
    OPEN = "OPEN"
    DONE = "DONE"


WORK_TRANSITIONS: Final[Mapping[WorkState, frozenset[WorkState]]] = {
    WorkState.OPEN: frozenset({WorkState.DONE}),
    WorkState.DONE: frozenset(),
}


class Decision(StrEnum):
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class SettingState(StrEnum):
    """Life of a change of a rule's parameters; only an approved one is ever in force."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


SETTING_TRANSITIONS: Final[Mapping[SettingState, frozenset[SettingState]]] = {
    SettingState.PROPOSED: frozenset({SettingState.APPROVED, SettingState.REFUSED}),
    SettingState.APPROVED: frozenset(),
    SettingState.REFUSED: frozenset(),
}
