"""A delegation ends while somebody acts on it: before the decision, or after it, never within."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from core import access, context, delegations
from core.audit import history
from desk.models import Approval
from desk.services import approvals
from kernel.findings import Refusal
from tests.factories.delegations import let_pass
from tests.integration.trades.test_delegated_validation import (
    ana,
    attempt_by,
    bea,
    stands_in,
    validate,
)
from tests.integration.trades.test_validation import pending


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["service", "bulk"])
def test_it_ends_in_the_middle_of_a_request(way: str) -> None:
    """Rights are read once per request; PostgreSQL asks the clock when the decision is written."""
    made, row = pending(1), stands_in()
    with context.unit_of_work("r-1"):
        assert access.stands_in(bea())  # read, and kept for this request
        let_pass(row, starts="-1 day", ends="0")

        with pytest.raises(approvals.UnableToApprove, match="just ended"):
            attempt_by(way, made, bea())

    made.refresh_from_db()
    assert made.state == "PENDING_VALIDATION"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(4))
def test_it_is_withdrawn_while_who_stands_in_approves(attempt: int) -> None:
    """One comes first: an approval that was written before the end, or none at all."""
    made, row = pending(1), stands_in()
    actors = ana(), bea()
    together = threading.Barrier(2)
    came: dict[str, str] = {}

    def run(name: str, act: Callable[[], object]) -> None:
        try:
            together.wait()
            act()
            came[name] = "done"
        except Refusal as refusal:
            came[name] = refusal.code
        finally:
            connection.close()

    def withdraw() -> None:
        delegations.withdraw(
            delegation_id=row.pk, reason="back", actor=actors[0], at=datetime.now(UTC)
        )

    acts = {"withdraw": withdraw, "approve": lambda: validate(made, actors[1])}
    threads = [threading.Thread(target=run, args=pair) for pair in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    made.refresh_from_db()
    row.refresh_from_db()
    assert (came["withdraw"], row.state) == ("done", "WITHDRAWN")
    assert (came["approve"] == "done") == Approval.objects.exists()
    assert (made.state == "VALIDATED") == Approval.objects.exists()
    if Approval.objects.exists():
        written = history("approval", Approval.objects.get().pk)[0]
        ended = history("delegation", row.pk)[-1]
        assert written.at <= ended.at


@pytest.mark.django_db(transaction=True)
def test_an_approval_that_is_not_committed_keeps_the_delegation() -> None:
    made, row = pending(1), stands_in()
    waited: list[str] = []

    def withdraw() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                cursor.execute(
                    "UPDATE core_delegation SET state = 'WITHDRAWN', withdrawn_by = 'ana'"
                    " WHERE id = %s",
                    [row.pk],
                )
        except DatabaseError as refused:
            waited.append(str(refused))
        finally:
            connection.close()

    with transaction.atomic():
        validate(made, bea())
        thread = threading.Thread(target=withdraw)
        thread.start()
        thread.join()

    assert "lock timeout" in waited[0]
    made.refresh_from_db()
    assert made.state == "VALIDATED"
