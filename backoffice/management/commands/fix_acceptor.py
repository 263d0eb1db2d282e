"""`manage.py fix_acceptor`: the process that counterparties log on to for their drop copy."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backoffice import health
from backoffice.launcher.doorstep import PORT_MAX
from trades.acceptor.server import Acceptor

BEAT_SECONDS = 5


class Command(BaseCommand):
    help = (
        "Accept FIX sessions (4.2 to 5.0 SP2) of the counterparties that are set up under"
        " Capture → FIX sessions, until SIGTERM."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.FIX_HOST, help="where to listen")
        parser.add_argument("--port", type=int, default=settings.FIX_PORT, help="0: any free one")

    def handle(self, **options: Any) -> None:
        if not 0 <= options["port"] <= PORT_MAX:
            raise CommandError(f"--port {options['port']}: write a number from 0 to {PORT_MAX}")
        beaten = 0.0

        def alive() -> None:
            nonlocal beaten
            if time.monotonic() - beaten >= BEAT_SECONDS:
                beaten = time.monotonic()
                health.beat("fix_acceptor", at=timezone.now())

        acceptor = Acceptor(host=options["host"], port=options["port"], alive=alive)
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: acceptor.stop())
        acceptor.run()
