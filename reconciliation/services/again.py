"""What was reconciled too early: statements that came in before our trades were validated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from core import jobs
from core.models import Job
from kernel.actors import Actor
from reconciliation import selectors
from reconciliation.models import StatementFile

RUN_JOB: Final = "reconciliation.run"
PAUSE: Final = timedelta(seconds=5)
"""How long a run waits for more of the same news: many are validated one after the other."""


def queue_waiting_for(*, trade_ids: Sequence[int], actor: Actor, at: datetime) -> list[Job]:
    """Queue the runs of the statements whose open breaks these validated trades may end.

    A file has one run that waits, however many trades were validated meanwhile; one that has
    begun to read is followed by another.
    """
    waiting = selectors.files_waiting_for(trade_ids)
    return [queue_run(file=file, actor=actor, at=at, after=PAUSE) for file in waiting]


def queue_run(
    *, file: StatementFile, actor: Actor, at: datetime, after: timedelta = timedelta(0)
) -> Job:
    """Queue the run of an imported file, or return the one that waits already."""
    return jobs.enqueue(
        kind=RUN_JOB,
        parameters={"file_id": file.pk},
        title=file.name,
        actor=actor,
        at=at,
        dedupe_key=f"{RUN_JOB}:{file.pk}",
        after=after,
    )
