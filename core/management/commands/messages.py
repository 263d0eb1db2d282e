"""Bring the French catalogues up to date, or check that nothing is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import catalogues


class Command(BaseCommand):
    help = "Update locale/<room>/fr/LC_MESSAGES/django.po from code and templates (Babel only)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail on a missing or fuzzy text"
        )
        parser.add_argument(
            "--room", help="this room's catalogue only", choices=catalogues.ROOMS[1:]
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        wrong = 0
        for room, catalogue in catalogues.refreshed(root):
            if options["room"] not in (None, room):
                continue
            if not options["check"]:
                catalogues.write(catalogues.catalogue_path(root, room), catalogue)
            remarks = list(catalogues.problems(catalogue))
            wrong += len(remarks)
            for remark in remarks:
                self.stdout.write(f"{room}: {remark}")
            self.stdout.write(f"{room}: {len(catalogue)} texts, {len(remarks)} to do")
        if wrong and options["check"]:
            raise CommandError(f"{wrong} texts need French")
