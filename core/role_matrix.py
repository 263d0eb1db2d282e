"""Who may do what: the role x action matrix, loaded into the database by `sync_database`.

Makers and checkers never meet in one role; every pair of roles is toxic for one person, whatever
the desks: who once held both sides of a control could forge either.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final

from core.roles import Action, Role

VIEWS: Final = frozenset(
    {
        Action.VIEW_TRADES,
        Action.VIEW_REFDATA,
        Action.VIEW_RECONCILIATION,
        Action.VIEW_CONFIRMATIONS,
        Action.VIEW_REPORTS,
        Action.VIEW_JOBS,
    }
)

MATRIX: Final[dict[Role, frozenset[Action]]] = {
    Role.AGENT: VIEWS
    | {
        Action.CAPTURE_TRADE,
        Action.AMEND_TRADE,
        Action.RESOLVE_EXCEPTION,
        Action.EDIT_REFDATA,
        Action.IMPORT_FILE,
        Action.IMPORT_STATEMENT,
        Action.MATCH,
        Action.CONFIRM,
        Action.GENERATE_REPORT,
        Action.RUN_JOB,
    },
    Role.SUPERVISOR: VIEWS
    | {
        Action.VALIDATE_TRADE,
        Action.RESOLVE_EXCEPTION,
        Action.WAIVE_EXCEPTION,
        Action.APPROVE_REFDATA,
        Action.RELEASE_REPORT,
        Action.VIEW_AUDIT,
        Action.RUN_JOB,
        Action.SHARE_VIEW,
    },
    Role.AUDITOR: VIEWS | {Action.VIEW_AUDIT},
    Role.ADMINISTRATOR: VIEWS
    | {
        Action.EDIT_REFDATA,
        Action.CONFIGURE,
        Action.GRANT_ROLE,
        Action.VIEW_AUDIT,
        Action.RUN_JOB,
        Action.SHARE_VIEW,
    },
    Role.API_CLIENT: frozenset({Action.POST_EXECUTION}),
    # who sends executions must not confirm them: what is fictitious would be confirmed, too
    Role.COUNTERPARTY_CLIENT: frozenset({Action.POST_CONFIRMATION}),
}

TOXIC_PAIRS: Final = tuple(combinations(sorted(Role), 2))

LOOKS: Final = VIEWS | {Action.VIEW_AUDIT}
"""Who only looks does nothing on anybody's behalf."""

HOUSE_WIDE: Final = frozenset(
    {
        Action.VIEW_AUDIT,
        Action.GENERATE_REPORT,
        Action.RELEASE_REPORT,
        Action.GRANT_ROLE,
        Action.CONFIGURE,
    }
)
"""What is about all desks at once: a role held on some desks only does not allow it."""

HUMAN_DECISIONS: Final = frozenset(
    {
        Action.VALIDATE_TRADE,
        Action.WAIVE_EXCEPTION,
        Action.APPROVE_REFDATA,
        Action.RELEASE_REPORT,
        Action.GRANT_ROLE,
    }
)
"""What the system never decides by itself."""
