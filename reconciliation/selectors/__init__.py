"""Reads of this room: rows for pages, and whole sides as frames for the engine."""

from reconciliation.selectors.ageing import BANDS, Ageing, ageing
from reconciliation.selectors.rows import (
    breaks_of_trade,
    count_open_breaks,
    find_file_by_digest,
    list_breaks,
    list_groups,
    matches_of_trade,
    open_lines,
    open_trades,
)
from reconciliation.selectors.sides import Scope, our_side, period_of, scopes_of, their_side

__all__ = [
    "BANDS",
    "Ageing",
    "Scope",
    "ageing",
    "breaks_of_trade",
    "count_open_breaks",
    "find_file_by_digest",
    "list_breaks",
    "list_groups",
    "matches_of_trade",
    "open_lines",
    "open_trades",
    "our_side",
    "period_of",
    "scopes_of",
    "their_side",
]
