"""How the API describes itself: tokens, problem documents, filters of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import django_filters
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from core.api import cursors
from core.api.lists import PER_PAGE, PER_PAGE_MAX
from core.api.problems import MEDIA_TYPE
from core.asked import KEY_MAX
from core.pages.filters import ChipsFilter, DayFilter
from kernel.findings import Severity

BEARER: Final = "bearer"
TOKEN_ONLY: Final[Any] = [{BEARER: []}]
"""For `extend_schema(auth=…)`, whose type says texts."""
CURSOR: Final = "cursor"
DAYS: Final = "^(19|2[0-9])[0-9]{2}-"
VISIBLE: Final = r"^[^\u0000]*$"
IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 200, "pattern": "^[ -~]*[!#-~][ -~]*$"},
    OpenApiParameter.HEADER,
    description="Makes a retry safe: the same key and body have one outcome, which is kept.",
)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped base
    target_class = "core.api.authentication.TokenAuthentication"
    name = BEARER

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of `manage.py create_api_token NAME --source-system CODE`.",
        }


class FindingSerializer(serializers.Serializer[object]):
    """One thing that is wrong, or worth knowing; the code is stable."""

    code = serializers.CharField()
    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField(help_text="in the language of Accept-Language: en, fr")
    expected = serializers.CharField(allow_blank=True)
    found = serializers.CharField(allow_blank=True)
    severity = serializers.ChoiceField([severity.value for severity in Severity])
    line = serializers.IntegerField(required=False, min_value=1)
    column = serializers.CharField(required=False, allow_blank=True)
    evidence = serializers.DictField(child=serializers.CharField(), required=False)


class ProblemSerializer(serializers.Serializer[object]):
    """RFC 9457: what went wrong, with every finding."""

    type = serializers.CharField(help_text="urn:denouement:problem:…")
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    code = serializers.CharField(help_text="stable")
    request_id = serializers.CharField(allow_blank=True)
    findings = FindingSerializer(many=True)
    detail = serializers.CharField(required=False)


TITLES: Final[dict[int, tuple[str, str]]] = {
    400: ("INVALID", "The request is not valid"),
    401: ("NOT_AUTHENTICATED", "Send a valid token: Authorization: Bearer …"),
    403: ("FORBIDDEN", "oms may not do this: see the trades"),
    404: ("NOT_FOUND", "There is nothing here, or not for you"),
    409: ("IDEMPOTENCY_IN_FLIGHT", "A request with this Idempotency-Key is still running"),
    411: ("LENGTH_REQUIRED", "Lines need a Content-Length, or gzip"),
    413: ("BODY_TOO_LARGE", "The body is larger than 65536 bytes"),
    415: ("UNSUPPORTED_MEDIA_TYPE", "Send Content-Type: application/json, not text/plain"),
    422: ("EXECUTION_INVALID", "The execution cannot be read"),
    429: ("THROTTLED", "Request was throttled. Expected available in 3 seconds."),
    503: ("BUSY", "Try again in a moment"),
    507: ("NO_SPACE", "There is no room to keep the body: try again later"),
}
"""The example of each status: code and title."""


def problems(*statuses: int) -> dict[tuple[int, str], type[ProblemSerializer]]:
    """Return the answers of an operation that are problem documents."""
    return dict.fromkeys(((status, MEDIA_TYPE) for status in statuses), ProblemSerializer)


def problem_examples(*statuses: int) -> list[OpenApiExample]:
    """Return an example of each of these problem documents."""
    return [problem_example(status, *TITLES[status]) for status in statuses]


def problem_example(
    status: int, code: str, title: str, *findings: dict[str, Any]
) -> OpenApiExample:
    """Return the example of one problem document."""
    return OpenApiExample(
        f"{status} {code}",
        {
            "type": f"urn:denouement:problem:{code.lower()}",
            "title": title,
            "status": status,
            "code": code,
            "request_id": "5f0c1f6b7a3d4e8f9a0b1c2d3e4f5a6b",
            "findings": list(findings),
        },
        response_only=True,
        media_type=MEDIA_TYPE,
        status_codes=[str(status)],
    )


def require_bodies(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Say that a body is needed wherever one is described: none of ours may be left out."""
    for operations in result["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return result


def list_parameters(
    filterset: type[django_filters.FilterSet], fields: list[str], *, cursor: str = CURSOR
) -> list[OpenApiParameter]:
    """Return what a list can be asked: its filters, its page and the fields of its rows."""
    return [
        *(_filter(name, found) for name, found in filterset.base_filters.items()),
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": PER_PAGE_MAX, "default": PER_PAGE},
            description="so many rows at most",
        ),
        OpenApiParameter("cursor", cursor_schema(cursor), description="`next` of the page before"),
        OpenApiParameter(
            "fields",
            several(fields),
            explode=False,
            description="only these, with commas between",
        ),
    ]


def several(words: Sequence[str]) -> dict[str, Any]:
    """Return the schema of one or more of these words."""
    return {"type": "array", "minItems": 1, "items": {"type": "string", "enum": [*words]}}


def cursor_schema(kind: str = CURSOR) -> dict[str, Any]:
    """Return the schema of a cursor: an opaque word that the same list gave."""
    return {"type": "string", "minLength": 1, "maxLength": cursors.LENGTH_MAX, "format": kind}


def _filter(name: str, found: django_filters.Filter) -> OpenApiParameter:
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "pattern": VISIBLE}
    if isinstance(found, ChipsFilter):
        codes = [code for code, _label in found.extra["choices"]]
        schema = several(codes)
    elif isinstance(found, DayFilter):
        schema = {"type": "string", "format": "date", "pattern": DAYS}
    elif isinstance(found, django_filters.NumberFilter):
        schema = {"type": "integer", "minimum": 1, "maximum": KEY_MAX}
    if most := found.extra.get("max_length"):
        schema["maxLength"] = most
    return OpenApiParameter(name, schema, description=str(found.label or ""))
