"""A business day taken as far as machines can: what is left for them is queued, in the day's order.

The work itself is that of the rooms' own jobs; running a day again finds nothing left to queue.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from core import jobs
from core.models import Job
from kernel.actors import Actor
from reconciliation.models import StatementFile
from reconciliation.selectors.rows import IMPORT_JOB
from reconciliation.states import StatementState
from reporting.tasks import GENERATE
from trades.models import Trade
from trades.states import TradeState

IDS_PER_JOB: Final = 20_000


def queue_controls(*, day: date, actor: Actor, at: datetime) -> list[Job]:
    """Queue the judgement of the day's trades that no control has seen yet."""
    unseen = Trade.objects.filter(trade_date=day, state=TradeState.RECEIVED.value)
    ids = list(unseen.order_by("pk").values_list("pk", flat=True))
    return [
        jobs.enqueue(
            kind="trades.recontrol",
            parameters={"trade_ids": ids[start : start + IDS_PER_JOB]},
            title=day.isoformat(),
            actor=actor,
            at=at,
            dedupe_key=f"run_day:control:{day}:{start}",
        )
        for start in range(0, len(ids), IDS_PER_JOB)
    ]


def queue_statements(*, day: date, actor: Actor, at: datetime) -> list[Job]:
    """Queue the files that wait to be booked, and the runs of those that nobody reconciled.

    Statements of a day come in later: every file that waits is taken, whatever its day.
    """
    waiting = StatementFile.objects.filter(state=StatementState.RECEIVED.value).order_by("pk")
    bare = StatementFile.objects.filter(state=StatementState.IMPORTED.value, runs=None)
    asked = [(IMPORT_JOB, file) for file in waiting]
    asked += [("reconciliation.run", file) for file in bare.order_by("pk")]
    return [
        jobs.enqueue(
            kind=kind,
            parameters={"file_id": file.pk},
            title=file.name,
            actor=actor,
            at=at,
            dedupe_key=f"{kind}:{file.pk}",
        )
        for kind, file in asked
    ]


def queue_reports(*, day: date, actor: Actor, at: datetime) -> list[Job]:
    """Queue the transaction reports of the day, when a trade of it is validated."""
    if not Trade.objects.filter(trade_date=day, state=TradeState.VALIDATED.value).exists():
        return []
    job = jobs.enqueue(
        kind=GENERATE,
        parameters={"day": day.isoformat()},
        title=day.isoformat(),
        actor=actor,
        at=at,
        dedupe_key=f"rts22:{day}",
    )
    return [job]


Stage = Callable[..., list[Job]]
STAGES: Final[tuple[Stage, ...]] = (queue_controls, queue_statements, queue_reports)
"""What machines do of a day, in its order; each stage waits for the one before it."""
