"""The pages of the house answer, in both languages, to those who may see them only."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Job, RoleGrant, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client_of_house() -> Client:
    user = User.objects.create_user("zoe", password="x", language="fr")
    RoleGrant.objects.create(user=user, role="ADMINISTRATOR")
    RoleGrant.objects.create(user=user, role="AUDITOR")
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
            created_at=timezone.now(),
        )
        for i in range(n)
    ]


@pytest.mark.parametrize(
    "address",
    ["/", "/jobs/", "/audit/", "/preferences/", "/jobs/?export=csv", "/jobs/?export=xlsx"],
)
def test_pages_answer(admin_client_of_house: Client, address: str) -> None:
    jobs(3)
    assert admin_client_of_house.get(address).status_code == 200


def test_a_stranger_is_sent_to_sign_in() -> None:
    assert Client().get("/jobs/")["Location"].startswith("/sign-in/")
    assert Client().get("/sign-in/").status_code == 200


def test_who_has_no_role_gets_the_forbidden_page() -> None:
    client = Client()
    client.force_login(User.objects.create_user("bob", password="x"))
    assert client.get("/jobs/").status_code == 403
