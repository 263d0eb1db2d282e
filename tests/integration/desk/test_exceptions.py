"""Exceptions say what is found now, keep their trace, and are waived by the right people only."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from backoffice.services import DONE_BY, take_work
from core.access import Forbidden
from core.models import OutboxEvent
from core.roles import Role
from desk import selectors, services
from desk.facts import Raised, Subject
from desk.models import ControlException, WorkItem
from desk.services.exceptions import UnableToRecheck, ask_recheck
from desk.services.waivers import UnableToWaive
from desk.states import ExceptionKind, ExceptionState, WorkKind, WorkState
from kernel.actors import SYSTEM
from kernel.findings import Finding, Severity
from kernel.states import IllegalTransition
from tests.integration.desk.people import person, waive

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
TRADE = Subject(
    kind="trade",
    id=7,
    reference="T7",
    version_no=1,
    desk_code="EQ",
    amount_at_risk=Decimal("6053.00"),
    currency="EUR",
    url="/trades/7/",
    contributors=("agent",),
)
REPORT = Subject(
    kind="report",
    id=3,
    reference="T7V1",
    version_no=1,
    desk_code="EQ",
    amount_at_risk=None,
    currency="",
    url="/reporting/reports/3/",
    contributors=(),
)


def finding(code: str = "TRD-302", *, found: str = "1", severity: str = "BLOCKING") -> Finding:
    return Finding(
        code=code,
        field="gross_amount",
        message="The gross amount is {found}.",
        expected="2",
        found=found,
        severity=Severity(severity),
        evidence={"price": "1"},
    )


def settle(*findings: Finding, subject: Subject = TRADE) -> set[int]:
    return services.settle_findings(
        subject_kind=subject.kind,
        subject_ids=[subject.id],
        raised=[Raised(subject=subject, finding=item) for item in findings],
        kind=ExceptionKind.CONTROL,
        actor=SYSTEM,
        at=AT,
    )


def states() -> list[tuple[str, str]]:
    return list(ControlException.objects.order_by("id").values_list("rule_code", "state"))


def test_finding_becomes_an_exception_with_its_work_item() -> None:
    held = settle(finding())

    row = ControlException.objects.get()
    item = WorkItem.objects.get()
    assert held == {7}
    assert (row.expected, row.found, row.evidence) == ("2", "1", {"price": "1"})
    assert (row.desk_code, row.amount_at_risk, row.url) == ("EQ", Decimal(6053), "/trades/7/")
    assert (item.subject_kind, item.subject_id, item.url) == (
        "exception",
        row.pk,
        f"/work/exceptions/{row.pk}/",
    )


def test_same_findings_again_change_nothing() -> None:
    settle(finding(), finding("TRD-401", severity="WARNING"))
    before = list(ControlException.objects.values())

    assert settle(finding(), finding("TRD-401", severity="WARNING")) == {7}
    assert list(ControlException.objects.values()) == before
    assert WorkItem.objects.count() == 2


def test_what_no_longer_holds_is_resolved_and_its_work_done() -> None:
    settle(finding(), finding("TRD-401"))

    assert settle(finding("TRD-401", found="3")) == {7}
    assert states() == [("TRD-302", "RESOLVED"), ("TRD-401", "OPEN")]
    assert ControlException.objects.get(rule_code="TRD-401").found == "3"
    assert WorkItem.objects.filter(state=WorkState.DONE).count() == 1


def test_information_is_recorded_and_holds_nothing() -> None:
    assert settle(finding("TRD-701", severity="INFO")) == set()
    assert settle(finding("TRD-701", severity="INFO")) == set()
    assert states() == [("TRD-701", "CLOSED")]
    assert not WorkItem.objects.exists()


def test_waived_finding_stays_waived_until_it_or_its_version_changes() -> None:
    supervisor = person("supervisor", Role.SUPERVISOR)
    settle(finding(severity="WARNING"))
    row = ControlException.objects.get()
    services.waive_exception(exception_id=row.pk, reason="Agreed by phone", actor=supervisor, at=AT)

    assert settle(finding(severity="WARNING")) == set()
    assert settle(finding(), subject=dataclasses.replace(TRADE, version_no=2)) == {7}
    assert states() == [("TRD-302", "WAIVED"), ("TRD-302", "OPEN")]


@pytest.mark.parametrize(
    ("case", "severity", "role", "name", "refusal"),
    [
        ("agent_waives_a_warning", "WARNING", Role.AGENT, "agent", None),
        ("supervisor_waives_a_warning", "WARNING", Role.SUPERVISOR, "supervisor", None),
        ("auditor_may_not", "WARNING", Role.AUDITOR, "auditor", Forbidden),
    ],
)
def test_who_may_waive(
    case: str, severity: str, role: Role, name: str, refusal: type[Exception] | None
) -> None:
    settle(finding(severity=severity))
    row = ControlException.objects.get()
    actor = person(name, role)

    if refusal is None:
        services.waive_exception(exception_id=row.pk, reason="Seen", actor=actor, at=AT)
        row.refresh_from_db()
        assert (row.state, row.ended_by, row.reason) == ("WAIVED", name, "Seen"), case
        assert WorkItem.objects.get().state == WorkState.DONE
        return
    with pytest.raises(refusal):
        services.waive_exception(exception_id=row.pk, reason="Seen", actor=actor, at=AT)
    row.refresh_from_db()
    assert row.state == ExceptionState.OPEN, case


def test_waiver_needs_a_reason_and_an_open_exception() -> None:
    supervisor = person("supervisor", Role.SUPERVISOR)
    settle(finding(severity="WARNING"))
    row = ControlException.objects.get()

    with pytest.raises(UnableToWaive):
        services.waive_exception(exception_id=row.pk, reason="  ", actor=supervisor, at=AT)
    services.waive_exception(exception_id=row.pk, reason="ok", actor=supervisor, at=AT)
    with pytest.raises(IllegalTransition):
        services.waive_exception(exception_id=row.pk, reason="ok", actor=supervisor, at=AT)


def test_what_keeps_a_report_back_is_never_waived() -> None:
    supervisor = person("supervisor", Role.SUPERVISOR)
    services.raise_exceptions(
        raised=[Raised(subject=REPORT, finding=finding("R22-59-1"))],
        kind=ExceptionKind.REPORT,
        actor=SYSTEM,
        at=AT,
    )
    row = ControlException.objects.get()

    with pytest.raises(UnableToWaive):
        services.waive_exception(exception_id=row.pk, reason="Late", actor=supervisor, at=AT)
    with pytest.raises(UnableToRecheck):
        ask_recheck(rows=[row], actor=supervisor)
    row.refresh_from_db()
    assert row.state == ExceptionState.OPEN
    assert not OutboxEvent.objects.filter(event__startswith="exception.").exists()


def test_database_refuses_a_blocking_waiver_by_its_maker() -> None:
    settle(finding())

    with pytest.raises(IntegrityError), transaction.atomic():
        ControlException.objects.update(state="WAIVED", ended_by="agent", reason="me")


def of_conduct(contributors: tuple[str, ...] = ("ana",)) -> ControlException:
    subject = Subject(kind="trader", id=4, reference="T-ANA", contributors=contributors,
                      desk_code="EQ")  # fmt: skip
    services.raise_exceptions(
        raised=[Raised(subject=subject, finding=finding("CND-101", severity="WARNING"))],
        kind=ExceptionKind.CONDUCT,
        actor=SYSTEM,
        at=AT,
    )
    return ControlException.objects.get(kind="CONDUCT")


@pytest.mark.parametrize(
    ("role", "name", "refusal"),
    [
        (Role.SUPERVISOR, "supervisor", None),
        (Role.SUPERVISOR, "ana", UnableToWaive),
        (Role.AGENT, "agent", Forbidden),
        (Role.AUDITOR, "auditor", Forbidden),
    ],
)
def test_who_may_waive_what_is_about_conduct(
    role: Role, name: str, refusal: type[Exception] | None
) -> None:
    row, actor = of_conduct(), person(name, role)

    if refusal is None:
        grantor = person("sue", Role.SUPERVISOR)
        waive(row, by=actor, granted_by=grantor, at=AT, why="Asked")
        assert not WorkItem.objects.filter(state=WorkState.OPEN).exists()
        row.refresh_from_db()
        assert (row.state, row.ended_by) == ("WAIVED", "sue")
        return
    with pytest.raises(refusal):
        services.waive_exception(exception_id=row.pk, reason="Asked", actor=actor, at=AT)


def test_the_database_refuses_a_waiver_by_whom_the_conduct_is_about() -> None:
    of_conduct()

    with pytest.raises(IntegrityError), transaction.atomic():
        ControlException.objects.update(state="WAIVED", ended_by="ana", reason="me")


@pytest.mark.parametrize(("role", "seen"), [(Role.AUDITOR, 1), (Role.AGENT, 0)])
def test_what_is_about_conduct_is_for_who_may_read_the_audit_trail(role: Role, seen: int) -> None:
    of_conduct()
    actor = person("somebody", role)

    assert selectors.list_exceptions(actor=actor).count() == seen
    assert selectors.list_work(actor=actor).count() == seen


def test_database_keeps_one_open_exception_per_finding() -> None:
    settle(finding())
    row = ControlException.objects.get()
    row.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_assigned_exception_has_its_owner_in_the_queue_too() -> None:
    agent = person("agent", Role.AGENT)
    settle(finding())
    row = ControlException.objects.get()

    services.assign_exception(exception_id=row.pk, owner_id=agent.user_id, actor=agent, at=AT)
    assert ControlException.objects.get().state == ExceptionState.ASSIGNED
    assert WorkItem.objects.get().owner_id == agent.user_id
    services.assign_exception(exception_id=row.pk, owner_id=None, actor=agent, at=AT)
    assert ControlException.objects.get().state == ExceptionState.OPEN


def test_exceptions_of_a_subject_that_is_gone_are_closed() -> None:
    settle(finding())

    assert (
        services.close_exceptions(
            subject_kind="trade", subject_ids=[7], actor=SYSTEM, at=AT, reason="Cancelled"
        )
        == 1
    )
    assert states() == [("TRD-302", "CLOSED")]
    assert WorkItem.objects.get().state == WorkState.DONE


def test_other_desks_are_absent() -> None:
    settle(finding())

    assert selectors.list_exceptions(actor=person("fi", Role.AGENT, desk="FI")).count() == 0
    assert selectors.list_exceptions(actor=person("eq", Role.AGENT, desk="EQ")).count() == 1


def test_what_keeps_a_report_back_is_work_of_the_reports_until_it_ends() -> None:
    services.raise_exceptions(
        raised=[Raised(subject=REPORT, finding=finding("RPT-101"))],
        kind=ExceptionKind.REPORT, actor=SYSTEM, at=AT,
    )  # fmt: skip
    row = ControlException.objects.get()
    item = WorkItem.objects.get()
    assert (item.kind, item.state) == ("REPORT", "OPEN")
    ana = person("ana", Role.AGENT)

    take_work(item_ids=[item.pk], owner_id=ana.user_id, actor=ana, at=AT)

    item.refresh_from_db()
    row.refresh_from_db()
    assert item.owner_id == row.owner_id == ana.user_id
    services.resolve_exception(exception_id=row.pk, reason="repaired", actor=SYSTEM, at=AT)
    item.refresh_from_db()
    assert item.state == "DONE"


def test_work_of_every_kind_can_be_taken_by_somebody() -> None:
    assert set(DONE_BY) == set(WorkKind)
