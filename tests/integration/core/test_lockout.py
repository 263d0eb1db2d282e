"""Guessing a password ends after five tries, for that name from that address."""

from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessLog
from django.test import Client

from core import audit
from core.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "a long and good passphrase"


@pytest.fixture(autouse=True)
def locks(settings: Any) -> None:
    settings.AXES_ENABLED = True


def sign_in(name: str, password: str, address: str = "10.0.0.1") -> bool:
    client = Client(REMOTE_ADDR=address)
    client.post("/sign-in/", {"username": name, "password": password})
    return "_auth_user_id" in client.session


def test_the_right_password_opens() -> None:
    user = User.objects.create_user("ana", password=PASSWORD)

    assert sign_in("ana", PASSWORD)
    assert audit.history("user", user.pk)[-1].actor == "ana"


def test_five_wrong_passwords_lock_the_door_even_for_the_right_one() -> None:
    User.objects.create_user("ana", password=PASSWORD)
    User.objects.create_user("bob", password=PASSWORD)
    for _ in range(5):
        assert not sign_in("ana", "wrong")

    assert not sign_in("ana", PASSWORD)
    assert sign_in("bob", PASSWORD)
    assert sign_in("ana", PASSWORD, address="10.0.0.2")


def test_a_sign_in_learns_when_it_ended() -> None:
    """The one column of the log that is ever written again."""
    User.objects.create_user("ana", password=PASSWORD)
    client = Client(REMOTE_ADDR="10.0.0.1")
    client.post("/sign-in/", {"username": "ana", "password": PASSWORD})

    client.post("/sign-out/")

    assert AccessLog.objects.get().logout_time is not None


def test_a_leaver_cannot_sign_in() -> None:
    user = User.objects.create_user("ana", password=PASSWORD)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert not sign_in("ana", PASSWORD)
