"""`manage.py load_calendars`: closed days, currencies and settlement cycles."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from kernel.actors import SYSTEM
from refdata import services

YEAR_MIN: Final = 1990
YEAR_MAX: Final = 2050


class Command(BaseCommand):
    help = "Write calendars of exchanges and payment systems, currencies and cycles; repeatable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=int, default=2023, metavar="YEAR")
        parser.add_argument("--to", dest="last", type=int, default=2028, metavar="YEAR")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        if not YEAR_MIN <= first <= last <= YEAR_MAX:
            raise CommandError(
                f"--from {first} --to {last}: years of {YEAR_MIN} to {YEAR_MAX}, in order"
            )
        days = services.load_calendars(first_year=first, last_year=last, actor=SYSTEM)
        services.load_currencies(actor=SYSTEM)
        services.load_settlement_cycles(actor=SYSTEM)
        self.stdout.write(f"{len(days)} calendars, {sum(days.values())} closed weekdays")
