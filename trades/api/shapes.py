"""Shapes of the lists and of the feed, for the API description; rows leave as plain values."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from desk.states import CauseKind, Decision, ExceptionKind, ExceptionState
from feeds.facts import EventType
from kernel.findings import Severity
from trades.facts import LegKind, Product
from trades.states import Action, Capacity, CloseReason, Side, TradeState

DECIMAL: Final = r"^-?\d+(\.\d+)?$"


def number(*, null: bool = False) -> serializers.RegexField:
    """Return a field of decimal text."""
    return serializers.RegexField(DECIMAL, required=False, allow_null=null)


def text(*, null: bool = False) -> serializers.CharField:
    """Return a field of text, which may be empty."""
    return serializers.CharField(required=False, allow_null=null, allow_blank=True)


class TermsSerializer(serializers.Serializer[object]):
    """The terms that a trade and each of its versions have; amounts are decimal texts."""

    version = serializers.IntegerField(required=False, min_value=1)
    source_version = serializers.IntegerField(required=False, min_value=1)
    trade_date = serializers.DateField(required=False)
    traded_at = serializers.DateTimeField(required=False)
    settlement_date = serializers.DateField(required=False, allow_null=True)
    side = serializers.ChoiceField([side.value for side in Side], required=False)
    isin = text()
    quantity = number()
    price = number()
    currency = text()
    gross_amount = number()
    accrued_interest = number()
    fees = number()
    net_amount = number()
    captured_by = text()


class TradeSerializer(TermsSerializer):
    """One trade as it stands; with `fields` only those."""

    reference = text()
    state = serializers.ChoiceField([state.value for state in TradeState], required=False)
    close_reason = serializers.ChoiceField(
        [reason.value for reason in CloseReason], required=False, allow_blank=True
    )
    source_system = text()
    source_reference = text()
    product = serializers.ChoiceField(
        [product.value for product in Product], required=False, allow_blank=True
    )
    symbol = text()
    instrument = text(null=True)
    venue = text()
    counterparty = text()
    desk = text()
    book = text()
    trader = text()
    account = text()
    capacity = serializers.ChoiceField(
        [capacity.value for capacity in Capacity], required=False, allow_blank=True
    )
    received_at = serializers.DateTimeField(required=False)
    batch = serializers.IntegerField(required=False)


class VersionSerializer(TermsSerializer):
    """The terms as they stood after one message."""

    action = serializers.ChoiceField([action.value for action in Action])
    reason = text()
    recorded_at = serializers.DateTimeField()


class ExceptionSerializer(serializers.Serializer[object]):
    """One finding that waits for a decision, or did; with `fields` only those."""

    id = serializers.IntegerField(required=False)
    code = text()
    kind = serializers.ChoiceField([kind.value for kind in ExceptionKind], required=False)
    severity = serializers.ChoiceField([one.value for one in Severity], required=False)
    state = serializers.ChoiceField([state.value for state in ExceptionState], required=False)
    subject = text()
    reference = text()
    version = serializers.IntegerField(required=False)
    field = text()
    message = text()
    expected = text()
    found = text()
    fix = text()
    desk = text()
    amount_at_risk = number(null=True)
    currency = text()
    owner = text(null=True)
    priority = number(null=True)
    cause_kind = serializers.ChoiceField([*(kind.value for kind in CauseKind), ""], required=False)
    cause = text()
    raised_at = serializers.DateTimeField(required=False)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    ended_at = serializers.DateTimeField(required=False, allow_null=True)
    reason = text()


class DecisionSerializer(serializers.Serializer[object]):
    """One decision on a version of a trade, or on its cancellation."""

    about = serializers.CharField()
    version = serializers.IntegerField()
    decision = serializers.ChoiceField([decision.value for decision in Decision])
    by = serializers.CharField()
    on_behalf_of = serializers.CharField(
        allow_blank=True,
        help_text="whose right was used: empty for an own one, `broken glass` in an emergency",
    )
    reason = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class LegSerializer(serializers.Serializer[object]):
    """One leg of a deal: below zero we pay or deliver; without a date it is open."""

    kind = serializers.ChoiceField([kind.value for kind in LegKind])
    settlement_date = serializers.DateField(allow_null=True)
    currency = text()
    amount = number(null=True)
    quantity = number(null=True)


class TradeDetailSerializer(TradeSerializer):
    """One trade with its legs, its versions (oldest first), findings and decisions."""

    legs = LegSerializer(many=True)
    versions = VersionSerializer(many=True)
    findings = ExceptionSerializer(many=True)
    decisions = DecisionSerializer(many=True)


class TradePageSerializer(serializers.Serializer[object]):
    """A page of trades; `next` is the cursor of the page after it."""

    items = TradeSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ExceptionPageSerializer(serializers.Serializer[object]):
    """A page of exceptions; `next` is the cursor of the page after it."""

    items = ExceptionSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class EventDataSerializer(serializers.Serializer[object]):
    """What an event is about; more members may come.

    The source is that of the trade; what a counterparty tells of no trade of ours has none.
    """

    source_system = serializers.CharField(required=False)
    source_reference = serializers.CharField(required=False)
    source_version = serializers.IntegerField(required=False)
    action = serializers.ChoiceField([action.value for action in Action], required=False)
    execution_id = serializers.IntegerField(required=False)
    reason_code = serializers.CharField(required=False)
    trade = serializers.CharField(required=False)
    trade_version = serializers.IntegerField(required=False)
    confirmation = serializers.IntegerField(required=False)
    counterparty = serializers.CharField(required=False)
    basis = serializers.CharField(required=False)
    differs = serializers.ListField(child=serializers.CharField(), required=False)
    end_reason = serializers.CharField(required=False)
    message = serializers.IntegerField(required=False)
    their_reference = serializers.CharField(required=False)
    their_version = serializers.IntegerField(required=False)
    function = serializers.CharField(required=False)
    chaser = serializers.IntegerField(required=False)


class EventSerializer(serializers.Serializer[object]):
    """One committed change."""

    id = serializers.IntegerField()
    type = serializers.ChoiceField([kind.value for kind in EventType])
    at = serializers.DateTimeField()
    data = EventDataSerializer()  # type: ignore[assignment]  # a name of ours


class EventPageSerializer(serializers.Serializer[object]):
    """A part of the feed; go on with `next`, at once if there is more."""

    events = EventSerializer(many=True)
    next = serializers.CharField()
    has_more = serializers.BooleanField()


TRADE_PAGE: Final = OpenApiExample(
    "trades",
    {
        "items": [{"reference": "T261120000042", "state": "VALIDATED", "net_amount": "5510.00"}],
        "next": "WzEsIjIwMjYtMTEtMjAiLDI2MTEyMDAwMDAwMDA0Ml0",
    },
    description="with `fields=reference,state,net_amount`",
    response_only=True,
    status_codes=["200"],
)
TERMS: Final = {
    "version": 1,
    "source_version": 1,
    "trade_date": "2026-11-20",
    "traded_at": "2026-11-20T09:01:02.123456Z",
    "settlement_date": "2026-11-24",
    "side": "BUY",
    "isin": "FR0000120271",
    "quantity": "100",
    "price": "55.1",
    "currency": "EUR",
    "gross_amount": "5510.00",
    "accrued_interest": "0.00",
    "fees": "0.00",
    "net_amount": "5510.00",
    "captured_by": "oms",
}
EXCEPTION: Final = {
    "id": 5,
    "code": "TRD-401",
    "kind": "CONTROL",
    "severity": "WARNING",
    "state": "OPEN",
    "subject": "trade",
    "reference": "T261120000042",
    "version": 1,
    "field": "price",
    "message": "The price is 55.1; the last close was 51.00.",
    "expected": "51.00",
    "found": "55.1",
    "fix": "",
    "desk": "EQ",
    "amount_at_risk": "110.00",
    "currency": "EUR",
    "owner": None,
    "priority": "13.75",
    "cause_kind": "INSTRUMENT",
    "cause": "FR0000120271",
    "raised_at": "2026-11-20T09:01:03.123456Z",
    "due_at": "2026-11-20T17:00:00Z",
    "ended_at": None,
    "reason": "",
}
TRADE: Final = OpenApiExample(
    "a trade",
    {
        "reference": "T261120000042",
        "state": "ON_HOLD",
        "close_reason": "",
        "source_system": "OMS",
        "source_reference": "OMS-1",
        **TERMS,
        "product": "",
        "symbol": "",
        "instrument": "TotalEnergies SE",
        "venue": "XPAR",
        "counterparty": "BNPP",
        "desk": "EQ",
        "book": "EQ-PAR-1",
        "trader": "T-ANA",
        "account": "",
        "capacity": "DEAL",
        "received_at": "2026-11-20T09:01:02.623456Z",
        "batch": 3,
        "legs": [],
        "versions": [
            {
                **TERMS,
                "action": "NEW",
                "reason": "",
                "recorded_at": "2026-11-20T09:01:02.623456Z",
            }
        ],
        "findings": [EXCEPTION],
        "decisions": [],
    },
    response_only=True,
    status_codes=["200"],
)
EXCEPTION_PAGE: Final = OpenApiExample(
    "exceptions",
    {"items": [EXCEPTION], "next": None},
    response_only=True,
    status_codes=["200"],
)
EVENT_PAGE: Final = OpenApiExample(
    "events",
    {
        "events": [
            {
                "id": 7,
                "type": "trade.captured",
                "at": "2026-11-20T09:00:00.123456+00:00",
                "data": {
                    "source_system": "OMS",
                    "source_reference": "OMS-1",
                    "source_version": 1,
                    "action": "NEW",
                    "execution_id": 12,
                    "trade": "T261120000042",
                    "trade_version": 1,
                },
            },
            {
                "id": 8,
                "type": "confirmation.mismatched",
                "at": "2026-11-20T17:12:05+00:00",
                "data": {
                    "source_system": "OMS",
                    "source_reference": "OMS-1",
                    "trade": "T261120000042",
                    "trade_version": 1,
                    "confirmation": 41,
                    "counterparty": "BNPP",
                    "basis": "CLOSE",
                    "differs": ["price"],
                    "message": 12,
                    "their_reference": "BNPP-778120",
                    "their_version": 1,
                    "function": "NEWM",
                },
            },
        ],
        "next": "WzEsOF0",
        "has_more": False,
    },
    response_only=True,
    status_codes=["200"],
)
