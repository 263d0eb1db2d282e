"""What every API address goes through: its errors are problem documents, a token is enough."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import resolve
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.api.authentication import token_in
from core.api.problems import MEDIA_TYPE, of_refusal, problem
from core.limits import API
from kernel.findings import Refusal

logger = logging.getLogger("django.request")
FIRST_ERROR: Final = 400
TITLES: Final = {
    HTTPStatus.BAD_REQUEST: _("The request is not valid"),
    HTTPStatus.FORBIDDEN: _("You may not do this"),
    HTTPStatus.NOT_FOUND: _("There is nothing here, or not for you"),
}
"""What the framework's own error pages are called; any other keeps the phrase of HTTP."""
Handler = Callable[[HttpRequest], HttpResponse]


def carries_token(request: HttpRequest) -> bool:
    """Say whether a program speaks here: an API address, and an Authorization of our kind."""
    return request.path.startswith(API) and token_in(request) is not None


class ApiProblemMiddleware:
    """Refusals, crashes and the framework's own error pages become problem documents."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(API) or response.status_code < FIRST_ERROR:
            return response
        if response.headers.get("Content-Type", "").startswith((MEDIA_TYPE, "application/json")):
            return response
        status = HTTPStatus(response.status_code)
        return problem(status.value, status.name, str(TITLES.get(status, status.phrase)))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for an API address what went wrong there."""
        return told(error) if request.path.startswith(API) else None


class TokenMiddleware:
    """Lead a call with a token straight to its view.

    Everything below serves people: sessions, forms, preferences, messages. A program has none of
    it, and its calls come by the thousand. The view asks whose token it is.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not carries_token(request):
            return self.get_response(request)
        request.resolver_match = found = resolve(request.path_info)
        try:
            response: HttpResponse = found.func(request, *found.args, **found.kwargs)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response
        except Exception as error:
            return told(error)


def told(error: Exception) -> HttpResponse:
    """Answer a refusal with its findings, a busy database with 503, a bug with 500."""
    if isinstance(error, Refusal):
        return of_refusal(error)
    logger.error("API request failed", exc_info=error)
    if isinstance(error, OperationalError):
        return problem(503, "BUSY", gettext("Try again in a moment"), headers={"Retry-After": "1"})
    return problem(500, "INTERNAL_ERROR", gettext("The request failed; it was logged and undone"))
