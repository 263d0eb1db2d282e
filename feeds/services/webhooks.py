"""Webhooks as an administrator handles them: make, renew the secret, pause, resume, end, test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.roles import Action
from core.text import visible
from desk import services as desk
from desk.facts import Subject
from desk.states import WorkKind
from feeds import selectors
from feeds.facts import EventType
from feeds.formats import standard_webhooks
from feeds.models import WebhookDelivery, WebhookEndpoint, WebhookProgress
from feeds.services import secrets
from feeds.services.sending import require_target
from feeds.states import ENDPOINT_TRANSITIONS, DeliveryState, EndpointState
from kernel.actors import Actor
from kernel.findings import Refusal, Severity
from kernel.states import require_transition

SUBJECT_KIND: Final = "webhook"
TEST: Final = "webhook.test"
OVERLAP: Final = timedelta(hours=24)
"""So long after a renewal messages carry the signature of the old secret, too."""


class UnableToSave(Refusal):
    """The webhook has no name, one that is taken, or events that do not exist."""

    code = "UNABLE_TO_SAVE"


def create_endpoint(
    *,
    name: str,
    url: str,
    event_types: Sequence[str] = (),
    source_system: str = "",
    desk_code: str = "",
    actor: Actor,
    at: datetime,
) -> tuple[WebhookEndpoint, str]:
    """Make a webhook that is told of events from now on; return it with its secret, shown once.

    Raises Forbidden, RefusedTarget, UnableToSave.
    """
    access.require(actor, Action.CONFIGURE)
    require_target(url)
    if not visible(name) or set(event_types) - {kind.value for kind in EventType}:
        raise UnableToSave(_("Give a name, and events that exist."))
    salt = secrets.fresh_salt()
    secret = secrets.secret_of(salt)
    with acting(actor=actor, reason=url[:200]):
        endpoint = _inserted(
            WebhookEndpoint(
                name=visible(name),
                url=url,
                event_types=sorted(event_types),
                source_system=source_system,
                desk_code=desk_code,
                salt=salt,
                secret_print=secrets.print_of(secret),
                created_by=actor.name,
                created_at=at,
            )
        )
        WebhookProgress.objects.create(endpoint=endpoint, position=selectors.last_number())
    return endpoint, standard_webhooks.written(secret)


def renew_secret(*, endpoint_id: int, actor: Actor, at: datetime) -> tuple[WebhookEndpoint, str]:
    """Make a new secret, shown once; for a day messages are signed with the old one as well.

    Raises Forbidden, IllegalTransition when the webhook ended.
    """
    with acting(actor=actor, reason="new secret"):
        endpoint = _locked(endpoint_id, actor)
        if endpoint.state == EndpointState.ENDED:
            _require(endpoint, EndpointState.ACTIVE)
        old, salt = endpoint.salt, secrets.fresh_salt()
        kept = secrets.print_of(secrets.secret_of(old)) == endpoint.secret_print
        endpoint.previous_salt = old if kept else ""
        endpoint.previous_until = at + OVERLAP if kept else None
        secret = secrets.secret_of(salt)
        endpoint.salt, endpoint.secret_print = salt, secrets.print_of(secret)
        endpoint.save()
        return endpoint, standard_webhooks.written(secret)


def pause_endpoint(*, endpoint_id: int, actor: Actor, at: datetime) -> WebhookEndpoint:
    """Send nothing until it is resumed; what happens meanwhile waits. Raises IllegalTransition."""
    with acting(actor=actor, reason="paused"):
        endpoint = _locked(endpoint_id, actor)
        return _moved(endpoint, EndpointState.PAUSED)


def resume_endpoint(*, endpoint_id: int, actor: Actor, at: datetime) -> WebhookEndpoint:
    """Send again, first what waited. Raises Forbidden, RefusedTarget, IllegalTransition."""
    with acting(actor=actor, reason="resumed"):
        endpoint = _locked(endpoint_id, actor)
        require_target(endpoint.url)
        _moved(endpoint, EndpointState.ACTIVE)
        WebhookProgress.objects.filter(pk=endpoint.pk).update(
            failures=0, failing_since=None, resting_until=None
        )
        waiting = endpoint.deliveries.filter(state=DeliveryState.WAITING.value)
        waiting.update(due_at=at)
        _close_work(endpoint, actor, at)
        return endpoint


def end_endpoint(*, endpoint_id: int, actor: Actor, at: datetime) -> WebhookEndpoint:
    """Never send again; the webhook and what it sent stay on record. Raises IllegalTransition."""
    with acting(actor=actor, reason="ended"):
        endpoint = _locked(endpoint_id, actor)
        _moved(endpoint, EndpointState.ENDED)
        waiting = endpoint.deliveries.filter(state=DeliveryState.WAITING.value)
        waiting.update(state=DeliveryState.DROPPED.value, due_at=None)
        _close_work(endpoint, actor, at)
        return endpoint


def disable_endpoint(*, endpoint_id: int, why: str, actor: Actor, at: datetime) -> None:
    """Stop a webhook that does not answer, and put it in the work queue."""
    with acting(actor=actor, reason=why):
        endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
        if endpoint.state != EndpointState.ACTIVE:
            return
        _moved(endpoint, EndpointState.DISABLED)
        desk.open_work(
            kind=WorkKind.WEBHOOK,
            tasks=[
                desk.Task(
                    subject=Subject(
                        kind=SUBJECT_KIND, id=endpoint.pk, url=endpoint.get_absolute_url()
                    ),
                    title=endpoint.name,
                    severity=Severity.BLOCKING,
                )
            ],
            actor=actor,
            at=at,
        )


def send_test(*, endpoint_id: int, actor: Actor, at: datetime) -> WebhookDelivery:
    """Queue a message that says nothing. Raises Forbidden, IllegalTransition unless ACTIVE."""
    with acting(actor=actor, reason="test"):
        endpoint = _locked(endpoint_id, actor)
        if endpoint.state != EndpointState.ACTIVE:
            _require(endpoint, EndpointState.PAUSED)
        return WebhookDelivery.objects.create(
            endpoint=endpoint,
            message_id=f"test_{uuid4().hex}",
            type=TEST,
            due_at=at,
            created_at=at,
        )


def _inserted(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    try:
        with transaction.atomic():
            endpoint.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToSave(_("A webhook of that name exists.")) from error
    return endpoint


def _locked(endpoint_id: int, actor: Actor) -> WebhookEndpoint:
    access.require(actor, Action.CONFIGURE)
    return WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)


def _moved(endpoint: WebhookEndpoint, target: EndpointState) -> WebhookEndpoint:
    _require(endpoint, target)
    endpoint.state = target.value
    endpoint.save(update_fields=["state"])
    return endpoint


def _require(endpoint: WebhookEndpoint, target: EndpointState) -> None:
    require_transition(ENDPOINT_TRANSITIONS, source=EndpointState(endpoint.state), target=target)


def _close_work(endpoint: WebhookEndpoint, actor: Actor, at: datetime) -> None:
    desk.close_work(
        kind=WorkKind.WEBHOOK,
        subject_kind=SUBJECT_KIND,
        subject_ids=[endpoint.pk],
        actor=actor,
        at=at,
    )
