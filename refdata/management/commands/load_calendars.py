"""`manage.py load_calendars`: closed days, currencies and settlement cycles."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from kernel.actors import SYSTEM
from refdata import services


class Command(BaseCommand):
    help = "Write calendars of exchanges and payment systems, currencies and cycles; repeatable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=int, default=2023, metavar="YEAR")
        parser.add_argument("--to", dest="last", type=int, default=2028, metavar="YEAR")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        days = services.load_calendars(
            first_year=options["first"], last_year=options["last"], actor=SYSTEM
        )
        services.load_currencies(actor=SYSTEM)
        services.load_settlement_cycles(actor=SYSTEM)
        self.stdout.write(f"{len(days)} calendars, {sum(days.values())} closed weekdays")
