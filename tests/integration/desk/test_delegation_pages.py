"""Delegations by page: asked for by who is away, granted by an administrator, ended by either."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.models import AccessReview, Delegation, User
from core.roles import Role
from desk.models import Request
from desk.services import reviews
from kernel.actors import Actor
from tests.factories.delegations import lent
from tests.factories.refdata import known_desk
from tests.factories.trades import person

pytestmark = pytest.mark.django_db
LIST = "/rights/delegations/"


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def ana() -> Actor:
    return person("ana", Role.SUPERVISOR, desk=known_desk("EQ"))


def bea() -> Actor:
    return person("bea", Role.SUPERVISOR, desk=known_desk("FI"))


def root(name: str = "root") -> Actor:
    return person(name, Role.ADMINISTRATOR)


def form(**changes: str) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "delegate": "bea",
        "role": "SUPERVISOR",
        "desk_code": "eq",
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=4)).isoformat(),
        "reason": "on leave",
    } | changes


def test_one_asks_an_administrator_grants_and_it_is_withdrawn() -> None:
    mine, admin = client_of(ana()), client_of(root())
    bea()
    assert "Let a colleague stand in for me" in mine.get(LIST).content.decode()

    assert mine.post(f"{LIST}ask/", form()).status_code == 302
    request = Request.objects.get()
    assert "Delegation ana → bea" in admin.get("/work/").content.decode()
    assert "ana asks for a delegation" in mine.get(LIST).content.decode()
    page = admin.get(f"/work/requests/{request.pk}/").content.decode()
    assert "bea for ana" in page
    grant = f"/work/requests/{request.pk}/grant/"
    assert mine.post(grant, {"seen": request.fingerprint}).status_code in (403, 422)
    assert admin.post(grant, {"seen": request.fingerprint}).status_code == 302

    row = Delegation.objects.get()
    assert "bea for ana" in mine.get(f"{LIST}{row.pk}/").content.decode()
    assert "ana" in admin.get("/rights/people/", {"q": "bea"}).content.decode()
    person_page = admin.get(f"/rights/people/{bea().user_id}/").content.decode()
    assert f"{LIST}{row.pk}/" in person_page
    assert "Stand in now" in admin.get("/rights/").content.decode()
    withdraw = f"{LIST}{row.pk}/withdraw/"
    assert client_of(bea()).post(withdraw, {"reason": ""}).status_code == 422
    assert client_of(bea()).post(withdraw, {"reason": "back"}).status_code == 302
    assert client_of(bea()).post(withdraw, {"reason": "back"}).status_code == 409
    assert "Withdrawn" in mine.get(f"{LIST}{row.pk}/").content.decode()


def test_an_administrator_asks_for_who_is_ill() -> None:
    ana(), bea()
    admin = client_of(root())

    assert admin.post(f"{LIST}ask/", form(lender="ana")).status_code == 302

    request = Request.objects.get()
    assert (request.asked_by, request.content["lender"]) == ("root", "ana")
    page = admin.get(f"/work/requests/{request.pk}/").content.decode()
    assert "somebody else must decide" in page


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("nobody", {"delegate": ""}),
        ("a_stranger", {"delegate": "ghost"}),
        ("oneself", {"delegate": "ana"}),
        ("a_program", {"delegate": "oms"}),
        ("no_reason", {"reason": ""}),
        ("no_day", {"last_day": "soon"}),
        ("too_long", {"last_day": (timezone.localdate() + timedelta(days=92)).isoformat()}),
        ("a_role_of_others", {"role": "ADMINISTRATOR"}),
        ("in_the_name_of_another", {"lender": "bea", "delegate": "carl", "role": "AGENT"}),
    ],
)
def test_what_the_page_refuses(case: str, changes: dict[str, str]) -> None:
    bea(), person("carl", Role.SUPERVISOR)

    answer = client_of(ana()).post(f"{LIST}ask/", form(**changes))

    assert answer.status_code == 422, case
    assert not Request.objects.exists()


def test_a_lender_named_by_who_is_none_is_not_read() -> None:
    """The form of a supervisor has no such field: what is asked for is always the own role."""
    bea(), person("carl", Role.SUPERVISOR)

    client_of(ana()).post(f"{LIST}ask/", form(lender="carl"))

    assert Request.objects.get().content["lender"] == "ana"


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.AGENT, {"form"}),
        (Role.SUPERVISOR, {"form", "others"}),
        (Role.AUDITOR, {"others"}),
        (Role.ADMINISTRATOR, {"form", "others"}),
    ],
)
def test_who_sees_and_asks(role: Role, sees: set[str]) -> None:
    row = lent(ana(), bea())
    client = client_of(person("other", role))

    page = client.get(LIST).content.decode()

    assert (f"{LIST}{row.pk}/" in page) == ("others" in sees)
    assert (f"{LIST}ask/" in page) == ("form" in sees)
    assert client.get(f"{LIST}{row.pk}/").status_code == (200 if "others" in sees else 404)


def test_nobody_else_withdraws_by_page() -> None:
    row = lent(ana(), bea())
    stranger = client_of(person("carl", Role.SUPERVISOR))

    assert stranger.post(f"{LIST}{row.pk}/withdraw/", {"reason": "x"}).status_code == 403
    agent = client_of(person("agent", Role.AGENT))
    assert agent.post(f"{LIST}{row.pk}/withdraw/", {"reason": "x"}).status_code == 404


def test_the_list_is_filtered_and_exported() -> None:
    lent(ana(), bea())
    lent(bea(), person("carl", Role.SUPERVISOR, desk=known_desk("FX")), begins_in=20)
    client = client_of(person("aud", Role.AUDITOR))

    assert "carl" not in client.get(LIST, {"life": "IN_FORCE"}).content.decode()
    assert "carl" in client.get(LIST, {"life": "TO_COME"}).content.decode()
    told = b"".join(client.get(LIST, {"export": "csv"}).streaming_content)
    assert {name in told for name in (b"bea", b"carl")} == {True}


def test_what_is_lent_is_part_of_the_review_of_all_rights() -> None:
    row = lent(ana(), bea())
    client = client_of(root("second"))
    reviews.open_review(actor=root("second"), at=datetime.now(UTC))
    review = AccessReview.objects.get()
    line = review.rows.get(delegation=row)
    assert (line.user.username, line.granted_by, line.approved_by) == ("bea", "ana", "root")
    assert "ana" in client.get("/rights/reviewed/", {"q": "bea"}).content.decode()

    chosen = {"ids": [line.pk], "reason": "no longer needed"}
    assert client.post("/rights/reviewed/withdraw/", chosen).status_code == 302

    row.refresh_from_db()
    assert (row.state, row.withdrawn_by, row.note) == ("WITHDRAWN", "second", "no longer needed")
    line.refresh_from_db()
    assert line.state == "WITHDRAWN"


def test_a_review_of_what_ended_meanwhile_is_still_decided() -> None:
    row = lent(ana(), bea())
    reviews.open_review(actor=root("second"), at=datetime.now(UTC))
    line = AccessReview.objects.get().rows.get(delegation=row)
    client_of(ana()).post(f"{LIST}{row.pk}/withdraw/", {"reason": "back"})

    reviews.decide_row(
        row_id=line.pk, keep=False, reason="over", actor=root("second"), at=datetime.now(UTC)
    )

    line.refresh_from_db()
    row.refresh_from_db()
    assert (line.state, row.withdrawn_by) == ("WITHDRAWN", "ana")
