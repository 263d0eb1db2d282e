"""Pages of webhooks: an administrator's; the secret is shown once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.roles import Role
from feeds.models import WebhookDelivery, WebhookEndpoint
from feeds.states import DeliveryState, EndpointState
from tests.factories.feeds import a_delivery, an_endpoint, webhooks_in_every_state
from tests.factories.trades import signed_in

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
GOOD = {"name": "Risk system", "url": "https://hooks.example/in", "event_types": ["trade.captured"]}


@pytest.fixture(name="admin")
def _admin() -> Client:
    return signed_in(Role.ADMINISTRATOR, name="root")


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR])
@pytest.mark.parametrize("path", ["", "new/", "deliveries/", "1/", "deliveries/1/"])
def test_only_an_administrator_comes_in(role: Role, path: str) -> None:
    person = signed_in(role)

    assert person.get(f"/webhooks/{path}").status_code == 403
    for act in ("1/pause/", "1/end/", "1/secret/", "deliveries/1/replay/", "deliveries/replay/"):
        assert person.post(f"/webhooks/{act}").status_code == 403


def test_a_new_webhook_shows_its_secret_once(admin: Client) -> None:
    shown = admin.post("/webhooks/new/", GOOD)
    endpoint = WebhookEndpoint.objects.get()
    later = admin.get(f"/webhooks/{endpoint.pk}/")

    secret = SECRET.search(shown.content.decode())
    assert secret is not None
    assert shown.headers["Cache-Control"] == "no-store"
    assert later.status_code == 200
    assert secret[0] not in later.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "http://hooks.example/"}, "A webhook has an address in https"),
        ({"url": "https://127.0.0.1/"}, "not a public address"),
        ({"url": "nonsense"}, "not an address of a webhook"),
        ({"name": ""}, "This field is required"),
        ({"event_types": ["trade.eaten"]}, "trade.eaten"),
    ],
)
def test_a_form_with_a_mistake_says_so(admin: Client, change: Any, words: str) -> None:
    answer = admin.post("/webhooks/new/", GOOD | change)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_what_an_administrator_does(admin: Client) -> None:
    endpoint = an_endpoint()
    states = []
    for act in ("pause", "resume", "test", "end"):
        assert admin.post(f"/webhooks/{endpoint.pk}/{act}/").status_code == 302
        endpoint.refresh_from_db()
        states.append(endpoint.state)

    assert states == ["PAUSED", "ACTIVE", "ACTIVE", "ENDED"]
    assert admin.post(f"/webhooks/{endpoint.pk}/resume/").status_code == 409
    assert admin.post("/webhooks/99/pause/").status_code == 404
    assert WebhookDelivery.objects.get().type == "webhook.test"


def test_a_new_secret_is_another_one(admin: Client) -> None:
    endpoint = an_endpoint()
    first, second = (
        SECRET.search(admin.post(f"/webhooks/{endpoint.pk}/secret/").content.decode())
        for _ in range(2)
    )

    assert first is not None
    assert second is not None
    assert first[0] != second[0]


def test_deliveries_are_filtered_and_sent_again(admin: Client) -> None:
    webhooks_in_every_state()
    failed = WebhookDelivery.objects.get(state="FAILED")
    listed = admin.get("/webhooks/deliveries/?state=FAILED")
    assert listed.context["count"] == 1

    one = admin.post(f"/webhooks/deliveries/{failed.pk}/replay/")
    assert (one.status_code, WebhookDelivery.objects.get(pk=failed.pk).state) == (302, "WAITING")
    delivered = WebhookDelivery.objects.get(state="DELIVERED")
    many = admin.post("/webhooks/deliveries/replay/", {"ids": [delivered.pk]})
    assert many.status_code == 302
    assert WebhookDelivery.objects.filter(state="WAITING").count() == 3


def test_all_that_failed_is_sent_again_as_it_was_selected(admin: Client) -> None:
    endpoint = an_endpoint()
    for number in range(60):
        a_delivery(endpoint, DeliveryState.FAILED, number=number)
    frozen = admin.get("/webhooks/deliveries/?state=FAILED&select=all")
    answer = admin.post("/webhooks/deliveries/replay/", {"selection": frozen.context["token"]})

    assert answer.status_code == 302
    assert WebhookDelivery.objects.filter(state="WAITING").count() == 60


def test_a_delivery_shows_its_request_and_its_attempts(admin: Client) -> None:
    delivery = a_delivery(an_endpoint(), DeliveryState.FAILED, number=7)
    page = admin.get(f"/webhooks/deliveries/{delivery.pk}/").content.decode()

    for words in ("webhook-signature: v1,", delivery.message_id, "OMS-7", "503", "come back later"):
        assert words in page


@pytest.mark.parametrize("path", ["", "deliveries/"])
def test_a_list_costs_the_same_whatever_it_holds(admin: Client, path: str) -> None:
    endpoint = an_endpoint()
    admin.get(f"/webhooks/{path}")
    with CaptureQueriesContext(connection) as few:
        admin.get(f"/webhooks/{path}")
    for number in range(20):
        a_delivery(endpoint, DeliveryState.DELIVERED, number=number)
    an_endpoint(EndpointState.PAUSED)
    with CaptureQueriesContext(connection) as many:
        admin.get(f"/webhooks/{path}")

    assert len(many) <= len(few) + 1


def test_the_list_speaks_french(admin: Client) -> None:
    french = {"accept-language": "fr"}
    webhooks_in_every_state()

    page = admin.get("/webhooks/", headers=french).content.decode()
    for words in ("Webhooks", "Nouveau webhook", "En pause", "Désactivé", "Terminé", "Actif"):
        assert words in page
