"""Control under faults: two workers at once, a worker that dies between chunks, a lost race."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from core import jobs
from core.acts import acting
from core.models import Job
from core.outbox import announce
from core.roles import Role
from desk.models import Approval, ControlException, ControlRun, WorkItem
from desk.services import approvals
from kernel.actors import SYSTEM
from kernel.findings import Refusal
from tests.factories.controlled import batch, trade, world
from tests.integration.desk.people import person
from trades.models import Trade
from trades.services import control, validation

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def at_once(*acts: Callable[[], object]) -> Counter[str]:
    """Run the acts in threads that start together; count how they ended."""
    barrier = threading.Barrier(len(acts))
    ends: Counter[str] = Counter()

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            act()
            ends["done"] += 1
        except Refusal as refusal:
            ends[refusal.code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_the_same_trades_raise_each_finding_once() -> None:
    world()
    ids = [trade(number, price=Decimal("63.6")).pk for number in range(1, 6)]

    ends = at_once(
        *[lambda: control.control_trades(trade_ids=ids, actor=SYSTEM, at=AT) for _ in range(3)]
    )

    assert ends == {"done": 3}
    assert ControlException.objects.count() == len(ids)
    assert WorkItem.objects.filter(kind="EXCEPTION").count() == len(ids)
    assert set(Trade.objects.values_list("state", flat=True)) == {"ON_HOLD"}


@pytest.mark.django_db(transaction=True)
def test_validation_and_late_control_never_leave_a_validated_trade_on_hold() -> None:
    world()
    made = trade(1)
    control.control_trades(trade_ids=[made.pk], actor=SYSTEM, at=AT)
    boss = person("supervisor", Role.SUPERVISOR, limit="1000000")

    at_once(
        lambda: validation.validate_trade(
            trade_id=made.pk, seen=made.fingerprint, actor=boss, at=AT
        ),
        lambda: control.control_trades(trade_ids=[made.pk], actor=SYSTEM, at=AT),
    )

    made.refresh_from_db()
    assert made.state == "VALIDATED"
    assert Approval.objects.count() == 1
    assert not WorkItem.objects.filter(state="OPEN").exists()


@pytest.mark.django_db(transaction=True)
def test_one_validates_while_another_refuses_and_one_decision_stands() -> None:
    world()
    made = trade(1)
    control.control_trades(trade_ids=[made.pk], actor=SYSTEM, at=AT)
    one = person("supervisor", Role.SUPERVISOR, limit="1000000")
    two = person("supervisor2", Role.SUPERVISOR, limit="1000000")

    ends = at_once(
        lambda: validation.validate_trade(
            trade_id=made.pk, seen=made.fingerprint, actor=one, at=AT
        ),
        lambda: validation.refuse_trade(
            trade_id=made.pk, seen=made.fingerprint, reason="Wrong", actor=two, at=AT
        ),
    )

    assert ends["done"] == 1
    assert ends["ILLEGAL_TRANSITION"] + ends[approvals.AlreadyDecided.code] == 1
    assert Approval.objects.count() == 1


@pytest.mark.django_db
def test_job_that_died_between_chunks_is_finished_by_the_next_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world()
    for number in range(1, 6):
        trade(number)
    monkeypatch.setattr(control, "CHUNK", 2)
    with acting(actor=SYSTEM):
        announce("trades.captured", subject="batch", payload={"batch_id": batch().pk})
    real = control.control_trades
    calls = Counter[str]()

    def dies(**options: object) -> control.Controlled:
        calls["chunks"] += 1
        if calls["chunks"] == 2:
            raise ConnectionError("the worker died")
        return real(**options)  # type: ignore[arg-type]  # options by name

    monkeypatch.setattr(control, "control_trades", dies)
    jobs.run_pending()
    Job.objects.update(due_at=AT)
    jobs.run_pending()

    assert Job.objects.get().state == "DONE"
    assert set(Trade.objects.values_list("state", flat=True)) == {"PENDING_VALIDATION"}
    assert WorkItem.objects.count() == 5
    assert sum(ControlRun.objects.values_list("judged", flat=True)) == 5
