"""Jobs of this room: one file in, then the runs that it asks for."""

from __future__ import annotations

from typing import Final

from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import bulk, jobs
from core.jobs import JobRun, job_handler
from kernel.actors import SYSTEM
from reconciliation import services
from reconciliation.services import lateness, many

bulk.handler(many.TAKE_JOB)(many.take_step)

RUN_COUNTS: Final = ("confirmed", "proposed", "breaks")


@job_handler("reconciliation.import_statement", counts=("lines", "findings"))
def import_statement(run: JobRun) -> None:
    """Import one received file; again it changes nothing."""
    file = services.import_statement(file_id=run.parameters["file_id"], actor=run.actor, at=run.at)
    run.count("lines", file.declared_rows)
    run.count("findings", len(file.findings))
    run.result(file.get_absolute_url())


@job_handler("reconciliation.run", counts=RUN_COUNTS)
def reconcile_file(run: JobRun) -> None:
    """Run the engine for an imported file; what is matched already stays matched."""
    run.begin_reading()
    runs = services.reconcile_file(
        file_id=run.parameters["file_id"], actor=run.actor, at=run.at, progress=run.progress
    )
    for finished in runs:
        for name in RUN_COUNTS:
            run.count(name, int(finished.counts.get(name, 0)))
    if runs:
        run.result(reverse("reconciliation:run", args=[runs[-1].pk]))


@job_handler("reconciliation.unmatch_changed", counts=("undone",))
def unmatch_changed(run: JobRun) -> None:
    """Undo the matches of trades that were amended or cancelled; again it changes nothing."""
    undone = services.unmatch_changed(
        trade_ids=run.parameters["trade_ids"], actor=run.actor, at=run.at
    )
    run.count("undone", undone)


@job_handler("reconciliation.seek_validated", counts=("to_reconcile",))
def seek_validated(run: JobRun) -> None:
    """Queue the runs of statements that hold a break which validated trades may end."""
    queued = services.queue_waiting_for(
        trade_ids=run.parameters["trade_ids"], actor=run.actor, at=run.at
    )
    run.count("to_reconcile", len(queued))


@job_handler(lateness.JOB_KIND, counts=("late", "ended"))
def tell_late(run: JobRun) -> None:
    """Put statements that are late into the queue, and take out those that came."""
    told = lateness.tell_late(actor=run.actor, at=run.at)
    run.count("late", told.late)
    run.count("ended", told.came)


@shared_task(name="reconciliation.look_for_late_statements", ignore_result=True)
def look_for_late_statements() -> None:
    """Queue one look when a statement is late or has come; a tick too many finds it queued."""
    at = timezone.now()
    if lateness.has_news(at=at):
        with transaction.atomic():
            jobs.enqueue(
                kind=lateness.JOB_KIND,
                parameters={},
                title="",
                actor=SYSTEM,
                at=at,
                dedupe_key=lateness.JOB_KIND,
            )
