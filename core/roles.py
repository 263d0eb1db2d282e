"""The six roles, and the acts that a role may be allowed to do."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    AGENT = "AGENT"
    SUPERVISOR = "SUPERVISOR"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"
    API_CLIENT = "API_CLIENT"
    COUNTERPARTY_CLIENT = "COUNTERPARTY_CLIENT"


class Action(StrEnum):
    VIEW_TRADES = "VIEW_TRADES"
    CAPTURE_TRADE = "CAPTURE_TRADE"
    AMEND_TRADE = "AMEND_TRADE"
    VALIDATE_TRADE = "VALIDATE_TRADE"
    RESOLVE_EXCEPTION = "RESOLVE_EXCEPTION"
    WAIVE_EXCEPTION = "WAIVE_EXCEPTION"
    VIEW_REFDATA = "VIEW_REFDATA"
    EDIT_REFDATA = "EDIT_REFDATA"
    APPROVE_REFDATA = "APPROVE_REFDATA"
    IMPORT_FILE = "IMPORT_FILE"
    IMPORT_STATEMENT = "IMPORT_STATEMENT"
    MATCH = "MATCH"
    VIEW_RECONCILIATION = "VIEW_RECONCILIATION"
    VIEW_CONFIRMATIONS = "VIEW_CONFIRMATIONS"
    CONFIRM = "CONFIRM"
    GENERATE_REPORT = "GENERATE_REPORT"
    RELEASE_REPORT = "RELEASE_REPORT"
    VIEW_REPORTS = "VIEW_REPORTS"
    VIEW_AUDIT = "VIEW_AUDIT"
    RUN_JOB = "RUN_JOB"
    VIEW_JOBS = "VIEW_JOBS"
    GRANT_ROLE = "GRANT_ROLE"
    CONFIGURE = "CONFIGURE"
    SHARE_VIEW = "SHARE_VIEW"
    POST_EXECUTION = "POST_EXECUTION"
    POST_CONFIRMATION = "POST_CONFIRMATION"


CLIENTS: Final = (Role.API_CLIENT.value, Role.COUNTERPARTY_CLIENT.value)
"""Roles of programs, which do not sign in."""

LENT: Final = (Role.AGENT.value, Role.SUPERVISOR.value)
"""Roles that somebody who is away may hand to a colleague for some days.

Who gives rights, and who examines, is never replaced so: that would widen who may let others in.
"""

BROKEN_GLASS: Final = "broken glass"
"""On whose behalf somebody acts in an emergency: no user name holds a blank."""
