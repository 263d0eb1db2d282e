"""`manage.py run_day --date D`: a business day as far as machines can take it, then its steps."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Collection
from datetime import date
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backoffice import day_run, selectors
from backoffice.business_day import business_day
from backoffice.steps import Step
from core import jobs
from core.models import Job, JobState
from kernel.actors import SYSTEM
from kernel.calendars import UnknownDate
from refdata import selectors as refdata

OPEN: Final = (JobState.QUEUED, JobState.RUNNING)
LEFT, NO_DAY, FAILED, NOTHING_CAME_IN = 1, 2, 3, 4


class Command(BaseCommand):
    help = (
        "Control what no control has seen, book and reconcile what came in, generate the reports; "
        "then print the steps of the day. Exit code 0: the day is through; 1: something is left "
        "for people; 2: that day is no business day, or lies ahead; 3: a job failed or did not end "
        "in time; 4: nothing came in on that day, no execution and no statement. Again is harmless."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date", type=date.fromisoformat, help="YYYY-MM-DD (default: the latest business day)"
        )
        parser.add_argument(
            "--only-show", action="store_true", help="print the steps and start nothing"
        )
        parser.add_argument("--seconds", type=int, default=600, help="wait at most this long")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        day = (
            options["date"] or selectors.business_date(timezone.localdate()) or timezone.localdate()
        )
        _require_business_day(day)
        self.stdout.write(f"{day}")
        if not options["only_show"] and not self._run(day, time.monotonic() + options["seconds"]):
            sys.exit(FAILED)
        seen = business_day(day=day, actor=SYSTEM, at=timezone.now())
        for step in seen.steps:
            self.stdout.write(_line(step))
        if not seen.is_through:
            sys.exit(LEFT)
        if seen.is_empty:
            self.stderr.write("nothing came in on this day: no execution, no statement")
            sys.exit(NOTHING_CAME_IN)

    def _run(self, day: date, deadline: float) -> bool:
        """Run the stages one after the other; say whether every job of theirs ended well."""
        for stage in day_run.STAGES:
            ids = [job.pk for job in stage(day=day, actor=SYSTEM, at=timezone.now())]
            _wait(ids, deadline)
            for job in Job.objects.filter(pk__in=ids).order_by("pk"):
                self.stdout.write(f"job {job.pk} {job.kind}: {job.state} {job.error}".rstrip())
                if job.state != JobState.DONE:
                    return False
        return True


def _require_business_day(day: date) -> None:
    """Refuse a day that lies ahead, or on which the house is closed and nothing was traded."""
    if day > timezone.localdate():
        raise CommandError(f"{day} lies ahead", returncode=NO_DAY)
    if selectors.has_trades(day=day):
        return
    calendar = selectors.find_house_calendar()
    if calendar is None:
        raise CommandError(
            f"the calendar {refdata.HOUSE_CALENDAR} is not loaded: manage.py load_calendars",
            returncode=NO_DAY,
        )
    try:
        is_open = calendar.is_open(day)
    except UnknownDate as unknown:
        raise CommandError(f"{unknown}: manage.py load_calendars", returncode=NO_DAY) from None
    if not is_open:
        raise CommandError(
            f"{day} is no business day ({refdata.HOUSE_CALENDAR})", returncode=NO_DAY
        )


def _wait(ids: Collection[int], deadline: float) -> None:
    """Run what is due here, beside the workers, until these jobs have ended."""
    while Job.objects.filter(pk__in=ids, state__in=OPEN).exists() and time.monotonic() < deadline:
        if not jobs.run_pending():
            time.sleep(0.2)
    jobs.run_pending()


def _line(step: Step) -> str:
    left = f", {step.left} {step.left_label}" if step.left else ""
    blockers = "".join(f", {one.count} {one.label}" for one in step.blocking)
    return f"{step.state.removeprefix('STEP_'):<8} {step.label}: {step.done} done{left}{blockers}"
