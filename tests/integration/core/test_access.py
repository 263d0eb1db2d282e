"""Rights come from grants and the matrix, per desk, and toxic pairs are refused by the database."""

from __future__ import annotations

from itertools import combinations

import pytest
from django.db import IntegrityError, transaction

from core import access, context
from core.access import Action, Role
from core.models import RoleGrant, User
from core.role_matrix import HOUSE_WIDE, HUMAN_DECISIONS, MATRIX
from kernel.actors import SYSTEM, Actor, ActorKind
from tests.factories.refdata import known_desk

pytestmark = pytest.mark.django_db


def person(name: str, role: Role | None = None, desk: str = "") -> Actor:
    user = User.objects.create(username=name)
    if role:
        RoleGrant.objects.create(user=user, role=role.value, desk_code=known_desk(desk))
    return Actor(name=name, kind=ActorKind.PERSON, user_id=user.pk)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(Action))
def test_the_matrix_is_what_the_database_answers(role: Role, action: Action) -> None:
    assert access.allows(person("ana", role), action) is (action in MATRIX[role])


def test_without_a_grant_nothing_is_allowed() -> None:
    assert not any(access.allows(person(f"p{a}"), a) for a in Action)


def test_a_desk_grant_reaches_that_desk_only() -> None:
    ana = person("ana", Role.AGENT, "EQ")

    assert access.allows(ana, Action.VIEW_TRADES, desk="EQ")
    assert not access.allows(ana, Action.VIEW_TRADES, desk="FI")
    assert access.desks_of(ana, Action.VIEW_TRADES) == {"EQ"}
    with pytest.raises(access.Forbidden, match=r"see the trades \(FI\)"):
        access.require(ana, Action.VIEW_TRADES, desk="FI")


@pytest.mark.parametrize("action", sorted(HOUSE_WIDE))
def test_what_is_about_the_whole_house_asks_for_all_desks(action: Action) -> None:
    role = next(role for role in Role if action in MATRIX[role])

    assert access.allows(person("ana", role), action)
    assert not access.allows(person("bob", role, "EQ"), action)
    assert not access.allows(person("eve", role, "EQ"), action, desk="EQ")


def test_what_shows_all_desks_asks_for_all_desks() -> None:
    access.require_everywhere(person("ana", Role.AUDITOR), Action.VIEW_REPORTS)
    with pytest.raises(access.Forbidden):
        access.require_everywhere(person("bob", Role.AGENT, "EQ"), Action.VIEW_REPORTS)


def test_the_system_takes_no_human_decision() -> None:
    refused = {action for action in Action if not access.allows(SYSTEM, action)}

    assert refused == HUMAN_DECISIONS


def test_a_superuser_flag_is_no_back_door() -> None:
    ana = person("ana")
    User.objects.filter(username="ana").update(is_superuser=True, is_staff=True)

    assert not access.allows(ana, Action.VIEW_TRADES)


def test_a_leaver_has_no_rights() -> None:
    ana = person("ana", Role.AGENT)
    User.objects.filter(username="ana").update(is_active=False)

    assert not access.allows(ana, Action.VIEW_TRADES)


def test_rights_are_read_once_per_request_and_fresh_in_the_next(
    django_assert_num_queries: object,
) -> None:
    ana = person("ana", Role.AGENT)
    with context.unit_of_work("one"), django_assert_num_queries(1):  # type: ignore[operator]  # the fixture has no type
        assert all(access.allows(ana, Action.VIEW_TRADES) for _ in range(5))
    RoleGrant.objects.all().delete()
    with context.unit_of_work("two"):
        assert not access.allows(ana, Action.VIEW_TRADES)


@pytest.mark.parametrize(("first", "second"), list(combinations(Role, 2)))
def test_toxic_pairs_are_refused_by_the_database(first: Role, second: Role) -> None:
    ana = person("ana", first, "EQ")
    known_desk("FI")

    with pytest.raises(IntegrityError, match="may not meet in one person"), transaction.atomic():
        RoleGrant.objects.create(user_id=ana.user_id, role=second.value, desk_code="FI")
    bob = person("bob")
    with pytest.raises(IntegrityError, match="may not meet"), transaction.atomic():
        RoleGrant.objects.bulk_create(
            RoleGrant(user_id=bob.user_id, role=role.value) for role in (first, second)
        )
