"""`manage.py import_file KIND PATH`: bring a file in, as the upload page does."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backoffice.imports import IMPORT_KINDS
from core.models import User
from kernel.actors import SYSTEM, Actor, ActorKind
from kernel.findings import Refusal

FINDINGS_SHOWN: Final = 50


class Command(BaseCommand):
    help = (
        "Import one file. Exit code 0: loaded; 1: refused, nothing was changed. Rows that are "
        "refused are listed with line, column and value; the good rows of the file are loaded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(IMPORT_KINDS), help="what the file holds")
        parser.add_argument("path", type=Path)
        parser.add_argument("--as", dest="username", default="", help="act as this user")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            content = path.read_bytes()
        except OSError as failure:
            raise CommandError(f"{path}: {failure.strerror}") from failure
        actor = _actor(options["username"])
        try:
            outcome = IMPORT_KINDS[options["kind"]].run(path.name, content, actor, timezone.now())
        except Refusal as refusal:
            for finding in refusal.findings[:FINDINGS_SHOWN]:
                self.stderr.write(_line(finding.as_dict()))
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        self._tell(path.name, outcome)

    def _tell(self, name: str, outcome: Mapping[str, object]) -> None:
        findings = outcome.get("findings")
        shown = findings if isinstance(findings, Sequence) else ()
        for finding in shown[:FINDINGS_SHOWN]:
            self.stdout.write(_line(finding))
        counts = (f"{key}={value}" for key, value in outcome.items() if key != "findings")
        self.stdout.write(self.style.SUCCESS(f"{name}: {' '.join(counts)}"))


def _actor(username: str) -> Actor:
    if not username:
        return SYSTEM
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"no active user {username}")
    return Actor(name=user.username, kind=ActorKind.PERSON, user_id=user.pk)


def _line(finding: Mapping[str, object]) -> str:
    place = f"line {finding['line']}, {finding['column']}: " if finding.get("line") else ""
    return f"{finding['code']} {place}{finding['message']}"
