"""Foundations without business words: people and rights, files, jobs, events, the audit trail."""

from core.models.delegations import DAYS_MAX, Delegation
from core.models.foundations import (
    EMERGENCY_MINUTES_MAX,
    LIVE_JOB,
    ApiToken,
    AuditEntry,
    DateStyle,
    IdempotencyRecord,
    Job,
    JobState,
    Language,
    OutboxEvent,
    RoleAction,
    RoleGrant,
    SavedView,
    StoredFile,
    Theme,
    ToxicPair,
    User,
)
from core.models.reviews import AccessReview, AccessReviewRow
from core.models.rights import LoneGrant, RoleProposal
from core.models.work import ExportedFile, JobOutcome, OutcomeState

__all__ = [
    "DAYS_MAX",
    "EMERGENCY_MINUTES_MAX",
    "LIVE_JOB",
    "AccessReview",
    "AccessReviewRow",
    "ApiToken",
    "AuditEntry",
    "DateStyle",
    "Delegation",
    "ExportedFile",
    "IdempotencyRecord",
    "Job",
    "JobOutcome",
    "JobState",
    "Language",
    "LoneGrant",
    "OutboxEvent",
    "OutcomeState",
    "RoleAction",
    "RoleGrant",
    "RoleProposal",
    "SavedView",
    "StoredFile",
    "Theme",
    "ToxicPair",
    "User",
]
