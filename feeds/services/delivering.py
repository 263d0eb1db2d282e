"""Deliveries: events become rows for each webhook, rows are sent until somebody took them.

At least once, with one `webhook-id` per event however often it is sent. In the order of the feed as
long as all goes well; what failed comes later, and nothing waits for it. A webhook that does not
answer at all rests, longer each time, and is disabled after days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import randbelow
from typing import Any, Final

import msgspec
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.roles import Action
from feeds.formats import standard_webhooks
from feeds.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookProgress
from feeds.services import secrets, webhooks
from feeds.services.sending import Sent, send
from feeds.states import DELIVERY_TRANSITIONS, DeliveryState, EndpointState
from kernel.actors import SYSTEM, Actor
from kernel.states import require_transition

SCANNED_MAX: Final = 5_000
AT_ONCE_MAX: Final = 100
SHIFT: Final = timedelta(seconds=30)
CLAIM: Final = timedelta(minutes=2)
PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long a message waits after each failure; after the last one nobody tries any more."""
REST_MAX: Final = timedelta(minutes=10)
DISABLED_AFTER: Final = timedelta(days=5)
SUCCESS: Final = range(200, 300)
GONE: Final = 410
OVERLOADED: Final = frozenset({408, 425, 429})
FIRST_SERVER_ERROR: Final = 500

FAN_OUT: Final = """
WITH place AS (
SELECT p.endpoint_id, p.position FROM feeds_webhookprogress p
  JOIN feeds_webhookendpoint w ON w.id = p.endpoint_id AND w.state = 'ACTIVE'
 WHERE p.endpoint_id = %(endpoint)s FOR UPDATE OF p),
scanned AS (
SELECT e.id, e.type, e.source_system, e.desk_code, e.source_reference, p.endpoint_id
  FROM place p CROSS JOIN LATERAL (
       SELECT * FROM feeds_changeevent e WHERE e.id > p.position ORDER BY e.id LIMIT %(most)s) e),
sent AS (
INSERT INTO feeds_webhookdelivery (endpoint_id, event_id, message_id, type, source_reference, state,
                                   attempts, due_at, created_at)
SELECT w.id, s.id, 'evt_' || lpad(s.id::text, 12, '0'), s.type, s.source_reference, 'WAITING', 0,
       %(at)s, %(at)s
  FROM scanned s JOIN feeds_webhookendpoint w ON w.id = s.endpoint_id
 WHERE (w.event_types = '{}' OR s.type = ANY(w.event_types))
   AND (w.source_system = '' OR s.source_system = w.source_system)
   AND (w.desk_code = '' OR s.desk_code = w.desk_code)
 ORDER BY s.id
RETURNING 1),
moved AS (
UPDATE feeds_webhookprogress p SET position = (SELECT max(id) FROM scanned)
 WHERE p.endpoint_id = %(endpoint)s AND EXISTS (SELECT FROM scanned))
SELECT count(*) FROM scanned
"""
CLAIM_ONE: Final = """
UPDATE feeds_webhookprogress SET busy_until = %(until)s
 WHERE endpoint_id = (
       SELECT p.endpoint_id FROM feeds_webhookprogress p
         JOIN feeds_webhookendpoint w ON w.id = p.endpoint_id AND w.state = 'ACTIVE'
        WHERE (p.resting_until IS NULL OR p.resting_until <= %(at)s)
          AND (p.busy_until IS NULL OR p.busy_until <= %(at)s)
          AND EXISTS (SELECT FROM feeds_webhookdelivery d
                       WHERE d.endpoint_id = w.id AND d.state = 'WAITING' AND d.due_at <= %(at)s)
        ORDER BY random() LIMIT 1 FOR UPDATE OF p SKIP LOCKED)
RETURNING endpoint_id
"""
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Message:
    """What goes over the wire."""

    body: bytes
    headers: Mapping[str, str]


def dispatch(*, clock: Clock) -> tuple[int, int]:
    """Make deliveries of what is new in the feed, and send what is due, for half a minute at most.

    Any number may do so at once: a webhook is claimed by one at a time, for two minutes that every
    message extends. Returns how many messages were delivered, and how many were not.
    """
    began = clock()
    active = WebhookEndpoint.objects.filter(state=EndpointState.ACTIVE.value)
    for endpoint_id in active.values_list("pk", flat=True):
        fan_out(endpoint_id=endpoint_id, at=began)
    delivered = failed = 0
    while clock() - began < SHIFT and (claimed := _claim(clock())) is not None:
        taken, refused = deliver_due(endpoint_id=claimed, clock=clock)
        delivered, failed = delivered + taken, failed + refused
    return delivered, failed


def fan_out(*, endpoint_id: int, at: datetime) -> None:
    """Make a delivery of every event after the last one that this webhook is to be told of."""
    scanned = SCANNED_MAX
    while scanned == SCANNED_MAX:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FAN_OUT, {"endpoint": endpoint_id, "most": SCANNED_MAX, "at": at})
            scanned = int(cursor.fetchone()[0])


def deliver_due(*, endpoint_id: int, clock: Clock) -> tuple[int, int]:
    """Send what is due to a webhook that was claimed, in the order of the feed, and let go of it.

    Stops when nothing is due, when the webhook rests or is not active, and after 100 messages.
    Returns how many were delivered, and how many were not.
    """
    delivered = failed = 0
    while delivered + failed < AT_ONCE_MAX:
        at = clock()
        delivery = _next(endpoint_id, at)
        if delivery is None:
            break
        if _record(delivery, _sent(delivery, at), at):
            delivered += 1
        else:
            failed += 1
    WebhookProgress.objects.filter(pk=endpoint_id).update(busy_until=None)
    return delivered, failed


def replay(*, delivery_ids: list[int], actor: Actor, at: datetime) -> int:
    """Send again, under the same id, what was delivered or given up; return how many that are.

    What still waits is sent at once. Raises Forbidden.
    """
    access.require(actor, Action.CONFIGURE)
    with acting(actor=actor, reason="replay"):
        rows = WebhookDelivery.objects.select_for_update().filter(
            pk__in=delivery_ids, endpoint__state=EndpointState.ACTIVE.value
        )
        found = list(rows.order_by("pk"))
        for row in found:
            if row.state != DeliveryState.WAITING:
                require_transition(
                    DELIVERY_TRANSITIONS,
                    source=DeliveryState(row.state),
                    target=DeliveryState.WAITING,
                )
        WebhookDelivery.objects.filter(pk__in=[row.pk for row in found]).update(
            state=DeliveryState.WAITING.value, due_at=at, attempts=0, delivered_at=None
        )
        WebhookProgress.objects.filter(endpoint__in={row.endpoint_id for row in found}).update(
            resting_until=None
        )
    return len(found)


def message_of(delivery: WebhookDelivery, *, at: datetime) -> Message:
    """Return what is sent at that moment. Raises SecretLost."""
    endpoint = delivery.endpoint
    moment = delivery.event.at if delivery.event else delivery.created_at
    data: Any = delivery.event.data if delivery.event else {"webhook": endpoint.name}
    body = msgspec.json.encode({"type": delivery.type, "timestamp": moment, "data": data})
    keys = [secrets.require_secret(endpoint)]
    if endpoint.previous_until and at < endpoint.previous_until:
        keys.append(secrets.secret_of(endpoint.previous_salt))
    signed = standard_webhooks.headers(
        keys, message_id=delivery.message_id, timestamp=int(at.timestamp()), body=body
    )
    return Message(
        body,
        {"Content-Type": "application/json", "User-Agent": "denouement-webhooks/1", **signed},
    )


def _claim(at: datetime) -> int | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM_ONE, {"at": at, "until": at + CLAIM})
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _next(endpoint_id: int, at: datetime) -> WebhookDelivery | None:
    """Return the first message that is due, if the webhook may still be sent any."""
    waiting = WebhookDelivery.objects.select_related("endpoint", "event").filter(
        Q(endpoint__progress__resting_until=None) | Q(endpoint__progress__resting_until__lte=at),
        endpoint=endpoint_id,
        endpoint__state=EndpointState.ACTIVE.value,
        state=DeliveryState.WAITING.value,
        due_at__lte=at,
    )
    WebhookProgress.objects.filter(pk=endpoint_id).update(busy_until=at + CLAIM)
    return waiting.order_by("pk").first()


def _sent(delivery: WebhookDelivery, at: datetime) -> Sent:
    try:
        message = message_of(delivery, at=at)
    except secrets.SecretLost as lost:
        return Sent("", 0, error=lost.message)
    return send(delivery.endpoint.url, headers=message.headers, body=message.body)


def _record(delivery: WebhookDelivery, sent: Sent, at: datetime) -> bool:
    """Keep the attempt, and decide what comes next; return whether the message was taken."""
    taken = sent.code in SUCCESS
    with acting(actor=SYSTEM):
        WebhookAttempt.objects.create(
            delivery=delivery,
            at=at,
            address=sent.address,
            code=sent.code,
            error=sent.error[:300],
            response=sent.response,
            took_ms=sent.took_ms,
        )
        row = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
        row.attempts, row.last_code = row.attempts + 1, sent.code
        if row.state == DeliveryState.WAITING:
            _settle(row, sent, at)
        row.save()
        _judge_endpoint(delivery.endpoint_id, sent, at)
    return taken


def _settle(row: WebhookDelivery, sent: Sent, at: datetime) -> None:
    target = None
    if sent.code in SUCCESS:
        target, row.due_at, row.delivered_at = DeliveryState.DELIVERED, None, at
    elif row.attempts > len(PAUSES):
        target, row.due_at = DeliveryState.FAILED, None
    else:
        row.due_at = at + max(_spread(PAUSES[row.attempts - 1]), _asked(sent))
    if target is not None:
        require_transition(DELIVERY_TRANSITIONS, source=DeliveryState(row.state), target=target)
        row.state = target.value


def _judge_endpoint(endpoint_id: int, sent: Sent, at: datetime) -> None:
    """Let a webhook rest that does not answer; disable one that has not for days, or is gone.

    An answer that refuses this message (4xx) says nothing about the next one.
    """
    progress = WebhookProgress.objects.select_for_update().get(pk=endpoint_id)
    if sent.code in SUCCESS:
        if progress.failures or progress.failing_since:
            progress.failures, progress.failing_since, progress.resting_until = 0, None, None
            progress.save()
        return
    progress.failing_since = progress.failing_since or at
    if not _is_answer(sent):
        progress.failures += 1
        pause = PAUSES[min(progress.failures, len(PAUSES)) - 1]
        progress.resting_until = at + max(_spread(min(pause, REST_MAX)), _asked(sent))
    progress.save()
    if sent.code == GONE:
        _disable(endpoint_id, _("The receiver says that it is gone (410)"), at)
    elif at - progress.failing_since >= DISABLED_AFTER:
        _disable(endpoint_id, _("It has taken nothing for five days"), at)


def _disable(endpoint_id: int, why: str, at: datetime) -> None:
    webhooks.disable_endpoint(endpoint_id=endpoint_id, why=why, actor=SYSTEM, at=at)


def _is_answer(sent: Sent) -> bool:
    """Say whether somebody looked at the message, rather than being down or out of reach."""
    code = sent.code
    return code is not None and code < FIRST_SERVER_ERROR and code not in OVERLOADED


def _asked(sent: Sent) -> timedelta:
    return timedelta(seconds=sent.retry_after_s)


def _spread(pause: timedelta) -> timedelta:
    """Return the pause, a fifth longer or shorter: nobody comes back with everybody else."""
    return pause * (80 + randbelow(41)) / 100
