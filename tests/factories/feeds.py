"""Webhooks for tests of pages: one in each state, with deliveries in each state."""

from __future__ import annotations

from feeds.models import (
    ChangeEvent,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookProgress,
)
from feeds.services import secrets
from feeds.states import DeliveryState, EndpointState
from tests.factories.trades import AT


def an_endpoint(state: EndpointState = EndpointState.ACTIVE) -> WebhookEndpoint:
    """Return a webhook that leads nowhere."""
    salt = secrets.fresh_salt()
    endpoint = WebhookEndpoint.objects.create(
        name=f"OMS {state.lower()}",
        url="https://hooks.example/denouement",
        event_types=["trade.captured", "trade.validated"],
        source_system="OMS",
        state=state.value,
        salt=salt,
        secret_print=secrets.print_of(secrets.secret_of(salt)),
        created_by="admin",
        created_at=AT,
    )
    failing = AT if state is EndpointState.DISABLED else None
    WebhookProgress.objects.create(endpoint=endpoint, failing_since=failing)
    return endpoint


def a_delivery(endpoint: WebhookEndpoint, state: DeliveryState, *, number: int) -> WebhookDelivery:
    """Return a delivery of its own event, with one attempt."""
    event = ChangeEvent.objects.create(
        type="trade.captured",
        source_system="OMS",
        source_reference=f"OMS-{number}",
        data={"source_system": "OMS", "source_reference": f"OMS-{number}", "trade": "T000000042"},
        at=AT,
    )
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint,
        event=event,
        message_id=f"evt_{event.pk:012d}",
        type=event.type,
        source_reference=event.source_reference,
        state=state.value,
        attempts=1,
        last_code=200 if state is DeliveryState.DELIVERED else 503,
        due_at=AT if state is DeliveryState.WAITING else None,
        created_at=AT,
        delivered_at=AT if state is DeliveryState.DELIVERED else None,
    )
    WebhookAttempt.objects.create(
        delivery=delivery,
        at=AT,
        address="93.184.215.14",
        code=delivery.last_code,
        response='{"said": "come back later"}',
        took_ms=182,
    )
    return delivery


def webhooks_in_every_state() -> None:
    """Make a webhook in each state; the one in use has a delivery in each state."""
    endpoints = [an_endpoint(state) for state in EndpointState]
    for number, state in enumerate(DeliveryState):
        a_delivery(endpoints[0], state, number=number)
