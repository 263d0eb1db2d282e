"""The operations day in clock order: what is looked at, how often.

A tick only looks for work that is due; what is due stands in rows, so a tick that was missed or
came twice changes nothing.
"""

from __future__ import annotations

from typing import Any, Final

SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    "signs of life": {
        "task": "backoffice.tasks.heartbeat",
        "schedule": 5,
        "options": {"expires": 10},
    },
    "look for work that nobody rang for": {
        "task": "core.ring",
        "schedule": 5,
        "options": {"expires": 10},
    },
    "tell the outside what changed": {
        "task": "backoffice.tasks.tell_the_outside",
        "schedule": 1,
        "options": {"expires": 5},
    },
    "fold the totals of trades": {
        "task": "trades.fold_tallies",
        "schedule": 5,
        "options": {"expires": 5},
    },
    "sum up what rules came to": {
        "task": "trades.sum_up_rules",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "look into the drop folder": {
        "task": "trades.look_into_drop_folder",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "close what ended by itself": {
        "task": "trades.look_for_what_is_over",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "open the access review of a new quarter": {
        "task": "desk.open_access_review",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "look for roles that one person gave": {
        "task": "desk.look_for_lone_grants",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "look for false hits that ran out": {
        "task": "refdata.look_for_run_out_clearances",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "look for days whose conduct nobody watched": {
        "task": "conduct.look_for_days_to_watch",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "look at the deadlines of confirmations": {
        "task": "settlement.look_at_deadlines",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "look for statements that are late": {
        "task": "reconciliation.look_for_late_statements",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "anchor the audit trail outside the database": {
        "task": "core.anchor_audit",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "make the partitions of the months to come": {
        "task": "core.extend_partitions",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
}
