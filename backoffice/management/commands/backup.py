"""`manage.py backup --to FILE`: database, files and anchors in one archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backoffice import archive
from kernel.findings import Refusal


class Command(BaseCommand):
    help = "Write one archive with the database, the stored files and the audit anchors."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, required=True, metavar="FILE")

    def handle(self, **options: Any) -> None:
        target: Path = options["to"]
        if target.exists():
            raise CommandError(f"{target} exists already")
        try:
            counts = archive.back_up(target=target.absolute(), at=timezone.now())
        except (Refusal, OSError) as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{sum(counts.values())} rows of {len(counts)} tables in {target}")
