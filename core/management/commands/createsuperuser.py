"""Django's superuser opens nothing here: its command says what does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Not here: rights are roles. Use create_administrator."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ignored", nargs="*")

    def handle(self, **_options: Any) -> None:
        raise CommandError(
            "a superuser has no rights here: manage.py create_administrator NAME makes the first "
            "person, who lets in all others"
        )
