"""The administration site: rights from the matrix, no back door, every write in the trail."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client

from core.administration import AuditedAdmin, ReadOnlyAdmin
from core.audit import history
from core.models import RoleGrant, User
from core.roles import Role

pytestmark = pytest.mark.django_db
OURS = ("core", "refdata", "trades", "desk", "reconciliation", "reporting")
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

    RoleGrant.objects.update(desk_code="EQ")
    assert scoped.get("/admin/trades/trade/").status_code == 403


def test_the_site_has_no_door_of_its_own() -> None:
    stranger = Client().get("/admin/", follow=True)
    assert stranger.redirect_chain[-1][0] == "/sign-in/?next=/admin/"

    user = User.objects.create(username="eve")
    client = Client()
    client.force_login(user)
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_role_is_given_in_the_name_of_the_administrator() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    bob = User.objects.create(username="bob")
    answer = client.post(
        "/admin/core/rolegrant/add/", {"user": bob.pk, "role": "AGENT", "desk_code": "EQ"}
    )

    assert answer.status_code == 302
    grant = RoleGrant.objects.get(user=bob)
    assert grant.granted_by == "administrator"
    assert history("user", bob.pk)[-1].actor == "administrator"
    again = client.post(
        "/admin/core/rolegrant/add/", {"user": bob.pk, "role": "SUPERVISOR", "desk_code": ""}
    )
    assert again.status_code == 200
    assert RoleGrant.objects.filter(user=bob).count() == 1
