"""Several people and jobs at the same moment, on real connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from kernel.findings import Refusal


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run every act in its own thread and connection, all starting together.

    Returns "DONE" or the code of its refusal for each, sorted.
    """
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        barrier.wait()
        try:
            act()
        except Refusal as refusal:
            return refusal.code
        else:
            return "DONE"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))
