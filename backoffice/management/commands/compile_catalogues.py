"""`manage.py compile_catalogues`: compiled French, without the gettext programs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from backoffice.launcher import assets


class Command(BaseCommand):
    help = "Compile each catalogue that is newer than its compiled twin."
    requires_system_checks = []

    def handle(self, **_options: Any) -> None:
        self.stdout.write(f"{assets.compile_catalogues()} compiled")
