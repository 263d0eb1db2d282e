"""`manage.py write_docs`: the pages of `docs/` that are written from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import generated_docs, statement_files
from backoffice.launcher import places

STATEMENT_FILES: Final = "formats/statement-files.md"


class Command(BaseCommand):
    help = (
        "Write docs/rule-book.md and docs/states.md from the code, and with --data what becomes of "
        "real statement files; --check only compares."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
        parser.add_argument("--data", type=Path, help="the folder of real statement files")

    def handle(self, *args: Any, **options: Any) -> None:
        pages = generated_docs.pages()
        if options["data"]:
            pages |= {STATEMENT_FILES: statement_files.page(options["data"])}
        stale = []
        for name, text in pages.items():
            path = places.ROOT / "docs" / name
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(name)
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
        if stale and options["check"]:
            raise CommandError(f"stale: {', '.join(stale)}; run manage.py write_docs")
        self.stdout.write(f"{len(stale)} pages written" if not options["check"] else "up to date")
