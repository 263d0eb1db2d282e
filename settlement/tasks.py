"""Jobs of this room: what trades become is expected and sent, what comes in is matched."""

from __future__ import annotations

from typing import Final

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from core import bulk, jobs
from core.jobs import JobRun, job_handler
from kernel.actors import SYSTEM
from settlement import selectors
from settlement.services import deadlines, expecting, many, matching, sending

SENT: Final = ("sent", "cancelled", "files")
bulk.handler(many.CHASE_JOB)(many.chase_step)
bulk.handler(many.SEND_JOB, counts=(sending.UnableToSend.code,))(many.send_step)


@job_handler("settlement.confirm_trades", counts=("expected", "ended", *SENT, *matching.COUNTS))
def confirm_trades(run: JobRun) -> None:
    """Expect, send and match what these trades are now; again it finds nothing left to do."""
    ids = [int(pk) for pk in run.parameters["trade_ids"]]
    told = expecting.confirm_trades(trade_ids=ids, actor=run.actor, at=run.at)
    told |= sending.send_all(actor=run.actor, at=run.at)
    told |= matching.match(buckets=expecting.buckets_of_trades(ids), actor=run.actor, at=run.at)
    _count(run, told)


@job_handler("settlement.match_received", counts=matching.COUNTS)
def match_received(run: JobRun) -> None:
    """Match what came in, beside all that is open of the same counterparties and days."""
    ids = [int(pk) for pk in run.parameters["message_ids"]]
    buckets = selectors.buckets_of_messages(ids)
    _count(run, matching.match(buckets=buckets, actor=run.actor, at=run.at))


@job_handler(deadlines.JOB_KIND, counts=("late",))
def ask_for_late(run: JobRun) -> None:
    """Put what is past its deadline into the queue."""
    run.count("late", deadlines.ask_for_late(actor=run.actor, at=run.at))


@shared_task(name="settlement.look_at_deadlines", ignore_result=True)
def look_at_deadlines() -> None:
    """Queue one look when something is late; a tick too many finds it queued."""
    at = timezone.now()
    if deadlines.has_late(at=at):
        with transaction.atomic():
            jobs.enqueue(
                kind=deadlines.JOB_KIND,
                parameters={},
                title="",
                actor=SYSTEM,
                at=at,
                dedupe_key=deadlines.JOB_KIND,
            )


def _count(run: JobRun, told: dict[str, int]) -> None:
    for name, number in told.items():
        run.count(name, number)
