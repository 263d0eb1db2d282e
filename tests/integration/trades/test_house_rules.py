"""Rules that the house writes: versioned, tried, in force by two people, judged like any other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import access, jobs
from core.roles import Role
from desk.models import ControlException, ControlRule
from desk.services import settings
from kernel.actors import SYSTEM
from tests.at_once import at_once
from tests.factories.controlled import FRIDAY, trade, world
from tests.integration.desk.people import person
from tests.integration.trades.test_validation_pages import signed_in
from trades.models import BackTest, BackTestTrade, HouseRuleVersion, Trade
from trades.services import back_tests, control, house_rules
from trades.services.house_rules import Draft, UnableToWriteRule

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
TOO_DEAR = 'abs(price - last_price) / last_price > 0.04 and product == ""'


@pytest.fixture(autouse=True)
def _world() -> None:
    world()


def write(code: str = "", **changes: Any) -> HouseRuleVersion:
    values: dict[str, Any] = {
        "title": "Price is near the close",
        "severity": "WARNING",
        "owner": "MARKET_RISK",
        "source": "Risk committee of November 2026",
        "rationale": "Losses of May",
        "expression": TOO_DEAR,
        "reason": "asked for by the committee",
    }
    actor = changes.pop("actor", None) or person("agent", Role.AGENT)
    return house_rules.write_rule(draft=Draft(**(values | changes)), code=code, actor=actor, at=AT)


def put_in_force(row: HouseRuleVersion, *, day: date = FRIDAY, active: bool = True) -> ControlRule:
    proposed = settings.propose_setting(
        code=row.code,
        active=active,
        parameters={"version": str(row.version)},
        valid_from=day,
        reason="approved by the committee",
        actor=person("agent", Role.AGENT),
        at=AT,
    )
    boss = person("boss", Role.SUPERVISOR)
    return settings.decide_setting(setting_id=proposed.pk, approve=True, actor=boss, at=AT)


def judged(*made: Trade) -> list[tuple[int, str, str]]:
    control.control_trades(trade_ids=[one.pk for one in made], actor=SYSTEM, at=AT)
    found = ControlException.objects.filter(rule_code__startswith="HSE").order_by("subject_id")
    return list(found.values_list("subject_id", "rule_code", "state"))


def test_a_rule_is_silent_until_a_second_person_approved_it() -> None:
    row = write()
    near, far = trade(1, price=Decimal("60.60")), trade(2, price=Decimal("62.70"))
    assert judged(near, far) == []

    put_in_force(row)

    assert judged(near, far) == [(2, "HSE-001", "OPEN")]
    found = ControlException.objects.get(rule_code="HSE-001")
    assert (found.message, found.severity) == ("Price is near the close", "WARNING")
    assert found.found == "price = 62.7, last_price = 60"
    assert found.evidence["rule"] == TOO_DEAR
    far.refresh_from_db()
    assert far.state == "ON_HOLD"


def test_another_text_is_another_version_and_changes_nothing_by_itself() -> None:
    first = write()
    put_in_force(first)
    far = trade(2, price=Decimal("62.70"))
    second = write(first.code, expression="price > 1000", title="Price is small")

    assert (second.code, second.version) == ("HSE-001", 2)
    assert judged(far) == [(2, "HSE-001", "OPEN")]
    put_in_force(second)
    assert judged(far) == [(2, "HSE-001", "RESOLVED")]
    put_in_force(second, active=False)
    assert write().code == "HSE-002"


def test_what_could_not_be_checked_is_a_finding_of_its_own() -> None:
    put_in_force(write(expression="amount_eur > 1000000", severity="BLOCKING"))

    assert judged(trade(1, risk_amount_eur=None)) == [(1, "HSE-001-U", "OPEN")]
    found = ControlException.objects.get(rule_code="HSE-001-U")
    assert (found.severity, found.found) == ("BLOCKING", "amount_eur")


def test_a_rule_is_taken_back_to_what_stood_before_it() -> None:
    first = write()
    put_in_force(first)
    later = put_in_force(write(first.code), day=date(2026, 11, 23))
    agent = person("agent", Role.AGENT)

    back = settings.propose_revert(
        setting_id=later.pk, defaults={"version": "2"}, runs_unset=False, actor=agent, at=AT
    )
    assert (back.active, back.parameters) == (True, {"version": "1"})

    alone = put_in_force(write())
    back = settings.propose_revert(
        setting_id=alone.pk, defaults={"version": "1"}, runs_unset=False, actor=agent, at=AT
    )
    assert back.active is False


@pytest.mark.parametrize(
    ("case", "changes", "said"),
    [
        ("no_rule", {"expression": "price >"}, r"ends too early. \(character 8\)"),
        ("unknown_name", {"expression": "cost > 1"}, "“cost” is no name"),
        ("no_title", {"title": " "}, "has a title"),
        ("no_reason", {"reason": "\u200b"}, "has a title"),
        ("no_such_rule", {"code": "HSE-009"}, "no rule HSE-009"),
    ],
)
def test_what_is_no_rule_is_not_kept(case: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UnableToWriteRule, match=said):
        write(**changes)
    assert not HouseRuleVersion.objects.exists(), case


def test_who_may_not_propose_may_not_write() -> None:
    with pytest.raises(access.Forbidden):
        write(actor=person("auditor", Role.AUDITOR))


@pytest.mark.parametrize("version", ["2", "0", "1.5", ""])
def test_only_a_version_that_was_written_can_be_tried(version: str) -> None:
    row = write()
    with pytest.raises(settings.UnableToPropose):
        back_tests.ask_back_test(
            code=row.code,
            active=True,
            parameters={"version": version},
            first_day=FRIDAY,
            last_day=FRIDAY,
            actor=person("agent", Role.AGENT),
            at=AT,
        )


def test_a_rule_that_is_off_either_way_is_not_compared() -> None:
    row = write()
    with pytest.raises(back_tests.UnableToBackTest, match="off either way"):
        back_tests.ask_back_test(
            code=row.code,
            active=False,
            parameters={"version": "1"},
            first_day=FRIDAY,
            last_day=FRIDAY,
            actor=person("agent", Role.AGENT),
            at=AT,
        )


def test_versions_stay_as_they_were_written() -> None:
    row = write()
    with pytest.raises(DatabaseError), transaction.atomic():
        HouseRuleVersion.objects.filter(pk=row.pk).update(expression="price > 1")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trades_houseruleversion (code, version, title, severity, owner, source,"
            " rationale, expression, reason, written_by, written_at)"
            " SELECT 'TRD-101', 9, title, severity, owner, source, rationale, expression, reason,"
            " written_by, written_at FROM trades_houseruleversion"
        )


@pytest.mark.django_db(transaction=True)
def test_two_people_who_write_at_once_do_not_share_a_version() -> None:
    row = write()
    ann, ben = person("ann", Role.AGENT), person("ben", Role.AGENT)

    ended = at_once(lambda: write(row.code, actor=ann), lambda: write(row.code, actor=ben))

    versions = list(HouseRuleVersion.objects.values_list("version", flat=True).order_by("version"))
    assert versions in ([1, 2], [1, 2, 3])
    assert ended == (["DONE", "UNABLE_TO_WRITE_RULE"] if versions == [1, 2] else ["DONE", "DONE"])


def test_two_versions_are_compared_on_the_past() -> None:
    first = write()
    put_in_force(first)
    for number, price in enumerate(("60.60", "62.00", "62.70"), start=1):
        trade(number, price=Decimal(price))
    second = write(first.code, expression=TOO_DEAR.replace("0.04", "0.02"))

    asked = back_tests.ask_back_test(
        code=second.code,
        active=True,
        parameters={"version": "2"},
        first_day=FRIDAY,
        last_day=FRIDAY,
        actor=person("agent", Role.AGENT),
        at=AT,
    )
    jobs.run_pending()

    asked.refresh_from_db()
    assert (asked.state, asked.parameters_in_force) == ("DONE", {"version": "1"})
    told = BackTestTrade.objects.order_by("trade_id").values_list("trade_id", "replayed")
    assert list(told) == [(2, "NEWLY"), (3, "BOTH")]


def test_a_rule_is_written_tried_proposed_and_approved_in_the_browser() -> None:
    agent, boss = signed_in("agent2", Role.AGENT), signed_in("boss", Role.SUPERVISOR)
    far = trade(1, price=Decimal("66.00"))
    texts = {
        "title": "Price {not} far",
        "expression": "price >",
        "severity": "WARNING",
        "owner": "MARKET_RISK",
        "source": "House",
        "rationale": "Losses",
        "reason": "asked for",
    }
    refused = agent.post("/trades/rules/new/", texts)
    assert refused.status_code == 422
    assert "character 8" in refused.content.decode()

    said = agent.post("/trades/rules/check/", {"expression": TOO_DEAR}).content.decode()
    assert "This is a rule." in said
    assert "last close" in said
    written = agent.post("/trades/rules/new/", texts | {"expression": TOO_DEAR})
    assert written.headers["Location"] == "/trades/rules/HSE-001/"
    page = agent.get("/trades/rules/HSE-001/").content.decode()
    assert "No version was ever in force" in page
    assert "HSE-001" in agent.get("/trades/rules/?family=HSE").content.decode()

    period = {"first_day": "2026-11-20", "last_day": "2026-11-20"}
    tried = agent.post("/trades/rules/HSE-001/try/", {"version": "1", "active": "on"} | period)
    jobs.run_pending()
    assert "Ask for activation" in agent.get(tried.headers["Location"]).content.decode()
    assert BackTest.objects.get().active_in_force is False
    agent.post(f"{tried.headers['Location']}ask/", {"valid_from": "2099-01-01", "reason": "x"})
    boss.post(f"/trades/rules/settings/{ControlRule.objects.get().pk}/approve/")
    control.control_trades(trade_ids=[far.pk], actor=SYSTEM, at=datetime(2099, 1, 2, 9, tzinfo=UTC))

    found = ControlException.objects.get(rule_code="HSE-001")
    assert "Price {not} far" in agent.get(f"/work/exceptions/{found.pk}/").content.decode()
    assert "Price {not} far" in agent.get("/work/exceptions/").content.decode()


def test_pages_of_rules_of_the_house_are_theirs_alone() -> None:
    agent = signed_in("agent2", Role.AGENT)
    write(title="Price {not} far")

    assert agent.get("/trades/rules/HSE-001-U/").status_code == 200
    assert agent.get("/trades/rules/HSE-002/").status_code == 404
    assert agent.get("/trades/rules/TRD-401/write/").status_code == 404
    assert 'value="Price {not} far"' in agent.get("/trades/rules/HSE-001/write/").content.decode()
    asked = {"version": "7", "valid_from": "2099-01-01", "reason": "x"}
    assert agent.post("/trades/rules/HSE-001/propose/", asked).status_code == 422
