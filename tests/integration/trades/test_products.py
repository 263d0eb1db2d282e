"""Funds, contracts, currencies, repos and loans: from the message to the end of the trade."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from refdata import demo as refdata_demo
from refdata.models import FeeSchedule
from tests.factories.trades import AT, OMS, person, send
from tests.integration.trades.moved import counted, reckoned
from tests.integration.trades.products import (
    FRIDAY,
    booked,
    close_of,
    found,
    legs,
    messages,
    validated,
)
from trades import demo, selectors
from trades.formats.execution_json import read_fields
from trades.models import Trade, TradeLeg, TradeVersion
from trades.services import allocation
from trades.services.sharing import Asked, UnableToAllocate, Wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    """The demo world on the day of its trades."""
    refdata_demo.seed(business_date=FRIDAY, at=AT)
    with time_machine.travel(AT, tick=False):
        yield


def amounts(trade: Trade) -> tuple[str, str, str, str]:
    names = ("gross_amount", "accrued_interest", "fees", "net_amount")
    return tuple(str(getattr(trade, name).quantize(Decimal("0.01"))) for name in names)  # type: ignore[return-value]  # four names


@pytest.mark.parametrize(
    ("reference", "expected", "settles"),
    [
        ("FUND-1", ("91388.41", "0.00", "0.00", "91388.41"), date(2026, 11, 24)),
        ("FUT-1", ("1218075.00", "0.00", "22.50", "22.50"), date(2026, 11, 23)),
        ("OPT-1", ("122480.00", "0.00", "30.00", "122510.00"), date(2026, 11, 23)),
        ("FX-1", ("2000000.00", "0.00", "0.00", "2000000.00"), date(2026, 11, 24)),
        ("FX-2", ("750000.00", "0.00", "0.00", "750000.00"), date(2027, 2, 24)),
    ],
)
def test_what_a_trade_of_each_product_comes_to(
    reference: str, expected: tuple[str, ...], settles: date
) -> None:
    trade = booked(reference)

    assert amounts(trade) == expected
    assert trade.settlement_date == settles


def test_the_week_of_the_demo_has_clean_trades_of_each_product() -> None:
    days = (date(2026, 11, 19), FRIDAY)

    counts = demo.seed_products(days=days, actor=OMS)

    assert counts == {"booked": 18}
    assert {trade.reference: found(trade) for trade in Trade.objects.all() if found(trade)} == {}
    assert set(Trade.objects.values_list("product", flat=True)) == {"", "FX", "REPO", "LENDING"}


@pytest.mark.parametrize("reference", ["FX-1", "REPO-1", "REPO-2", "LOAN-1"])
def test_documented_messages_are_clean_but_for_their_price(reference: str) -> None:
    assert set(found(booked(reference))) <= {"TRD-401", "TRD-803"}


OUTRIGHT = {
    "source_reference": "S-1", "version": 1, "action": "NEW", "side": "BUY", "quantity": "100",
    "price": "90", "currency": "EUR", "counterparty": "BNPP", "book": "EQ-PAR-1",
    "trader": "T-ANA", "capacity": "DEAL",
}  # fmt: skip


@pytest.mark.parametrize(
    ("case", "terms", "settles"),
    [
        ("share_in_paris", {"isin": "FR0000120271", "venue": "XPAR"}, (12, 12)),
        ("share_in_london", {"isin": "GB00BP6MXD84", "venue": "XLON", "currency": "GBP"}, (12, 12)),
        ("etf_on_xetra", {"isin": "DE0005933931", "venue": "XETR"}, (12, 12)),
        ("bond_off_venue", {"isin": "FR001400BKZ3", "venue": "XOFF"}, (12, 12)),
        ("fund_by_its_prospectus", {"isin": "FR0010135103"}, (12, 13)),
        ("option", {"isin": "FRENX28ZPXC5", "venue": "XMON"}, (11, 12)),
    ],
)
def test_friday_and_monday_of_the_change_to_t_plus_1(
    case: str, terms: dict[str, str], settles: tuple[int, int]
) -> None:
    for day, expected in zip((8, 11), settles, strict=True):
        at = {"source_reference": f"S-{day}", "traded_at": f"2027-10-{day:02d}T10:00:00+02:00"}
        item = send(read_fields(OUTRIGHT | terms | at)).items[0]

        assert item.trade is not None, item.findings
        trade = Trade.objects.get(pk=item.trade.id)
        assert trade.settlement_date == date(2027, 10, expected), (case, day)


@pytest.mark.parametrize(
    ("currency", "gross"),
    [("EUR", "1234.57"), ("JPY", "1235"), ("KWD", "1234.568"), ("TND", "1234.568")],
)
def test_amounts_are_rounded_to_the_minor_unit_of_their_currency(currency: str, gross: str) -> None:
    share = OUTRIGHT | {"isin": "FR0000120271", "price": "12.345678", "currency": currency}
    item = send(read_fields(share | {"traded_at": "2026-11-20T10:00:00+01:00"})).items[0]
    assert item.trade is not None, item.findings

    assert str(item.trade.terms.gross_amount) == gross


def test_an_exchange_has_a_leg_in_each_currency() -> None:
    trade = booked("FX-1")

    assert (trade.isin, trade.symbol, trade.instrument_id) == ("", "EUR/USD", None)
    assert legs(trade) == [
        ("DEALT", "EUR", "2026-11-24", "2000000"),
        ("COUNTER", "USD", "2026-11-24", "-2336900"),
    ]


def test_a_repo_comes_back_with_its_interest() -> None:
    trade = booked("REPO-1")
    cash = trade.net_amount
    days = Decimal(7) / Decimal(360)

    start, end = selectors.legs_of(trade_id=trade.pk, version_no=1)

    assert cash == ((trade.gross_amount + trade.accrued_interest) * Decimal("0.98")).quantize(
        Decimal("0.01")
    )
    assert start.amount == cash
    assert end.amount == -(cash * (1 + Decimal("0.0194") * days)).quantize(Decimal("0.01"))
    assert start.quantity == -2_500_000 == -(end.quantity or 0)


def test_an_open_reverse_repo_has_an_end_that_an_amendment_gives_it() -> None:
    trade = validated(booked("REPO-2", price=close_of("OAT-1132")))
    assert legs(trade)[1] == ("END", "EUR", None, None)

    message = messages()["REPO-2"] | {"version": 2, "action": "AMEND", "end_date": "2026-11-27"}
    send(read_fields(message | {"price": close_of("OAT-1132")}))

    trade.refresh_from_db()
    assert (trade.state, trade.version_no) == ("RECEIVED", 2)
    assert legs(trade)[1][2] == "2026-11-27"
    assert TradeLeg.objects.filter(trade=trade).count() == 4
    before, after = TradeVersion.objects.filter(trade=trade).order_by("version_no")
    assert before.fingerprint != after.fingerprint


def test_a_loan_is_covered_and_pays_its_fee_in_the_end() -> None:
    trade = booked("LOAN-1", end_date="2026-12-01")
    value = trade.gross_amount

    start, end = selectors.legs_of(trade_id=trade.pk, version_no=1)

    assert start.amount == (value * Decimal("1.05")).quantize(Decimal("0.01")) == trade.net_amount
    fee = (value * Decimal("0.0035") * 7 / 360).quantize(Decimal("0.01"))
    assert end.amount == fee - trade.net_amount


@pytest.mark.parametrize(
    ("reference", "changes", "code"),
    [
        ("FUND-1", {"price": "760.00"}, "TRD-405"),
        ("FUT-1", {"net_amount": "1218075.00"}, "TRD-303"),
        ("FX-1", {"counter_amount": "2336900.02"}, "TRD-802"),
        ("FX-1", {"price": "1.25"}, "TRD-803"),
        ("FX-1", {"settlement_date": "2026-11-26"}, "TRD-804"),
        ("FX-1", {"settlement_date": "2026-11-23"}, "TRD-805"),
        ("REPO-1", {"end_date": "2026-11-29"}, "TRD-812"),
        ("REPO-1", {"net_amount": "2500000.00"}, "TRD-813"),
        ("REPO-1", {"end_cash": "2500000.00"}, "TRD-814"),
        ("REPO-2", {"notice_days": None}, "TRD-819"),
        ("LOAN-1", {"collateral": None}, "TRD-818"),
    ],
)
def test_the_controls_speak_of_each_product(
    reference: str, changes: dict[str, Any], code: str
) -> None:
    assert code in found(booked(reference, **changes))


def test_an_amendment_does_not_make_another_product_of_a_trade() -> None:
    trade = booked("REPO-1")
    outright = {"product": None, "repo_rate": None, "haircut": None, "end_date": None}
    fields = messages()["REPO-1"] | {"version": 2, "action": "AMEND"} | outright

    item = send(read_fields({n: v for n, v in fields.items() if v is not None})).items[0]

    assert [one.code for one in item.findings] == ["CAP-113"]
    trade.refresh_from_db()
    assert (trade.version_no, trade.product) == (1, "REPO")


def test_a_cancellation_keeps_the_legs_of_what_it_ends() -> None:
    trade = booked("FX-1")

    send(read_fields({"source_reference": "FX-1", "version": 2, "action": "CANCEL"}))

    trade.refresh_from_db()
    assert (trade.state, trade.version_no, len(legs(trade))) == ("CLOSED", 2, 2)


def test_schedules_of_purchases_charge_no_repo() -> None:
    FeeSchedule.objects.create(
        name="ALL-COM", kind="COMMISSION", rate=Decimal("0.1"), valid_from=date(2024, 1, 2),
        state="APPROVED", reason="test", proposed_by="a", proposed_at=AT, decided_by="b",
        decided_at=AT,
    )  # fmt: skip

    assert booked("REPO-1").fees == 0
    assert booked("FUND-1").fees > 0


def test_a_deal_is_not_allocated() -> None:
    trade = booked("REPO-1")

    with pytest.raises(UnableToAllocate, match="two legs"):
        allocation.propose_allocation(
            trade_id=trade.pk,
            seen=trade.fingerprint,
            wish=Wish(asked=(Asked("SEC-FR", trade.quantity),)),
            actor=person(),
            at=AT,
        )


def _enforced(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "INSERT INTO trades_tradeleg (trade_id, version_no, number, kind, currency)"
            " SELECT id, 1, 3, 'END', 'EUR' FROM trades_trade",
            "legs_of_their_version",
        ),
        (
            "INSERT INTO trades_tradeleg (trade_id, version_no, number, kind, currency)"
            " SELECT id, 2, 1, 'END', 'EUR' FROM trades_trade",
            "legs_of_a_version",
        ),
        ("UPDATE trades_trade SET version_no = 2", "a_deal_has_two_legs"),
    ],
)
def test_the_database_keeps_legs_and_versions_together(statement: str, constraint: str) -> None:
    booked("FX-1")

    with pytest.raises(IntegrityError) as refused:
        _enforced(statement)
    assert isinstance(refused.value.__cause__, psycopg2.Error)
    assert refused.value.__cause__.diag.constraint_name == constraint


def test_a_security_trade_does_not_become_a_deal_without_legs() -> None:
    booked("FUND-1")

    with pytest.raises(IntegrityError):
        _enforced("UPDATE trades_trade SET product = 'FX'")


def test_what_each_product_moves_on_an_account_is_counted_as_the_rules_reckon_it() -> None:
    for reference in messages():
        booked(reference, account="DEPOT")
    booked("REPO-1", source_reference="REPO-9", account="DEPOT", side="BUY")
    Trade.objects.update(state="PENDING_VALIDATION")

    assert counted() == reckoned()
    assert {what for _account, what, _day in counted()} >= {"EUR", "FR001400BKZ3"}
