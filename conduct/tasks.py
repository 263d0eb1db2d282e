"""Doors of background work: a day is watched, and days that nobody watched are looked for."""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.utils import timezone

from conduct import selectors
from conduct.services import watching
from core.jobs import JobRun, job_handler
from kernel.actors import SYSTEM


@job_handler(watching.WATCH_JOB, counts=watching.COUNTS)
def watch_day(run: JobRun) -> None:
    """Watch a day; a repeated job finds the same, and says so."""
    day = date.fromisoformat(run.parameters["day"])
    watched = watching.watch_day(
        day=day, actor=run.actor, at=run.at, job_id=run.job_id, told=run.progress
    )
    for name, number in watched.counts.items():
        run.count(name, number)
    run.result(f"/conduct/?since={day}&until={day}")


@shared_task(name="conduct.look_for_days_to_watch", ignore_result=True)
def look_for_days_to_watch() -> None:
    """Queue the watch of each day that is over and was not watched; a tick too many finds none."""
    for day in selectors.days_to_watch(today=timezone.localdate()):
        watching.queue_watch(day=day, actor=SYSTEM, at=timezone.now())
