"""Limits per client; the counters live in the cache, and a lost cache lets everyone through."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class ClientThrottle(UserRateThrottle):
    """`API_RATE` requests per client; says when to come back."""

    scope = "client"

    def allow_request(self, request: Request, view: APIView) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except Exception as failure:  # whatever the cache backend raises
            logger.warning("rate not counted: %s", failure)
            return True

    def wait(self) -> float | None:
        waiting: Any = super().wait()
        return None if waiting is None else max(1, waiting)
