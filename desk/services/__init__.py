"""What other rooms ask of the desk: raise, close, open work, comment, decide."""

from desk.services.comments import comment
from desk.services.exceptions import (
    assign_exception,
    close_exceptions,
    follow_subjects,
    raise_exceptions,
    resolve_exception,
    settle_findings,
)
from desk.services.waivers import waive_exception
from desk.services.work import Task, close_work, follow_work, open_work

__all__ = [
    "Task",
    "assign_exception",
    "close_exceptions",
    "close_work",
    "comment",
    "follow_subjects",
    "follow_work",
    "open_work",
    "raise_exceptions",
    "resolve_exception",
    "settle_findings",
    "waive_exception",
]
