"""What takes two people: one asks for a reason, another grants exactly what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core import context
from core.access import Action, Forbidden, allows
from core.models import RoleGrant, User
from core.roles import Role
from desk import selectors, services
from desk.facts import Raised, Subject
from desk.models import (
    ControlException,
    Request,
    SeveralValidations,
    SupervisorLimit,
    WorkItem,
)
from desk.services import asking, granting, limits
from desk.services.approvals import AlreadyDecided, SeenChanged, UnableToApprove
from desk.states import ExceptionKind
from kernel.actors import SYSTEM, Actor
from kernel.findings import Finding, Refusal, Severity
from tests.at_once import at_once
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
LATER = date(2026, 12, 1)
TRADE = Subject(
    kind="trade", id=7, reference="T7", version_no=1, desk_code="", contributors=("maker",)
)


def found(said: str = "1") -> ControlException:
    """Have a rule find something that blocks, and return it."""
    finding = Finding(
        code="TRD-302", field="gross_amount", message="It is {found}.", expected="2", found=said,
        severity=Severity.BLOCKING,
    )  # fmt: skip
    services.settle_findings(
        subject_kind="trade", subject_ids=[7], raised=[Raised(subject=TRADE, finding=finding)],
        kind=ExceptionKind.CONTROL, actor=SYSTEM, at=AT,
    )  # fmt: skip
    return ControlException.objects.get(state="OPEN")


def found_again(said: str) -> None:
    with transaction.atomic():
        found(said)


def agent(name: str = "agent") -> Actor:
    return person(name, Role.AGENT)


def supervisor(name: str = "sue") -> Actor:
    return person(name, Role.SUPERVISOR)


def admin(name: str = "admin") -> Actor:
    return person(name, Role.ADMINISTRATOR)


def asked(by: Actor | None = None) -> Request:
    row = services.waive_exception(
        exception_id=found().pk, reason="Agreed", actor=by or agent(), at=AT
    )
    assert row is not None
    return row


def grant(row: Request, by: Actor, *, seen: str | None = None) -> Request:
    return granting.grant_request(
        request_id=row.pk, seen=seen or row.fingerprint, actor=by, at=AT, note=""
    )


def test_a_blocking_finding_is_waived_by_two() -> None:
    row = asked()
    exception = ControlException.objects.get()
    assert exception.state == "OPEN"
    waiting = WorkItem.objects.get(kind="WAIVER")
    assert (waiting.state, waiting.url) == ("OPEN", f"/work/requests/{row.pk}/")

    grant(row, supervisor())

    exception.refresh_from_db()
    assert (exception.state, exception.ended_by, exception.reason) == ("WAIVED", "sue", "Agreed")
    row.refresh_from_db()
    assert (row.state, row.asked_by, row.decided_by) == ("GRANTED", "agent", "sue")
    assert not WorkItem.objects.filter(state="OPEN").exists()


@pytest.mark.parametrize(
    ("case", "by", "who", "refusal"),
    [
        ("an_agent_does_not_grant", agent, lambda: agent("agent2"), Forbidden),
        ("who_asked", supervisor, supervisor, UnableToApprove),
        ("the_maker", agent, lambda: supervisor("maker"), UnableToApprove),
        ("not_a_person", agent, lambda: SYSTEM, Forbidden),
        ("of_another_desk", agent, lambda: person("fi", Role.AUDITOR), Forbidden),
    ],
)
def test_who_does_not_grant(
    case: str, by: Callable[[], Actor], who: Callable[[], Actor], refusal: type[Refusal]
) -> None:
    row = asked(by())

    with pytest.raises(refusal):
        grant(row, who())
    assert ControlException.objects.get().state == "OPEN", case
    assert Request.objects.get().state == "ASKED", case


def test_what_changed_since_it_was_asked_is_not_granted() -> None:
    row = asked()
    with pytest.raises(SeenChanged):
        grant(row, supervisor(), seen="0" * 64)

    found("3")

    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("LAPSED", "system")
    with pytest.raises(AlreadyDecided):
        grant(row, supervisor())
    assert ControlException.objects.get().state == "OPEN"


def test_what_was_repaired_meanwhile_is_asked_no_more() -> None:
    row = asked()

    services.settle_findings(
        subject_kind="trade", subject_ids=[7], raised=[], kind=ExceptionKind.CONTROL, actor=SYSTEM,
        at=AT,
    )  # fmt: skip

    row.refresh_from_db()
    assert row.state == "LAPSED"
    assert not WorkItem.objects.filter(state="OPEN").exists()


def test_it_is_asked_for_once_refused_for_a_reason_and_taken_back_by_who_asked() -> None:
    row = asked()
    with pytest.raises(asking.UnableToAsk):
        services.waive_exception(exception_id=row.subject_id, reason="x", actor=agent(), at=AT)
    with pytest.raises(UnableToApprove):
        granting.refuse_request(request_id=row.pk, note=" ", actor=supervisor(), at=AT)
    with pytest.raises(UnableToApprove):
        granting.withdraw_request(request_id=row.pk, actor=agent("agent2"), at=AT)

    granting.refuse_request(request_id=row.pk, note="Repair it", actor=supervisor(), at=AT)
    again = services.waive_exception(exception_id=row.subject_id, reason="x", actor=agent(), at=AT)
    assert again is not None
    granting.withdraw_request(request_id=again.pk, actor=agent(), at=AT)

    assert [(one.state, one.note) for one in Request.objects.order_by("pk")] == [
        ("REFUSED", "Repair it"),
        ("WITHDRAWN", ""),
    ]


def test_the_database_asks_the_same_of_who_goes_around_the_services() -> None:
    row = asked()
    supervisor()
    person("maker", Role.SUPERVISOR)
    decided = {"state": "GRANTED", "decided_at": AT}
    for name in ("agent", "maker", "nobody", "system"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Request.objects.update(**decided, decided_by=name)
    with pytest.raises(IntegrityError), transaction.atomic():  # a word of one's own
        Request.objects.update(state="WITHDRAWN", decided_by="sue", decided_at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():  # rewritten as it is granted
        Request.objects.update(**decided, decided_by="sue", contributors=[])
    waived = {"state": "WAIVED", "ended_by": "sue", "ended_at": AT, "reason": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():  # without anybody's word
        ControlException.objects.update(**waived)
    with transaction.atomic():
        ControlException.objects.update(**waived | {"severity": "WARNING"})
        with pytest.raises(IntegrityError), transaction.atomic():  # made a warning first, then not
            ControlException.objects.update(severity="BLOCKING")
        transaction.set_rollback(True)
    with pytest.raises(IntegrityError), transaction.atomic():  # begun as decided
        Request.objects.bulk_create(
            [Request(kind="WAIVER", subject_kind="exception", subject_id=1, fingerprint="x",
                     reason="x", asked_by="agent", asked_at=AT, **decided, decided_by="sue")]
        )  # fmt: skip

    grant(row, supervisor())
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.update(note="later")
    with pytest.raises(DatabaseError), transaction.atomic():
        Request.objects.all().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_a_grant_and_a_control_at_once_end_in_one_of_both_orders(attempt: int) -> None:
    row = asked()
    boss = supervisor()

    ends = at_once(lambda: grant(row, boss), lambda: found_again("3"))

    row.refresh_from_db()
    waived = ControlException.objects.filter(state="WAIVED").count()
    if row.state == "GRANTED":  # granted first: what is found now is another finding
        assert (ends, waived) == (["DONE", "DONE"], 1)
        said = ControlException.objects.order_by("pk").values_list("state", "found")
        assert list(said) == [("WAIVED", "1"), ("OPEN", "3")]
    else:
        assert (row.state, waived) == ("LAPSED", 0)
        assert "DONE" in ends


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_grant_at_once_one_does() -> None:
    row = asked()
    people = [supervisor(f"sue{n}") for n in range(20)]

    ends = at_once(*[lambda who=who: grant(row, who) for who in people])

    assert ends == ["ALREADY_DECIDED"] * 19 + ["DONE"]


def test_a_limit_is_asked_by_one_administrator_and_granted_by_another() -> None:
    sue = User.objects.get(pk=supervisor().user_id)
    row = limits.ask_limit(
        user=sue, amount_eur=Decimal("5000000"), valid_from=LATER, reason="new desk",
        actor=admin(), at=AT,
    )  # fmt: skip
    for who in (admin(), agent()):
        with pytest.raises((Forbidden, UnableToApprove, granting.UnableToFindRequest)):
            grant(row, who)
    assert selectors.limit_of(actor=supervisor(), day=LATER) is None

    grant(row, admin("admin2"))

    assert selectors.limit_of(actor=supervisor(), day=LATER) == 5_000_000
    assert selectors.limit_of(actor=supervisor(), day=AT.date()) is None
    limit = SupervisorLimit.objects.get()
    assert (limit.set_by, limit.request_id) == ("admin", row.pk)


def test_a_limit_that_nobody_granted_is_refused_by_the_database() -> None:
    sue = User.objects.get(pk=supervisor().user_id)
    asked_for = {"user": sue, "valid_from": LATER, "reason": "x", "at": AT}
    row = limits.ask_limit(amount_eur=Decimal(5), actor=admin(), **asked_for)  # type: ignore[arg-type]  # as above
    row_of = {"user": sue, "set_by": "admin", "valid_from": LATER}

    for said in ({}, {"request_id": row.pk}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SupervisorLimit.objects.create(**row_of, amount_eur=5, **said)
    grant(row, admin("admin2"))
    with pytest.raises(IntegrityError), transaction.atomic():  # more than was granted
        SupervisorLimit.objects.create(**row_of, amount_eur=6, request_id=row.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        SupervisorLimit.objects.update(amount_eur=6)


def test_nobody_asks_for_a_limit_of_ones_own_nor_for_the_past() -> None:
    me = User.objects.get(pk=admin().user_id)
    with pytest.raises(asking.UnableToAsk):
        limits.ask_limit(
            user=me, amount_eur=Decimal(1), valid_from=LATER, reason="x", actor=admin(), at=AT
        )
    with pytest.raises(asking.UnableToAsk):
        limits.ask_several(
            people=2, from_eur=Decimal(1), valid_from=date(2026, 11, 19), reason="x",
            actor=admin(), at=AT,
        )  # fmt: skip
    with pytest.raises(asking.UnableToAsk):
        limits.ask_several(
            people=4, from_eur=Decimal(1), valid_from=LATER, reason="x", actor=admin(), at=AT
        )
    with pytest.raises(Forbidden):
        limits.ask_several(
            people=2, from_eur=Decimal(1), valid_from=LATER, reason="x", actor=agent(), at=AT
        )


def test_how_many_validate_follows_the_setting_in_force() -> None:
    for day, amount in ((LATER, Decimal(1_000)), (date(2026, 12, 8), None)):
        row = limits.ask_several(
            people=2, from_eur=amount, valid_from=day, reason="x", actor=admin(), at=AT
        )
        grant(row, admin("admin2"))

    def needed(day: date, amount: Decimal | None) -> int:
        return selectors.validations_needed(day=day)(amount)

    assert needed(AT.date(), Decimal(10**9)) == 1
    assert [needed(LATER, amount) for amount in (Decimal(999), Decimal(1_000), None)] == [1, 2, 2]
    assert needed(date(2026, 12, 8), Decimal(10**9)) == 1
    assert SeveralValidations.objects.count() == 2


def test_what_is_of_no_desk_asks_for_all_desks() -> None:
    row = found()
    nobody = person("one", Role.AGENT, desk="EQ")
    with pytest.raises(Refusal):
        services.waive_exception(exception_id=row.pk, reason="agreed", actor=nobody, at=AT)
    request = services.waive_exception(exception_id=row.pk, reason="ok", actor=agent(), at=AT)
    assert request is not None
    some = person("some", Role.SUPERVISOR, desk="EQ")
    assert not granting.may_decide(request, some)
    with pytest.raises(Refusal):
        granting.refuse_request(request_id=request.pk, note="no", actor=some, at=AT)


def test_a_right_that_ends_on_the_way_is_a_refusal() -> None:
    row, asker, grantor = found(), agent(), person("sue", Role.SUPERVISOR)
    request = services.waive_exception(exception_id=row.pk, reason="ok", actor=asker, at=AT)
    assert request is not None
    with context.unit_of_work("r-1"):
        assert granting.may_decide(request, grantor)  # read, and kept for this request
        RoleGrant.objects.filter(user=grantor.user_id).delete()
        with pytest.raises(UnableToApprove, match="just ended"):
            granting.refuse_request(request_id=request.pk, note="no", actor=grantor, at=AT)
    granting.withdraw_request(request_id=request.pk, actor=asker, at=AT)
    with context.unit_of_work("r-2"):
        assert allows(asker, Action.RESOLVE_EXCEPTION)
        RoleGrant.objects.filter(user=asker.user_id).delete()
        with pytest.raises(asking.UnableToAsk, match="just ended"):
            services.waive_exception(exception_id=row.pk, reason="ok", actor=asker, at=AT)
