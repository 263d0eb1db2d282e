"""What others can be told of, in the words of the API."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """The types of change events; others may come, so receivers pass over what they do not know."""

    TRADE_CAPTURED = "trade.captured"
    TRADE_AMENDED = "trade.amended"
    TRADE_ENRICHED = "trade.enriched"
    TRADE_CANCELLED = "trade.cancelled"
    TRADE_PARKED = "trade.parked"
    TRADE_EXCEPTION = "trade.exception"
    TRADE_IGNORED = "trade.ignored"
    TRADE_ON_HOLD = "trade.on_hold"
    TRADE_TO_VALIDATE = "trade.to_validate"
    TRADE_VALIDATED = "trade.validated"
    TRADE_REJECTED = "trade.rejected"
    CONFIRMATION_SENT = "confirmation.sent"
    CONFIRMATION_RECEIVED = "confirmation.received"
    CONFIRMATION_MATCHED = "confirmation.matched"
    CONFIRMATION_MISMATCHED = "confirmation.mismatched"
    CONFIRMATION_ALLEGED = "confirmation.alleged"
    CONFIRMATION_CHASED = "confirmation.chased"
    CONFIRMATION_UNPAIRED = "confirmation.unpaired"
    CONFIRMATION_DISPUTED = "confirmation.disputed"
    CONFIRMATION_CANCELLED = "confirmation.cancelled"
