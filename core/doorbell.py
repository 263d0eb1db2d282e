"""Wake a worker. Best effort: the work is rows, and whoever sweeps the table finds them.

A thread of its own sends the messages, several rings as one: no request ever waits for the broker,
and a broker that hangs or is gone is left alone for a moment.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import threading
from typing import Any, Final

from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)

PATIENCE_S: Final = 2
REST_S: Final = 2
FAREWELL_S: Final = 1
LIMITS: Final[dict[str, Any]] = {
    "socket_timeout": PATIENCE_S,
    "socket_connect_timeout": PATIENCE_S,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}


class Bell:
    """The sender of one process: started by the first ring, and again after a fork."""

    def __init__(self) -> None:
        self._pid = 0
        self._lock = threading.Lock()
        self._rung = threading.Event()
        self._idle = threading.Event()

    def ring(self) -> None:
        """Ask for one message; returns at once."""
        if self._pid != os.getpid():
            self._start()
        self._idle.clear()
        self._rung.set()

    def rest(self, seconds: float) -> bool:
        """Wait until everything rung was sent (or given up); for a process that ends."""
        return self._pid != os.getpid() or self._idle.wait(seconds)

    def _start(self) -> None:
        with self._lock:
            if self._pid == os.getpid():
                return
            self._rung, self._idle = threading.Event(), threading.Event()
            self._pid = os.getpid()
            threading.Thread(target=self._serve, name="doorbell", daemon=True).start()

    def _serve(self) -> None:
        connection: Any = None
        while True:
            self._rung.wait()
            self._rung.clear()
            try:
                connection = connection or current_app.connection_for_write(
                    transport_options=LIMITS
                )
                _send(connection)
            except Exception as failure:
                logger.warning("doorbell not heard, the sweep will find the work: %s", failure)
                _hang_up(connection)
                connection = None
                threading.Event().wait(REST_S)
            if not self._rung.is_set():
                self._idle.set()


BELL: Final = Bell()


def ring() -> None:
    """Wake a worker, if one can be reached; never waits and never fails."""
    if getattr(settings, "RING_DOORBELL", True):
        BELL.ring()


def _send(connection: Any) -> None:  # noqa: ANN401 - a kombu connection, which has no types
    current_app.send_task(
        "core.ring", ignore_result=True, retry=False, expires=60, connection=connection
    )


def _hang_up(connection: Any) -> None:  # noqa: ANN401 - a kombu connection, which has no types
    if connection is not None:
        with contextlib.suppress(Exception):
            connection.release()


atexit.register(lambda: BELL.rest(FAREWELL_S))
