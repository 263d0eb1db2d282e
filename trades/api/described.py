"""The capture API as it describes itself: bodies, answers, headers and an example of each."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from core.api.openapi import (
    IDEMPOTENCY_KEY,
    TOKEN_ONLY,
    problem_example,
    problem_examples,
    problems,
)
from core.api.problems import MEDIA_TYPE
from trades.api import examples, serializers
from trades.api.on_disk import ITEMS_MAX
from trades.formats import execution_checks as forms

ALWAYS: Final = (400, 401, 403, 409, 413, 415, 429, 503, 507)
CONFLICT: Final = {
    "code": "CAP-201",
    "field": "version",
    "message": "Version 1 came before with other content",
    "expected": "",
    "found": "1",
    "severity": "BLOCKING",
}
INVALID: Final = {
    "code": "CAP-014",
    "field": "isin",
    "message": "The check digit of ISIN FR0000120272 is wrong",
    "expected": "ISIN",
    "found": "FR0000120272",
    "severity": "BLOCKING",
}
BOOKED: Final = {
    "status": "CREATED",
    "outcome": "BOOKED",
    "source_reference": "EXAMPLE-1",
    "version": 1,
    "action": "NEW",
    "execution_id": 12,
    "trade": "T261120000042",
    "trade_version": 1,
}
REFUSED: Final = {
    "status": "INVALID",
    "outcome": None,
    "findings": [INVALID | {"line": 2, "column": ""}],
    "index": 1,
    "code": 422,
}
HEADERS: Final = [
    IDEMPOTENCY_KEY,
    OpenApiParameter(
        "Idempotency-Replayed",
        {"type": "string", "enum": ["true"]},
        OpenApiParameter.HEADER,
        description="the stored answer of the first call",
        response=[200, 201, 422],
    ),
    OpenApiParameter(
        "Retry-After",
        {"type": "integer", "minimum": 1},
        OpenApiParameter.HEADER,
        description="seconds",
        response=[409, 429, 503, 507],
    ),
]


def _answer(name: str, value: Any, status: int) -> OpenApiExample:  # noqa: ANN401 - any JSON
    return OpenApiExample(name, value, response_only=True, status_codes=[str(status)])


def _sent(name: str, value: Any) -> OpenApiExample:  # noqa: ANN401 - any JSON
    return OpenApiExample(name, value, request_only=True, media_type="application/json")


POST_ONE: Final = extend_schema(
    operation_id="post_execution",
    auth=TOKEN_ONLY,
    parameters=HEADERS,
    request={"application/json": serializers.ExecutionSerializer},
    responses={
        201: serializers.ItemSerializer,
        200: serializers.ItemSerializer,
        **problems(*ALWAYS, 422),
    },
    examples=[
        _sent("execution.json", examples.execution()),
        _sent("an amendment", examples.amendment()),
        _sent("a cancellation", examples.cancellation()),
        _answer("booked", BOOKED, 201),
        _answer("repeated", BOOKED | {"status": "REPEATED"}, 200),
        problem_example(422, "EXECUTION_INVALID", "The execution cannot be read", INVALID),
        problem_example(409, "EXECUTION_CONFLICT", str(CONFLICT["message"]), CONFLICT),
        *problem_examples(*ALWAYS),
    ],
)
POST_MANY: Final = extend_schema(
    operation_id="post_executions",
    auth=TOKEN_ONLY,
    parameters=[
        *HEADERS,
        OpenApiParameter(
            "atomic",
            {"type": "string", "enum": ["true", "false"], "default": "false"},
            description="true: one message that is refused undoes all",
        ),
    ],
    request={
        "application/json": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Execution"},
            "minItems": 1,
            "maxItems": ITEMS_MAX,
        },
        "application/x-ndjson": {
            "type": "string",
            "minLength": 2,
            "pattern": r"\S",
            "description": "One execution a line.",
            "example": examples.lines(),
        },
    },
    responses={
        200: serializers.BulkSerializer,
        **problems(*ALWAYS, 411),
        (422, MEDIA_TYPE): serializers.RefusedBulkSerializer,
    },
    examples=[
        _sent("executions.ndjson", [examples.of_a_bulk()]),
        _answer(
            "two of three",
            {
                "batch_id": 3,
                "counts": {"booked": 1, "invalid": 1},
                "items": [BOOKED | {"index": 0, "code": 201}, REFUSED],
            },
            200,
        ),
        problem_example(
            422,
            "BULK_REFUSED",
            "Nothing was booked: 1 of 2 executions are refused",
            INVALID | {"line": 2, "column": "", "index": 1},
        ),
        *problem_examples(*ALWAYS, 411),
    ],
)
GET_STATUS: Final = extend_schema(
    operation_id="get_execution",
    auth=TOKEN_ONLY,
    parameters=[
        OpenApiParameter(
            "source_reference",
            {"type": "string", "pattern": serializers.pattern(forms.REFERENCE)},
            OpenApiParameter.PATH,
        )
    ],
    responses={200: serializers.StatusSerializer, **problems(400, 401, 403, 404, 429)},
    examples=[
        _answer(
            "a trade",
            {
                "source_system": "OMS",
                "source_reference": "EXAMPLE-1",
                "messages": [
                    {
                        "execution_id": 12,
                        "version": 1,
                        "action": "NEW",
                        "outcome": "BOOKED",
                        "reason_code": "",
                        "received_at": "2026-11-20T09:01:02.123456Z",
                    }
                ],
                "trade": "T261120000042",
                "trade_version": 1,
                "state": "PENDING_VALIDATION",
                "close_reason": None,
            },
            200,
        ),
        *problem_examples(400, 401, 403, 404, 429),
    ],
)
