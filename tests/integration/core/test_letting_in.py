"""From an empty production database to people at work: nobody but their owner knows a password."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.utils import timezone

from core import grants
from core.audit import history
from core.models import LoneGrant, RoleGrant, RoleProposal, User
from core.people import actor_of
from desk.models import Request
from desk.selectors import limit_of

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
WORD = "seventeen green kettles"


def _told(name: str, **options: str) -> str:
    said = StringIO()
    call_command("create_administrator", name, stdout=said, **options)
    return said.getvalue()


def _path(said: str) -> str:
    found = re.search(r"https?://[^\s<]+", said)
    assert found is not None, said
    return urlsplit(found[0]).path


def _chosen(path: str) -> None:
    """Open the address as its owner does, and choose."""
    stranger = Client()
    form = stranger.get(path, follow=True)
    answer = stranger.post(
        form.redirect_chain[-1][0], {"new_password1": WORD, "new_password2": WORD}, follow=True
    )
    assert answer.status_code == 200
    assert "sign in with it" in answer.content.decode()


def _signed_in(name: str) -> Client:
    client = Client()
    answer = client.post("/sign-in/", {"username": name, "password": WORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def _let_in(admin: Client, second: Client, name: str, role: str) -> Client:
    made = admin.post("/admin/core/user/add/", {"username": name, "language": ""}, follow=True)
    assert made.status_code == 200
    _chosen(_path(made.content.decode().split("chooses a password there")[1]))
    user = User.objects.get(username=name)
    asked = admin.post(
        f"/rights/people/{user.pk}/propose/", {"role": role, "desk_code": "", "reason": "hired"}
    )
    assert asked.status_code == 302, asked.content.decode()
    proposal = RoleProposal.objects.get(user=user, state="PROPOSED")
    assert second.post(f"/rights/proposals/{proposal.pk}/approve/").status_code == 302
    return _signed_in(name)


def _second() -> Client:
    """The second administrator of a new house: the console lets him in, too, for a reason."""
    _chosen(_path(_told("noa", break_glass="a role is given by two")))
    return _signed_in("noa")


def test_from_an_empty_database_to_two_people_at_work() -> None:
    _chosen(_path(_told("alix")))
    admin, second = _signed_in("alix"), _second()
    assert admin.get("/admin/").status_code == 200

    agent = _let_in(admin, second, "camille", "AGENT")
    supervisor = _let_in(admin, second, "dominique", "SUPERVISOR")

    chief = User.objects.get(username="dominique")
    today = timezone.localdate()
    limit = {"amount_eur": "1000000", "valid_from": today.isoformat(), "reason": "a new desk"}
    asked = admin.post(f"/rights/people/{chief.pk}/limit/", limit)["Location"]
    seen = Request.objects.get().fingerprint
    assert second.post(f"{asked}grant/", {"seen": seen}).status_code == 302
    assert limit_of(actor=actor_of(chief), day=today) == 1_000_000

    assert agent.get("/trades/").status_code == 200
    assert agent.get("/refdata/books/new/").status_code == 200
    assert supervisor.get("/validation/").status_code == 200
    assert agent.get("/admin/", follow=True).status_code == 403
    first = history("user", User.objects.get(username="alix").pk)[0]
    assert "first administrator (at the console of" in first.reason


def test_an_address_works_once() -> None:
    path = _path(_told("alix"))
    _chosen(path)

    again = Client().get(path, follow=True)

    assert "This address was used, or is too old" in again.content.decode()


def test_a_second_first_administrator_is_refused_but_for_a_reason() -> None:
    _told("alix")
    with pytest.raises(CommandError, match="alix is administrator here"):
        _told("eve")
    with pytest.raises(CommandError, match="needs a reason"):
        _told("eve", break_glass=" ")

    _told("eve", break_glass="alix is ill")
    entries = history("user", User.objects.get(username="eve").pk)
    assert "break glass: alix is ill" in entries[0].reason


def test_glass_is_broken_for_an_administrator_who_is_there_and_for_nobody_else() -> None:
    _told("alix")
    User.objects.filter(username="alix").update(is_active=False)
    User.objects.create(username="camille")

    _chosen(_path(_told("alix", break_glass="locked out")))
    assert _signed_in("alix").get("/admin/").status_code == 200
    with pytest.raises(CommandError, match="no administrator"):
        _told("camille", break_glass="no")
    assert RoleGrant.objects.count() == 1
    alone = LoneGrant.objects.get()
    assert (alone.user.username, alone.given_by, alone.state) == ("alix", "system", "OPEN")


def test_every_broken_glass_is_filed_also_of_who_is_administrator() -> None:
    """An address for an administrator at work opens the same door as a new one."""
    _told("alix")
    first = LoneGrant.objects.get()
    assert "first administrator" in first.reason
    _told("eve", break_glass="alix is ill")
    eve = actor_of(User.objects.get(username="eve"))
    grants.review_lone_grant(lone_id=first.pk, keep=True, note="hired", actor=eve, at=AT)

    _told("alix", break_glass="locked out")

    assert "locked out" in LoneGrant.objects.get(user__username="alix", state="OPEN").reason


def test_an_administrator_ends_a_password_under_his_name_and_never_chooses_one() -> None:
    _chosen(_path(_told("alix")))
    admin = _signed_in("alix")
    agent = _let_in(admin, _second(), "camille", "AGENT")
    camille = User.objects.get(username="camille")

    shown = admin.post(
        "/admin/core/user/",
        {"action": "let_choose_password", "_selected_action": [camille.pk]},
        follow=True,
    )

    assert "/password/" in shown.content.decode()
    assert agent.get("/trades/").status_code == 302
    last = history("user", camille.pk)[-1]
    assert (last.actor, last.reason) == ("alix", "address to choose a password")
    assert admin.get(f"/admin/core/user/{camille.pk}/password/").status_code == 403


@override_settings(PRODUCTION=True, ALLOWED_HOSTS=["backoffice.example", "testserver"])
def test_in_production_the_address_is_that_of_the_pages() -> None:
    assert "https://backoffice.example/password/" in _told("alix")


@pytest.mark.parametrize("name", ["", "a b", "x" * 200])
def test_a_name_that_nobody_can_have_is_refused(name: str) -> None:
    with pytest.raises(CommandError):
        _told(name)


def test_a_superuser_is_not_made_here() -> None:
    with pytest.raises(CommandError, match="create_administrator"):
        call_command("createsuperuser")
