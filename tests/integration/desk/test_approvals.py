"""Four eyes: in the service, and in the database for whoever goes around it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core.roles import Role
from desk.facts import Seen
from desk.models import Approval
from desk.services import approvals
from kernel.actors import SYSTEM, Actor
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SEEN = Seen(
    subject_kind="thing",
    subject_id=7,
    version_no=2,
    fingerprint="a" * 64,
    current_fingerprint="a" * 64,
    maker="agent",
    contributors=("agent", "agent2"),
)


def approve(actor: Actor, *, seen: Seen = SEEN, amount: str | None = "100") -> Approval:
    return approvals.approve(
        seen=seen, amount_eur=None if amount is None else Decimal(amount), actor=actor, at=AT
    )


def test_second_person_approves_what_was_seen() -> None:
    approval = approve(person("supervisor", Role.SUPERVISOR, limit="100"))

    assert (approval.maker, approval.checker) == ("agent", "supervisor")
    assert approval.contributors == ["agent", "agent2"]
    assert approval.fingerprint == "a" * 64


@pytest.mark.parametrize(
    ("case", "name", "limit", "amount", "seen", "refusal"),
    [
        ("maker", "agent", "100", "1", SEEN, approvals.UnableToApprove),
        ("contributor", "agent2", "100", "1", SEEN, approvals.UnableToApprove),
        ("over_the_limit", "supervisor", "99.99", "100", SEEN, approvals.OverLimit),
        ("no_limit_at_all", "supervisor", None, "1", SEEN, approvals.OverLimit),
        ("amount_unknown", "supervisor", "100", None, SEEN, approvals.OverLimit),
        (
            "something_else_was_seen",
            "supervisor",
            "100",
            "1",
            dataclasses.replace(SEEN, fingerprint="b" * 64),
            approvals.SeenChanged,
        ),
    ],
)
def test_refused(
    case: str,
    name: str,
    limit: str | None,
    amount: str | None,
    seen: Seen,
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        approve(person(name, Role.SUPERVISOR, limit=limit), seen=seen, amount=amount)
    assert not Approval.objects.exists(), case


def test_the_system_never_decides() -> None:
    with pytest.raises(approvals.UnableToApprove):
        approve(SYSTEM)


def test_a_version_is_approved_once() -> None:
    approve(person("supervisor", Role.SUPERVISOR, limit="100"))

    with pytest.raises(approvals.AlreadyDecided):
        approve(person("supervisor2", Role.SUPERVISOR, limit="100"))


def test_refusal_needs_a_reason_and_is_kept() -> None:
    supervisor = person("supervisor", Role.SUPERVISOR)

    with pytest.raises(approvals.UnableToApprove):
        approvals.refuse(seen=SEEN, reason=" \u200b", actor=supervisor, at=AT)
    refusal = approvals.refuse(seen=SEEN, reason="Wrong book", actor=supervisor, at=AT)
    assert (refusal.decision, refusal.reason) == ("REFUSED", "Wrong book")


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("own_version", {"checker": "agent"}),
        ("contributed", {"checker": "agent2"}),
        ("nobody", {"checker": ""}),
        ("refusal_without_reason", {"decision": "REFUSED"}),
        ("unknown_decision", {"decision": "MAYBE", "reason": "x"}),
    ],
)
def test_database_refuses_what_goes_around_the_service(case: str, changes: dict[str, Any]) -> None:
    row: dict[str, Any] = {
        "subject_kind": "thing",
        "subject_id": 7,
        "version_no": 1,
        "fingerprint": "a" * 64,
        "decision": "APPROVED",
        "maker": "agent",
        "contributors": ["agent", "agent2"],
        "checker": "supervisor",
        **changes,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.bulk_create([Approval(**row)])
    assert not Approval.objects.exists(), case


def test_decisions_are_append_only() -> None:
    approve(person("supervisor", Role.SUPERVISOR, limit="100"))

    with pytest.raises(DatabaseError), transaction.atomic():
        Approval.objects.update(checker="somebody")
    with pytest.raises(DatabaseError), transaction.atomic():
        Approval.objects.all().delete()
