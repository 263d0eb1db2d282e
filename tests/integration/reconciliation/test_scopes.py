"""Two accounts in one currency expect the same payments: a trade has one break, not one each."""

from __future__ import annotations

import pytest

from core.models import Job
from reconciliation import services
from reconciliation.models import Break, MatchGroup, ReconciliationRun
from refdata.models import Account
from tests.integration.reconciliation.world import (
    AT,
    IBAN,
    PAID,
    account,
    agent,
    statement,
    taken_in,
    trade,
)

pytestmark = pytest.mark.django_db
SECOND = "FR7630004000039876543210185"
OTHER = ":61:2611201120C1,00NTRFOTHER//BK1"
NEAR = ":61:2611201120D900,00NTRFT000000001//BK1"


def two_accounts() -> None:
    first = account()
    Account.objects.create(
        code="NOSTRO-EUR-2", name="EUR at another bank", kind="CASH", currency="EUR", iban=SECOND,
        custodian=first.custodian,
    )  # fmt: skip


def from_second(line: str, closing: str) -> bytes:
    return statement(line, closing=closing).replace(IBAN.encode(), SECOND.encode())


def done() -> bool:
    return set(ReconciliationRun.objects.values_list("state", flat=True)) == {"DONE"}


def test_a_trade_that_no_account_paid_has_one_break() -> None:
    two_accounts()
    made = trade(1)

    taken_in(statement(OTHER, closing="C261120EUR10001,00"))
    taken_in(from_second(OTHER, "C261120EUR10001,00"), name="second.sta")

    assert done()
    assert Break.objects.filter(trade=made).count() == 1


def test_a_line_near_the_trade_ends_the_lonely_break_of_the_other_account() -> None:
    two_accounts()
    made = trade(1)
    taken_in(statement(OTHER, closing="C261120EUR10001,00"))

    near = taken_in(from_second(NEAR, "C261120EUR9100,00"), name="second.sta")

    live = Break.objects.exclude(state="RESOLVED").get(trade=made)
    assert (live.category, live.line) == ("AMOUNT", near.lines.get())
    from_first = taken_in(
        statement(PAID, opening="C261120EUR10001,00", closing="C261120EUR9001,00"), name="third.sta"
    )
    assert done()
    assert not MatchGroup.objects.exists(), "the trade is being worked on with the other line"
    assert Break.objects.filter(line=from_first.lines.get(), trade=None).exists()


def test_a_file_tells_how_many_accounts_are_done() -> None:
    two_accounts()
    closing = "C261120EUR10001,00"
    file = taken_in(statement(OTHER, closing=closing) + b"\n" + from_second(OTHER, closing))
    told: list[tuple[int, int]] = []

    services.reconcile_file(
        file_id=file.pk, actor=agent(), at=AT, progress=lambda *n: told.append(n)
    )

    assert told == [(0, 2), (1, 2), (2, 2)]
    ran = Job.objects.get(kind="reconciliation.run")
    assert (ran.progress_done, ran.progress_total) == (2, 2)
