"""Install what the owner role keeps: guard, triggers, views, grants, role matrix."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core import sync


class Command(BaseCommand):
    help = "Install audit triggers, auditor views, grants and the role matrix (as the owner role)."

    def handle(self, **options: Any) -> None:
        done = sync.synchronise()
        if options["verbosity"]:
            self.stdout.write(f"{done.audited} tables audited, {len(done.excused)} excused")
        for table, reason in done.excused.items() if options["verbosity"] > 1 else ():
            self.stdout.write(f"  {table}: {reason}")
