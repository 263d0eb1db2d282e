"""`migrate` as everybody knows it, then everything that must follow a change of tables."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        dry = options["plan"] or options["check_unapplied"] or options["fake"]
        if not dry and not options["app_label"]:
            call_command("sync_database", verbosity=options["verbosity"])
