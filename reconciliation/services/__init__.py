"""What this room does: take statements in, run the engine, decide on matches and breaks."""

from reconciliation.services.again import queue_run, queue_waiting_for
from reconciliation.services.breaks import assign_break, comment_break, resolve_break
from reconciliation.services.changes import unmatch_changed
from reconciliation.services.mappings import save_mapping
from reconciliation.services.matches import confirm_groups, match_by_hand, undo_group
from reconciliation.services.receiving import (
    accept_statement,
    receive_statement,
    reject_statement,
    retry_statement,
)
from reconciliation.services.runs import reconcile_file, run_reconciliation
from reconciliation.services.statements import import_statement
from reconciliation.services.tolerances import propose_tolerances, rules_in_force

__all__ = [
    "accept_statement",
    "assign_break",
    "comment_break",
    "confirm_groups",
    "import_statement",
    "match_by_hand",
    "propose_tolerances",
    "queue_run",
    "queue_waiting_for",
    "receive_statement",
    "reconcile_file",
    "reject_statement",
    "resolve_break",
    "retry_statement",
    "rules_in_force",
    "run_reconciliation",
    "save_mapping",
    "undo_group",
    "unmatch_changed",
]
