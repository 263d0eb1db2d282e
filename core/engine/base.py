"""A connection that answered a moment ago is not asked whether it is alive.

Django asks before the first query of every request (`SELECT 1`): a round trip of its own. Should
the server have died within that moment, the request fails as it does when it dies in the middle of
one, and the next request opens a new connection.
"""

from __future__ import annotations

from time import monotonic
from typing import Final

from django.db.backends.postgresql import base

MOMENT_SECONDS: Final = 1


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with the health check left out while the connection is busy."""

    _used_at: float = 0

    def close_if_health_check_failed(self) -> None:
        now = monotonic()
        if now - self._used_at < MOMENT_SECONDS:
            self.health_check_done = True
        self._used_at = now
        super().close_if_health_check_failed()
