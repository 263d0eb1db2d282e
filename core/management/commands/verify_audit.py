"""Verify the audit trail; exit code 1 and the chains by name when it is not what was written."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import row_verification, verification


class Command(BaseCommand):
    help = "Recompute every hash chain and compare it with the anchors; exit code 1 on any doubt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rows",
            action="store_true",
            help="also hold every row against its trail: finds changes made around the triggers",
        )

    def handle(self, **options: Any) -> None:
        verdict = verification.verify()
        if options["rows"]:
            verdict.problems.extend(row_verification.row_problems())
        for problem in verdict.problems:
            self.stderr.write(str(problem))
        self.stdout.write(
            f"{verdict.entries} entries in {verdict.chains} chains, {verdict.anchors} anchors:"
            f" {len(verdict.problems) or 'no'} problems"
        )
        if not verdict.anchors:
            self.stderr.write("no anchors in ANCHOR_DIR: a removed end of a chain cannot be seen")
        if verdict.problems:
            sys.exit(1)
