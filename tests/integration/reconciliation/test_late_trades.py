"""A trade that is validated after its statement came in ends the break by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from core import jobs, outbox
from core.models import Job
from kernel.actors import SYSTEM
from reconciliation import selectors, services
from reconciliation.models import Break, MatchGroup, ReconciliationRun
from tests.factories.trades import AT
from tests.integration.reconciliation.examples import BANK, example_taken_in, example_trade
from tests.integration.reconciliation.world import PAID, account, row, statement, table, taken_in
from tests.integration.reconciliation.world import trade as validated
from trades.models import Trade

pytestmark = pytest.mark.django_db
CLOSING = "C261120EUR9000,00"
RUN = "reconciliation.run"


def tell(*trades: Trade) -> None:
    """Say that a supervisor validated the trades, as the trades room says it of each chunk."""
    ids = [made.pk for made in trades]
    with transaction.atomic():
        outbox.announce("trades.validated", subject="trades", payload={"trade_ids": ids})


def waiting() -> QuerySet[Job]:
    return Job.objects.filter(kind=RUN, state="QUEUED")


def test_a_validation_after_the_statement_matches_it_without_anybody_asking() -> None:
    example_taken_in(BANK)
    alone = Break.objects.get(reference="EXAMPLE-1")
    assert alone.category == "MISSING_OURS"

    example_trade()
    jobs.run_pending()

    alone.refresh_from_db()
    assert (alone.state, alone.resolution) == ("RESOLVED", "MATCHED")
    assert MatchGroup.objects.get(state="CONFIRMED")


def test_a_brokers_table_waits_for_a_trade_too() -> None:
    early = validated(1, state="ENRICHED")
    taken_in(table(row(early), row(early, Reference="T000000002")))
    assert set(Break.objects.values_list("category", flat=True)) == {"MISSING_OURS"}

    tell(validated(2))
    jobs.run_pending()

    assert MatchGroup.objects.get().state == "CONFIRMED"
    assert Break.objects.exclude(state="RESOLVED").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "USD"},
        {"settlement_date": "2027-01-15"},
        {"net_amount": 0},
        {"account_code": "NOSTRO-OTHER"},
        {"state": "ENRICHED"},
    ],
)
def test_a_trade_that_no_open_line_could_be_reconciles_nothing(changes: dict[str, Any]) -> None:
    other = account()
    taken_in(statement(PAID, closing=CLOSING))
    other.pk, other.code, other.iban = None, "NOSTRO-OTHER", ""
    other.save(force_insert=True)

    made = validated(1, **changes)

    assert selectors.files_waiting_for([made.pk]) == []


def test_a_statement_without_an_open_break_is_left_alone() -> None:
    account()
    validated(1)
    taken_in(statement(PAID, closing=CLOSING))

    tell(validated(2))
    jobs.run_pending()

    assert ReconciliationRun.objects.count() == 1


def test_a_flood_of_news_is_one_run_and_one_question_each() -> None:
    account()
    taken_in(statement(PAID, closing=CLOSING))
    late = [validated(n) for n in range(1, 61)]
    for start in range(0, 60, 20):
        tell(*late[start : start + 20])

    ids = [made.pk for made in late]
    with CaptureQueriesContext(connection) as asked:
        services.queue_waiting_for(trade_ids=ids, actor=SYSTEM, at=AT)
    assert len(asked) < 10, "set by set, not trade by trade"
    assert waiting().count() == 1
    jobs.run_pending()

    assert MatchGroup.objects.count() == 1
    assert ReconciliationRun.objects.count() == 2


def test_news_that_comes_while_a_run_reads_gets_a_run_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account()
    taken_in(statement(PAID, closing=CLOSING))
    real = services.reconcile_file
    told: list[Trade] = []

    def read_too_early(**asked: Any) -> Any:
        runs = real(**asked)
        if not told:
            told.append(validated(1))
            services.queue_waiting_for(trade_ids=[told[0].pk], actor=SYSTEM, at=AT)
        return runs

    monkeypatch.setattr(services, "reconcile_file", read_too_early)
    tell(validated(2, net_amount=7))
    jobs.run_pending()

    assert MatchGroup.objects.get().state == "CONFIRMED"


def test_a_run_that_news_asked_for_waits_for_more_of_them(settings: Any) -> None:
    settings.JOB_BACK_OFF_FACTOR = 1
    account()
    taken_in(statement(PAID, closing=CLOSING))

    tell(validated(1))
    jobs.run_pending()

    job = waiting().get()
    assert job.due_at > job.created_at
