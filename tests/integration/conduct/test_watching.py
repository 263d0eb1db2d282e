"""A day is watched: measured from its trades, judged, and said once until a person decides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conduct import selectors
from conduct.models import PairDay, PartyDay, TraderDay, Watch
from conduct.services import watching
from conduct.tasks import look_for_days_to_watch
from core import jobs
from core.access import Forbidden
from core.models import Job
from core.roles import Role
from desk.models import Approval, ControlException, ControlRule
from desk.services import granting
from desk.services.approvals import UnableToApprove
from desk.services.waivers import UnableToWaive, waive_exception
from kernel.actors import SYSTEM
from refdata.models import Absence, Party, Price, Trader
from tests.factories.controlled import DEALT, FRIDAY, batch, trade, world
from tests.factories.refdata import PartyFactory, TraderFactory
from tests.integration.desk.people import person
from trades.models import CaptureBatch, Execution, Trade

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 21, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_world() -> None:
    world()


def watch(day: date = FRIDAY, at: datetime = AT) -> watching.Watched:
    return watching.watch_day(day=day, actor=SYSTEM, at=at)


def said(**wanted: Any) -> list[tuple[str, str]]:
    rows = ControlException.objects.filter(kind="CONDUCT", **wanted).order_by("rule_code", "pk")
    return list(rows.values_list("rule_code", "state"))


def told(one: Trade, action: str, at: datetime) -> None:
    """Write down that a message about a trade came, and from whom."""
    kept = CaptureBatch.objects.create(
        channel="BULK", source_system="OMS", actor_name="agent", received_at=at
    )
    Execution.objects.create(
        source_system="OMS", source_reference=one.source_reference, action=action, content={},
        source_version=one.executions.count() + 1, content_hash="0" * 64, channel="BULK",
        batch=kept, maker="canceller", outcome="BOOKED", trade=one, received_at=at,
    )  # fmt: skip


def days_before(number: int, **measures: Any) -> None:
    """Give the trader so many days of the past."""
    trader = Trader.objects.get(code="T-ANA")
    TraderDay.objects.bulk_create(
        TraderDay(day=FRIDAY - timedelta(days=n), trader=trader, desk_code="EQ",
                  **({"trades": 5} | measures))
        for n in range(1, number + 1)
    )  # fmt: skip


def test_a_day_is_measured_from_its_trades_and_its_messages() -> None:
    trade(1, quantity=Decimal(10))
    trade(2, quantity=Decimal(10), side="SELL")
    trade(3, traded_at=datetime(2026, 11, 20, 22, 30, tzinfo=UTC))
    old = trade(4, trade_date=date(2026, 11, 19), settlement_date=date(2026, 11, 23))
    told(old, "CANCEL", AT)
    told(old, "AMEND", AT)
    told(old, "AMEND", AT - timedelta(days=1))

    watched = watch()

    day = TraderDay.objects.get()
    assert (day.trades, day.cancelled, day.amended, day.early) == (3, 1, 1, 1)
    assert (day.outside, day.round_trips, day.washes) == (1, 1, 1)
    assert day.gross_eur == Decimal("60.50") * (10 + 10 + 103)
    assert (day.top_isin, day.top_eur) == ("FR0000131104", day.gross_eur)
    assert (watched.traders, watched.trades) == (1, 3)
    with_party = PartyDay.objects.get()
    assert (with_party.dealt, with_party.cancelled) == (3, 1)


def test_what_came_on_a_weekend_belongs_to_the_business_day_after_it() -> None:
    made = trade(1)
    told(made, "CANCEL", datetime(2026, 11, 21, 12, tzinfo=UTC))

    watch()
    watch(date(2026, 11, 23))

    days = TraderDay.objects.order_by("day").values_list("day", "cancelled")
    assert list(days) == [(FRIDAY, 0), (date(2026, 11, 23), 1)]


def test_watched_again_a_day_says_the_same_and_keeps_its_rows() -> None:
    trade(1, quantity=Decimal(10))
    trade(2, quantity=Decimal(10), side="SELL")
    watch()
    before = (TraderDay.objects.get().pk, said())

    watch()

    assert (TraderDay.objects.get().pk, said()) == before
    assert said() == [("CND-106", "OPEN")]
    assert Watch.objects.count() == 2
    numbers = selectors.rule_statistics(AT + timedelta(days=9))
    assert (numbers.judged, numbers.of(["CND-106"]).hits) == (1, 1)


def test_what_somebody_did_stays_open_on_the_days_after_and_goes_when_it_never_was() -> None:
    trade(1, quantity=Decimal(10))
    other = trade(2, quantity=Decimal(10), side="SELL")
    watch()

    watch(date(2026, 11, 23))
    assert said() == [("CND-106", "OPEN")]
    Trade.objects.filter(pk=other.pk).update(quantity=Decimal(11))
    watch()
    assert said() == [("CND-106", "RESOLVED")]


def test_a_day_that_became_somebody_else_s_is_empty() -> None:
    TraderFactory(code="T-BEN", name="Ben")
    made = trade(1)
    watch()
    Trade.objects.filter(pk=made.pk).update(trader_code="T-BEN", counterparty_id=None)

    watch()

    days = TraderDay.objects.order_by("trader__code").values_list("trader__code", "trades")
    assert list(days) == [("T-ANA", 0), ("T-BEN", 1)]
    assert not PartyDay.objects.exists()


def test_cancellations_beside_those_of_his_own_days() -> None:
    days_before(15, cancelled=2)
    for number in range(1, 32):
        told(trade(number), "CANCEL", AT)

    watch()

    row = ControlException.objects.get(rule_code="CND-101")
    assert (row.found, row.expected, row.subject_reference) == ("31", "2", "T-ANA")
    assert row.evidence["trades"].startswith("T000000001, T000000002")
    assert row.url.startswith("/conduct/traders/")
    assert {"agent", "canceller"} <= set(row.contributors)


def test_a_technical_counterparty_is_said_until_it_is_named() -> None:
    pending = PartyFactory(code="PENDING", nature="UNNAMED")
    kept = trade(1, trade_date=date(2026, 11, 16), counterparty=pending,
                 counterparty_code="PENDING")  # fmt: skip

    watch()
    assert said(subject_kind="trader") == [("CND-201", "OPEN")]
    assert said(subject_kind="party") == [("CND-301", "OPEN")]

    named = Party.objects.get(code="BNPP")
    Trade.objects.filter(pk=kept.pk).update(counterparty=named, counterparty_code="BNPP")
    watch(date(2026, 11, 23))
    assert said() == [("CND-201", "RESOLVED"), ("CND-301", "RESOLVED")]


def test_a_day_of_the_past_watched_again_leaves_what_stands_open_now() -> None:
    pending = PartyFactory(code="PENDING", nature="TECHNICAL")
    trade(1, trade_date=date(2026, 11, 18), counterparty=pending, counterparty_code="PENDING")
    watch()

    watch(date(2026, 11, 18))

    assert said(subject_kind="trader") == [("CND-201", "OPEN")]


def test_offsets_at_a_price_off_the_last_close() -> None:
    trade(1, price=Decimal(60), quantity=Decimal(500), trade_date=date(2026, 11, 18))
    trade(2, price=Decimal(70), quantity=Decimal(500), side="SELL")
    trade(3, price=Decimal("61.5"), quantity=Decimal(100))
    trade(4, price=Decimal("61.5"), quantity=Decimal(100), side="SELL", counterparty_code="OTHER")
    trade(5, price=Decimal(70), quantity=Decimal(300))
    trade(6, price=Decimal(60), quantity=Decimal(300), side="SELL", counterparty_code="OTHER")

    watch()

    row = ControlException.objects.get(rule_code="CND-105")
    assert (row.found, row.evidence["percent_away"]) == ("1", "16.67")
    assert row.evidence["trades"] == "T000000002, T000000001"


def test_the_close_of_the_day_itself_is_not_asked() -> None:
    """Who makes the price of a trade may make that of the day."""
    instrument = trade(1, price=Decimal(60), quantity=Decimal(500)).instrument
    trade(2, price=Decimal(70), quantity=Decimal(500), side="SELL")
    Price.objects.create(instrument=instrument, day=FRIDAY, source="EURONEXT", close=Decimal(70))

    watch()

    assert ControlException.objects.filter(rule_code="CND-105").exists()


@pytest.mark.parametrize("told_of", ["trader", "user"])
def test_trades_during_a_leave_and_who_may_not_decide(told_of: str) -> None:
    boss = person("boss", Role.SUPERVISOR)
    herself = person("ana", Role.SUPERVISOR)
    trader = Trader.objects.get(code="T-ANA")
    Trader.objects.filter(pk=trader.pk).update(user=herself.user_id)
    whose = {"trader": {"trader": trader}, "user": {"user_id": herself.user_id}}[told_of]
    days = {"first_day": date(2026, 11, 16), "last_day": date(2026, 11, 27)}
    Absence.objects.create(kind="MANDATORY", **whose, **days)
    trade(1)

    watch()

    row = ControlException.objects.get(rule_code="CND-109")
    assert row.evidence["absence"] == "2026-11-16 – 2026-11-27"
    assert row.evidence["kind"] == "MANDATORY"
    assert row.contributors == ["ana"]
    with pytest.raises(UnableToWaive):
        waive_exception(exception_id=row.pk, reason="I was in", actor=herself, at=AT)
    asked = waive_exception(exception_id=row.pk, reason="Came back early", actor=boss, at=AT)
    assert asked is not None
    with pytest.raises((UnableToApprove, Forbidden)):
        granting.grant_request(request_id=asked.pk, seen=asked.fingerprint, actor=herself, at=AT)
    other = person("chief", Role.SUPERVISOR)
    granting.grant_request(request_id=asked.pk, seen=asked.fingerprint, actor=other, at=AT)
    watch()
    assert said(rule_code="CND-109") == [("CND-109", "WAIVED")]


def test_the_same_checker_beside_others_of_the_desk() -> None:
    TraderFactory(code="T-BEN", name="Ben")
    for number in range(3):
        person(f"boss{number}", Role.SUPERVISOR, limit="1000000")
    for number in range(1, 73):
        of_ben = number > 60
        made = trade(number, **({"trader_code": "T-BEN"} if of_ben else {}))
        Approval.objects.create(
            subject_kind="trade", subject_id=made.pk, version_no=1, fingerprint=made.fingerprint,
            decision="APPROVED", maker="agent", contributors=["agent"], decided_at=DEALT,
            checker=f"boss{number % 3}" if of_ben else "boss1",
        )  # fmt: skip

    watch()

    row = ControlException.objects.get(rule_code="CND-203")
    assert (row.subject_reference, row.found, row.evidence["share_percent"]) == (
        "T-ANA",
        "boss1",
        "100",
    )
    assert "boss1" in row.contributors
    assert PairDay.objects.filter(trader__code="T-BEN").count() == 3


def test_a_rule_is_set_as_those_of_trades_are() -> None:
    trade(1, quantity=Decimal(10))
    trade(2, quantity=Decimal(10), side="SELL")
    ControlRule.objects.create(
        code="CND-106", active=False, parameters={}, valid_from=FRIDAY, reason="In a test",
        state="APPROVED", proposed_by="ann", proposed_at=AT, decided_by="ben", decided_at=AT,
    )  # fmt: skip

    watch()

    assert said() == []


def test_days_that_are_over_are_watched_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    trade(1)
    trade(2, trade_date=date(2026, 11, 19))
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_a: date(2026, 11, 23))

    look_for_days_to_watch()
    look_for_days_to_watch()
    jobs.run_pending()
    look_for_days_to_watch()

    assert list(Watch.objects.order_by("pk").values_list("day", flat=True)) == [
        date(2026, 11, 19),
        FRIDAY,
    ]
    assert Job.objects.filter(kind="conduct.watch").count() == 2
    assert Job.objects.latest("pk").counts["trades_measured"] == 1


def test_the_number_of_statements_does_not_grow_with_the_traders() -> None:
    def asked() -> int:
        watch()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            watch()
        return len(queries)

    trade(1)
    one = asked()
    for number in range(2, 8):
        TraderFactory(code=f"T-{number}", name=f"Trader {number}")
        trade(number, trader_code=f"T-{number}", batch=batch())
    assert asked() == one
