"""Storage of the feed, and of those who are told of it."""

from feeds.models.changes import ChangeEvent
from feeds.models.webhooks import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookProgress,
)

__all__ = [
    "ChangeEvent",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookProgress",
]
