"""`manage.py seed_demo`: the demo day, on an empty database."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backoffice import demo
from kernel.calendars import SATURDAY
from kernel.findings import Refusal


class Command(BaseCommand):
    help = (
        "Build the demo world (accounts with the password 'demo', reference data, trades, "
        "statements) on an empty database. Only where DEMO=1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date",
            type=date.fromisoformat,
            default=None,
            help="business date, YYYY-MM-DD (default: the last weekday up to today)",
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if not getattr(settings, "DEMO", False):
            raise CommandError("refused: DEMO is not 1 here")
        at = timezone.now()
        business_date = options["date"] or last_weekday(timezone.localdate())
        try:
            for part in demo.seed(business_date=business_date, at=at):
                self.stdout.write(f"{part} ready")
        except Refusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal


def last_weekday(day: date) -> date:
    """Return `day`, or the Friday before it when it falls on a weekend."""
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day
