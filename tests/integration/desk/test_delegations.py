"""A role is lent for some days: by two people, to one who holds nothing against it, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from core import access, context, delegations, grants
from core.access import Action
from core.acts import acting
from core.audit import history
from core.delegations import UnableToDelegate
from core.models import Delegation, RoleGrant, User
from core.roles import Role
from desk.models import Request, WorkItem
from desk.selectors import list_requests, list_work
from desk.services import delegations as asking_for
from desk.services import granting
from desk.services.approvals import UnableToApprove
from desk.services.asking import UnableToAsk
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import IllegalTransition
from tests.factories.delegations import asked, granted, lent, let_pass, loan
from tests.factories.refdata import known_desk
from tests.factories.trades import person

pytestmark = pytest.mark.django_db


def ana(desk: str = "") -> Actor:
    return person("ana", Role.SUPERVISOR, desk=desk)


def bea(desk: str = "FI") -> Actor:
    return person("bea", Role.SUPERVISOR, desk=desk)


def root(name: str = "root") -> Actor:
    return person(name, Role.ADMINISTRATOR)


def may(actor: Actor, desk: str, action: Action = Action.VALIDATE_TRADE) -> str | None:
    """Return on whose behalf, as Python says; PostgreSQL must say the same."""
    said = access.behalf_of(actor, action, desk=desk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(held.on_behalf_of) FROM core_heldrole held JOIN core_roleaction cell"
            " USING (role) WHERE user_id = %s AND action = %s AND desk_code IN ('', %s)",
            [actor.user_id, action.value, desk],
        )
        assert cursor.fetchone()[0] == said
    return said


def test_one_asks_another_grants_and_the_right_is_there() -> None:
    request = asked(loan(ana("EQ"), bea()))
    assert may(bea(), "EQ") is None
    work = list_work(actor=root()).get(subject_kind="request")
    assert work.title == "DELEGATION ana → bea"

    row = granted(request)

    assert may(bea(), "EQ") == "ana"
    assert may(bea(), "FI") == ""
    assert may(bea(), "FX") is None
    assert (row.asked_by, row.granted_by, row.last_day - row.first_day) == (
        "ana",
        "root",
        timedelta(days=2),
    )
    assert WorkItem.objects.get(subject_kind="request").state == "DONE"
    assert history("delegation", row.pk)[0].actor == "root"


@pytest.mark.parametrize(
    ("held", "lent_desk", "expected"),
    [
        ([""], "", {"EQ": "ana", "FX": "ana"}),
        ([""], "EQ", {"EQ": "ana", "FX": None}),
        (["EQ"], "", {"EQ": "ana", "FX": None}),
        (["EQ", "FX"], "", {"EQ": "ana", "FX": "ana"}),
        (["EQ", "FX"], "FX", {"EQ": None, "FX": "ana"}),
    ],
)
def test_what_is_lent_is_what_the_lender_holds(
    held: list[str], lent_desk: str, expected: dict[str, str | None]
) -> None:
    known_desk("EQ"), known_desk("FX")
    for desk in held:
        ana(desk)
    lent(person("ana", Role.SUPERVISOR, desk=held[0]), bea(), desk=lent_desk)

    assert {desk: may(bea(), desk) for desk in expected} == expected


def test_who_loses_the_role_lends_nothing_any_more() -> None:
    lent(ana("EQ"), bea())
    lender = User.objects.get(username="ana")

    grants.revoke_role(
        user=lender, role=Role.SUPERVISOR, actor=root(), desk_code="EQ", reason="moved"
    )

    assert may(bea(), "EQ") is None


def test_who_leaves_takes_along_what_was_lent() -> None:
    row = lent(ana("EQ"), bea())

    grants.revoke_all(
        user=User.objects.get(username="bea"), actor=root(), at=datetime.now(UTC), reason="left"
    )

    row.refresh_from_db()
    assert (row.state, row.withdrawn_by, row.note) == ("WITHDRAWN", "root", "left")


def test_who_is_made_active_again_has_nothing_lent() -> None:
    row = lent(ana("EQ"), bea())
    User.objects.filter(username="bea").update(is_active=False)
    User.objects.filter(username="bea").update(is_active=True)

    row.refresh_from_db()
    assert (row.state, row.note) == ("WITHDRAWN", "made active again")
    with translation.override("fr"):
        assert row.note_said == "redevenu actif"


@pytest.mark.django_db(transaction=True)
def test_what_ran_its_course_is_not_withdrawn() -> None:
    row = lent(ana("EQ"), bea())
    let_pass(row, starts="-5 days", ends="-1 hour")
    with pytest.raises(UnableToDelegate, match="over"):
        delegations.withdraw(delegation_id=row.pk, reason="late", actor=bea(), at=datetime.now(UTC))
    with pytest.raises(IntegrityError, match="ran its course"), transaction.atomic():
        Delegation.objects.filter(pk=row.pk).update(
            state="WITHDRAWN", withdrawn_by="bea", withdrawn_at=datetime.now(UTC), note="late"
        )

    User.objects.filter(username="bea").update(is_active=False)
    User.objects.filter(username="bea").update(is_active=True)

    row.refresh_from_db()
    assert (row.state, row.note) == ("GRANTED", "")


@pytest.mark.parametrize("who", ["ana", "bea", "root"])
def test_either_ends_it_at_once(who: str) -> None:
    row = lent(ana("EQ"), bea())
    actors = {"ana": ana("EQ"), "bea": bea(), "root": root()}
    with pytest.raises(UnableToDelegate, match="reason"):
        delegations.withdraw(
            delegation_id=row.pk, reason=" ", actor=actors[who], at=datetime.now(UTC)
        )

    delegations.withdraw(
        delegation_id=row.pk, reason="back early", actor=actors[who], at=datetime.now(UTC)
    )

    assert may(bea(), "EQ") is None
    row.refresh_from_db()
    assert (row.withdrawn_by, row.note) == (who, "back early")
    with pytest.raises(IllegalTransition):
        delegations.withdraw(
            delegation_id=row.pk, reason="again", actor=actors[who], at=datetime.now(UTC)
        )


def test_nobody_else_ends_it() -> None:
    row = lent(ana("EQ"), bea())
    stranger = person("carl", Role.SUPERVISOR)
    with pytest.raises(access.Forbidden):
        delegations.withdraw(delegation_id=row.pk, reason="x", actor=stranger, at=datetime.now(UTC))
    with pytest.raises(IntegrityError, match="may not withdraw"), transaction.atomic():
        Delegation.objects.filter(pk=row.pk).update(state="WITHDRAWN", withdrawn_by="carl")


@pytest.mark.parametrize(
    ("case", "terms", "told"),
    [
        ("too_long", {"days": 93}, "93 days: 92 at most"),
        ("in_the_past", {"begins_in": -1}, "begins today or later"),
        ("ends_before", {"days": 0}, "ends no earlier"),
        ("not_held_there", {"desk": "FX"}, "holds it, on this desk"),
        ("not_held", {"role": Role.AGENT}, "holds it, on this desk"),
        ("never_lent", {"role": Role.ADMINISTRATOR}, "not lent"),
        ("an_auditor_neither", {"role": Role.AUDITOR}, "not lent"),
        ("a_program_neither", {"role": Role.API_CLIENT}, "not lent"),
    ],
)
def test_what_is_not_lent(case: str, terms: dict[str, Any], told: str) -> None:
    with pytest.raises(UnableToDelegate, match=told):
        asked(loan(ana("EQ"), bea(), **terms), by=ana("EQ"))
    assert not Request.objects.exists(), case


def test_a_quarter_is_lent_at_most_and_may_be() -> None:
    lent(ana("EQ"), bea(), days=92)

    assert may(bea(), "EQ") == "ana"


def test_no_pair_of_roles_that_may_not_meet_arises() -> None:
    agent = person("agent", Role.AGENT, desk=known_desk("EQ"))
    with pytest.raises(UnableToDelegate, match="Who enters a trade would validate it"):
        asked(loan(ana("EQ"), agent))
    lent(ana("EQ"), bea(), begins_in=10)
    with pytest.raises(IntegrityError, match="may not meet"), transaction.atomic():
        RoleGrant.objects.create(user_id=bea().user_id, role="AGENT", desk_code="")
    nobody = User.objects.create(username="carl")
    carl = Actor(name="carl", kind=ana("EQ").kind, user_id=nobody.pk)
    lent(ana("EQ"), carl, begins_in=10)
    with pytest.raises(IntegrityError, match="may not meet"), transaction.atomic():
        RoleGrant.objects.create(user=nobody, role="AGENT", desk_code="")


def test_who_stands_in_lends_nothing_on_and_no_circle_is_made() -> None:
    lent(ana("EQ"), bea())
    carl = person("carl", Role.SUPERVISOR, desk=known_desk("FX"))
    for case in (
        loan(bea(), carl, desk=""),  # on: with what is one's own, too, on these days
        loan(bea(), ana("EQ")),  # a circle of two
        loan(carl, ana("EQ")),  # who stands aside stands in for nobody
    ):
        with pytest.raises(UnableToDelegate, match="stands in or aside"):
            asked(case)
    with pytest.raises(UnableToDelegate, match="holds it, on this desk"):
        asked(loan(bea(), carl, desk="EQ", begins_in=30))
    lent(bea(), carl, begins_in=30)  # later, what is bea's own


def test_what_is_asked_twice_waits_once() -> None:
    asked(loan(ana("EQ"), bea()))
    with pytest.raises(UnableToAsk, match="already"):
        asked(loan(ana("EQ"), bea()))


def test_one_is_asked_to_stand_in_for_two_and_on_two_desks() -> None:
    carl = person("carl", Role.SUPERVISOR)
    asked(loan(ana("EQ"), bea()))
    for desk in ("EQ", "FX"):
        asked(loan(carl, bea(), desk=desk))

    assert Request.objects.filter(state="ASKED", subject_id=bea().user_id).count() == 3


@pytest.mark.parametrize("who", ["agent", "carl", "bea", "auditor"])
def test_only_who_holds_the_role_or_an_administrator_asks(who: str) -> None:
    actors = {
        "agent": person("agent", Role.AGENT),
        "carl": person("carl", Role.SUPERVISOR),
        "bea": bea(),
        "auditor": person("auditor", Role.AUDITOR),
    }
    with pytest.raises(Refusal):
        asked(loan(ana("EQ"), bea()), by=actors[who])
    assert not Request.objects.exists()


def test_for_who_is_ill_an_administrator_asks_and_another_grants() -> None:
    request = asked(loan(ana("EQ"), bea()), by=root())
    with pytest.raises(UnableToApprove, match="You asked"):
        granted(request)

    row = granted(request, by="second")

    assert (row.asked_by, row.granted_by) == ("root", "second")
    assert may(bea(), "EQ") == "ana"


def test_an_administrator_does_not_ask_for_oneself() -> None:
    person("root", Role.ADMINISTRATOR)
    with pytest.raises(UnableToDelegate):
        asked(loan(ana("EQ"), root()), by=root())


@pytest.mark.parametrize("who", ["ana", "bea"])
def test_neither_of_the_two_grants_it(who: str) -> None:
    request = asked(loan(ana("EQ"), bea()), by=root())
    actor = {"ana": ana("EQ"), "bea": bea()}[who]
    with pytest.raises(Refusal):
        granting.grant_request(
            request_id=request.pk, seen=request.fingerprint, actor=actor, at=datetime.now(UTC)
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(
            state="GRANTED", decided_by=who, decided_at=datetime.now(UTC)
        )
    assert not Delegation.objects.exists()


def test_who_asked_sees_the_request() -> None:
    lender = person("ann", Role.AGENT, desk=known_desk("EQ"))
    other = person("art", Role.AGENT, desk=known_desk("FI"))
    request = asked(loan(lender, other, role=Role.AGENT))

    assert list(list_requests(actor=lender)) == [request]
    assert not list_requests(actor=other).exists()
    row = granted(request)
    assert may(other, "EQ", Action.CAPTURE_TRADE) == "ann"
    assert row.role == "AGENT"


def test_the_trail_says_on_whose_behalf() -> None:
    lent(ana("EQ"), bea())
    with context.unit_of_work("r-1"):
        request = asking_for.ask_delegation(
            loan=loan(bea(), person("carl", Role.SUPERVISOR), begins_in=40),
            reason="later",
            actor=bea(),
            at=datetime.now(UTC),
        )
    assert history("request", request.pk)[0].actor == "bea"  # of what is one's own
    with context.unit_of_work("r-2"), transaction.atomic():
        assert access.require(bea(), Action.VALIDATE_TRADE, desk="EQ") == "ana"
        with_mark = _touched("bea")
        assert access.require(bea(), Action.VALIDATE_TRADE, desk="FI") == ""
        without = _touched("bea")
    assert (with_mark, without) == ("bea for ana", "bea")


def _touched(name: str) -> str:
    """Change something as `name`, and return who the trail says it was."""
    user = User.objects.get(username="carl")
    with acting(actor=Actor(name=name, kind=bea().kind, user_id=bea().user_id)):
        user.first_name += "x"
        user.save(update_fields=["first_name"])
    return history("user", user.pk)[-1].actor


def test_a_moment_is_read_as_it_was_written() -> None:
    request = asked(loan(ana("EQ"), bea()))
    said = {key: request.content[key] for key in ("starts_at", "ends_at")}

    row = granted(request)

    assert {key: datetime.fromisoformat(text) for key, text in said.items()} == {
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
    }
