"""The allocation API as it describes itself: body, answers and an example of each."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from core.api.openapi import IDEMPOTENCY_KEY, problem_example, problem_examples, problems
from trades.api import examples, serializers
from trades.formats import execution_checks as forms
from trades.services.sharing import SHARES_MAX

REASON_MAX: Final = 500
ALWAYS: Final = (400, 401, 403, 404, 429)
REFERENCE: Final = {"type": "string", "pattern": r"^T[0-9]{9,15}$"}
PATH: Final = OpenApiParameter("reference", REFERENCE, OpenApiParameter.PATH)
BODY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["shares"],
    "additionalProperties": False,
    "properties": {
        "shares": {
            "type": "array",
            "minItems": 1,
            "maxItems": SHARES_MAX,
            "description": "what they leave over stays to be allocated",
            "items": {
                "type": "object",
                "required": ["account", "quantity"],
                "additionalProperties": False,
                "properties": {
                    "account": {"type": "string", "minLength": 1, "maxLength": 35},
                    "quantity": {
                        "type": "string",
                        "pattern": serializers.pattern(forms.QUANTITY),
                        "description": "decimal text above zero",
                    },
                },
            },
        },
        "with": {
            "type": "array",
            "items": REFERENCE,
            "description": "trades of the same block, shared out at their average price",
        },
        "reason": {"type": "string", "maxLength": REASON_MAX},
        "trade_version": {"type": "integer", "minimum": 1},
    },
}
SHARE: Final = {
    "account": "SEC-FR",
    "is_remainder": False,
    "quantity": "600",
    "gross_amount": "36300.0000",
    "accrued_interest": "0.0000",
    "fees": "0.0000",
    "net_amount": "36300.0000",
    "trade": None,
    "trade_state": None,
}
PROPOSED: Final = {
    "trade": "T261120000042",
    "trade_version": 1,
    "status": "PROPOSED",
    "allocate_by": "2026-11-20T23:00:00+01:00",
    "allocation": None,
    "proposal": {
        "id": 7,
        "state": "PROPOSED",
        "proposed_by": "oms",
        "proposed_at": "2026-11-20T09:00:00+00:00",
        "trades": ["T261120000042"],
        "shares": [
            SHARE,
            SHARE
            | {
                "account": "SEC-DE",
                "quantity": "400",
                "gross_amount": "24200.0000",
                "net_amount": "24200.0000",
            },
        ],
    },
}
TOO_MUCH: Final = {
    "code": "ALC-006",
    "field": "quantity",
    "message": "The shares come to 1001; the block has 1000",
    "expected": "1000",
    "found": "1001",
    "severity": "BLOCKING",
}


def _answer(name: str, status: int) -> OpenApiExample:
    return OpenApiExample(name, PROPOSED, response_only=True, status_codes=[str(status)])


GET: Final = extend_schema(
    operation_id="get_allocation",
    parameters=[PATH],
    responses={200: serializers.BlockSerializer, **problems(*ALWAYS)},
    examples=[_answer("proposed", 200), *problem_examples(*ALWAYS)],
)
POST: Final = extend_schema(
    operation_id="propose_allocation",
    parameters=[PATH, IDEMPOTENCY_KEY],
    request={"application/json": BODY},
    responses={
        201: serializers.BlockSerializer,
        200: serializers.BlockSerializer,
        **problems(*ALWAYS, 409, 413, 415, 422),
    },
    examples=[
        OpenApiExample(
            "allocation.json",
            examples.allocation(),
            request_only=True,
            media_type="application/json",
        ),
        _answer("proposed", 201),
        _answer("repeated", 200),
        problem_example(
            409, "ALREADY_PROPOSED", "An allocation of this block waits for its decision already."
        ),
        problem_example(422, "UNABLE_TO_ALLOCATE", "The block cannot be shared out so.", TOO_MUCH),
        *problem_examples(*ALWAYS, 413, 415),
    ],
)
