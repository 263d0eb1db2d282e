"""When single calls are judged: at once in quiet times, once a second in a burst.

In a burst the first call of a second queues one job for all of them, due when the second is long
over; a call that took longer than that queues its own.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from django.db import transaction
from django.utils import timezone

from core import jobs
from kernel.actors import SYSTEM
from trades.services import capture

QUIET_PER_SECOND: Final = 10
LATE: Final = timedelta(seconds=1)
DUE: Final = timedelta(seconds=3)


@dataclass(slots=True)
class Burst:
    """The recent calls of this process, and the seconds that already have their job."""

    calls: deque[float] = field(default_factory=lambda: deque(maxlen=QUIET_PER_SECOND))
    told: deque[str] = field(default_factory=lambda: deque(maxlen=20))

    def tell(self, captured: capture.Captured, *, source_system: str, at: datetime) -> None:
        """See to it that what was booked gets judged."""
        if not captured.has_booked():
            return
        now = monotonic()
        full = len(self.calls) == QUIET_PER_SECOND
        burst = full and now - self.calls[0] < 1
        self.calls.extend([now] * len(captured.items))
        if not burst or timezone.now() - at > LATE:
            capture.announce(captured.batch_id)
            return
        key = f"control {source_system} {at:%Y-%m-%dT%H:%M:%S}"
        if key in self.told:
            return
        jobs.enqueue(
            kind="trades.control_batch",
            parameters={"batch_id": captured.batch_id},
            title=f"{source_system} {at:%Y-%m-%dT%H:%M:%S}",
            actor=SYSTEM,
            at=at + DUE,
            due_key=key,
        )
        transaction.on_commit(lambda: self.told.append(key))


BURST: Final = Burst()
