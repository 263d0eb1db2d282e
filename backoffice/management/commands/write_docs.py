"""`manage.py write_docs`: the pages of `docs/` that are written from the code."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import generated_docs
from backoffice.launcher import places


class Command(BaseCommand):
    help = "Write docs/rule-book.md and docs/states.md from the code; --check only compares."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")

    def handle(self, *args: Any, **options: Any) -> None:
        stale = []
        for name, text in generated_docs.pages().items():
            path = places.ROOT / "docs" / name
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(name)
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
        if stale and options["check"]:
            raise CommandError(f"stale: {', '.join(stale)}; run manage.py write_docs")
        self.stdout.write(f"{len(stale)} pages written" if not options["check"] else "up to date")
