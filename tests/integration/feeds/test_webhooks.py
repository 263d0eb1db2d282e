"""Webhooks: who is told what, signed, again and again until it is taken, and when that ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from core.audit import history
from core.roles import Role
from desk.models import WorkItem
from feeds.facts import EventType
from feeds.formats import standard_webhooks
from feeds.models import WebhookDelivery, WebhookEndpoint, WebhookProgress
from feeds.services import delivering, secrets, webhooks
from feeds.services.sending import RefusedTarget
from kernel.actors import Actor
from kernel.states import IllegalTransition
from tests.factories.trades import AT, cancel, facts, person, send, small_world
from tests.integration.feeds.receiver import Answer, Receiver, listening
from trades.services import feed

pytestmark = pytest.mark.django_db


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: int) -> None:
        self.now += timedelta(**span)


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="receiver")
def _receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOWED_PRIVATE = True
    small_world()
    with listening() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "randbelow", lambda _most: 20)


def admin() -> Actor:
    return person("adm", Role.ADMINISTRATOR)


def made(receiver: Receiver, **options: Any) -> tuple[WebhookEndpoint, str]:
    named = {"name": "hook", "url": receiver.url} | options
    return webhooks.create_endpoint(**named, actor=admin(), at=AT)


def told(clock: Clock) -> tuple[int, int]:
    feed.tell()
    return delivering.dispatch(clock=clock)


def types(receiver: Receiver) -> list[str]:
    return [json.loads(body)["type"] for _path, _headers, body in receiver.got]


def test_what_happens_is_sent_signed_and_once(receiver: Receiver, clock: Clock) -> None:
    send(facts(source_reference="BEFORE"))
    feed.tell()
    _endpoint, secret = made(receiver)
    send(facts())
    send(cancel())

    assert told(clock) == (2, 0)
    assert told(clock) == (0, 0)
    assert types(receiver) == ["trade.captured", "trade.cancelled"]
    _path, headers, body = receiver.got[0]
    assert json.loads(body)["data"]["source_reference"] == "X-1"
    assert json.loads(body)["timestamp"].startswith("2026-11-20T09:00:00")
    assert headers["webhook-signature"] == standard_webhooks.signature(
        standard_webhooks.read(secret),
        message_id=headers["webhook-id"],
        timestamp=int(headers["webhook-timestamp"]),
        body=body,
    )
    assert int(headers["webhook-timestamp"]) == int(AT.timestamp())
    assert [d.state for d in WebhookDelivery.objects.order_by("pk")] == ["DELIVERED", "DELIVERED"]


@pytest.mark.parametrize(
    ("options", "references"),
    [
        ({"event_types": ["trade.cancelled"]}, ["X-1"]),
        ({"source_system": "EMS"}, ["E-1"]),
        ({"desk_code": "BONDS"}, []),
        ({"desk_code": "EQUITY", "event_types": ["trade.captured"]}, ["X-1", "E-1"]),
    ],
)
def test_each_is_told_what_it_asked_for(
    receiver: Receiver, clock: Clock, options: Any, references: list[str]
) -> None:
    made(receiver, **options)
    send(facts())
    send(facts(source_reference="E-1"), source_system="EMS")
    send(cancel())
    told(clock)

    got = [json.loads(body)["data"]["source_reference"] for _p, _h, body in receiver.got]
    assert got == references
    assert WebhookProgress.objects.get().position > 0


def test_a_failure_is_tried_again_with_pauses_that_grow(receiver: Receiver, clock: Clock) -> None:
    made(receiver)
    send(facts())
    receiver.answers.extend([Answer(500), Answer(500), Answer(500)])
    outcomes = []
    for seconds in (0, 4, 1, 29, 1, 119, 1):
        clock.pass_by(seconds=seconds)
        outcomes.append(told(clock))

    assert outcomes == [(0, 1), (0, 0), (0, 1), (0, 0), (0, 1), (0, 0), (1, 0)]
    assert len(set(receiver.ids)) == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.last_code) == ("DELIVERED", 4, 200)
    assert [attempt.code for attempt in delivery.tries.all()] == [500, 500, 500, 200]


def test_the_last_attempt_gives_up_and_a_replay_begins_anew(
    receiver: Receiver, clock: Clock
) -> None:
    made(receiver)
    send(facts())
    receiver.default = Answer(400)
    for pause in (*delivering.PAUSES, timedelta(0)):
        told(clock)
        clock.now += pause
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("FAILED", len(delivering.PAUSES) + 1)

    receiver.default = Answer(204, body=b"")
    assert delivering.replay(delivery_ids=[delivery.pk], actor=admin(), at=clock()) == 1
    told(clock)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_code) == ("DELIVERED", 1, 204)
    assert len(set(receiver.ids)) == 1


def test_who_is_down_rests_and_gets_all_of_it_in_order(receiver: Receiver, clock: Clock) -> None:
    """One attempt finds out, not one for each of a hundred messages."""
    made(receiver)
    send(*(facts(source_reference=f"X-{n}") for n in range(5)))
    receiver.answers.append(Answer(503))
    assert told(clock) == (0, 1)
    assert told(clock) == (0, 0)
    clock.pass_by(seconds=6)
    assert told(clock) == (5, 0)

    got = [json.loads(body)["data"]["source_reference"] for _p, _h, body in receiver.got]
    assert got == ["X-0", "X-0", "X-1", "X-2", "X-3", "X-4"]


def test_who_refuses_one_message_still_gets_the_next(receiver: Receiver, clock: Clock) -> None:
    made(receiver)
    send(facts(source_reference="A"), facts(source_reference="B"))
    receiver.answers.append(Answer(422))

    assert told(clock) == (1, 1)


def test_retry_after_is_honoured(receiver: Receiver, clock: Clock) -> None:
    made(receiver)
    send(facts())
    receiver.answers.append(Answer(429, headers={"Retry-After": "120"}))
    told(clock)
    clock.pass_by(seconds=119)
    assert told(clock) == (0, 0)
    clock.pass_by(seconds=2)
    assert told(clock) == (1, 0)


@pytest.mark.parametrize("why", ["five days", "gone"])
def test_one_that_is_dead_is_disabled_and_waits_for_a_person(
    receiver: Receiver, clock: Clock, why: str
) -> None:
    endpoint, _secret = made(receiver)
    send(facts())
    receiver.default = Answer(410 if why == "gone" else 500)
    told(clock)
    if why == "five days":
        clock.pass_by(days=5)
        told(clock)
    send(facts(source_reference="X-2"))
    clock.pass_by(days=1)

    assert told(clock) == (0, 0)
    endpoint.refresh_from_db()
    assert endpoint.state == "DISABLED"
    work = WorkItem.objects.get(kind="WEBHOOK")
    assert (work.title, work.url, work.state) == ("hook", f"/webhooks/{endpoint.pk}/", "OPEN")

    receiver.default = Answer()
    webhooks.resume_endpoint(endpoint_id=endpoint.pk, actor=admin(), at=clock())
    assert told(clock) == (2, 0)
    work.refresh_from_db()
    assert work.state == "DONE"


def test_what_happens_in_a_pause_is_sent_afterwards(receiver: Receiver, clock: Clock) -> None:
    endpoint, _secret = made(receiver)
    boss = admin()
    webhooks.pause_endpoint(endpoint_id=endpoint.pk, actor=boss, at=AT)
    send(facts())
    assert told(clock) == (0, 0)
    webhooks.resume_endpoint(endpoint_id=endpoint.pk, actor=boss, at=AT)
    assert told(clock) == (1, 0)


def test_the_end_is_final(receiver: Receiver, clock: Clock) -> None:
    endpoint, _secret = made(receiver)
    boss = admin()
    send(facts())
    receiver.answers.append(Answer(500))
    told(clock)
    webhooks.end_endpoint(endpoint_id=endpoint.pk, actor=boss, at=AT)
    clock.pass_by(days=1)

    assert told(clock) == (0, 0)
    assert WebhookDelivery.objects.get().state == "DROPPED"
    for act in (webhooks.resume_endpoint, webhooks.renew_secret, webhooks.send_test):
        with pytest.raises(IllegalTransition):
            act(endpoint_id=endpoint.pk, actor=boss, at=AT)
    assert (
        delivering.replay(delivery_ids=[WebhookDelivery.objects.get().pk], actor=boss, at=AT) == 0
    )


def test_a_renewed_secret_signs_beside_the_old_one_for_a_day(
    receiver: Receiver, clock: Clock
) -> None:
    endpoint, old = made(receiver)
    _same, new = webhooks.renew_secret(endpoint_id=endpoint.pk, actor=admin(), at=AT)
    send(facts(source_reference="A"))
    told(clock)
    clock.pass_by(hours=25)
    send(facts(source_reference="B"))
    told(clock)

    for (_path, headers, body), keys in zip(receiver.got, ([new, old], [new]), strict=True):
        signed = [
            standard_webhooks.signature(
                standard_webhooks.read(key),
                message_id=headers["webhook-id"],
                timestamp=int(headers["webhook-timestamp"]),
                body=body,
            )
            for key in keys
        ]
        assert headers["webhook-signature"] == " ".join(signed)


def test_secrets_are_nowhere_in_the_database(receiver: Receiver) -> None:
    endpoint, secret = made(receiver)
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk).values().get()

    assert secret not in str(row)
    trail = str([entry.changes for entry in history("webhook", endpoint.pk)])
    assert secret not in trail
    assert endpoint.salt not in trail


def test_another_key_of_the_installation_signs_nothing(receiver: Receiver, clock: Clock) -> None:
    made(receiver)
    send(facts())
    with override_settings(SECRET_KEY="another " + "k" * 50):
        assert told(clock) == (0, 1)

    assert receiver.got == []
    assert "SECRET_KEY" in WebhookDelivery.objects.get().tries.get().error


def test_a_test_message(receiver: Receiver, clock: Clock) -> None:
    endpoint, _secret = made(receiver)
    webhooks.send_test(endpoint_id=endpoint.pk, actor=admin(), at=AT)
    told(clock)

    assert types(receiver) == ["webhook.test"]
    assert receiver.ids[0].startswith("test_")


def test_a_claimed_webhook_is_left_to_who_claimed_it(receiver: Receiver, clock: Clock) -> None:
    made(receiver)
    send(facts())
    feed.tell()
    delivering.fan_out(endpoint_id=WebhookEndpoint.objects.get().pk, at=AT)
    assert delivering._claim(AT) is not None
    assert delivering._claim(AT) is None
    assert told(clock) == (0, 0)
    clock.pass_by(minutes=3)
    assert told(clock) == (1, 0)


def test_many_events_are_fanned_out_in_parts(
    receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "SCANNED_MAX", 3)
    monkeypatch.setattr(delivering, "AT_ONCE_MAX", 2)
    made(receiver)
    send(*(facts(source_reference=f"X-{n}") for n in range(7)))

    assert told(clock) == (7, 0)
    assert receiver.ids == sorted(receiver.ids)


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"url": "ftp://x.example/"}, RefusedTarget),
        ({"name": " "}, webhooks.UnableToSave),
        ({"event_types": ["trade.eaten"]}, webhooks.UnableToSave),
    ],
)
def test_what_cannot_be_made(receiver: Receiver, options: Any, refusal: Any) -> None:
    with pytest.raises(refusal):
        made(receiver, **options)


def test_names_are_taken_once(receiver: Receiver) -> None:
    made(receiver)
    with pytest.raises(webhooks.UnableToSave):
        made(receiver)


def test_production_refuses_private_addresses(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_PRIVATE = False
    with pytest.raises(RefusedTarget):
        made(receiver)
    with pytest.raises(RefusedTarget):
        made(receiver, url="https://169.254.169.254/latest/meta-data/")


def test_every_event_type_can_be_told(receiver: Receiver) -> None:
    endpoint, _secret = made(receiver, event_types=[kind.value for kind in EventType])

    assert endpoint.event_types == sorted(EventType)
    assert secrets.require_secret(endpoint)
