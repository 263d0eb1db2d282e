"""Probes answer without a session, tell what is wrong, and show figures to few."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import LazySettings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from backoffice import health

pytestmark = pytest.mark.django_db
WELL = {"database": "ok", "migrations": "ok", "broker": "ok", "worker": "ok", "scheduler": "ok"}


@pytest.fixture(name="heartbeats", autouse=True)
def _heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("worker", "scheduler"):
        health.beat(name, at=datetime.now(UTC))
    monkeypatch.setitem(health.CHECKS, "broker", lambda: "ok")


def test_alive_needs_nothing(client: Client) -> None:
    answer = client.get("/livez", headers={"host": "nobody.example"})

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_ready_names_each_part(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.json() == {"ready": True, **WELL}
    assert answer.status_code == 200


@pytest.mark.parametrize("part", WELL)
def test_ready_is_503_and_says_which_part_failed(
    client: Client, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise OSError("secret address 10.0.0.1")

    monkeypatch.setitem(health.CHECKS, part, broken)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, **WELL, part: "OSError"}


@pytest.mark.parametrize(
    ("case", "token", "headers", "status"),
    [
        ("this_machine", "", {}, 200),
        ("through_a_proxy", "", {"x-forwarded-for": "203.0.113.9"}, 403),
        ("token_missing", "s3cret", {}, 403),
        ("token_wrong", "s3cret", {"authorization": "Bearer s3cre"}, 403),
        ("token_right", "s3cret", {"authorization": "Bearer s3cret"}, 200),
    ],
)
def test_figures_are_for_this_machine_or_the_token(
    client: Client,
    settings: LazySettings,
    case: str,
    token: str,
    headers: dict[str, str],
    status: int,
) -> None:
    settings.METRICS_TOKEN = token

    answer = client.get("/metrics", headers=headers)

    assert answer.status_code == status, case
    if status == 200:
        assert b'denouement_ready{part="database"} 1\n' in answer.content


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_an_outage_of_the_database_is_an_answer_not_an_error(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """A connection that was closed under us is no DatabaseError; and figures keep coming."""

    def gone(*_arguments: object) -> None:
        raise error("connection already closed")

    monkeypatch.setattr(connection, "cursor", gone)

    ready, figures = client.get("/readyz"), client.get("/metrics")

    assert (ready.status_code, ready.json()["database"]) == (503, error.__name__)
    assert figures.status_code == 200
    assert b'denouement_ready{part="database"} 0\n' in figures.content
    assert b"denouement_http_requests_total" in figures.content


def test_a_far_machine_sees_no_figures(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
