"""Anchor the audit trail outside the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core import anchors


class Command(BaseCommand):
    help = "Write what the audit trail is now to ANCHOR_DIR; run each minute by the schedule."

    def handle(self, **options: Any) -> None:
        anchor = anchors.write_anchor(at=timezone.now().isoformat())
        if options["verbosity"]:
            told = f"segment {anchor.n}: {anchor.entries} entries" if anchor else "nothing new"
            self.stdout.write(told)
