"""Create an API client and print its token once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import tokens
from core.roles import Role
from kernel.actors import SYSTEM
from kernel.findings import Refusal

DAYS_MAX: Final = 3_650


class Command(BaseCommand):
    help = "Create an API client with a bearer token; the token is printed once and never again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--source-system", required=True)
        parser.add_argument(
            "--counterparty",
            action="store_true",
            help="the client sends confirmations of the party whose code is the source system",
        )
        parser.add_argument(
            "--days", type=int, default=365, help=f"life of the token, 1 to {DAYS_MAX}"
        )

    def handle(self, **options: Any) -> None:
        at = timezone.now()
        if not 1 <= options["days"] <= DAYS_MAX:
            raise CommandError(f"--days {options['days']}: 1 to {DAYS_MAX}")
        try:
            token = tokens.create_token(
                name=options["name"],
                source_system=options["source_system"],
                actor=SYSTEM,
                at=at,
                expires_at=at + timedelta(days=options["days"]),
                role=Role.COUNTERPARTY_CLIENT if options["counterparty"] else Role.API_CLIENT,
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(token)
