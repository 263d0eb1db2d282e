"""How often rules speak and people let that pass; and with which numbers each run judged."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from backoffice.launcher import places
from core.roles import Role
from desk import services as desk
from desk.models import ControlException, ControlRule, ControlRun
from kernel.actors import SYSTEM
from tests.at_once import at_once
from tests.factories.controlled import DEALT, trade, world
from tests.integration.desk.people import person
from tests.integration.trades.test_validation_pages import signed_in
from trades.models import RuleDay, RuleSet, Trade
from trades.rules import RULE_BOOK, shelf
from trades.selectors import Numbers, rule_statistics
from trades.services import control, rule_evidence

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
LATER = AT + timedelta(days=30)


@pytest.fixture(autouse=True)
def _world() -> None:
    world()


def judge(*made: Trade, at: datetime = AT) -> ControlRun:
    control.control_trades(trade_ids=[one.pk for one in made], actor=SYSTEM, at=at)
    return ControlRun.objects.latest("pk")


def set_tolerance(tolerance: str) -> None:
    ControlRule.objects.create(
        code="TRD-302", parameters={"tolerance": tolerance}, valid_from=AT.date(), reason="x",
        state="APPROVED", proposed_by="ann", proposed_at=DEALT, decided_by="ben", decided_at=DEALT,
    )  # fmt: skip


def test_a_run_names_the_rules_and_numbers_that_it_judged_with() -> None:
    first, again = judge(trade(1)), judge(trade(2))
    set_tolerance("5")
    other = judge(trade(3))

    assert first.rule_set == again.rule_set != other.rule_set
    assert RuleSet.objects.count() == 2
    rules = RuleSet.objects.get(pk=other.rule_set).rules[""]
    assert list(rules) == sorted(rule.code for rule in RULE_BOOK)
    assert rules["TRD-302"] == {"tolerance": "5"}
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleSet.objects.update(rules=[])


@pytest.mark.django_db(transaction=True)
def test_runs_at_the_same_moment_write_a_book_down_once() -> None:
    ann, ben = trade(1), trade(2)

    assert at_once(lambda: judge(ann), lambda: judge(ben)) == ["DONE", "DONE"]

    assert RuleSet.objects.count() == 1


def lived() -> None:
    """Three days of findings, of which one is let pass and one is corrected."""
    for day, numbers in enumerate(((1, 2), (3,), (4, 5, 6))):
        made = [trade(n, price=Decimal("64.00")) for n in numbers]
        judge(*made, at=AT + timedelta(days=2 * day))
    found = ControlException.objects.filter(rule_code="TRD-401").order_by("pk")
    agent = person("agent", Role.AGENT)
    desk.waive_exception(exception_id=found[0].pk, reason="seen", actor=agent, at=AT)
    Trade.objects.filter(pk=2).update(price=Decimal("60.50"))
    judge(Trade.objects.get(pk=2), at=AT + timedelta(days=1))


def test_what_is_summed_up_comes_to_the_same() -> None:
    lived()
    before = rule_statistics(until=LATER)
    assert before.judged == 7
    assert before.of(["TRD-401"]) == Numbers(hits=6, decided=2, waived=1)
    assert before.of(["TRD-401"]).false_rate == Decimal("0.5")
    assert before.of(["TRD-101"]).false_rate is None

    for days in (3, 4, 30):
        rule_evidence.sum_up_days(at=AT + timedelta(days=days))
        assert rule_statistics(until=LATER) == before, days

    assert RuleDay.objects.get(day=date(2026, 11, 22), code="").hits == 1
    assert rule_evidence.sum_up_days(at=LATER) == 0


def test_a_day_is_summed_up_when_no_run_of_it_can_be_under_way() -> None:
    judge(trade(1))
    assert rule_evidence.sum_up_days(at=AT + timedelta(days=1)) == 0

    assert rule_evidence.sum_up_days(at=AT + timedelta(days=2)) == 1
    judge(trade(2), at=AT + timedelta(days=1))

    assert rule_statistics(until=LATER).judged == 2


def test_nothing_is_summed_up_before_the_first_run() -> None:
    assert rule_evidence.sum_up_days(at=LATER) == 0
    assert rule_statistics(until=LATER).judged == 0


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_sums_up_nothing() -> None:
    lived()

    at_once(*[lambda: rule_evidence.sum_up_days(at=LATER)] * 2)

    assert rule_statistics(until=LATER).judged == 7


def test_the_page_of_a_rule_says_how_often_it_was_let_pass() -> None:
    lived()
    page = signed_in("agent2", Role.AGENT).get("/trades/rules/TRD-401/").content.decode()

    assert "1 waived of 2 decided" in page
    assert "24/11/2026" in page
    assert "tests/unit/trades/test_rule_book.py" in page
    assert "50.0" in page


def exported(client: Client, query: str) -> list[dict[str, str]]:
    answer = client.get(f"/trades/rules/?{query}&export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("days", [0, 30])
def test_the_book_is_exported_as_it_is_shown_with_what_each_rule_came_to(days: int) -> None:
    lived()
    rule_evidence.sum_up_days(at=AT + timedelta(days=days))
    agent = signed_in("agent2", Role.AGENT)

    rows = exported(agent, "family=TRD-4&sort=-findings")

    assert {row["Family"] for row in rows} == {"Prices"}
    first = rows[0]
    assert (first["Code"], first["severity"], first["Findings"]) == ("TRD-401", "WARNING", "6")
    assert (first["Hit rate"], first["False alarms"]) == ("0.857143", "0.500000")
    assert first["Last finding"] == "2026-11-24"
    assert first["Written in"] == "trades/rules/prices.py"
    assert (places.ROOT / first["Tested in"]).exists()
    assert b"".join(agent.get("/trades/rules/?export=xlsx").streaming_content).startswith(b"PK")
    assert agent.get("/trades/rules/?export=pdf").status_code == 422


@pytest.mark.parametrize(
    ("case", "sort", "first"),
    [
        ("most_findings", "-findings", "TRD-401"),
        ("latest", "-last", "TRD-401"),
        ("false_alarms_of_those_that_have_one", "false_alarms", "TRD-401"),
        ("by_code_from_the_end", "-code", "TRD-820"),
        ("no_column", "rationale", "TRD-101"),
        ("nothing", "", "TRD-101"),
    ],
)
def test_the_book_is_sorted_by_a_column(case: str, sort: str, first: str) -> None:
    lived()

    assert exported(signed_in("agent2", Role.AGENT), f"sort={sort}")[0]["Code"] == first, case


def test_where_each_book_is_tested_is_a_file() -> None:
    for book in shelf.books():
        assert (places.ROOT / book.tested_in).exists()
