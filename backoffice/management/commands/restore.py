"""`manage.py restore FILE`: into an empty database, then proven."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import archive
from kernel.findings import Refusal


class Command(BaseCommand):
    help = "Fill an empty database from an archive, compare the counts, verify the audit trail."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        try:
            expected = archive.restore(source=options["file"].absolute())
        except Refusal as refused:
            raise CommandError(refused.message) from refused
        if wrong := archive.differences(expected):
            raise CommandError("restored, but different:\n" + "\n".join(wrong))
        self.stdout.write(f"{sum(expected.values())} rows of {len(expected)} tables restored")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("verify_audit")
        call_command("verify_promises")
