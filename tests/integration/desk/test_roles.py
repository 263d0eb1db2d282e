"""A role is given by two administrators: by page, by service and by the database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from core import access, grants, tokens
from core.audit import history
from core.models import LoneGrant, RoleGrant, RoleProposal, User
from core.people import actor_of
from core.roles import Role
from desk.models import WorkItem
from desk.selectors import list_work
from desk.services import roles
from kernel.actors import SYSTEM, Actor
from kernel.states import IllegalTransition
from tests.factories.refdata import known_desk
from tests.factories.trades import person, signed_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday


def root(name: str = "root") -> Actor:
    return person(name, Role.ADMINISTRATOR)


def bob() -> User:
    return User.objects.get_or_create(username="bob")[0]


def asked(**changes: Any) -> RoleProposal:
    """Return a role that root asks for bob."""
    given: dict[str, Any] = {"user": bob(), "role": Role.AGENT, "actor": root(), "at": AT}
    return roles.propose_role(**given | {"reason": "hired"} | changes)


def test_one_asks_and_another_gives() -> None:
    proposal = asked(desk_code=known_desk("EQ"))
    assert not bob().grants.exists()
    work = list_work(actor=root("second")).get()
    assert (work.title, str(work.due_at)) == (
        "ROLE_ASKED bob · AGENT EQ",
        "2026-11-23 17:00:00+00:00",
    )

    roles.decide_role(proposal_id=proposal.pk, approve=True, actor=root("second"), at=AT)

    grant = bob().grants.get()
    assert (grant.granted_by, grant.approved_by, grant.desk_code) == ("root", "second", "EQ")
    assert WorkItem.objects.get().state == "DONE"
    last = history("user", bob().pk)[-1]
    assert (last.actor, last.reason) == ("second", "hired")
    assert not LoneGrant.objects.filter(user=bob()).exists()
    proposal.refresh_from_db()
    assert proposal.grant_id == grant.pk


def test_a_refused_role_is_not_held_and_says_why() -> None:
    proposal = asked()
    with pytest.raises(grants.UnableToGrant, match="reason"):
        roles.decide_role(proposal_id=proposal.pk, approve=False, actor=root("second"), at=AT)

    roles.decide_role(
        proposal_id=proposal.pk, approve=False, actor=root("second"), at=AT, note="not yet"
    )

    assert not bob().grants.exists()
    assert WorkItem.objects.get().state == "DONE"
    with pytest.raises(IllegalTransition):
        roles.decide_role(proposal_id=proposal.pk, approve=True, actor=root("third"), at=AT)


def test_who_may_not_decide() -> None:
    proposal = asked(role=Role.ADMINISTRATOR)
    with pytest.raises(grants.UnableToGrant, match="You proposed"):
        roles.decide_role(proposal_id=proposal.pk, approve=True, actor=root(), at=AT)
    for nobody in (SYSTEM, person("sup", Role.SUPERVISOR), person("aud", Role.AUDITOR)):
        with pytest.raises(access.Forbidden):
            roles.decide_role(proposal_id=proposal.pk, approve=True, actor=nobody, at=AT)
    gains = asked(user=User.objects.create(username="eve"), role=Role.ADMINISTRATOR)
    RoleGrant.objects.create(user=gains.user, role="ADMINISTRATOR", desk_code="")
    with pytest.raises(grants.UnableToGrant, match="to oneself"):
        roles.decide_role(proposal_id=gains.pk, approve=True, actor=actor_of(gains.user), at=AT)
    assert not bob().grants.exists()


@pytest.mark.parametrize(
    ("case", "changes", "told"),
    [
        ("no_reason", {"reason": " "}, "reason"),
        ("no_such_desk", {"desk_code": "EQ-LON"}, "no such desk"),
        ("a_role_of_programs", {"role": Role.API_CLIENT}, "people those of people"),
    ],
)
def test_what_is_not_asked_for(case: str, changes: dict[str, Any], told: str) -> None:
    if case == "no_such_desk":
        proposal = asked(**changes)
        with pytest.raises(grants.UnableToGrant, match=told):
            roles.decide_role(proposal_id=proposal.pk, approve=True, actor=root("second"), at=AT)
        proposal.refresh_from_db()
        assert proposal.state == "PROPOSED"
        return
    with pytest.raises(grants.UnableToGrant, match=told):
        asked(**changes)


def test_what_a_person_is_holds_back_what_is_asked_for() -> None:
    me = User.objects.get(username=root().name)
    with pytest.raises(grants.UnableToGrant, match="to oneself"):
        asked(user=me, role=Role.ADMINISTRATOR, desk_code=known_desk("EQ"))
    person("bob", Role.SUPERVISOR)
    with pytest.raises(grants.UnableToGrant, match="may not meet"):
        asked()
    with pytest.raises(grants.UnableToGrant, match="already"):
        asked(role=Role.SUPERVISOR)
    User.objects.filter(username="bob").update(is_active=False)
    with pytest.raises(grants.UnableToGrant, match="not active"):
        asked(role=Role.SUPERVISOR, desk_code="EQ")


def test_a_role_is_proposed_once_at_a_time() -> None:
    asked()
    with pytest.raises(grants.UnableToGrant, match="proposed already"):
        asked(actor=root("second"))


def test_withdrawing_asks_for_one_person_and_a_reason() -> None:
    person("bob", Role.AGENT)
    with pytest.raises(grants.UnableToGrant, match="reason"):
        grants.revoke_role(user=bob(), role=Role.AGENT, actor=root(), desk_code="", reason=" ")

    grants.revoke_role(user=bob(), role=Role.AGENT, actor=root(), desk_code="", reason="left")

    assert not bob().grants.exists()
    assert history("user", bob().pk)[-1].reason == "left"


INSERT = (
    "INSERT INTO core_rolegrant (user_id, role, desk_code, granted_by, approved_by)"
    " SELECT id, 'AGENT', '', %s, %s FROM core_user WHERE username = 'bob'"
)
FORGED = (
    "INSERT INTO core_roleproposal (user_id, role, desk_code, reason, proposed_by, proposed_at,"
    " state, decided_by, note) SELECT id, 'AGENT', '', 'x', %s, now(), %s, %s, ''"
    " FROM core_user WHERE username = 'bob'"
)


@pytest.mark.parametrize(
    ("case", "statement", "names", "refused"),
    [
        ("alone", INSERT, ("root", ""), "not two administrators"),
        ("approver_is_giver", INSERT, ("root", "root"), "may not approve"),
        ("approver_is_the_person", INSERT, ("root", "bob"), "may not approve"),
        ("giver_is_the_person", INSERT, ("bob", "root"), "may not grant a role to itself"),
        ("nobody_asked", INSERT, ("root", "second"), "was not proposed"),
        ("no_administrator", INSERT, ("root", "agent"), "not two administrators"),
        ("approved_of_nobody", INSERT, ("system", "second"), "nobody of the house gave"),
        ("decided_before_it_was_asked", FORGED, ("root", "APPROVED", "second"), "before it is"),
        ("asked_by_no_administrator", FORGED, ("agent", "PROPOSED", ""), "no administrator"),
        ("asked_for_oneself", FORGED, ("bob", "PROPOSED", ""), "of its own"),
    ],
)
def test_the_database_refuses_around_the_services(
    case: str, statement: str, names: tuple[str, ...], refused: str
) -> None:
    bob(), root(), root("second"), person("agent", Role.AGENT)

    with (
        pytest.raises(IntegrityError, match=refused),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, names)


DECIDE = "UPDATE core_roleproposal SET state = 'APPROVED', decided_by = %s, decided_at = now()"


@pytest.mark.parametrize(
    ("case", "change", "names"),
    [
        ("by_who_asked", DECIDE, ("root",)),
        ("by_who_gains", DECIDE, ("bob",)),
        ("by_no_administrator", DECIDE, ("agent",)),
        ("another_role", DECIDE + ", role = 'SUPERVISOR'", ("second",)),
        ("another_person", DECIDE + ", user_id = user_id + 1", ("second",)),
        ("spent_at_once", DECIDE + ", grant_id = 1", ("second",)),
        ("rewritten", "UPDATE core_roleproposal SET reason = 'y', proposed_by = %s", ("second",)),
    ],
)
def test_the_database_keeps_a_proposal_as_it_was_made(
    case: str, change: str, names: tuple[str, ...]
) -> None:
    asked(), root("second"), person("agent", Role.AGENT)

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change, names)


def test_of_one_approval_comes_one_role() -> None:
    """What was withdrawn does not come back by the approval of long ago."""
    proposal = asked()
    roles.decide_role(proposal_id=proposal.pk, approve=True, actor=root("second"), at=AT)
    grants.revoke_role(user=bob(), role=Role.AGENT, actor=root(), desk_code="", reason="left")

    with (
        pytest.raises(IntegrityError, match="was not proposed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(INSERT, ("root", "second"))


def test_a_grant_is_not_moved_to_more() -> None:
    proposal = asked(desk_code=known_desk("EQ"))
    roles.decide_role(proposal_id=proposal.pk, approve=True, actor=root("second"), at=AT)

    for change in ({"desk_code": ""}, {"role": "SUPERVISOR"}, {"approved_by": "root"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            bob().grants.update(**change)


def test_what_nobody_of_the_house_gave_waits_for_a_review() -> None:
    """Also where it is written by hand: a trigger files it, and nobody takes it off the file."""
    root(), root("second")
    with connection.cursor() as cursor:
        bob()
        cursor.execute(INSERT, ("", ""))

    assert roles.open_reviews(actor=SYSTEM, at=AT) == 3
    assert roles.open_reviews(actor=SYSTEM, at=AT) == 3
    waiting = list_work(actor=root()).filter(kind="ACCESS")
    assert {item.title for item in waiting} == {
        "ROLE_ALONE bob · AGENT",
        "ROLE_ALONE root · ADMINISTRATOR",
        "ROLE_ALONE second · ADMINISTRATOR",
    }
    assert not list_work(actor=person("agent", Role.AGENT)).exists()
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        LoneGrant.objects.all()._raw_delete("default")


def test_a_review_is_of_another_person() -> None:
    root()
    alone = LoneGrant.objects.get(user__username="root")
    for keep in (True, False):
        with pytest.raises(grants.UnableToGrant, match="somebody else"):
            roles.review_lone_grant(lone_id=alone.pk, keep=keep, note="x", actor=root(), at=AT)
    for name in ("root", "agent"):
        person("agent", Role.AGENT)
        with pytest.raises(IntegrityError, match="may not review"), transaction.atomic():
            LoneGrant.objects.filter(pk=alone.pk).update(state="KEPT", reviewed_by=name, note="x")
    with pytest.raises(grants.UnableToGrant, match="reason"):
        roles.review_lone_grant(lone_id=alone.pk, keep=True, note="", actor=root("second"), at=AT)

    roles.review_lone_grant(lone_id=alone.pk, keep=True, note="hired", actor=root("second"), at=AT)

    with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
        LoneGrant.objects.filter(pk=alone.pk).update(note="y")


def test_a_review_takes_the_role_away_at_once() -> None:
    """A token of a client is made on the console alone: the review ends what it may do."""
    tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)
    oms = User.objects.get(username="oms")
    roles.open_reviews(actor=SYSTEM, at=AT)
    alone = LoneGrant.objects.get(user=oms)

    roles.review_lone_grant(lone_id=alone.pk, keep=False, note="unknown", actor=root(), at=AT)

    assert not oms.grants.exists()
    assert WorkItem.objects.get(subject_kind="lone_grant", subject_id=alone.pk).state == "DONE"
    back = asked(user=oms, role=Role.API_CLIENT)
    roles.decide_role(proposal_id=back.pk, approve=True, actor=root("second"), at=AT)
    assert oms.grants.get().approved_by == "second"


def test_who_is_made_active_again_with_roles_is_filed() -> None:
    person("bob", Role.AGENT)
    alone = LoneGrant.objects.get(user=bob())
    roles.review_lone_grant(lone_id=alone.pk, keep=True, note="x", actor=root(), at=AT)

    User.objects.filter(username="bob").update(is_active=False)
    assert not LoneGrant.objects.filter(user=bob(), state="OPEN").exists()
    User.objects.filter(username="bob").update(is_active=True)

    assert LoneGrant.objects.filter(user=bob(), state="OPEN").exists()


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def test_the_page_asks_decides_withdraws_and_reviews() -> None:
    first, second = client_of(root()), client_of(root("second"))
    page = f"/rights/people/{bob().pk}/"
    form = {"role": "AGENT", "desk_code": known_desk("EQ").lower(), "reason": "hired"}

    assert first.post(f"{page}propose/", form).status_code == 302
    assert "Role to approve: bob · Agent EQ" in second.get("/work/").content.decode()
    proposal = RoleProposal.objects.get()
    approve = f"/rights/proposals/{proposal.pk}/approve/"
    assert approve not in first.get(page).content.decode()
    assert approve in second.get(page).content.decode()
    assert first.post(approve).status_code == 422
    assert second.post(approve).status_code == 302
    assert second.post(approve).status_code == 409
    grant = bob().grants.get()
    assert first.post(f"/rights/grants/{grant.pk}/withdraw/", {"reason": ""}).status_code == 422
    assert first.post(f"/rights/grants/{grant.pk}/withdraw/", {"reason": "x"}).status_code == 302
    assert not bob().grants.exists()

    alone = LoneGrant.objects.get(user__username="root")
    keep = f"/rights/alone/{alone.pk}/keep/"
    assert first.post(keep, {"reason": "x"}).status_code == 422
    assert second.post(keep, {"reason": "x"}).status_code == 302


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR])
@pytest.mark.parametrize(
    "address",
    [
        "people/{bob}/propose/",
        "grants/{grant}/withdraw/",
        "proposals/{proposal}/approve/",
        "proposals/{proposal}/refuse/",
        "alone/{alone}/keep/",
        "alone/{alone}/take-away/",
    ],
)
def test_only_an_administrator_acts(role: Role, address: str) -> None:
    proposal = asked()
    keys = {
        "bob": bob().pk,
        "proposal": proposal.pk,
        "grant": RoleGrant.objects.get().pk,
        "alone": LoneGrant.objects.get().pk,
    }

    answer = signed_in(role).post(f"/rights/{address.format(**keys)}", {"reason": "x"})

    assert answer.status_code == 403
    assert RoleProposal.objects.get().state == "PROPOSED"


@pytest.mark.parametrize("address", ["/rights/proposals/", "/rights/alone/"])
def test_lists_are_seen_filtered_and_exported(address: str) -> None:
    asked()
    client = signed_in(Role.AUDITOR)

    assert "bob" in client.get(address, {"q": "bob"}).content.decode() or "alone" in address
    assert client.get(address, {"state": "APPROVED"}).status_code == 200
    told = b"".join(client.get(address, {"export": "csv"}).streaming_content)
    assert b"AGENT" in told or b"ADMINISTRATOR" in told


@pytest.mark.django_db(transaction=True)
def test_two_administrators_approve_at_once_and_one_role_is_given() -> None:
    proposal = asked()
    deciders = [root("second"), root("third")]
    came: list[str] = []
    together = threading.Barrier(2)

    def decide(actor: Actor) -> None:
        try:
            together.wait()
            roles.decide_role(proposal_id=proposal.pk, approve=True, actor=actor, at=AT)
            came.append("given")
        except IllegalTransition:
            came.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[actor]) for actor in deciders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(came) == ["given", "too late"]
    assert bob().grants.count() == 1
