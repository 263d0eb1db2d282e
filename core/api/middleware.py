"""Whatever an API address answers, an error is a problem document."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from core.api.problems import MEDIA_TYPE, of_refusal, problem
from kernel.findings import Refusal

logger = logging.getLogger("django.request")
API: Final = "/api/"
FIRST_ERROR: Final = 400


class ApiProblemMiddleware:
    """Refusals, crashes and the framework's own error pages become problem documents."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(API) or response.status_code < FIRST_ERROR:
            return response
        if response.headers.get("Content-Type", "").startswith((MEDIA_TYPE, "application/json")):
            return response
        status = HTTPStatus(response.status_code)
        return problem(status.value, status.name, status.phrase)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal with its findings, a busy database with 503, a bug with 500."""
        if not request.path.startswith(API):
            return None
        if isinstance(error, Refusal):
            return of_refusal(error)
        logger.error("API request failed", exc_info=error)
        if isinstance(error, OperationalError):
            return problem(503, "BUSY", "Try again in a moment", headers={"Retry-After": "1"})
        return problem(500, "INTERNAL_ERROR", "The request failed; it was logged and undone")
