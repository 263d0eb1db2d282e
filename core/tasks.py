"""Celery door of the job table: a message only says that there may be work."""

from __future__ import annotations

import logging
from time import monotonic
from typing import Final

from celery import shared_task
from django.utils import timezone

from core import anchors, doorbell, jobs, partitions

logger = logging.getLogger(__name__)
SHIFT_S: Final = 120


@shared_task(name="core.ring", ignore_result=True)
def ring() -> int:
    """Run due jobs until none is left; after two minutes hand over to a fresh message."""
    started, ran = monotonic(), 0
    while jobs.run_next() is not None:
        ran += 1
        if monotonic() - started > SHIFT_S:
            doorbell.ring()
            break
    return ran


@shared_task(name="core.anchor_audit", ignore_result=True)
def anchor_audit() -> None:
    """Anchor the audit trail; two at once wait for each other, and the second finds nothing.

    What holds it up is an alarm: an entry without an anchor could be cut off unseen.
    """
    anchors.write_anchor(at=timezone.now().isoformat())
    behind = anchors.seconds_behind()
    if behind > anchors.BEHIND_SECONDS_MAX:
        logger.error("the audit trail has not been anchored for %s s", behind)


@shared_task(name="core.extend_partitions", ignore_result=True)
def extend_partitions() -> int:
    """Make the partitions of the months to come; those that are there already stay."""
    return partitions.extend()
