"""Jobs of control: what a batch brought in, batches behind a queue, what waits for a price."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core import jobs
from core.acts import acting
from core.models import Job
from core.outbox import announce
from desk.models import ControlRun
from kernel.actors import SYSTEM
from tests.factories.controlled import BNP_ISIN, batch, trade, world
from trades.models import CaptureBatch, Trade

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _world() -> None:
    world()


def state(made: Trade) -> str:
    made.refresh_from_db()
    return made.state


def test_captured_batch_is_controlled_by_a_job_and_a_second_job_finds_nothing() -> None:
    made = [trade(1), trade(2, price=Decimal(605))]
    for _repeat in range(2):
        with acting(actor=SYSTEM):
            announce("trades.captured", subject="batch", payload={"batch_id": batch().pk})
        jobs.run_pending()

    assert [state(one) for one in made] == ["PENDING_VALIDATION", "ON_HOLD"]
    counts = list(Job.objects.order_by("id").values_list("state", "counts__judged"))
    assert counts == [("DONE", 2), ("DONE", 0)]


def test_batches_behind_a_queue_are_judged_together() -> None:
    other = CaptureBatch.objects.create(
        channel="BULK", source_system="OMS", actor_name="agent", received_at=AT
    )
    made = [trade(1), trade(2, price=Decimal(605), batch=other)]
    for one in made:
        with acting(actor=SYSTEM):
            announce("trades.captured", subject="batch", payload={"batch_id": one.batch_id})
    jobs.run_pending()

    assert [state(one) for one in made] == ["PENDING_VALIDATION", "ON_HOLD"]
    assert ControlRun.objects.get().judged == 2
    first, second = Job.objects.order_by("id")
    assert (first.state, first.counts["judged"]) == ("DONE", 2)
    assert (second.state, second.log) == ("DONE", f"Done together with job {first.pk}.\n")


def test_recontrol_of_an_instrument_takes_the_trades_that_wait() -> None:
    made = trade(1)
    with acting(actor=SYSTEM):
        jobs.enqueue(
            kind="trades.recontrol",
            parameters={"isins": [BNP_ISIN]},
            title="Prices",
            actor=SYSTEM,
            at=AT,
        )
    jobs.run_pending()

    assert state(made) == "PENDING_VALIDATION"
