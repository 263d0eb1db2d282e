"""Capture against PostgreSQL: versions under one identity, repeats, conflicts, order of arrival."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core import jobs
from core.models import OutboxEvent
from desk.models import ControlException
from refdata.models import Instrument
from tests.factories import static_data
from tests.factories.refdata import InstrumentFactory
from tests.factories.trades import (
    AGENT,
    AT,
    ISIN,
    booked,
    cancel,
    facts,
    person,
    send,
    small_world,
)
from trades.facts import reference_of
from trades.models import Execution, Trade, TradeVersion
from trades.services import repair
from trades.services.plan import ItemStatus
from trades.states import Outcome, TradeState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    small_world()


def test_a_new_execution_becomes_a_trade_with_its_first_version() -> None:
    trade = booked()

    assert trade.reference == reference_of(trade.pk)
    assert (trade.version_no, trade.state, trade.desk_code) == (1, "RECEIVED", "EQUITY")
    assert (trade.gross_amount, trade.net_amount) == (Decimal("10150.00"), Decimal("10150.00"))
    assert trade.risk_amount_eur == Decimal("10150.00")
    version = TradeVersion.objects.get(trade=trade)
    assert version.fingerprint == trade.fingerprint
    assert version.execution.outcome == "BOOKED"
    assert version.terms["counterparty_code"] == "BNPP"
    assert OutboxEvent.objects.filter(event="trades.captured").count() == 1


def test_an_exact_repeat_changes_nothing() -> None:
    booked()

    again = send(facts()).items[0]

    assert again.status is ItemStatus.REPEATED
    assert again.outcome is Outcome.BOOKED
    assert again.trade is not None
    assert (Execution.objects.count(), TradeVersion.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("case", "changes", "code"),
    [
        ("other_content", {"price": "101.6"}, "CAP-201"),
        ("second_new", {"version": 2}, "CAP-202"),
        ("version_of_another_action", {"action": "AMEND"}, "CAP-203"),
    ],
)
def test_a_contradiction_is_a_conflict(case: str, changes: dict[str, object], code: str) -> None:
    booked()

    item = send(facts(**changes)).items[0]

    assert (item.status, item.findings[0].code) == (ItemStatus.CONFLICT, code), case
    assert TradeVersion.objects.count() == 1


def test_an_amendment_is_a_second_version_and_goes_back_to_received() -> None:
    trade = booked()
    Trade.objects.filter(pk=trade.pk).update(state="ON_HOLD")

    send(facts(version=2, action="AMEND", quantity="250"), actor=AGENT)

    trade.refresh_from_db()
    assert (trade.version_no, trade.state, trade.quantity) == (2, "RECEIVED", Decimal(250))
    assert trade.contributors == ["agent"]
    assert trade.gross_amount == Decimal("25375.00")
    assert list(trade.versions.order_by("version_no").values_list("quantity", flat=True)) == [
        Decimal(100),
        Decimal(250),
    ]


def test_a_cancellation_closes_the_trade() -> None:
    trade = booked()

    send(cancel(version=2))

    trade.refresh_from_db()
    assert (trade.state, trade.close_reason, trade.version_no) == ("CLOSED", "CANCELLED", 2)


def test_followers_wait_for_their_new_and_are_replayed_in_order() -> None:
    parked = send(cancel(version=3)).items[0]
    send(facts(version=2, action="AMEND", quantity="7"))
    assert parked.outcome is Outcome.PARKED
    assert ControlException.objects.filter(kind="PARKED", state="OPEN").count() == 2

    send(facts())

    trade = Trade.objects.get()
    assert (trade.version_no, trade.state, trade.quantity) == (3, TradeState.CLOSED, Decimal(7))
    assert not ControlException.objects.filter(state="OPEN").exists()
    assert set(Execution.objects.values_list("outcome", flat=True)) == {"BOOKED"}


def test_an_older_amendment_is_logged_and_ignored() -> None:
    trade = booked()
    send(facts(version=3, action="AMEND", quantity="3"))

    item = send(facts(version=2, action="AMEND", quantity="2")).items[0]

    trade.refresh_from_db()
    assert (item.outcome, trade.quantity) == (Outcome.IGNORED, Decimal(3))


def test_an_unknown_instrument_is_kept_as_an_exception() -> None:
    item = send(facts(isin=None, symbol="DELL")).items[0]

    assert (item.outcome, item.findings[0].code) == (Outcome.EXCEPTION, "CAP-101")
    assert not Trade.objects.exists()
    assert ControlException.objects.get().kind == "CAPTURE"


def open_about(reference: str) -> list[tuple[str, str]]:
    """Return kind and rule of what is open about the messages of a trade."""
    ids = Execution.objects.filter(source_reference=reference).values("pk")
    rows = ControlException.objects.filter(
        subject_kind="execution", subject_id__in=ids, state="OPEN"
    )
    return sorted(rows.values_list("kind", "rule_code"))


def test_what_waited_for_its_new_and_still_waits_is_open_once() -> None:
    """A cancellation older than the NEW that it waited for has one exception, of today."""
    send(cancel(version=1))
    assert open_about("X-1") == [("PARKED", "CAP-102")]

    send(facts(version=3))

    assert open_about("X-1") == [("CAPTURE", "CAP-103")]


def test_what_waited_for_a_name_and_comes_too_late_says_so() -> None:
    """Once its instrument is named, an amendment of a trade that is over waits for that reason."""
    send(facts())
    late = send(facts(version=5, action="AMEND", isin=None, symbol="NOPE")).items[0]
    send(cancel(version=3))
    assert open_about("X-1") == [("CAPTURE", "CAP-101")]

    repair.name_instrument(
        execution_id=late.execution_id or 0,
        instrument_id=Instrument.objects.get(isin=ISIN).pk,
        actor=person(),
        at=AT,
    )
    static_data.granted()
    jobs.run_pending()

    assert Execution.objects.get(pk=late.execution_id).reason_code == "CAP-104"
    assert open_about("X-1") == [("CAPTURE", "CAP-104")]


def test_what_a_named_new_lets_go_is_judged_once() -> None:
    """A cancellation that is too old waits for a person, whatever came after it and went on."""
    new = send(facts(version=3, isin=None, symbol="NOPE")).items[0]
    send(cancel(version=1))
    send(cancel(version=4))

    repair.name_instrument(
        execution_id=new.execution_id or 0,
        instrument_id=Instrument.objects.get(isin=ISIN).pk,
        actor=person(),
        at=AT,
    )
    static_data.granted()
    jobs.run_pending()

    assert open_about("X-1") == [("CAPTURE", "CAP-103")]


def test_a_batch_takes_every_kind_at_once() -> None:
    captured = send(
        facts(source_reference="A"),
        facts(source_reference="A"),
        facts(source_reference="A", version=2, action="AMEND", price="99"),
        facts(source_reference="B", isin=None, symbol="NOPE"),
        cancel(source_reference="C"),
        facts(source_reference="D", quantity="9" * 18, price="9" * 10),
    )

    assert captured.counts() == {
        "booked": 2, "repeated": 1, "exception": 1, "parked": 1, "invalid": 1,
    }  # fmt: skip
    assert Trade.objects.get().price == Decimal(99)


@pytest.mark.parametrize(
    ("case", "changes", "accrued", "net"),
    [
        ("to_the_settlement_date", {}, "479.45", "1015979.45"),
        ("sold_just_the_same", {"side": "SELL"}, "479.45", "1015979.45"),
        ("as_the_front_office_says", {"accrued_interest": "480.00"}, "480.00", "1015980.00"),
        ("net_says_it_all", {"net_amount": "1016000.00"}, "0", "1016000.00"),
        ("yen_have_no_decimals", {"currency": "JPY"}, "479", "1015979"),
        ("dinars_have_three", {"currency": "TND"}, "479.452", "1015979.452"),
        ("after_its_end", {"settlement_date": date(2033, 11, 25)}, "0", "1015500.00"),
    ],
)
def test_interest_accrues_to_the_day_of_settlement(
    case: str, changes: dict[str, object], accrued: str, net: str
) -> None:
    small_world()
    InstrumentFactory(
        isin="FR001400L834", code="OAT", asset_class="BOND", price_type="PERCENT",
        coupon_rate="3.5", coupon_frequency=1, day_count="ACT/ACT",
        maturity_date=date(2033, 11, 25),
    )  # fmt: skip
    bond = {
        "isin": "FR001400L834", "quantity": "1000000", "price": "101.55",
        "settlement_date": date(2026, 11, 30),
    }  # fmt: skip

    trade = booked(**(bond | changes))

    assert (trade.accrued_interest, trade.net_amount) == (Decimal(accrued), Decimal(net)), case
