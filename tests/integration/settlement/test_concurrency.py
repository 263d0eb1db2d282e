"""Jobs, messages, amendments and people at once, on real connections: one live pair at the end."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core import jobs
from kernel.actors import SYSTEM
from settlement.models import Confirmation, ReceivedConfirmation
from settlement.services import by_hand, expecting, matching, receiving
from settlement.states import Door
from tests.at_once import at_once
from tests.integration.reporting.world import amended
from tests.integration.settlement.world import (  # noqa: F401 - a fixture
    AT,
    _outbox,
    agent,
    expected,
    live,
    received,
    told,
    traded,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("outbox")]


def test_the_same_trades_are_expected_once_however_many_jobs_do_it() -> None:
    trade = traded()

    said = at_once(
        *[lambda: expecting.confirm_trades(trade_ids=[trade.pk], actor=SYSTEM, at=AT)] * 4
    )

    assert said == ["DONE"] * 4
    assert Confirmation.objects.count() == 1


def test_the_same_message_comes_in_many_times_at_once() -> None:
    trade = traded()
    expected(trade)

    said = at_once(
        *[lambda: receiving.receive(told=[told(trade)], door=Door.API, actor=SYSTEM, at=AT)] * 4
    )

    assert said == ["DONE"] * 4
    assert ReceivedConfirmation.objects.count() == 1
    jobs.run_pending()
    assert live(trade).state == "MATCHED"


def test_two_runs_and_a_person_make_one_pair() -> None:
    trade = traded()
    expected(trade)
    received(told(trade, quantity=Decimal(900)))
    ours, theirs = live(trade), Confirmation.objects.get(state="ALLEGED")
    buckets, who = expecting.buckets_of_trades([trade.pk]), agent()

    at_once(
        lambda: matching.match(buckets=buckets, actor=SYSTEM, at=AT),
        lambda: by_hand.pair(confirmation_id=ours.pk, alleged_id=theirs.pk, actor=who, at=AT),
        lambda: by_hand.pair(confirmation_id=ours.pk, alleged_id=theirs.pk, actor=who, at=AT),
        lambda: matching.match(buckets=buckets, actor=SYSTEM, at=AT),
    )

    row = live(trade)
    assert (row.state, row.basis) == ("MISMATCHED", "BY_HAND")
    assert Confirmation.objects.exclude(state="CANCELLED").count() == 1


def test_a_trade_that_is_amended_while_it_is_confirmed_is_confirmed_as_it_stands() -> None:
    trade = traded()

    def amend() -> None:
        amended(trade, price=Decimal(61))
        expecting.confirm_trades(trade_ids=[trade.pk], actor=SYSTEM, at=AT)

    at_once(lambda: expecting.confirm_trades(trade_ids=[trade.pk], actor=SYSTEM, at=AT), amend)

    assert (live(trade).version_no, live(trade).price) == (2, Decimal(61))
