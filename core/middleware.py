"""Doors of every request: an id that follows the work, and the actor behind it."""

from __future__ import annotations

import re
from typing import Final
from uuid import uuid4

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import asked, context
from core.api.middleware import Handler, carries_token
from core.api.problems import problem
from core.limits import API, MEGABYTE, NOT_TAKEN_IN, bytes_max
from core.people import actor_of

FORM: Final = "application/x-www-form-urlencoded"
SAFE_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


class RequestIdMiddleware:
    """Give the request an id (or take a well-formed X-Request-ID) and answer with it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        identifier = offered if SAFE_ID.fullmatch(offered) else uuid4().hex
        with context.unit_of_work(identifier):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = identifier
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """The content security policy of pages; what is answered to a program may load nothing."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Say what the answer may load."""
        if not carries_token(request):
            return super().process_response(request, response)
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        return response


class BodyLimitMiddleware:
    """Answer 413 to a body that no door accepts, before a byte of it is read.

    Addresses below accept less and say so themselves.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NOT_TAKEN_IN in request.META and not request.path.startswith(API):
            said = _("What was sent could not be kept: try again later.")
            return render(request, "413.html", {"said": said}, status=507)
        text = request.META.get("CONTENT_LENGTH") or "0"
        too_long = len(text) > asked.DIGITS_MAX
        declared = asked.KEY_MAX if too_long else asked.number(text) or 0
        limit = bytes_max(request.path)
        if declared <= limit:
            return self.get_response(request)
        said = _("At most %(limit)s MB are accepted here; %(size)s MB were sent.") % {
            "limit": limit // MEGABYTE,
            "size": -(-declared // MEGABYTE),
        }
        if request.path.startswith(API):
            return problem(413, "BODY_TOO_LARGE", said)
        return render(request, "413.html", {"said": said}, status=413)


class ReadableMiddleware:
    """Refuse an address with a NUL character and a form that is not in UTF-8, before it is read.

    No name, code or reference holds a NUL; the framework's own page for such a form reads it again.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_readable(request):
            return self.get_response(request)
        if request.path.startswith(API):
            return problem(400, "UNREADABLE_ADDRESS", _("The address holds a control character."))
        return render(request, "400.html", status=400)


def _is_readable(request: HttpRequest) -> bool:
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return False
    if request.content_type != FORM or request.path.startswith(API):
        return True
    return (request.content_params or {}).get("charset", "utf-8").lower() in ("utf-8", "utf8")


class ActorMiddleware:
    """Set `request.actor` from the session; token authentication replaces it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_of(request.user)  # type: ignore[attr-defined]  # our attribute
        return self.get_response(request)
