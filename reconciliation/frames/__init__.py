"""The matching engine on columns: two frames in; groups, allocations and breaks out.

No ORM, no I/O, no clock. The same items give the same answer whatever their order.
"""

from reconciliation.frames.engine import Outcome, joined, reconcile, reconcile_in_steps
from reconciliation.frames.items import CASH_RULES, SCHEMA, TRADE_RULES, MatchRules, items
from reconciliation.frames.shares import shared_out

__all__ = [
    "CASH_RULES",
    "SCHEMA",
    "TRADE_RULES",
    "MatchRules",
    "Outcome",
    "items",
    "joined",
    "reconcile",
    "reconcile_in_steps",
    "shared_out",
]
