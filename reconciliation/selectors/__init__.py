"""Reads of this room: rows for pages, and whole sides as frames for the engine."""

from reconciliation.selectors.accounts import our_accounts, our_safekeeping_accounts
from reconciliation.selectors.ageing import BANDS, Ageing, ageing
from reconciliation.selectors.rows import (
    breaks_of_day,
    breaks_of_trade,
    count_open_breaks,
    files_of_day,
    find_file_by_digest,
    groups_of_day,
    import_was_given_up,
    list_breaks,
    list_groups,
    list_lines,
    matches_named,
    matches_of_trade,
    open_lines,
    open_trades,
)
from reconciliation.selectors.sides import Scope, both_sides, period_of, scopes_of
from reconciliation.selectors.waiting import files_waiting_for

__all__ = [
    "BANDS",
    "Ageing",
    "Scope",
    "ageing",
    "both_sides",
    "breaks_of_day",
    "breaks_of_trade",
    "count_open_breaks",
    "files_of_day",
    "files_waiting_for",
    "find_file_by_digest",
    "groups_of_day",
    "import_was_given_up",
    "list_breaks",
    "list_groups",
    "list_lines",
    "matches_named",
    "matches_of_trade",
    "open_lines",
    "open_trades",
    "our_accounts",
    "our_safekeeping_accounts",
    "period_of",
    "scopes_of",
]
