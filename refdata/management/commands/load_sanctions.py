"""`manage.py load_sanctions LIST PATH …`: put a sanctions list in force, as the page does."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kernel.actors import SYSTEM
from kernel.findings import Refusal
from refdata import services
from refdata.states import SanctionsList

FINDINGS_SHOWN: Final = 50


class Command(BaseCommand):
    help = (
        "Load a version of a sanctions list; several files are read one behind the other. Exit "
        "code 0: in force; 1: refused, nothing was changed. Lines that are refused are listed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        codes = [code.value.lower() for code in SanctionsList]
        parser.add_argument("list", choices=codes, help="which list")
        parser.add_argument("paths", type=Path, nargs="+", metavar="PATH")
        parser.add_argument(
            "--meant",
            action="store_true",
            help="load it also if it is much shorter than the version in force, or older",
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        paths: list[Path] = options["paths"]
        try:
            contents = [path.read_bytes() for path in paths]
        except OSError as failure:
            raise CommandError(f"{failure.filename}: {failure.strerror}") from failure
        try:
            version = services.load_list(
                code=SanctionsList(options["list"].upper()),
                name=", ".join(path.name for path in paths),
                content=b"\n".join(contents),
                is_meant=options["meant"],
                actor=SYSTEM,
                at=timezone.now(),
            )
        except Refusal as refusal:
            for finding in refusal.findings[:FINDINGS_SHOWN]:
                self.stderr.write(_line(finding.as_dict(), contents))
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        for shape in version.findings[:FINDINGS_SHOWN]:
            self.stdout.write(_line(shape, contents))
        counts = (f"{name}={number}" for name, number in version.counts.items())
        refused = f"rows_refused={version.bad_rows}"
        self.stdout.write(self.style.SUCCESS(f"{version}: {' '.join((*counts, refused))}"))


def _line(finding: dict[str, Any], contents: list[bytes]) -> str:
    """Write a finding; its line is that of the file where it stands."""
    if not finding.get("line"):
        return f"{finding['code']} {finding['message']}"
    line, number = int(finding["line"]), 1
    for content in contents[:-1]:
        lines = content.count(b"\n") + 1
        if line <= lines:
            break
        line, number = line - lines, number + 1
    place = f"file {number}, line {line}" if len(contents) > 1 else f"line {line}"
    return f"{finding['code']} {place}, {finding['column']}: {finding['message']}"
