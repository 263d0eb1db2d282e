"""Wake a worker. Best effort: the work is rows, and whoever sweeps the table finds them."""

from __future__ import annotations

import logging

from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)


def ring() -> None:
    """Send one wake-up message; a silent broker costs two seconds at most and loses nothing."""
    if not getattr(settings, "RING_DOORBELL", True):
        return
    try:
        current_app.send_task("core.ring", ignore_result=True, retry=False, expires=60)
    except Exception:
        logger.warning("doorbell not heard: the sweep will find the work", exc_info=True)
