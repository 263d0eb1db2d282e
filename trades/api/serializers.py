"""Shapes of the capture API for its description; the hot path itself uses msgspec."""

from __future__ import annotations

import copy
from typing import Any, Final

from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers

from core.api.openapi import FindingSerializer, ProblemSerializer
from trades.facts import Collateral, Product
from trades.formats import execution_checks as forms
from trades.services.plan import ItemStatus
from trades.states import Action, BlockState, Capacity, Outcome, Side, TradeState


def pattern(form: str) -> str:
    """Return a pattern of ours as JSON Schema writes it."""
    return form.replace(r"\A", "^").replace(r"\Z", "$")


def _text(form: str = "", **more: str | int) -> dict[str, Any]:
    """Return the schema of a text that may be left out, or null, which is the same."""
    return {"type": ["string", "null"], **({"pattern": pattern(form)} if form else {}), **more}


FIELDS: Final[dict[str, dict[str, Any]]] = {
    "source_reference": {
        "type": "string",
        "pattern": pattern(forms.REFERENCE),
        "description": "with the source system of the token, the identity for ever",
    },
    "version": {
        "type": "integer",
        "minimum": 1,
        "maximum": forms.MAX_VERSION,
        "description": "rises with each message about the same reference",
    },
    "action": {
        "type": "string",
        "enum": [action.value for action in Action],
        "description": "an AMEND carries the full new terms, a CANCEL its identity alone",
    },
    "isin": _text(forms.ISIN, format="isin", description="ISO 6166, with its check digit"),
    "symbol": _text(forms.REFERENCE, description="the source's own name of the instrument"),
    "side": {"type": ["string", "null"], "enum": [*(side.value for side in Side), None]},
    "quantity": _text(
        forms.QUANTITY.replace(r"\A", r"\A(?=.*[1-9])"), description="decimal text above zero"
    ),
    "price": _text(forms.PRICE, description="decimal text"),
    "currency": _text(forms.CURRENCY, description="ISO 4217"),
    "traded_at": _text(format="date-time", description="with its offset"),
    "trade_date": _text(format="date", description="else the local day of traded_at"),
    "settlement_date": _text(format="date", description="else by the cycle of the market"),
    "venue": _text(forms.MIC, description="MIC, ISO 10383"),
    "counterparty": _text(forms.CODE),
    "book": _text(forms.CODE),
    "trader": _text(forms.CODE),
    "account": _text(forms.CODE),
    "gross_amount": _text(forms.AMOUNT, description="decimal text; else computed"),
    "accrued_interest": _text(forms.AMOUNT),
    "fees": _text(forms.AMOUNT),
    "net_amount": _text(forms.AMOUNT),
    "capacity": {
        "type": ["string", "null"],
        "enum": [*(capacity.value for capacity in Capacity), None],
    },
    "comment": _text(forms.COMMENT, maxLength=500),
    "product": {
        "type": ["string", "null"],
        "enum": [*(product.value for product in Product), None],
        "description": "of two legs; a trade in a security or a contract has none",
    },
    "pair": _text(forms.PAIR, description="FX: base and quoted currency; the price is its rate"),
    "forward_points": _text(forms.PRICE, description="FX: part of the rate, in its unit"),
    "counter_amount": _text(
        forms.AMOUNT.replace(r"\A-?", r"\A(?=.*[1-9])"),
        description="FX: else amount and rate give it",
    ),
    "end_date": _text(format="date", description="REPO, LENDING: none while it is open"),
    "repo_rate": _text(forms.PRICE, description="REPO: percent a year"),
    "lending_fee": _text(forms.PRICE, description="LENDING: basis points a year"),
    "day_count": {
        "type": ["string", "null"],
        "enum": [*forms.DAY_COUNTS, None],
        "description": "REPO, LENDING: else that of the money market of the currency",
    },
    "haircut": _text(forms.PRICE, description="REPO: percent of the value"),
    "margin": _text(forms.PRICE, description="LENDING: collateral in percent of the value"),
    "end_cash": _text(forms.AMOUNT, description="REPO: else start cash and interest"),
    "collateral": {
        "type": ["string", "null"],
        "enum": [*(kind.value for kind in Collateral), None],
    },
    "collateral_amount": _text(
        forms.AMOUNT.replace(r"\A-?", r"\A(?=.*[1-9])"),
        description="LENDING: else value and margin",
    ),
    "notice_days": _text(
        forms.NOTICE, description="REPO, LENDING: business days to call an open one"
    ),
}
NEEDED: Final = ("side", "quantity", "price", "currency", "traded_at")


def execution_schema() -> dict[str, Any]:
    """Return the schema of one execution: a cancellation, or terms with an instrument."""

    def given(*names: str) -> dict[str, Any]:
        return {"required": [*names], "properties": {name: {"type": "string"} for name in names}}

    return {
        "type": "object",
        "description": "One execution; numbers are decimal texts.",
        "properties": copy.deepcopy(FIELDS),  # what describes it replaces parts by references
        "required": [*forms.REQUIRED_ALWAYS],
        "additionalProperties": False,
        "anyOf": [
            {"properties": {"action": {"const": Action.CANCEL.value}}},
            given(*NEEDED, "isin"),
            given(*NEEDED, "symbol"),
            given(*NEEDED, "pair", "product"),
        ],
    }


class ExecutionSerializer(serializers.Serializer[object]):
    """One execution, as `execution_schema` describes it."""


class ExecutionSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # untyped base
    target_class = "trades.api.serializers.ExecutionSerializer"

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:  # noqa: ANN401 - its signature
        return execution_schema()


class ItemSerializer(serializers.Serializer[object]):
    """What became of one message."""

    status = serializers.ChoiceField([status.value for status in ItemStatus])
    outcome = serializers.ChoiceField([o.value for o in Outcome], allow_null=True)
    source_reference = serializers.CharField(required=False)
    version = serializers.IntegerField(required=False)
    action = serializers.ChoiceField([a.value for a in Action], required=False)
    execution_id = serializers.IntegerField(required=False)
    trade = serializers.CharField(required=False)
    trade_version = serializers.IntegerField(
        required=False, help_text="the version that the message made"
    )
    findings = FindingSerializer(many=True, required=False)


class BulkItemSerializer(ItemSerializer):
    """What became of one message of a bulk: its index there, and the code of a single post."""

    index = serializers.IntegerField(min_value=0)
    code = serializers.ChoiceField([200, 201, 409, 422])
    findings_left_out = serializers.IntegerField(required=False)


class BulkSerializer(serializers.Serializer[object]):
    """Counts, and one entry per message in its order."""

    batch_id = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())
    items = BulkItemSerializer(many=True)


class RefusedFindingSerializer(FindingSerializer):
    """A finding with the index of its message."""

    index = serializers.IntegerField(required=False, min_value=0)


class RefusedBulkSerializer(ProblemSerializer):
    """Nothing was booked, or the call itself is refused."""

    counts = serializers.DictField(child=serializers.IntegerField(), required=False)
    findings = RefusedFindingSerializer(many=True)


class MessageSerializer(serializers.Serializer[object]):
    """One message that was kept."""

    execution_id = serializers.IntegerField()
    version = serializers.IntegerField()
    action = serializers.ChoiceField([a.value for a in Action])
    outcome = serializers.ChoiceField([o.value for o in Outcome])
    reason_code = serializers.CharField(allow_blank=True)
    received_at = serializers.DateTimeField()


class StatusSerializer(serializers.Serializer[object]):
    """All that is known of one reference."""

    source_system = serializers.CharField()
    source_reference = serializers.CharField()
    messages = MessageSerializer(many=True)
    trade = serializers.CharField(allow_null=True)
    trade_version = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField([s.value for s in TradeState], allow_null=True)
    close_reason = serializers.CharField(allow_null=True)


class ShareSerializer(serializers.Serializer[object]):
    """One share; without an account it is what stays to be allocated."""

    account = serializers.CharField(allow_null=True)
    is_remainder = serializers.BooleanField()
    quantity = serializers.CharField()
    gross_amount = serializers.CharField()
    accrued_interest = serializers.CharField()
    fees = serializers.CharField()
    net_amount = serializers.CharField()
    trade = serializers.CharField(allow_null=True)
    trade_state = serializers.CharField(allow_null=True)


class AllocationSerializer(serializers.Serializer[object]):
    """A block with its shares; one without shares undoes what is in force."""

    id = serializers.IntegerField()
    state = serializers.CharField(help_text="PROPOSED or IN_FORCE")
    proposed_by = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    trades = serializers.ListField(child=serializers.CharField())
    shares = ShareSerializer(many=True)


class BlockSerializer(serializers.Serializer[object]):
    """How far a trade is allocated."""

    trade = serializers.CharField()
    trade_version = serializers.IntegerField()
    status = serializers.CharField(
        allow_null=True, help_text=", ".join(state.value for state in BlockState)
    )
    allocate_by = serializers.DateTimeField(allow_null=True)
    allocation = AllocationSerializer(allow_null=True)
    proposal = AllocationSerializer(allow_null=True)
