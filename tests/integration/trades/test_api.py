"""The capture API as a client meets it: codes, findings, repeats, keys, bulk."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from core import tokens
from kernel.actors import SYSTEM
from tests.factories.trades import AT, message, small_world
from trades.models import CaptureBatch, Execution, Trade

pytestmark = pytest.mark.django_db
ONE = "/api/v1/executions/"
MANY = "/api/v1/executions/bulk/"


@pytest.fixture
def client() -> Client:
    small_world()
    token = tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)
    return Client(headers={"authorization": f"Bearer {token}"})


def post(client: Client, body: object, address: str = ONE, **headers: str) -> Any:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(address, text, content_type="application/json", headers=headers)


def test_an_execution_is_created_once(client: Client) -> None:
    first = post(client, message())
    again = post(client, message())
    other = post(client, message(price="9"))

    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert first.json()["outcome"] == "BOOKED"
    assert again.json()["trade"] == first.json()["trade"] == Trade.objects.get().reference
    assert other.json()["findings"][0]["code"] == "CAP-201"
    assert other.headers["Content-Type"] == "application/problem+json"


def test_what_every_call_asks_is_not_planned_again(client: Client) -> None:
    """PostgreSQL makes a plan for each of the first five calls; the one that it keeps must do."""

    def calls(name: str, count: int) -> dict[str, int]:
        for n in range(count):
            key = {"idempotency-key": f"{name}-{n}"}
            answer = post(client, message(source_reference=f"{name}-{n}"), **key)
            assert answer.status_code == 201
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, custom_plans FROM pg_prepared_statements")
            return dict(cursor.fetchall())

    planned = calls("A", 6)

    assert len(planned) >= 8
    assert calls("B", 3) == planned


def test_a_rate_limits_captures_too_and_none_is_the_default(
    client: Client, settings: LazySettings
) -> None:
    assert settings.API_RATE is None
    settings.API_RATE = "2/day"
    cache.clear()

    answers = [post(client, message(), address) for address in (ONE, ONE, ONE, MANY)]

    assert [answer.status_code for answer in answers] == [201, 200, 429, 429]
    assert answers[2].json()["code"] == "THROTTLED"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 86_400


@pytest.mark.parametrize(
    ("case", "body", "status", "codes"),
    [
        ("malformed", b'{"source_reference": ', 400, ["CAP-001"]),
        ("empty", b"", 400, ["CAP-001"]),
        ("list", b"[]", 400, ["CAP-002"]),
        ("twice", b'{"version":1,"version":2,"action":"CANCEL","source_reference":"X"}', 400,
         ["CAP-003"]),
        ("deep", b"[" * 60_000, 400, ["CAP-004"]),
        ("encoding", json.dumps(message()).encode("utf-16"), 400, ["CAP-018"]),
        ("nan", json.dumps(message()).replace('"101.5"', "NaN").encode(), 422, ["CAP-007"]),
        ("infinity", json.dumps(message()).replace('"101.5"', "-Infinity").encode(), 422,
         ["CAP-007"]),
        ("huge", json.dumps(message()).replace('"101.5"', "1e400").encode(), 422, ["CAP-007"]),
        ("huge_text", message(price="1e400"), 422, ["CAP-008"]),
        ("negative", message(quantity="-100"), 422, ["CAP-010"]),
        ("check_digit", message(isin="FR0000120272"), 422, ["CAP-014"]),
        ("february", message(trade_date="2026-02-31"), 422, ["CAP-011"]),
        ("no_offset", message(traded_at="2026-11-20T10:00:00"), 422, ["CAP-012"]),
        ("unknown_field", message(colour="red"), 422, ["CAP-005"]),
        ("all_at_once", message(side="HOLD", quantity=None, currency="EURO", price=True), 422,
         ["CAP-006", "CAP-013", "CAP-007", "CAP-015"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_every_finding(
    client: Client, case: str, body: object, status: int, codes: list[str]
) -> None:
    answer = post(client, body)

    assert answer.status_code == status, case
    assert [finding["code"] for finding in answer.json()["findings"]] == codes, case
    assert not Execution.objects.exists(), case


def test_an_unknown_isin_is_kept_and_says_so(client: Client) -> None:
    answer = post(client, message(isin="US0378331005"))

    assert (answer.status_code, answer.json()["outcome"]) == (201, "EXCEPTION")
    assert "US0378331005" in answer.json()["findings"][0]["message"]


def test_a_body_beyond_the_limit_is_refused(client: Client) -> None:
    assert post(client, b" " * 70_000).status_code == 413


def test_nobody_posts_without_a_token(client: Client) -> None:
    assert post(Client(), message()).status_code == 401
    assert post(Client(headers={"authorization": "Bearer nonsense"}), message()).status_code == 401


def test_a_key_answers_the_same_again_and_refuses_another_body(client: Client) -> None:
    first = post(client, message(), **{"idempotency-key": "k1"})
    again = post(client, message(), **{"idempotency-key": "k1"})
    other = post(client, message(version=2), **{"idempotency-key": "k1"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.content == first.content


@pytest.mark.parametrize("shape", ["lines", "list"])
def test_a_bulk_answers_item_by_item(client: Client, shape: str) -> None:
    items = [message(source_reference=f"B-{n}") for n in range(3)]
    items += [message(source_reference="B-0"), message(source_reference="B-9", quantity="0")]
    texts = [json.dumps(item) for item in items]
    body = "\n".join(texts) if shape == "lines" else f"[{','.join(texts)}]"

    answer = post(client, body.encode(), MANY).json()

    assert [item["code"] for item in answer["items"]] == [201, 201, 201, 200, 422]
    assert answer["counts"] == {"booked": 3, "repeated": 1, "invalid": 1}
    assert CaptureBatch.objects.get(pk=answer["batch_id"]).counts == answer["counts"]


def test_a_broken_line_does_not_stop_the_others(client: Client) -> None:
    body = json.dumps(message()).encode() + b'\n{"oops\n'

    answer = post(client, body, MANY).json()

    assert [item["code"] for item in answer["items"]] == [201, 422]


@pytest.mark.parametrize("body", [b"", b"[1,", b"[" * 50_000])
def test_a_bulk_that_is_no_bulk_is_refused(client: Client, body: bytes) -> None:
    assert post(client, body, MANY).status_code == 400


def test_the_sender_can_ask_what_became_of_a_reference(client: Client) -> None:
    post(client, message(source_reference="A/7"))

    found = client.get(f"{ONE}A/7/").json()

    assert (found["state"], found["trade_version"]) == ("RECEIVED", 1)
    assert [m["outcome"] for m in found["messages"]] == ["BOOKED"]
    assert client.get(f"{ONE}unknown/").status_code == 404
