"""Errors as application/problem+json (RFC 9457): a stable code, and every finding."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from core import context, remarks
from core.access import Forbidden
from kernel.findings import Finding, Refusal
from kernel.states import IllegalTransition

UNPROCESSABLE = 422
MEDIA_TYPE = "application/problem+json"
STATUS_OF: dict[type[Refusal], int] = {Forbidden: 403, IllegalTransition: 409}


def problem(
    status: int,
    code: str,
    title: str,
    *,
    findings: Iterable[Finding] = (),
    detail: str = "",
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Return the error answer; no stack trace, SQL or path ever goes in."""
    body = document(status, code, title, findings=findings, detail=detail)
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type=MEDIA_TYPE,
        headers=headers,
    )


def document(
    status: int, code: str, title: str, *, findings: Iterable[Finding] = (), detail: str = ""
) -> dict[str, Any]:
    """Return the members of the problem document."""
    body: dict[str, Any] = {
        "type": f"urn:denouement:problem:{code.lower()}",
        "title": str(title),
        "status": status,
        "code": code,
        "request_id": context.request_id.get(),
        "findings": [remarks.shape(finding) for finding in findings],
    }
    if detail:
        body["detail"] = detail
    return body


def of_refusal(refusal: Refusal) -> HttpResponse:
    """Return the answer to a refusal: 403, 409, or 422 with its findings."""
    known = [status for kind, status in STATUS_OF.items() if isinstance(refusal, kind)]
    status = known[0] if known else getattr(refusal, "status", UNPROCESSABLE)
    return problem(int(status), refusal.code, refusal.message, findings=refusal.findings)


def handle(error: Exception, _context: dict[str, Any]) -> HttpResponse | Response | None:
    """Turn what a REST view raised into a problem document; a bug stays a bug (500, alerted)."""
    if isinstance(error, Refusal):
        return of_refusal(error)
    if isinstance(error, Http404):
        return problem(404, "NOT_FOUND", _("There is nothing here, or not for you"))
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "INVALID", _("The request is not valid"), findings=_of_detail(error))
    if isinstance(error, exceptions.APIException):
        headers = {}
        if challenge := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait))
        code = str(error.default_code).upper()
        return problem(error.status_code, code, str(error.detail), headers=headers)
    return None


def _of_detail(error: exceptions.ValidationError) -> list[Finding]:
    detail: Any = error.detail
    rows = detail.items() if isinstance(detail, dict) else [("", detail)]
    return [
        Finding(
            code="API-001",
            field=str(field),
            message=str(text).replace("{", "{{").replace("}", "}}"),
        )
        for field, texts in rows
        for text in (texts if isinstance(texts, list) else [texts])
    ]
