"""`manage.py seed_demo`: the demo world, on an empty database."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from backoffice import demo
from backoffice.launcher import leash
from core import jobs
from kernel.calendars import SATURDAY
from kernel.findings import Refusal

CLOSING: Final = time(18)


class Command(BaseCommand):
    help = (
        "Build the demo world on an empty database: accounts (password 'demo'), reference data and "
        "five days of executions; control, validation, statements and reports follow as jobs. "
        "Only where DEMO=1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date",
            type=date.fromisoformat,
            default=None,
            help="business date, YYYY-MM-DD (default: the last weekday whose market has closed)",
        )
        parser.add_argument("--trades", type=int, default=demo.TRADES)
        parser.add_argument(
            "--when-told",
            action="store_true",
            help="get ready, then wait for the word of `manage.py up`, which has made the tables",
        )
        parser.add_argument(
            "--run-jobs", action="store_true", help="run the jobs here instead of in a worker"
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if not getattr(settings, "DEMO", False):
            raise CommandError("refused: DEMO is not 1 here")
        if options["trades"] < 0:
            raise CommandError(f"--trades {options['trades']}: 0 or more")
        if options["when_told"]:
            demo.prepare()
            leash.wait()
            if demo.is_loaded():
                self.stdout.write("here already")
                return
        at = timezone.now()
        business_date = options["date"] or last_closed_day(timezone.localtime(at))
        try:
            with transaction.atomic():
                for part in demo.seed(business_date=business_date, at=at, trades=options["trades"]):
                    self.stdout.write(f"{part} ready")
        except Refusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        if options["run_jobs"]:
            self.stdout.write(f"{jobs.run_pending(jobs_max=10_000)} jobs ran")


def last_closed_day(now: datetime) -> date:
    """Return today from closing time on a weekday, else the weekday before."""
    day = now.date() if now.time() >= CLOSING else now.date() - timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day
