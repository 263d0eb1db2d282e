"""Keep the lease of a running job alive, from a thread with its own database connection."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

EXTEND = """
UPDATE core_job SET lease_until = clock_timestamp() + make_interval(secs => %s)
 WHERE id = ANY(%s) AND lease = %s
"""


@contextmanager
def beating(
    job_id: int, along: Sequence[int], lease: UUID, seconds: int, *, enabled: bool
) -> Iterator[None]:
    """Extend the lease to so many seconds from now, three times in each, until the block ends.

    It is that of a job and of those that it takes along; their list may grow meanwhile.
    """
    if not enabled:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(
        target=_beat,
        args=(job_id, along, lease, seconds, stop),
        name=f"lease-{job_id}",
        daemon=True,
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(
    job_id: int, along: Sequence[int], lease: UUID, seconds: int, stop: threading.Event
) -> None:
    try:
        while not stop.wait(seconds / 3):
            try:
                with connection.cursor() as cursor:
                    cursor.execute(EXTEND, [seconds, [job_id, *along], lease])
            except DatabaseError:
                logger.warning("lease of job %s not extended", job_id, exc_info=True)
                connection.close()
    finally:
        connection.close()
