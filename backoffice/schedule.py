"""The operations day in clock order: what is looked at, how often.

A tick only looks for work that is due; what is due stands in rows, so a tick that was missed or
came twice changes nothing.
"""

from __future__ import annotations

from typing import Any, Final

SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    "heartbeat": {"task": "backoffice.tasks.heartbeat", "schedule": 5},
}
