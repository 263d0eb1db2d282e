"""Signs of life: the scheduler sends, the worker writes."""

from __future__ import annotations

from datetime import date
from typing import Final

from celery import shared_task
from celery.signals import beat_init, worker_ready
from django.utils import timezone

from backoffice import demo, health, services
from backoffice.evidence import writing
from core import bulk
from core.jobs import JobRun, job_handler
from core.models import Job
from feeds.services import delivering, telling
from reporting.services import EVIDENCE_JOB, EvidenceAsked

COUNTED: Final = ("versions", "versions_judged", "findings")
"""Figures of control evidence that its job shows."""


@shared_task(ignore_result=True, expires=15)
def heartbeat() -> None:
    """Prove that the scheduler sent and a worker received."""
    health.beat("scheduler", at=timezone.now())
    health.beat("worker", at=timezone.now())


@worker_ready.connect
def worker_is_ready(**_: object) -> None:
    """A worker that has just started is alive before its first tick."""
    health.beat("worker", at=timezone.now())


@beat_init.connect
def scheduler_is_ready(**_: object) -> None:
    """A scheduler that has just started is alive before its first tick."""
    health.beat("scheduler", at=timezone.now())


@shared_task(ignore_result=True, expires=5)
def tell_the_outside() -> None:
    """Number what happened, and tell the webhooks."""
    telling.tell()
    delivering.dispatch(clock=timezone.now)


@job_handler(demo.WEEK_JOB, counts=("validated", "hits_found", *demo.LATER_ROOMS))
def live_the_week(run: JobRun) -> None:
    """Take the demo week through validation, statements and reports."""
    day = date.fromisoformat(run.parameters["business_date"])
    counts = demo.live_the_week(business_date=day, at=run.at, progress=run.progress)
    if counts is None:
        return
    for name, number in counts.items():
        run.count(name, number)


@job_handler(EVIDENCE_JOB, counts=COUNTED)
def write_evidence(run: JobRun) -> None:
    """Write the control evidence that was asked for; a repeated job finds it written."""
    report = writing.write_evidence(
        asked=EvidenceAsked.of(run.parameters),
        job=Job.objects.get(pk=run.job_id),
        actor=run.actor,
        at=run.at,
        progress=run.progress,
    )
    for name in COUNTED:
        run.count(name, report.figures["figures"][name])
    run.result(report.get_absolute_url())


bulk.handler(services.TAKE_JOB)(services.take_step)
