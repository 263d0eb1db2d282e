"""The pages of the house answer, in both languages, to those who may see them only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from core.models import Job, RoleAction, RoleGrant, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor_client() -> Client:
    user = User.objects.create_user("zoe", password="x", language="fr")
    RoleGrant.objects.create(user=user, role="AUDITOR")
    for action in ("VIEW_JOBS", "VIEW_AUDIT"):
        RoleAction.objects.get_or_create(role="AUDITOR", action=action)
    client = Client()
    client.force_login(user)
    return client


def jobs(n: int) -> list[Job]:
    return [
        Job.objects.create(
            kind="x.y",
            title=f"Job {i}",
            actor_name="zoe",
            actor_kind="PERSON",
            created_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        )
        for i in range(n)
    ]


@pytest.mark.parametrize(
    "address",
    ["/", "/jobs/", "/audit/", "/preferences/", "/jobs/?export=csv", "/jobs/?export=xlsx"],
)
def test_pages_answer(auditor_client: Client, address: str) -> None:
    jobs(3)
    response = auditor_client.get(address)
    response.close()
    assert response.status_code == 200


def test_a_stranger_is_sent_to_sign_in() -> None:
    assert Client().get("/jobs/")["Location"].startswith("/sign-in/")
    assert Client().get("/sign-in/").status_code == 200


def test_who_has_no_role_gets_the_forbidden_page() -> None:
    client = Client()
    client.force_login(User.objects.create_user("bob", password="x"))
    assert client.get("/jobs/").status_code == 403
