"""`manage.py doctor`: is this machine, its servers and its set-up well?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backoffice import examination

#: Not there when only this command runs: a finding only while `up` or the services run.
PROCESSES = frozenset({"worker", "scheduler", "anchoring", "web"})


class Command(BaseCommand):
    help = "Examine machine, servers, roles and folders; exit code 1 when something is not well."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--running", action="store_true", help="web, worker and scheduler must be alive too"
        )

    def handle(self, **options: Any) -> None:
        ill = 0
        for seen in examination.examine():
            optional = seen.part in PROCESSES and not options["running"]
            mark = "ok  " if seen.well else ("-   " if optional else "ILL ")
            ill += not seen.well and not optional
            self.stdout.write(f"{mark} {seen.part}: {seen.detail}")
        if ill:
            sys.exit(1)
