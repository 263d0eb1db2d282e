"""The feed in the administration: read and searched."""

from __future__ import annotations

from core.access import Action
from core.administration import register_tables
from feeds.models import ChangeEvent, WebhookAttempt, WebhookDelivery, WebhookEndpoint

register_tables(ChangeEvent, view_action=Action.VIEW_TRADES)
register_tables(WebhookEndpoint, WebhookDelivery, WebhookAttempt, view_action=Action.CONFIGURE)
