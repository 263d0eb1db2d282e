"""Limits per client, where `API_RATE` sets one; a lost cache lets everyone through.

Counted per window in the cache, with one round trip per call: a list of past calls would cost more
than the call it counts.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView

SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def wait_of(client: str) -> int:
    """Count one call of the client; return the seconds it has to wait, 0 when it may go on."""
    rate = settings.API_RATE
    if not rate:
        return 0
    allowed, period = rate.split("/")
    seconds, now = SECONDS[period[0]], int(time.time())
    key = f"rate:{client}:{now // seconds}"
    try:
        calls = cache.incr(key)
    except ValueError:  # the first of its window
        cache.add(key, 0, timeout=seconds)
        calls = cache.incr(key)
    return seconds - now % seconds if calls > int(allowed) else 0


class ClientThrottle(BaseThrottle):
    """`API_RATE` requests per client; says when to come back."""

    waiting = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        client = getattr(request.auth, "actor", None)
        name = client.name if client else request.user.get_username() or self.get_ident(request)
        self.waiting = wait_of(str(name))
        return not self.waiting

    def wait(self) -> float | None:
        return self.waiting or None
