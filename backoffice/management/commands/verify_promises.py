"""`manage.py verify_promises`: does the database hold what the product promises?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backoffice import promises


class Command(BaseCommand):
    help = (
        "Ask every promise of the product of the database; exit code 1 and the rows that break it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--settled", action="store_true", help="also what holds only once no work waits"
        )

    def handle(self, **options: Any) -> None:
        broken = promises.broken(settled=options["settled"])
        for promise, rows in broken:
            self.stderr.write(f"{promise.code} {promise.text}: broken by {', '.join(rows)}")
        asked = sum(options["settled"] or not one.settled for one in promises.PROMISES)
        self.stdout.write(f"{asked} promises asked: {len(broken) or 'none'} broken")
        if broken:
            sys.exit(1)
