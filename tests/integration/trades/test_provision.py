"""Contrôle de provision: what accounts have is used up, never passed, and counted as trades go."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from core import jobs
from core.roles import Role
from desk.models import ControlException, ControlRule
from kernel.actors import SYSTEM
from refdata import models as refdata
from refdata import selectors, services
from tests.at_once import at_once
from tests.factories.controlled import BNP_ISIN, switched_off, trade, world
from tests.factories.refdata import PartyFactory
from tests.integration.desk.people import person, waive
from tests.integration.trades.moved import counted, reckoned
from trades.models import AccountUse, Trade
from trades.services import control, validation

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
THURSDAY, TUESDAY, WEDNESDAY = date(2026, 11, 19), date(2026, 11, 24), date(2026, 11, 25)
SECURITIES, CASH = "TRD-117", "TRD-118"


@pytest.fixture(autouse=True)
def house() -> None:
    world()
    refdata.Account.objects.create(
        code="SEC-1", name="Depot", kind="SECURITIES", custodian=PartyFactory(code="CUST")
    )
    for code in ("TRD-204", "TRD-501", "TRD-611"):  # of other things than what is held
        switched_off(code)


def stated(what: str, quantity: int, *, day: date = THURSDAY, **parts: int) -> None:
    """State what the account holds of a security or a currency."""
    is_isin = len(what) == 12
    refdata.Holding.objects.create(
        account=refdata.Account.objects.get(code="SEC-1"),
        day=day,
        instrument=refdata.Instrument.objects.get(isin=what) if is_isin else None,
        currency="" if is_isin else what,
        quantity=quantity,
        source="TEST",
        **parts,
    )


def sold(number: int, quantity: int, **changes: Any) -> Trade:
    terms = {"side": "SELL", "account_code": "SEC-1", "product_class": "EQUITY"}
    return trade(number, quantity=Decimal(quantity), **(terms | changes))


def bought(number: int, quantity: int, **changes: Any) -> Trade:
    return sold(number, quantity, **({"side": "BUY"} | changes))


def run(*trades: Trade) -> None:
    control.control_trades(trade_ids=[one.pk for one in trades], actor=SYSTEM, at=AT)


def states(*trades: Trade) -> list[str]:
    found = dict(Trade.objects.values_list("pk", "state"))
    return [found[one.pk] for one in trades]


def said_of(one: Trade) -> list[str]:
    rows = ControlException.objects.filter(subject_id=one.pk, kind="CONTROL", state="OPEN")
    return list(rows.order_by("rule_code").values_list("rule_code", flat=True))


def validated(*trades: Trade) -> None:
    boss = person("boss", Role.SUPERVISOR, limit="1000000000")
    for one in trades:
        one.refresh_from_db()
        validation.validate_trade(trade_id=one.pk, seen=one.fingerprint, actor=boss, at=AT)


def without_receipts(code: str) -> None:
    ControlRule.objects.create(
        code=code, parameters={"receipts": "0"}, valid_from=date(2026, 1, 1), state="APPROVED",
        reason="test", proposed_by="a", proposed_at=AT, decided_by="b", decided_at=AT,
    )  # fmt: skip


def test_a_sale_needs_what_is_held_and_neither_blocked_nor_pledged() -> None:
    stated(BNP_ISIN, 100, blocked=20, pledged=30)
    fits, short = sold(1, 50), sold(2, 51)

    run(short)
    run(fits)

    assert states(fits, short) == ["PENDING_VALIDATION", "ON_HOLD"]
    row = ControlException.objects.get(subject_id=short.pk)
    assert (row.rule_code, row.expected, row.found) == (SECURITIES, "50", "51")
    assert row.evidence == {
        "account": "SEC-1", "what": BNP_ISIN, "available": "50", "day": "2026-11-19",
        "blocked": "20", "pledged": "30",
    }  # fmt: skip


def test_of_what_is_judged_together_the_first_to_settle_comes_first_then_the_first_captured() -> (
    None
):
    stated(BNP_ISIN, 100)
    late = sold(1, 60, settlement_date=WEDNESDAY)
    early, second = sold(2, 60), sold(3, 40)

    run(late, early, second)

    assert states(late, early, second) == ["ON_HOLD", "PENDING_VALIDATION", "PENDING_VALIDATION"]
    assert said_of(late) == [SECURITIES]


def test_what_passed_before_is_promised_and_not_taken_by_who_settles_earlier() -> None:
    stated(BNP_ISIN, 100)
    late, early = sold(1, 60, settlement_date=WEDNESDAY), sold(2, 60)

    run(late)
    run(early)

    assert states(late, early) == ["PENDING_VALIDATION", "ON_HOLD"]


@pytest.mark.parametrize(
    ("case", "settles", "left_out", "ends"),
    [
        ("due_by_then", TUESDAY, (), "PENDING_VALIDATION"),
        ("due_later", WEDNESDAY, (), "ON_HOLD"),
        ("not_validated_yet", TUESDAY, ("validation",), "ON_HOLD"),
        ("policy_counts_none", TUESDAY, ("policy",), "ON_HOLD"),
    ],
)
def test_receipts_count_as_policy_says(
    case: str, settles: date, left_out: tuple[str, ...], ends: str
) -> None:
    if "policy" in left_out:
        without_receipts(SECURITIES)
    stated(BNP_ISIN, 0)
    receipt, sale = bought(1, 50, settlement_date=settles), sold(2, 50)
    run(receipt)
    if "validation" not in left_out:
        validated(receipt)

    run(sale)

    assert states(sale) == [ends], case


def test_a_purchase_needs_cash_in_its_currency() -> None:
    stated("EUR", 10_000)
    first, second = bought(1, 100), bought(2, 100)

    run(first, second)

    assert states(first, second) == ["PENDING_VALIDATION", "ON_HOLD"]
    row = ControlException.objects.get(subject_id=second.pk)
    assert (row.rule_code, row.expected, row.found) == (CASH, "10000", "6050")
    assert row.evidence["available"] == "3950"


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("another_account", {"account_code": "SEC-2"}),
        ("no_account", {"account_code": ""}),
        ("settled_by_the_day_of_the_statement", {"settlement_date": THURSDAY}),
        ("no_settlement_date", {"settlement_date": None}),
    ],
)
def test_what_nobody_stated_is_not_judged(case: str, changes: dict[str, Any]) -> None:
    stated(BNP_ISIN, 0)
    one = sold(1, 50, **changes)

    run(one)

    assert SECURITIES not in said_of(one), case
    assert CASH not in said_of(one), case


def test_only_the_latest_statement_counts_and_what_it_does_not_name_is_not_held() -> None:
    other = refdata.Instrument.objects.create(
        isin="FR0000120271", code="TTE", name="TTE", asset_class="EQUITY", currency="EUR"
    )
    stated(BNP_ISIN, 100, day=date(2026, 11, 18))
    stated(other.isin, 5)

    found = selectors.holdings_of(["SEC-1", "SEC-2"], AT.date())

    assert found.keys() == {"SEC-1"}
    assert (found["SEC-1"].securities_on, found["SEC-1"].cash_on) == (THURSDAY, None)
    assert {what: line.free for what, line in found["SEC-1"].lines.items()} == {other.isin: 5}
    one = sold(1, 1)
    run(one)
    assert states(one) == ["ON_HOLD"]


def test_a_statement_of_a_day_to_come_turns_no_control_off() -> None:
    stated(BNP_ISIN, 0, day=date(2026, 11, 10))
    stated(BNP_ISIN, 1_000, day=date(2036, 11, 28))
    one = sold(1, 50)

    judged = control.control_trades(trade_ids=[one.pk], actor=SYSTEM, at=AT)

    assert states(one) == ["ON_HOLD"]
    assert judged.hits == {SECURITIES: 1, "TRD-119": 1}


def test_a_trade_that_goes_gives_back_and_judging_again_takes_nothing_twice() -> None:
    stated(BNP_ISIN, 100)
    first, second = sold(1, 80), sold(2, 80)
    run(first)
    run(first)
    assert states(first) == ["PENDING_VALIDATION"]
    boss = person("boss", Role.SUPERVISOR, limit="1000000000")
    validation.refuse_trade(
        trade_id=first.pk, seen=first.fingerprint, reason="no", actor=boss, at=AT
    )

    run(second)

    assert states(second) == ["PENDING_VALIDATION"]


def test_what_was_waived_passes_and_stays_waived_while_others_deliver() -> None:
    stated(BNP_ISIN, 100)
    large = sold(1, 150)
    run(large)
    agent, boss = person("agent2", Role.AGENT), person("boss", Role.SUPERVISOR)
    row = ControlException.objects.get(subject_id=large.pk)
    waive(row, by=agent, granted_by=boss, at=AT, why="borrowed")

    run(large)
    small = sold(2, 5)
    run(small)
    run(large)

    assert states(large, small) == ["PENDING_VALIDATION", "ON_HOLD"]


def test_holdings_that_come_let_what_waited_go_on() -> None:
    stated(BNP_ISIN, 0)
    one = sold(1, 50)
    run(one)
    assert states(one) == ["ON_HOLD"]
    content = f"ACCOUNT,DAY,ISIN,QUANTITY\nSEC-1,2026-11-19,{BNP_ISIN},80\n".encode()

    services.load_file(
        kind="holdings", name="h.csv", content=content, actor=person("ld", Role.AGENT), at=AT
    )
    jobs.run_pending()

    assert states(one) == ["PENDING_VALIDATION"]


def test_the_trigger_counts_what_the_rules_count_of_every_way_of_a_trade() -> None:
    made = [sold(1, 10), bought(2, 20), sold(3, 30, settlement_date=WEDNESDAY), bought(4, 40)]
    run(*made)
    validated(made[1], made[2])
    Trade.objects.filter(pk=made[3].pk).update(state="ON_HOLD")
    Trade.objects.filter(pk=made[0].pk).update(account_code="SEC-2")

    assert counted() == reckoned()
    assert len(counted()) == 5


@pytest.mark.django_db(transaction=True)
def test_trades_controlled_at_once_never_take_more_than_there_is() -> None:
    """Twenty at the same moment: as many pass as the account can deliver, and not one more."""
    stated(BNP_ISIN, 500)
    made = [sold(n, 60) for n in range(1, 21)]

    ends = at_once(*[lambda one=one: run(one) for one in made])

    assert ends == ["DONE"] * 20
    assert Trade.objects.filter(state="PENDING_VALIDATION").count() == 8
    assert AccountUse.objects.get(what=BNP_ISIN).outgoing == 480
    assert ControlException.objects.filter(rule_code=SECURITIES, state="OPEN").count() == 12
