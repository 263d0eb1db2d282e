"""Limits are used up by one trade after the other: never passed, whoever controls at the moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from core.roles import Role
from desk.models import ControlException, ControlRule
from kernel.actors import SYSTEM
from tests.at_once import at_once
from tests.factories.controlled import switched_off, trade, world
from tests.integration.desk.people import person, waive
from trades.models import LimitUse, Trade
from trades.services import consumption, control, validation

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
FRIDAY = date(2026, 11, 20)


def limited(code: str, maximum: int) -> None:
    ControlRule.objects.create(
        code=code, parameters={"maximum": str(maximum)}, valid_from=date(2026, 1, 1),
        state="APPROVED", reason="test", proposed_by="a", proposed_at=AT, decided_by="b",
        decided_at=AT,
    )  # fmt: skip


def of(amount: int, number: int, **changes: Any) -> Trade:
    return trade(number, risk_amount_eur=Decimal(amount), **changes)


def run(*trades: Trade) -> None:
    control.control_trades(trade_ids=[one.pk for one in trades], actor=SYSTEM, at=AT)


def states(*trades: Trade) -> list[str]:
    found = dict(Trade.objects.values_list("pk", "state"))
    return [found[one.pk] for one in trades]


def said_of(one: Trade) -> list[str]:
    rows = ControlException.objects.filter(subject_id=one.pk, kind="CONTROL")
    return list(rows.order_by("rule_code").values_list("rule_code", flat=True))


def used(kind: str) -> dict[str, Decimal]:
    rows = LimitUse.objects.filter(kind=kind).exclude(used_eur=0)
    return dict(rows.values_list("code", "used_eur"))


@pytest.fixture(autouse=True)
def house() -> None:
    world()
    switched_off("TRD-611")


def test_only_the_trade_that_does_not_fit_is_told() -> None:
    limited("TRD-602", 100)
    first, second, third = of(60, 1), of(50, 2), of(40, 3)

    run(first, second, third)

    assert states(first, second, third) == ["PENDING_VALIDATION", "ON_HOLD", "PENDING_VALIDATION"]
    row = ControlException.objects.get()
    assert (row.rule_code, row.subject_id, row.expected, row.found) == (
        "TRD-602", second.pk, "100.00", "50.00",
    )  # fmt: skip
    assert row.evidence["used"] == "60.00"
    assert used("TRADER") == {"T-ANA": 100}


def test_a_trade_that_goes_gives_back_what_it_used() -> None:
    limited("TRD-602", 100)
    first, second = of(60, 1), of(50, 2)
    run(first)
    boss = person("boss", Role.SUPERVISOR, limit="1000")
    validation.refuse_trade(
        trade_id=first.pk, seen=first.fingerprint, reason="no", actor=boss, at=AT
    )

    run(second)

    assert states(second) == ["PENDING_VALIDATION"]
    assert used("TRADER") == {"T-ANA": 50}


def test_to_judge_again_uses_nothing_twice() -> None:
    limited("TRD-602", 100)
    first = of(60, 1)

    run(first)
    run(first)

    assert states(first) == ["PENDING_VALIDATION"]
    assert used("TRADER") == {"T-ANA": 60}


def test_what_was_waived_passes_and_stays_waived_while_others_deal() -> None:
    limited("TRD-602", 100)
    first, large = of(90, 1), of(50, 2)
    run(first, large)
    agent, boss = person("agent2", Role.AGENT), person("boss", Role.SUPERVISOR)
    row = ControlException.objects.get(subject_id=large.pk)
    waive(row, by=agent, granted_by=boss, at=AT, why="agreed with risk")

    run(large)
    small = of(5, 3)
    run(small)
    run(large)

    assert states(large, small) == ["PENDING_VALIDATION", "ON_HOLD"]
    assert used("TRADER") == {"T-ANA": 140}


def test_a_counterparty_is_used_until_it_is_settled() -> None:
    limited("TRD-603", 100)
    early = of(60, 1, settlement_date=date(2026, 11, 19), trade_date=date(2026, 11, 17))
    late = of(70, 2, settlement_date=date(2026, 11, 24))
    for code in ("TRD-201", "TRD-204", "TRD-702"):
        switched_off(code)
    run(early)
    ControlException.objects.exclude(rule_code="TRD-603").update(state="RESOLVED")

    run(late)

    found = ControlException.objects.filter(rule_code="TRD-603")
    assert not found.exists()
    more = of(50, 3, settlement_date=date(2026, 11, 24))
    run(more)
    assert found.get().evidence["used"] == "70.00"


def test_the_database_keeps_count_of_every_way_of_a_trade() -> None:
    made = [of(10 * n, n) for n in range(1, 6)]
    run(*made)
    Trade.objects.filter(pk=made[0].pk).update(state="ON_HOLD")
    Trade.objects.filter(pk=made[1].pk).update(risk_amount_eur=None)
    Trade.objects.filter(pk=made[2].pk).update(trader_code="T-BEN")

    passed = Trade.objects.filter(state="PENDING_VALIDATION")
    for kind, by in (("TRADER", "trader_code"), ("COUNTERPARTY", "counterparty_code")):
        sums = passed.values_list(by).annotate(Sum("risk_amount_eur"))
        assert used(kind) == dict(sums.values_list(by, "risk_amount_eur__sum")), kind
    assert set(used("TRADER")) == {"T-ANA", "T-BEN"}
    assert set(LimitUse.objects.filter(unvalued=1).values_list("kind", flat=True)) == {
        "TRADER", "COUNTERPARTY",
    }  # fmt: skip


@pytest.mark.parametrize(("of_the_others", "incomplete"), [(6_000, []), (260_000_000, ["TRD-609"])])
def test_an_amount_that_is_not_known_is_missing_from_the_day_and_not_zero(
    of_the_others: int, incomplete: list[str]
) -> None:
    """The trade without it is held; once two people let it pass, its day is known to lack it."""
    switched_off("TRD-601")
    unknown, known = trade(1, risk_amount_eur=None), trade(2, risk_amount_eur=of_the_others)
    run(unknown, known)
    assert said_of(unknown) == ["TRD-608"]
    assert states(unknown, known) == ["ON_HOLD", "PENDING_VALIDATION"]
    agent, boss = person("agent2", Role.AGENT), person("boss", Role.SUPERVISOR)
    waive(ControlException.objects.get(), by=agent, granted_by=boss, at=AT, why="by phone")
    run(unknown)

    later = trade(3)
    run(later)

    assert said_of(later) == incomplete
    assert states(later) == ["PENDING_VALIDATION"]


@pytest.mark.django_db(transaction=True)
def test_trades_controlled_at_once_never_pass_a_limit_together() -> None:
    """Twenty at the same moment: as many pass as fit, and not one more."""
    limited("TRD-602", 500)
    made = [of(60, n) for n in range(1, 21)]

    ends = at_once(*[lambda one=one: run(one) for one in made])

    assert ends == ["DONE"] * 20
    passed = Trade.objects.filter(state="PENDING_VALIDATION")
    assert passed.count() == 8
    assert used("TRADER") == {"T-ANA": 480}
    assert ControlException.objects.filter(rule_code="TRD-602", state="OPEN").count() == 12


@pytest.mark.django_db(transaction=True)
def test_one_that_was_overtaken_judges_again_under_the_locks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limited("TRD-602", 100)
    mine, other = of(60, 1), of(60, 2)
    looked = consumption.uses_of
    calls: list[int] = []

    def overtaken(chunk: Any) -> consumption.Uses:
        found = looked(chunk)
        calls.append(1)
        if len(calls) == 1:  # read, and before anything else somebody is faster
            at_once(lambda: run(other))
        return found

    monkeypatch.setattr("trades.services.control_data.uses_of", overtaken)

    run(mine)

    assert sorted(states(mine, other)) == ["ON_HOLD", "PENDING_VALIDATION"]
    assert states(other) == ["PENDING_VALIDATION"]
    assert used("TRADER") == {"T-ANA": 60}
