"""Who may do what, who holds what, and one person's rights: for auditors and administrators."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from core import tokens
from core.acts import acting
from core.models import RoleGrant, ToxicPair, User
from core.role_matrix import MATRIX
from core.roles import Role
from kernel.actors import SYSTEM
from tests.factories.refdata import known_desk
from tests.factories.trades import person, signed_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGES = ("/rights/", "/rights/matrix/", "/rights/people/", "/rights/grants/")


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query, headers={"accept-language": "fr"})
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    ("role", "status"), [(Role.AUDITOR, 200), (Role.ADMINISTRATOR, 200), (Role.AGENT, 403)]
)
def test_who_sees_the_rights_of_others(address: str, role: Role, status: int) -> None:
    assert signed_in(role).get(address).status_code == status


def test_the_matrix_page_says_what_the_database_holds() -> None:
    """Every right of the matrix is a tick, and every pair that may not meet gives its reason."""
    page = text(signed_in(Role.AUDITOR), "/rights/")

    assert page.count('<span class="visually-hidden">oui</span>') == sum(map(len, MATRIX.values()))
    assert "Valider ou refuser une opération" in page
    assert "Qui saisit une opération la validerait." in page
    assert page.count('<td class="wrap">') == ToxicPair.objects.count()


def test_people_are_counted_by_role_and_desk() -> None:
    known_desk("EQ")
    for name, desk in (("a", "EQ"), ("b", "EQ"), ("c", "")):
        person(name, Role.AGENT, desk=desk)
    User.objects.filter(username="c").update(is_active=False)

    page = signed_in(Role.AUDITOR).get("/rights/").context

    holders = dict(page["holders"])
    assert (holders[Role.AGENT], holders[Role.AUDITOR], holders[Role.SUPERVISOR]) == (2, 1, 0)
    assert [(desk, counts[0]) for desk, counts in page["by_desk"]] == [("all", 0), ("EQ", 2)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"ana", "eq", "house", "gone", "idle"}),
        ({"role": "AGENT"}, {"eq", "house", "gone"}),
        ({"holds": "false"}, {"idle"}),
        ({"holds": "true", "is_active": "false"}, {"gone"}),
        ({"desk": "eq"}, {"eq", "house", "gone", "ana"}),
        ({"desk": "FI"}, {"house", "gone", "ana"}),
        ({"q": "ho"}, {"house"}),
    ],
)
def test_people_are_filtered(query: dict[str, str], found: set[str]) -> None:
    client = signed_in(Role.AUDITOR)
    known_desk("FI")
    person("eq", Role.AGENT, desk="EQ")
    person("house", Role.AGENT)
    person("gone", Role.AGENT)
    User.objects.filter(username="gone").update(is_active=False)
    User.objects.create(username="idle")

    rows = client.get("/rights/people/", query).context["page"].table.data.data

    assert {row.username for row in rows} == found


def test_lists_are_exported_with_words_and_codes() -> None:
    client = signed_in(Role.AUDITOR)
    person("eq", Role.AGENT, desk="EQ")

    def exported(page: str, kind: str = "csv", **query: str) -> bytes:
        return b"".join(client.get(f"/rights/{page}/", {"export": kind, **query}).streaming_content)

    assert b"eq,,Agent,AGENT,EQ," in exported("people")
    assert b"eq,Agent,AGENT,EQ," in exported("grants")
    matrix = exported("matrix", role="AUDITOR").decode()
    assert len(matrix.strip().splitlines()) == 1 + len(MATRIX[Role.AUDITOR])
    assert "Read the audit trail,VIEW_AUDIT,Auditor,AUDITOR" in matrix
    assert exported("matrix", "xlsx").startswith(b"PK")


def test_the_sheet_of_a_person_says_what_was_held_before() -> None:
    client = signed_in(Role.AUDITOR)
    bob = User.objects.create(username="bob")
    with acting(actor=SYSTEM, reason="moved"):
        RoleGrant.objects.create(user=bob, role="AGENT", granted_by="system")
        RoleGrant.objects.filter(user=bob).delete()
        RoleGrant.objects.create(user=bob, role="SUPERVISOR", desk_code=known_desk("EQ"))

    shown = client.get(f"/rights/people/{bob.pk}/").context

    first, *others = shown["pairs"]
    assert (first["other"], first["held_until"] is not None) == (Role.AGENT, True)
    assert {pair["held_until"] for pair in others} == {None}
    assert len(others) == len(Role) - 2


def test_the_sheet_of_a_client_names_its_tokens_and_never_their_secret() -> None:
    client = signed_in(Role.AUDITOR)
    secret = tokens.create_token(
        name="oms", source_system="OMS", actor=SYSTEM, at=AT, expires_at=AT
    )
    oms = User.objects.get(username="oms")

    page = text(client, f"/rights/people/{oms.pk}/")

    assert "Expiré" in page
    assert secret not in page
    assert tokens.digest(secret) not in page


def test_pages_cost_the_same_for_few_and_for_many(django_assert_max_num_queries: object) -> None:
    client = signed_in(Role.AUDITOR)
    for n in range(30):
        person(f"p{n}", Role.AGENT)
    for address in PAGES:
        with django_assert_max_num_queries(17):  # type: ignore[operator]  # the fixture has no type
            client.get(address)
