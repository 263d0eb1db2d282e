"""How people work: what waits for them, what they decided, and how the rules are set."""

from desk.models.decisions import SEVERAL, Approval, SeveralValidations, SupervisorLimit
from desk.models.exceptions import Comment, ControlException, WorkItem
from desk.models.mentions import Attachment, AttachmentWithdrawal, Mention
from desk.models.priorities import (
    ALIKE,
    HOURS_LEFT_MIN,
    Alike,
    ExceptionQuerySet,
    hours_left,
    number,
)
from desk.models.requests import Request
from desk.models.rules import ControlRule, ControlRun

__all__ = [
    "ALIKE",
    "HOURS_LEFT_MIN",
    "SEVERAL",
    "Alike",
    "Approval",
    "Attachment",
    "AttachmentWithdrawal",
    "Comment",
    "ControlException",
    "ControlRule",
    "ControlRun",
    "ExceptionQuerySet",
    "Mention",
    "Request",
    "SeveralValidations",
    "SupervisorLimit",
    "WorkItem",
    "hours_left",
    "number",
]
