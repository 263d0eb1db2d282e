"""`manage.py doctor`: is this machine, its servers and its set-up well?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice import examination

#: Not there when only this command runs: a finding only while `up` or the services run.
PROCESSES = frozenset({"worker", "scheduler", "anchoring", "web", "fix acceptor"})


class Command(BaseCommand):
    help = "Examine machine, servers, roles and folders; exit code 1 when something is not well."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--running", action="store_true", help="the processes of the house must be alive too"
        )
        parser.add_argument("--part", help="look at this part alone, and demand that it is well")

    def handle(self, **options: Any) -> None:
        ill = looked = 0
        for seen in examination.examine():
            if options["part"] not in (None, seen.part):
                continue
            looked += 1
            optional = seen.part in PROCESSES and not (options["running"] or options["part"])
            mark = "ok  " if seen.well else ("-   " if optional else "ILL ")
            ill += not seen.well and not optional
            self.stdout.write(f"{mark} {seen.part}: {seen.detail}")
        if not looked:
            raise CommandError(f"no part is called {options['part']!r}")
        if ill:
            sys.exit(1)
