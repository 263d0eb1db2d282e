"""The confirmation API as it describes itself: body, answers and an example of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers

from core.api.openapi import (
    IDEMPOTENCY_KEY,
    list_parameters,
    problem_example,
    problem_examples,
    problems,
)
from settlement.api.columns import COLUMNS, ConfirmationAPIFilter
from settlement.states import ConfirmationState, Function
from trades.facts import Product

ALWAYS: Final = (400, 401, 403, 429)
EXAMPLE: Final = Path(__file__).parents[2] / "docs" / "examples" / "confirmation.json"
TEXT: Final = {"type": "string", "maxLength": 64, "pattern": "^[!-~]([ -~]*[!-~])?$"}
DAY: Final = {"type": "string", "format": "date", "pattern": "^(19|2[0-9])[0-9]{2}-"}


def _number(whole: int, decimals: int, *, sign: str = "-?") -> dict[str, Any]:
    pattern = rf"^{sign}[0-9]{{1,{whole}}}(\.[0-9]{{1,{decimals}}})?$"
    return {"type": "string", "pattern": pattern, "description": "decimal text"}


BODY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["reference"],
    "additionalProperties": False,
    "properties": {
        "reference": TEXT | {"description": "yours: with the version it names the message"},
        "version": {"type": "integer", "minimum": 1, "maximum": 2_147_483_647, "default": 1},
        "function": {
            "type": "string",
            "enum": [one.value for one in Function],
            "description": "CANC takes back what was told under the reference; NEWM says all terms",
        },
        "our_reference": TEXT | {"description": "the reference of our trade, where you know it"},
        "party": TEXT | {"description": "yourself: your code here, or your LEI"},
        "isin": {"type": "string", "format": "isin", "pattern": "^[A-Z]{2}[A-Z0-9]{9}[0-9]$"},
        "side": {"type": "string", "enum": ["BUY", "SELL"], "description": "as you see it"},
        "quantity": _number(18, 10, sign=""),
        "price": _number(10, 10),
        "amount": _number(16, 4)
        | {"description": "net amount to be settled; of a repo or loan the cash of the start"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "trade_date": DAY,
        "settlement_date": DAY,
        "product": {
            "type": "string",
            "enum": ["", *(one.value for one in Product)],
            "description": "empty for a security that is bought or sold",
        },
        "pair": {
            "type": "string",
            "pattern": "^[A-Z]{3}/[A-Z]{3}$",
            "description": "of an exchange, whose price is the rate of the pair",
        },
        "counter_amount": _number(16, 4)
        | {"description": "of an exchange: in the currency of the pair that is not `currency`"},
        "rate": _number(10, 10)
        | {"description": "repo rate in percent a year, or fee of a loan in basis points"},
        "end_date": DAY | {"description": "of a repo or loan; left out while it is open"},
        "end_amount": _number(16, 4) | {"description": "of a repo with an end: the cash paid back"},
    },
}


class ReceivedSerializer(serializers.Serializer[object]):
    """What was kept of a message; whether it matches is told by the list, a moment later."""

    id = serializers.IntegerField()
    party = serializers.CharField()
    reference = serializers.CharField()
    version = serializers.IntegerField()
    function = serializers.ChoiceField([one.value for one in Function])
    received_at = serializers.DateTimeField()


class ConfirmationSerializer(serializers.Serializer[object]):
    """One of our confirmations; only the fields that were asked for are there."""

    id = serializers.IntegerField(required=False)
    reference = serializers.CharField(required=False, allow_blank=True)
    version = serializers.IntegerField(required=False)
    state = serializers.ChoiceField([s.value for s in ConfirmationState], required=False)
    end_reason = serializers.CharField(required=False, allow_blank=True)
    counterparty = serializers.CharField(required=False)
    their_reference = serializers.CharField(required=False, allow_null=True)
    differs = serializers.ListField(child=serializers.CharField(), required=False)
    isin = serializers.CharField(required=False)
    side = serializers.CharField(required=False, help_text="as we see it")
    quantity = serializers.CharField(required=False)
    price = serializers.CharField(required=False)
    amount = serializers.CharField(required=False)
    currency = serializers.CharField(required=False)
    trade_date = serializers.DateField(required=False)
    settlement_date = serializers.DateField(required=False, allow_null=True)
    product = serializers.CharField(required=False, allow_blank=True)
    pair = serializers.CharField(required=False, allow_blank=True)
    counter_amount = serializers.CharField(required=False, allow_null=True)
    rate = serializers.CharField(required=False, allow_null=True)
    end_date = serializers.DateField(required=False, allow_null=True)
    end_amount = serializers.CharField(required=False, allow_null=True)
    sent_at = serializers.DateTimeField(required=False, allow_null=True)
    matched_at = serializers.DateTimeField(required=False, allow_null=True)


class ConfirmationListSerializer(serializers.Serializer[object]):
    items = ConfirmationSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="the cursor of the next page")


def example() -> dict[str, Any]:
    """Return the example of a message; empty where the documentation is not installed."""
    return dict(json.loads(EXAMPLE.read_text())) if EXAMPLE.exists() else {}


KEPT: Final = {
    "id": 12,
    "party": "BNPP",
    "reference": "BNPP-778120",
    "version": 1,
    "function": "NEWM",
    "received_at": "2026-11-20T17:12:03+00:00",
}
LISTED: Final[dict[str, Any]] = {
    "items": [
        {
            "id": 41, "reference": "T261120000042", "version": 1, "state": "MATCHED",
            "end_reason": "", "counterparty": "BNPP", "their_reference": "BNPP-778120",
            "differs": [], "isin": "FR0000131104", "side": "BUY", "quantity": "1000",
            "price": "60.5", "amount": "60500.00", "currency": "EUR",
            "trade_date": "2026-11-20", "settlement_date": "2026-11-24", "product": "",
            "pair": "", "counter_amount": None, "rate": None, "end_date": None,
            "end_amount": None, "sent_at": "2026-11-20T17:10:00+00:00",
            "matched_at": "2026-11-20T17:12:05+00:00",
        }
    ],
    "next": None,
}  # fmt: skip
CONFLICT: Final = {
    "code": "CNF-112",
    "field": "reference",
    "message": "BNPP-778120 was received in this version with other content",
    "expected": "",
    "found": "BNPP-778120",
    "severity": "BLOCKING",
}
MISSING: Final = {
    "code": "CNF-101",
    "field": "isin",
    "message": "isin is missing",
    "expected": "an ISIN with a right check digit",
    "found": "",
    "severity": "BLOCKING",
}


def _kept(name: str, status: int) -> OpenApiExample:
    return OpenApiExample(name, KEPT, response_only=True, status_codes=[str(status)])


GET: Final = extend_schema(
    operation_id="list_confirmations",
    parameters=list_parameters(ConfirmationAPIFilter, list(COLUMNS)),
    responses={200: ConfirmationListSerializer, **problems(*ALWAYS)},
    examples=[
        OpenApiExample("list", LISTED, response_only=True, status_codes=["200"]),
        *problem_examples(*ALWAYS),
    ],
)
POST: Final = extend_schema(
    operation_id="post_confirmation",
    parameters=[IDEMPOTENCY_KEY],
    request={"application/json": BODY},
    responses={
        201: ReceivedSerializer,
        200: ReceivedSerializer,
        **problems(*ALWAYS, 409, 413, 415, 422),
    },
    examples=[
        OpenApiExample(
            "confirmation.json", example(), request_only=True, media_type="application/json"
        ),
        _kept("kept", 201),
        _kept("repeated", 200),
        problem_example(409, "CONFIRMATION_CONFLICT", "The confirmations cannot be kept.",
                        CONFLICT),
        problem_example(422, "CONFIRMATION_INVALID", "The confirmation cannot be read", MISSING),
        *problem_examples(*ALWAYS, 413, 415),
    ],
)  # fmt: skip
