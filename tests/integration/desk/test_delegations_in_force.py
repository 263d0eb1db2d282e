"""What is lent holds from its first midnight to its last, and stands as it was granted."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from core import delegations
from core.delegations import Loan, UnableToDelegate
from core.models import Delegation, User
from core.roles import Role
from core.states import DelegationState
from desk.models import Request
from desk.services import granting
from kernel.actors import Actor
from tests.factories.delegations import asked, lent, let_pass, loan
from tests.integration.desk.test_delegations import ana, bea, may, root

pytestmark = pytest.mark.django_db


ROW: dict[str, Any] = {
    "role": "SUPERVISOR",
    "reason": "x",
    "asked_by": "ana",
    "granted_by": "root",
    "request_id": 1,
}


@pytest.mark.parametrize(
    ("case", "changes", "told"),
    [
        ("asked_by_nobody", {}, "not asked for and granted"),
        ("withdrawn_from_the_start", {"state": "WITHDRAWN", "withdrawn_by": "ana"}, "begins"),
        ("by_one_alone", {"granted_by": "ana"}, "does not grant it"),
        ("granted_by_who_gains", {"granted_by": "bea"}, "does not grant it"),
        ("asked_by_who_gains", {"asked_by": "bea"}, "does not grant it"),
        ("of_a_role_not_held", {"role": "AGENT"}, "holds no role"),
        ("of_a_role_not_lent", {"role": "ADMINISTRATOR"}, "holds no role"),
        ("over_already", {"ends_at": timedelta(hours=-1)}, "over before"),
        ("on_no_desk", {"desk_code": "NO-SUCH"}, "no desk"),
    ],
)
def test_by_hand_in_the_database(case: str, changes: dict[str, Any], told: str) -> None:
    now = datetime.now(UTC)
    row = ROW | {"starts_at": now - timedelta(hours=2), "ends_at": timedelta(days=3)} | changes
    row["ends_at"] = now + row["ends_at"]
    root()
    with pytest.raises(DatabaseError, match=told), transaction.atomic():
        Delegation.objects.create(
            lender_id=ana("EQ").user_id, delegate_id=bea().user_id, granted_at=now, **row
        )
    assert may(bea(), "EQ") is None, case


@pytest.mark.parametrize("source", list(DelegationState))
@pytest.mark.parametrize("target", list(DelegationState))
def test_state_by_state(source: DelegationState, target: DelegationState) -> None:
    row = lent(ana("EQ"), bea())
    if source is DelegationState.WITHDRAWN:
        delegations.withdraw(
            delegation_id=row.pk, reason="x", actor=ana("EQ"), at=datetime.now(UTC)
        )
    change = {"state": target.value, "withdrawn_by": "ana", "note": "y"}
    rows = Delegation.objects.filter(pk=row.pk)
    if (source, target) == (DelegationState.GRANTED, DelegationState.WITHDRAWN):
        assert rows.update(**change) == 1
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"ends_at": datetime.now(UTC) + timedelta(days=80)},
        {"desk_code": ""},
        {"delegate_id": 0},
        {"role": "AGENT"},
        {"granted_by": "carl"},
    ],
)
def test_it_stands_as_it_was_granted(change: dict[str, Any]) -> None:
    row = lent(ana("EQ"), bea(), desk="EQ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Delegation.objects.filter(pk=row.pk).delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("case", "starts", "ends", "expected"),
    [
        ("an_hour_before", "1 hour", "1 day", None),
        ("since_this_moment", "0", "1 day", "ana"),
        ("until_this_moment", "-1 day", "0", None),
        ("on_its_last_evening", "-1 day", "1 hour", "ana"),
        ("long_ago", "-3 days", "-2 days", None),
    ],
)
def test_it_begins_and_ends_by_itself(
    case: str, starts: str, ends: str, expected: str | None
) -> None:
    row = lent(ana("EQ"), bea())

    let_pass(row, starts=starts, ends=ends)

    assert may(bea(), "EQ") == expected, case
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_heldrole WHERE on_behalf_of = 'ana'")
        assert cursor.fetchone() == (1 if expected else 0,)


@pytest.mark.parametrize(
    ("case", "first", "last", "hours"),
    [
        ("one_day", date(2026, 12, 1), date(2026, 12, 1), 24),
        ("the_clock_is_put_forward", date(2026, 3, 29), date(2026, 3, 29), 23),
        ("the_clock_is_put_back", date(2026, 10, 25), date(2026, 10, 25), 25),
        ("a_quarter_with_a_change", date(2026, 9, 1), date(2026, 12, 1), 92 * 24 + 1),
    ],
)
def test_days_are_those_of_the_house(case: str, first: date, last: date, hours: int) -> None:
    with timezone.override("Europe/Paris"):
        lent_days = Loan(
            lender=User(), delegate=User(), role=Role.SUPERVISOR, first_day=first, last_day=last
        )
        length = lent_days.ends_at.astimezone(UTC) - lent_days.starts_at.astimezone(UTC)

        assert length == timedelta(hours=hours), case
        row = Delegation(starts_at=lent_days.starts_at, ends_at=lent_days.ends_at)
        assert (row.first_day, row.last_day) == (first, last)


@pytest.mark.django_db(transaction=True)
def test_two_loans_that_would_make_a_circle_meet_and_one_is_made() -> None:
    requests = [
        asked(loan(ana("EQ"), bea()), by=ana("EQ")),
        asked(loan(bea(), ana("EQ")), by=bea()),
    ]
    deciders = [root(), root("second")]
    came: list[str] = []
    together = threading.Barrier(2)

    def decide(request: Request, actor: Actor) -> None:
        try:
            together.wait()
            granting.grant_request(
                request_id=request.pk, seen=request.fingerprint, actor=actor, at=datetime.now(UTC)
            )
            came.append("lent")
        except UnableToDelegate:
            came.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=pair) for pair in zip(requests, deciders, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(came) == ["lent", "refused"]
    assert Delegation.objects.count() == 1
