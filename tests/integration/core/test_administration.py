"""The administration site: rights from the matrix, no back door, every write in the trail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.test import Client

from core import tokens
from core.administration import AuditedAdmin, ReadOnlyAdmin
from core.audit import history
from core.models import RoleGrant, User
from core.pages.preferences import change_preferences
from core.roles import Role
from kernel.actors import SYSTEM
from kernel.findings import Refusal
from tests.factories.refdata import known_desk

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
OURS = ("core", "refdata", "trades", "desk", "feeds", "reconciliation", "reporting")
SITES = [m for m in admin.site._registry if m._meta.app_label in OURS]


def signed_in(role: Role) -> Client:
    user = User.objects.create(username=role.lower(), is_staff=True)
    RoleGrant.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("model", SITES, ids=lambda m: m._meta.label)
def test_every_table_on_the_site_can_be_listed_and_searched(model: type[User]) -> None:
    """No page of the site breaks, and no model of ours is registered without our bases."""
    assert isinstance(admin.site._registry[model], ReadOnlyAdmin | AuditedAdmin)
    client = signed_in(Role.ADMINISTRATOR)
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"

    assert client.get(address).status_code == 200
    assert client.get(address, {"q": "x"}).status_code == 200


@pytest.mark.parametrize("model", SITES, ids=lambda m: m._meta.label)
def test_a_read_only_table_has_no_way_in(model: type[User]) -> None:
    site = admin.site._registry[model]
    if isinstance(site, AuditedAdmin):
        return
    client = signed_in(Role.ADMINISTRATOR)

    answer = client.post(f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/", {})
    assert answer.status_code == 403


def test_an_agent_with_the_staff_flag_sees_no_users() -> None:
    assert signed_in(Role.AGENT).get("/admin/core/user/").status_code == 403


def test_the_site_shows_tables_whole_and_only_to_who_may_see_all_desks() -> None:
    scoped = signed_in(Role.SUPERVISOR)
    assert scoped.get("/admin/trades/trade/").status_code == 200

    RoleGrant.objects.update(desk_code=known_desk("EQ"))
    assert scoped.get("/admin/trades/trade/").status_code == 403


def test_the_site_has_no_door_of_its_own() -> None:
    stranger = Client().get("/admin/", follow=True)
    assert stranger.redirect_chain[-1][0] == "/sign-in/?next=/admin/"

    user = User.objects.create(username="eve")
    client = Client()
    client.force_login(user)
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_role_is_taken_away_here_and_given_by_two_elsewhere() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    bob = User.objects.create(username="bob")
    grant = RoleGrant.objects.create(user=bob, role="AGENT")

    form = {"user": bob.pk, "role": "AGENT", "desk_code": ""}
    assert client.post("/admin/core/rolegrant/add/", form).status_code == 403
    assert client.post(f"/admin/core/rolegrant/{grant.pk}/change/", form).status_code == 403
    gone = client.post(f"/admin/core/rolegrant/{grant.pk}/delete/", {"post": "yes"})

    assert gone.status_code == 302
    assert not bob.grants.exists()
    assert history("user", bob.pk)[-1].actor == "administrator"


def test_who_leaves_loses_every_role() -> None:
    """To be made active again with roles would be roles that one person gives."""
    client = signed_in(Role.ADMINISTRATOR)
    bob = User.objects.create(username="bob")
    RoleGrant.objects.create(user=bob, role="AGENT")

    client.post(f"/admin/core/user/{bob.pk}/change/", {"first_name": "Bob"})
    client.post(f"/admin/core/user/{bob.pk}/change/", {"first_name": "Bob", "is_active": "on"})

    bob.refresh_from_db()
    assert (bob.is_active, bob.grants.exists()) == (True, False)
    assert "left the house" in {entry.reason for entry in history("user", bob.pk)}


NEW = {"usable_password": "true", "password1": "a long and good passphrase",
       "password2": "a long and good passphrase"}  # fmt: skip


def test_a_user_name_is_given_once() -> None:
    """Who made and who decided is told by it: one person under two names would be two."""
    client = signed_in(Role.ADMINISTRATOR)
    bob = User.objects.create(username="bob")
    form = {"username": "robert", "first_name": "Robert", "is_active": "on"}

    answer = client.post(f"/admin/core/user/{bob.pk}/change/", form)

    bob.refresh_from_db()
    assert (answer.status_code, bob.username, bob.first_name) == (302, "bob", "Robert")
    for written in ("robert", "Bob"):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            User.objects.filter(pk=bob.pk).update(username=written)


@pytest.mark.parametrize(
    ("case", "name", "told"),
    [
        ("cyrillic", "\u0430\u0434\u0430", "sans accent"),
        ("mixed", "b\u043eb", "sans accent"),
        ("accents", "zo\u00eb", "sans accent"),
        ("zero_width", "bo\u200bb", "sans accent"),
        ("the_system", "system", "réservé"),
        ("the_system_loudly", "SYSTEM", "réservé"),
        ("nobody", "anonymous", "réservé"),
        ("a_database_role", "denouement_app", "réservé"),
        ("but_for_its_case", "BOB", "déjà"),
    ],
)
def test_a_name_that_could_be_taken_for_another_is_refused(case: str, name: str, told: str) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    User.objects.create(username="bob")

    answer = client.post(
        "/admin/core/user/add/", NEW | {"username": name}, headers={"accept-language": "fr"}
    )

    assert answer.status_code == 200, case
    assert told in answer.content.decode() or "valide" in answer.content.decode(), case
    with pytest.raises(IntegrityError, match="no identity"), transaction.atomic():
        User.objects.create(username=name)
    with pytest.raises(Refusal):
        tokens.create_token(name=name, source_system="OMS", actor=SYSTEM, at=AT)


def test_a_good_name_is_given_in_the_name_of_the_administrator() -> None:
    answer = signed_in(Role.ADMINISTRATOR).post(
        "/admin/core/user/add/", NEW | {"username": "ana.b-1@house"}
    )

    assert answer.status_code == 302
    ana = User.objects.get(username="ana.b-1@house")
    assert history("user", ana.pk)[0].actor == "administrator"


@pytest.mark.parametrize(
    ("case", "name"), [("zero_width", "Ma\u200brtin"), ("look_alike", "M\u0430rtin")]
)
def test_a_persons_name_is_what_it_looks_like(case: str, name: str) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    root = User.objects.get(username="administrator")
    form = {"first_name": "Ada", "last_name": name, "is_active": "on"}

    for address in (f"/admin/core/user/{root.pk}/change/", "/preferences/"):
        answer = client.post(address, form)
        assert answer.status_code == 200, case
        assert name not in answer.content.decode().split("<form")[0]
    root.refresh_from_db()
    assert root.last_name == ""
    with pytest.raises(Refusal):
        change_preferences(user=root, actor=SYSTEM, last_name=name)


def test_ones_own_password_is_changed_in_ones_own_name() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    root = User.objects.get(username="administrator")
    root.set_password("old")
    root.save()
    client.force_login(root)
    new = {"new_password1": NEW["password1"], "new_password2": NEW["password1"]}

    client.post("/admin/password_change/", {"old_password": "old"} | new)

    entry = history("user", root.pk)[-1]
    assert (entry.actor, entry.reason) == ("administrator", "own password")


def test_the_database_knows_the_desks_of_roles() -> None:
    bob = User.objects.create(username="bob")
    grant = RoleGrant.objects.create(user=bob, role="AGENT", desk_code=known_desk("EQ"))

    for refused in (
        lambda: RoleGrant.objects.create(user=bob, role="AGENT", desk_code="EQ-LON"),
        lambda: RoleGrant.objects.filter(pk=grant.pk).update(desk_code="EQ-LON"),
    ):
        with pytest.raises(IntegrityError, match="no desk"), transaction.atomic():
            refused()
