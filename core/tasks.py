"""Celery door of the job table: a message only says that there may be work."""

from __future__ import annotations

import logging
from time import monotonic
from typing import Final

from celery import shared_task
from django.utils import timezone

from core import access, anchors, doorbell, export_jobs, jobs, partitions
from core.jobs import JobRun, job_handler
from core.models import ExportedFile, User
from core.pages import exports
from core.pages.again import page_again
from kernel.actors import SYSTEM

logger = logging.getLogger(__name__)
SHIFT_S: Final = 120


@shared_task(name="core.ring", ignore_result=True)
def ring() -> int:
    """Run due jobs until none is left; after two minutes hand over to a fresh message."""
    started, ran = monotonic(), 0
    while jobs.run_next() is not None:
        ran += 1
        if monotonic() - started > SHIFT_S:
            doorbell.ring()
            break
    return ran


@shared_task(name="core.anchor_audit", ignore_result=True)
def anchor_audit() -> None:
    """Anchor the audit trail; two at once wait for each other, and the second finds nothing.

    What holds it up is an alarm: an entry without an anchor could be cut off unseen.
    """
    anchors.write_anchor(at=timezone.now().isoformat())
    behind = anchors.seconds_behind()
    if behind > anchors.BEHIND_SECONDS_MAX:
        logger.error("the audit trail has not been anchored for %s s", behind)


@shared_task(name="core.extend_partitions", ignore_result=True)
def extend_partitions() -> int:
    """Make the partitions of the months to come; those that are there already stay."""
    return partitions.extend()


@job_handler(export_jobs.EXPORT_JOB, counts=("rows",))
def export_list(run: JobRun) -> None:
    """Write a list as its author saw it; a repeated job finds its file made."""
    export_jobs.remove_expired(actor=SYSTEM, at=run.at)
    made = ExportedFile.objects.filter(job=run.job_id).first()
    if made is None:
        made = _written(run)
    run.count("rows", made.rows)
    run.result(made.get_absolute_url())


def _written(run: JobRun) -> ExportedFile:
    user = User.objects.get(pk=run.actor.user_id or 0)
    page = page_again(path=run.parameters["path"], query=run.parameters["query"], user=user)
    if page.action is not None:
        access.require(run.actor, page.action)
    source = page.source()
    total = page.filterset.qs.order_by().count()
    draft = export_jobs.draft_path()
    try:
        with draft.open("wb+") as file:
            rows = exports.write_workbook(file, source, lambda n: run.progress(n, total))
        run.progress(total, total)
        return export_jobs.keep(
            job_id=run.job_id, draft=draft, rows=rows, actor=run.actor, at=run.at
        )
    finally:
        draft.unlink(missing_ok=True)
