"""Every way around maker and checker that a delegation could open is tried, and refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from core import access, context, delegations, tokens
from core.audit import history
from core.models import ApiToken, Delegation, RoleGrant, User
from core.people import actor_of
from core.roles import Role
from desk import services
from desk.facts import Raised, Subject
from desk.models import Approval, ControlException, Request, SeveralValidations
from desk.services import approvals, granting, many
from desk.states import ExceptionKind
from kernel.actors import SYSTEM, Actor
from kernel.findings import Finding, Refusal, Severity
from tests.factories.delegations import asked, lent, loan
from tests.factories.refdata import known_desk
from tests.integration.desk.people import person
from tests.integration.trades.test_validation import AT, pending
from trades.models import Trade
from trades.services import cancellation, validation

pytestmark = pytest.mark.django_db


def ana(limit: str | None = "1000000") -> Actor:
    """Return the supervisor of the desk of the trades, who is away."""
    return person("ana", Role.SUPERVISOR, desk="EQ", limit=limit)


def bea(limit: str | None = "1000000") -> Actor:
    """Return the supervisor of another desk, who stands in."""
    return person("bea", Role.SUPERVISOR, desk="FI", limit=limit)


def stands_in(**terms: Any) -> Delegation:
    return lent(ana(), bea(), **terms)


def validate(made: Trade, actor: Actor) -> Trade:
    return validation.validate_trade(trade_id=made.pk, seen=made.fingerprint, actor=actor, at=AT)


def by_hand(made: Trade, checker: str, **changes: Any) -> Approval:
    """Write an approval as the application's role may, without a service."""
    row: dict[str, Any] = {
        "subject_kind": "trade",
        "subject_id": made.pk,
        "version_no": made.version_no,
        "fingerprint": made.fingerprint,
        "decision": "APPROVED",
        "maker": "agent",
        "contributors": ["agent"],
        "checker": checker,
        "decided_at": AT,
    }
    with transaction.atomic():
        return Approval.objects.create(**row | changes)


def test_who_stands_in_validates_and_it_says_so_everywhere() -> None:
    made = pending(1)
    with pytest.raises(validation.UnableToFindTrade):
        validate(made, bea())
    row = stands_in()

    with context.unit_of_work("r-1"):
        validate(made, bea())

    approval = Approval.objects.get()
    made.refresh_from_db()
    assert made.state == "VALIDATED"
    assert (approval.checker, approval.on_behalf_of) == ("bea", "ana")
    assert history("approval", approval.pk)[0].actor == "bea for ana"
    assert history("trade", made.pk)[-1].actor == "bea for ana"
    client = Client()
    client.force_login(User.objects.get(username="ana"))
    assert "bea for ana" in client.get(f"/trades/{made.pk}/").content.decode()
    assert str(made.pk) in client.get(f"/rights/delegations/{row.pk}/").content.decode()
    told = client.get(f"/api/v1/trades/{made.reference}/").json()["decisions"][0]
    assert (told["by"], told["on_behalf_of"]) == ("bea", "ana")


def test_an_own_right_comes_first_and_says_nothing_of_others() -> None:
    person("bea", Role.SUPERVISOR, desk="EQ", limit="1000000")
    stands_in()
    made = pending(1, maker="ana")

    validate(made, bea())

    assert Approval.objects.get().on_behalf_of == ""


WAYS = ("service", "page", "bulk", "bulk_page", "api", "admin", "database")


def attempt_by(way: str, made: Trade, actor: Actor) -> None:
    """Validate in one of the ways; raise what refuses it."""
    if way == "service":
        validate(made, actor)
    elif way == "bulk":
        outcomes = validation.decide_many(
            seen={made.pk: made.fingerprint}, approve=True, reason="", actor=actor, at=AT
        )
        for outcome in validation.refusals(outcomes):
            assert outcome.refusal is not None
            raise outcome.refusal
    elif way == "database":
        by_hand(made, actor.name, maker=made.maker, contributors=made.contributors)
    else:
        _post(way, made, actor)


def _post(way: str, made: Trade, actor: Actor) -> None:
    """Send what a browser or a program would, and raise when it was refused."""
    address, form = {
        "page": (f"/validation/{made.pk}/validate/", {"seen": made.fingerprint}),
        "bulk_page": ("/validation/validate/", {"ids": [made.pk]}),
        "api": (f"/api/v1/trades/{made.reference}/", {"decision": "APPROVED"}),
        "admin": (
            "/admin/desk/approval/add/",
            {"subject_kind": "trade", "subject_id": made.pk, "checker": actor.name},
        ),
    }[way]
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    answer = client.post(address, form)
    if answer.status_code >= 400 or not Approval.objects.exists():
        raise Refusal(answer.content.decode()[:200])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("case", "maker", "touched"),
    [
        ("the_lender_made_it", "ana", []),
        ("the_lender_touched_it", "agent", ["ana"]),
        ("who_stands_in_made_it", "bea", []),
        ("who_stands_in_touched_it", "agent", ["bea"]),
        ("both_touched_it", "agent", ["ana", "bea"]),
    ],
)
def test_never_back_to_the_maker(way: str, case: str, maker: str, touched: list[str]) -> None:
    stands_in()
    made = pending(1, maker=maker, contributors=sorted({maker, *touched}))

    with pytest.raises((Refusal, IntegrityError)):
        attempt_by(way, made, bea())

    made.refresh_from_db()
    assert made.state == "PENDING_VALIDATION", case
    assert not Approval.objects.exists()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("when", ["to_come", "withdrawn", "another_desk"])
def test_only_while_it_is_in_force_and_where(way: str, when: str) -> None:
    if when == "another_desk":
        person("ana", Role.SUPERVISOR, desk="FX", limit="1000000")
        lent(ana(), bea(), desk="FX")
    else:
        row = stands_in(begins_in=1 if when == "to_come" else 0)
        if when == "withdrawn":
            delegations.withdraw(
                delegation_id=row.pk, reason="back", actor=ana(), at=datetime.now(UTC)
            )
    made = pending(1)

    with pytest.raises((Refusal, IntegrityError)):
        attempt_by(way, made, bea())

    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    ("case", "lends", "holds", "amount", "may"),
    [
        ("both_allow_it", "1000", "1000", "1000", "yes"),
        ("the_lender_has_less", "999.99", "1000", "1000", ""),
        ("who_stands_in_has_less", "1000", "999.99", "1000", ""),
        ("the_lender_has_none", None, "1000", "1", ""),
        ("who_stands_in_has_none", "1000", None, "1", ""),
    ],
)
def test_the_smaller_of_both_limits(
    case: str, lends: str | None, holds: str | None, amount: str, may: str
) -> None:
    actor = bea(holds)
    lent(ana(lends), actor)
    made = pending(1, risk_amount_eur=Decimal(amount))
    if may:
        validate(made, actor)
        assert Approval.objects.get().on_behalf_of == "ana", case
        return
    with pytest.raises(approvals.OverLimit):
        validate(made, actor)


@pytest.mark.parametrize("first", ["ana", "bea"])
def test_one_authority_counts_once(first: str) -> None:
    """A trade that takes two supervisors does not go on by one who lends and one who is lent."""
    SeveralValidations.objects.create(
        people=2, from_eur=Decimal(0), valid_from=AT.date(), set_by="console"
    )
    stands_in()
    made = pending(1)
    actors = {"ana": ana(), "bea": bea()}
    second = actors["bea" if first == "ana" else "ana"]
    validate(made, actors[first])

    with pytest.raises(approvals.AlreadyDecided):
        validate(made, second)
    with pytest.raises(IntegrityError, match="already"):
        by_hand(made, second.name)

    carl = person("carl", Role.SUPERVISOR, limit="1000000")
    validate(made, carl)
    made.refresh_from_db()
    assert made.state == "VALIDATED"


def test_the_writer_does_not_say_on_whose_behalf() -> None:
    stands_in()
    made = pending(1)

    assert by_hand(made, "bea", on_behalf_of="carl").pk
    row = Approval.objects.get()
    assert row.on_behalf_of == "ana"  # the trigger says it
    with pytest.raises(DatabaseError), transaction.atomic():
        Approval.objects.filter(pk=row.pk).update(on_behalf_of="")


@pytest.mark.parametrize("decide", ["grant", "refuse"])
def test_what_the_lender_asks_for_is_not_decided_for_him(decide: str) -> None:
    """A supervisor may ask for a waiver, too: whoever stands in for him does not grant it."""
    stands_in()
    request = _asked_by(ana())

    with pytest.raises(access.StandsIn):
        many.decide_request(
            request.pk, seen=request.fingerprint, grant=decide == "grant", reason="no",
            actor=bea(), at=AT,
        )  # fmt: skip
    for state in ("GRANTED", "REFUSED"):
        with pytest.raises(IntegrityError, match="may not decide"), transaction.atomic():
            Request.objects.filter(pk=request.pk).update(
                state=state, decided_by="bea", decided_at=AT, note="x"
            )
    assert not granting.may_decide(request, bea())


def test_what_is_asked_on_behalf_is_not_granted_by_who_lends() -> None:
    stands_in()
    request = _asked_by(bea())

    assert "ana" in request.contributors
    with pytest.raises(approvals.UnableToApprove):
        granting.grant_request(request_id=request.pk, seen=request.fingerprint, actor=ana(), at=AT)


def _asked_by(actor: Actor) -> Request:
    """Return the request of a supervisor to waive what blocks a trade of the desk."""
    subject = Subject(kind="trade", id=7, reference="T7", version_no=1, desk_code=known_desk("EQ"))
    finding = Finding(
        code="TRD-302", field="gross_amount", message="It is {found}.", expected="2", found="1",
        severity=Severity.BLOCKING,
    )  # fmt: skip
    services.settle_findings(
        subject_kind="trade", subject_ids=[7], raised=[Raised(subject=subject, finding=finding)],
        kind=ExceptionKind.CONTROL, actor=SYSTEM, at=AT,
    )  # fmt: skip
    row = services.waive_exception(
        exception_id=ControlException.objects.get().pk, reason="agreed", actor=actor, at=AT
    )
    assert row is not None
    row.refresh_from_db()
    return row


def test_a_cancellation_that_the_lender_asked_for() -> None:
    made = pending(1)
    request = cancellation.ask_cancellation(
        trade_id=made.pk,
        seen=made.fingerprint,
        reason="twice",
        actor=person("ana", Role.AGENT),
        at=AT,
    )
    RoleGrant.objects.filter(user__username="ana").delete()  # she is a supervisor since
    stands_in()
    approval = {
        "subject_kind": "cancellation",
        "subject_id": request.pk,
        "version_no": made.version_no,
        "fingerprint": made.fingerprint,
    }

    with pytest.raises(approvals.UnableToApprove, match="stand in for ana"):
        cancellation.grant_cancellation(request_id=request.pk, actor=bea(), at=AT)
    with pytest.raises(IntegrityError, match="may not decide"):
        by_hand(made, "bea", **approval | {"maker": "ana", "contributors": ["ana"]})


@pytest.mark.parametrize("way", ["insert", "update"])
def test_the_administration_lends_nothing(way: str) -> None:
    row = stands_in()
    client = Client()
    root = User.objects.get(username="root")
    User.objects.filter(pk=root.pk).update(is_staff=True)
    client.force_login(root)
    address = "add/" if way == "insert" else f"{row.pk}/change/"

    answer = client.post(f"/admin/core/delegation/{address}", {"role": "SUPERVISOR"})

    assert answer.status_code == 403
    assert Delegation.objects.count() == 1


@pytest.mark.parametrize("name", ["ana", "carl"])
def test_a_renamed_person(name: str) -> None:
    """Who made it is told by the name: nobody takes another one, or that of somebody else."""
    stands_in()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(username="bea").update(username=name)


def test_a_shared_token() -> None:
    """A program is nobody's stand-in, and a token of its own gives a person no right."""
    tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)
    program = actor_of(User.objects.get(username="oms"))
    with pytest.raises(delegations.UnableToDelegate, match="active person"):
        asked(loan(ana(), program), by=ana())
    row = stands_in()
    ApiToken.objects.filter(name="oms").update(user_id=bea().user_id)
    made = pending(1)
    client = access.behalf_of(program, access.Action.VALIDATE_TRADE, desk="EQ")
    assert client is None
    # a token on a person who stands in posts executions only; it opens no page of decisions
    answer = Client().post(
        f"/validation/{made.pk}/validate/",
        {"seen": made.fingerprint},
        headers={"Authorization": "Bearer dn_x"},
    )
    assert answer.status_code in (302, 401, 403)
    assert row.state == "GRANTED"
    assert not Approval.objects.exists()


def test_who_lends_may_still_act() -> None:
    stands_in()
    validate(pending(1), ana())

    assert Approval.objects.get().on_behalf_of == ""


def test_the_trail_tells_own_and_lent_acts_apart_in_one_job() -> None:
    stands_in()
    made = [pending(1), pending(2, desk_code=known_desk("FI"))]
    with context.unit_of_work("job:1"):
        validation.decide_many(
            seen={one.pk: one.fingerprint for one in made},
            approve=True,
            reason="",
            actor=bea(),
            at=AT,
        )

    said = {row.subject_id: row.on_behalf_of for row in Approval.objects.all()}
    assert said == {made[0].pk: "ana", made[1].pk: ""}
    assert [history("trade", one.pk)[-1].actor for one in made] == ["bea for ana", "bea"]
