"""Shapes of the capture API for its description; the hot path itself uses msgspec."""

from __future__ import annotations

from rest_framework import serializers

from trades.states import Action, Capacity, Outcome, Side, TradeState


class ExecutionSerializer(serializers.Serializer[object]):
    """One execution; numbers are decimal texts. A CANCEL needs its first three fields only."""

    source_reference = serializers.CharField(max_length=64)
    version = serializers.IntegerField(min_value=1)
    action = serializers.ChoiceField([a.value for a in Action])
    isin = serializers.CharField(max_length=12, required=False)
    symbol = serializers.CharField(max_length=64, required=False)
    side = serializers.ChoiceField([s.value for s in Side], required=False)
    quantity = serializers.CharField(required=False, help_text="> 0, up to 18 + 10 digits")
    price = serializers.CharField(required=False, help_text="up to 10 + 10 digits")
    currency = serializers.CharField(max_length=3, required=False)
    traded_at = serializers.DateTimeField(required=False, help_text="with its offset")
    trade_date = serializers.DateField(required=False)
    settlement_date = serializers.DateField(required=False)
    venue = serializers.CharField(max_length=4, required=False, help_text="MIC")
    counterparty = serializers.CharField(max_length=35, required=False)
    book = serializers.CharField(max_length=35, required=False)
    trader = serializers.CharField(max_length=35, required=False)
    account = serializers.CharField(max_length=35, required=False)
    gross_amount = serializers.CharField(required=False)
    accrued_interest = serializers.CharField(required=False)
    fees = serializers.CharField(required=False)
    net_amount = serializers.CharField(required=False)
    capacity = serializers.ChoiceField([c.value for c in Capacity], required=False)
    comment = serializers.CharField(max_length=500, required=False)


class ItemSerializer(serializers.Serializer[object]):
    """What became of one message."""

    status = serializers.CharField(help_text="CREATED, REPEATED, CONFLICT, INVALID")
    outcome = serializers.ChoiceField([o.value for o in Outcome], allow_null=True)
    source_reference = serializers.CharField()
    version = serializers.IntegerField()
    action = serializers.ChoiceField([a.value for a in Action])
    execution_id = serializers.IntegerField(required=False)
    trade = serializers.CharField(required=False)
    trade_version = serializers.IntegerField(required=False)
    findings = serializers.ListField(child=serializers.DictField(), required=False)


class BulkSerializer(serializers.Serializer[object]):
    """Counts, and one entry per message in its order."""

    batch_id = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())
    items = ItemSerializer(many=True)


class MessageSerializer(serializers.Serializer[object]):
    """One message that was kept."""

    execution_id = serializers.IntegerField()
    version = serializers.IntegerField()
    action = serializers.CharField()
    outcome = serializers.CharField()
    reason_code = serializers.CharField()
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
