"""A changed rule is tried on the past: what it would have raised, missed and cost in work."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core import access, jobs
from core.models import Job
from core.roles import Role
from desk import services as desk
from desk.models import ControlException, ControlRule
from desk.services import settings
from kernel.actors import SYSTEM
from kernel.findings import Refusal
from tests.at_once import at_once
from tests.factories.controlled import BNP_ISIN, DEALT, FRIDAY, cancelled, trade, world
from tests.integration.desk.people import person
from tests.integration.trades.test_validation_pages import signed_in
from trades.formats.execution_json import read_fields
from trades.models import BackTest, BackTestPart, BackTestTrade, Trade
from trades.selectors import days_of_back_test
from trades.services import back_tests, capture, control, control_facts, replaying
from trades.states import Channel

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
TRD_401 = {"equity": "5", "bond": "2", "etf": "3", "fund": "1", "derivative": "20"}


@pytest.fixture(autouse=True)
def _world() -> None:
    world()


def ask(code: str = "TRD-401", **changes: Any) -> BackTest:
    values: dict[str, Any] = {
        "active": True,
        "parameters": TRD_401 | {"equity": "3"},
        "first_day": FRIDAY,
        "last_day": FRIDAY,
        "actor": person("agent", Role.AGENT),
        "at": AT,
    }
    return back_tests.ask_back_test(code=code, **(values | changes))


def replayed(code: str = "TRD-401", **changes: Any) -> tuple[BackTest, dict[str, int]]:
    """Return a back-test that is over, and what its one day comes to."""
    row = ask(code, **changes)
    jobs.run_pending()
    row.refresh_from_db()
    assert not row.is_running
    days = days_of_back_test(back_test_id=row.pk)
    return row, days[0] if days else {}


def told(row: BackTest) -> list[tuple[int, str, str]]:
    found = BackTestTrade.objects.filter(back_test=row).order_by("trade_id")
    return list(found.values_list("trade_id", "replayed", "known_as"))


def priced(number: int, percent: str, **changes: Any) -> Trade:
    """A trade whose price is so many percent over the last close of 60."""
    return trade(number, price=Decimal(60) * (100 + Decimal(percent)) / 100, **changes)


@pytest.mark.parametrize(
    ("case", "equity", "counts", "effects"),
    [
        ("tighter", "3", (2, 3, 2), {2: "NEWLY", 3: "BOTH", 4: "BOTH"}),
        ("looser", "7", (2, 1, 1), {3: "NO_LONGER", 4: "BOTH"}),
        ("as_it_is", "5", (2, 2, 2), {3: "BOTH", 4: "BOTH"}),
    ],
)
def test_a_change_is_compared_with_the_rule_as_it_is_set(
    case: str, equity: str, counts: tuple[int, ...], effects: dict[int, str]
) -> None:
    for number, percent in enumerate(("1", "4", "6", "8"), start=1):
        priced(number, percent)

    row, day = replayed(parameters={"equity": equity})

    assert (day["in_force"], day["proposed"], day["both"]) == counts, case
    assert {pk: effect for pk, effect, _known in told(row)} == effects
    assert day["trades"] == 4
    assert row.parameters == TRD_401 | {"equity": equity}
    assert row.parameters_in_force == TRD_401
    assert not ControlException.objects.exists()


def test_a_rule_may_be_tried_switched_off() -> None:
    priced(1, "6")

    row, day = replayed(active=False)

    assert (day["in_force"], day["proposed"]) == (1, 0)
    assert told(row) == [(1, "NO_LONGER", "")]


def test_what_people_found_wrong_is_known_whatever_became_of_it() -> None:
    cancelled(priced(1, "6"))
    priced(2, "6", state="REJECTED")
    priced(3, "4", state="REJECTED")
    priced(4, "6", state="CLOSED", close_reason="SETTLED")

    row, day = replayed(parameters={"equity": "10"})

    assert told(row) == [
        (1, "NO_LONGER", "CANCELLED"),
        (2, "NO_LONGER", "REFUSED"),
        (3, "MISSED", "REFUSED"),
        (4, "NO_LONGER", ""),
    ]
    assert (day["faults"], day["faults_in_force"], day["faults_proposed"]) == (3, 2, 0)


def message(version: int, price: str, **more: Any) -> dict[str, Any]:
    return {
        "source_reference": "W-1",
        "version": version,
        "action": "AMEND" if version > 1 else "NEW",
        "isin": BNP_ISIN,
        "side": "BUY",
        "quantity": "100",
        "price": price,
        "currency": "EUR",
        "traded_at": DEALT.isoformat(),
        "venue": "XPAR",
        "counterparty": "BNPP",
        "book": "EQ-PAR-1",
        "trader": "T-ANA",
        "capacity": "DEAL",
        **more,
    }


def captured(fields: dict[str, Any], at: datetime) -> Trade:
    capture.capture(
        messages=[read_fields(fields)],
        origin=capture.Origin(source_system="OMS", channel=Channel.BULK),
        actor=SYSTEM,
        at=at,
    )
    made = Trade.objects.get()
    control.control_trades(trade_ids=[made.pk], actor=SYSTEM, at=at)
    return made


def test_a_trade_that_was_corrected_is_judged_as_it_came() -> None:
    captured(message(1, "66.00"), DEALT)
    made = captured(message(2, "60.10"), DEALT + timedelta(hours=1))
    assert ControlException.objects.get(rule_code="TRD-401").state == "RESOLVED"

    row, day = replayed(parameters={"equity": "20"})

    assert told(row) == [(made.pk, "NO_LONGER", "CORRECTED")]
    assert (day["faults"], day["faults_in_force"], day["in_force"]) == (1, 1, 1)
    assert BackTestTrade.objects.get().found == "66"


def test_a_change_of_the_front_office_that_nobody_held_is_no_fault() -> None:
    captured(message(1, "60.00"), DEALT)
    captured(message(2, "60.10"), DEALT + timedelta(hours=1))

    _row, day = replayed()

    assert day["faults"] == 0


def test_what_people_let_pass_is_counted_and_their_time_is_known() -> None:
    made = [priced(number, "6") for number in (1, 2)]
    control.control_trades(trade_ids=[one.pk for one in made], actor=SYSTEM, at=DEALT)
    agent = person("agent", Role.AGENT)
    first, second = ControlException.objects.filter(rule_code="TRD-401").order_by("subject_id")
    for row, minutes in ((first, 10), (second, 30)):
        at = DEALT + timedelta(minutes=minutes)
        desk.waive_exception(exception_id=row.pk, reason="known", actor=agent, at=at)

    asked, day = replayed(parameters={"equity": "10"})

    assert (day["waived"], day["waived_both"]) == (2, 0)
    assert {known for _pk, _effect, known in told(asked)} == {"WAIVED"}
    assert (asked.handling_seconds, asked.handled) == (20 * 60, 2)


def test_nobody_has_decided_yet() -> None:
    priced(1, "6")

    row, _day = replayed()

    assert (row.handling_seconds, row.handled) == (None, 0)


def test_duplicates_of_the_past_are_found_though_their_trades_are_over() -> None:
    trade(1, quantity=Decimal(5), state="CLOSED", close_reason="SETTLED")
    trade(2, quantity=Decimal(5), traded_at=DEALT + timedelta(seconds=30), source_system="TICKETS")
    trade(3, quantity=Decimal(5), traded_at=DEALT + timedelta(seconds=90), source_system="TICKETS")
    Trade.objects.filter(pk__in=(2, 3)).update(state="CLOSED", close_reason="SETTLED")

    row, _day = replayed("TRD-502", parameters={"within": "40"})

    assert row.parameters_in_force == {"within": "120"}
    assert told(row) == [(2, "BOTH", ""), (3, "NO_LONGER", "")]
    assert told(replayed("TRD-502", parameters={"within": "20"})[0]) == [
        (2, "NO_LONGER", ""),
        (3, "NO_LONGER", ""),
    ]


def test_limits_are_used_up_as_they_were_lived() -> None:
    for number in (1, 2):
        trade(number, risk_amount_eur=Decimal(300), state="CLOSED", close_reason="SETTLED")
    trade(3, risk_amount_eur=Decimal(300), state="REJECTED")

    _row, day = replayed("TRD-602", parameters={"maximum": "599"})
    assert day["proposed"] == 2
    _row, day = replayed("TRD-602", parameters={"maximum": "600"})
    assert day["proposed"] == 1  # it was refused since, not when it came


def test_a_period_without_trades_is_over_at_once() -> None:
    row, day = replayed(first_day=date(2020, 1, 1), last_day=date(2020, 2, 1))

    assert (row.parts_total, day) == (0, {})


@pytest.mark.django_db(transaction=True)
def test_what_died_goes_on_where_it_stopped_and_nothing_counts_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(back_tests, "PART", 2)
    for number in range(1, 8):
        priced(number, "6")
    answer, seen = replaying.Replay.answer, []

    def dying(self: replaying.Replay, part: BackTestPart) -> replaying.Answer:
        seen.append(part.n)
        found = answer(self, part)
        if len(seen) == 3:
            raise ZeroDivisionError("the machine went down")
        return found

    monkeypatch.setattr(replaying.Replay, "answer", dying)
    row, day = replayed()

    assert (row.parts_total, sorted(seen)) == (4, [1, 2, 3, 3, 4])
    assert (day["trades"], day["in_force"], day["proposed"]) == (7, 7, 7)
    assert BackTestTrade.objects.count() == 7


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_tests, "PART", 1)
    for number in range(1, 13):
        priced(number, "4" if number % 2 else "6")
    row = ask()

    assert at_once(jobs.run_pending, jobs.run_pending) == ["DONE", "DONE"]

    row.refresh_from_db()
    (day,) = days_of_back_test(back_test_id=row.pk)
    assert (row.state, row.parts_total) == ("DONE", 12)
    assert (day["trades"], day["in_force"], day["proposed"]) == (12, 6, 12)
    assert set(Job.objects.values_list("state", flat=True)) == {"DONE"}
    connection.close()


def test_the_past_is_read_without_holding_anybody_up() -> None:
    """No lock on a trade: who repairs one does not wait for a back-test."""
    assert "FOR UPDATE" not in control_facts.READ


@pytest.mark.parametrize(
    ("case", "changes", "refused"),
    [
        ("no_such_rule", {"code": "TRD-999"}, back_tests.UnableToBackTest),
        ("backwards", {"last_day": FRIDAY - timedelta(days=1)}, back_tests.UnableToBackTest),
        ("too_long", {"last_day": FRIDAY + timedelta(days=366)}, back_tests.UnableToBackTest),
        ("no_number", {"parameters": {"equity": "many"}}, settings.UnableToPropose),
        ("below_zero", {"parameters": {"equity": "-1"}}, settings.UnableToPropose),
        ("not_allowed", {"actor": ("auditor", Role.AUDITOR)}, access.Forbidden),
    ],
)
def test_what_cannot_be_tried_is_refused(
    case: str, changes: dict[str, Any], refused: type[Refusal]
) -> None:
    if "actor" in changes:
        changes = {"actor": person(*changes["actor"])}
    with pytest.raises(refused):
        ask(**changes)
    assert not BackTest.objects.exists(), case


def test_what_was_tried_is_proposed_and_approved_by_another() -> None:
    priced(1, "6")
    agent, boss = person("agent", Role.AGENT), person("boss", Role.SUPERVISOR)
    asked = {"valid_from": date(2026, 12, 1), "reason": "less noise", "actor": agent, "at": AT}
    row = ask(parameters={"equity": "7"})
    with pytest.raises(back_tests.UnableToBackTest):
        back_tests.ask_activation(back_test_id=row.pk, **asked)
    jobs.run_pending()

    proposed = back_tests.ask_activation(back_test_id=row.pk, **asked)

    assert (proposed.back_test_id, proposed.parameters) == (row.pk, TRD_401 | {"equity": "7"})
    with pytest.raises(settings.UnableToPropose):
        back_tests.ask_activation(back_test_id=row.pk, **asked)
    decided = settings.decide_setting(setting_id=proposed.pk, approve=True, actor=boss, at=AT)
    assert decided.state == "APPROVED"


def test_a_back_test_is_asked_watched_read_and_proposed_in_the_browser() -> None:
    for number, percent in enumerate(("4", "6", "8"), start=1):
        priced(number, percent)
    agent = signed_in("agent2", Role.AGENT)
    numbers = TRD_401 | {"equity": "7", "active": "on"}
    period = {"first_day": "2026-11-20", "last_day": "2026-11-20", "valid_from": "", "reason": ""}

    started = agent.post("/trades/rules/TRD-401/try/", numbers | period)
    address = started.headers["Location"]
    assert 'hx-trigger="every 1s"' in agent.get(address).content.decode()
    jobs.run_pending()
    page = agent.get(address).content.decode()

    assert "hx-trigger" not in agent.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "No longer raised" in page
    assert "Ask for activation" in page
    listed = agent.get(f"{address}trades/?replayed=NO_LONGER").content.decode()
    assert "/trades/2/" in listed
    assert "/trades/3/" not in listed
    days = b"".join(agent.get(f"{address}days/?as=csv").streaming_content).decode()  # type: ignore[attr-defined]  # streamed
    assert "2026-11-20,3,2,1,0,1,2,1,0,0,0" in days
    assert agent.get(f"{address}days/?as=pdf").status_code == 422
    answer = agent.post(f"{address}ask/", {"valid_from": "2099-01-01", "reason": ""})
    assert answer.status_code == 422
    agent.post(f"{address}ask/", {"valid_from": "2099-01-01", "reason": "noise"})
    assert ControlRule.objects.get().back_test_id == BackTest.objects.get().pk
    assert address in agent.get("/trades/rules/TRD-401/").content.decode()
    assert "TRD-401" in agent.get("/trades/rules/back-tests/").content.decode()


def test_a_change_is_taken_back_with_one_click() -> None:
    agent, boss = signed_in("agent2", Role.AGENT), signed_in("boss", Role.SUPERVISOR)
    values = TRD_401 | {"equity": "9", "active": "on", "valid_from": "2099-01-01", "reason": "x"}
    agent.post("/trades/rules/TRD-401/propose/", values)
    row = ControlRule.objects.get()
    assert agent.post(f"/trades/rules/settings/{row.pk}/revert/").status_code == 422
    boss.post(f"/trades/rules/settings/{row.pk}/approve/")
    assert "Take back" in agent.get("/trades/rules/TRD-401/").content.decode()

    agent.post(f"/trades/rules/settings/{row.pk}/revert/")

    back = ControlRule.objects.latest("pk")
    assert (back.state, back.reverts_id, back.parameters) == ("PROPOSED", row.pk, TRD_401)


def test_a_trial_that_cannot_be_read_is_kept_as_it_was_typed() -> None:
    agent = signed_in("agent2", Role.AGENT)

    answer = agent.post("/trades/rules/TRD-401/try/", {"equity": "many", "first_day": "tomorrow"})

    assert answer.status_code == 422
    assert 'value="many"' in answer.content.decode()
    assert not BackTest.objects.exists()


def test_trades_of_desks_out_of_reach_are_not_shown() -> None:
    priced(1, "6")
    row, _day = replayed()
    other = signed_in("elsewhere", Role.AGENT, desk="FI")

    assert (
        "/trades/1/" not in other.get(f"/trades/rules/back-tests/{row.pk}/trades/").content.decode()
    )
    assert other.get("/trades/rules/back-tests/0/").status_code == 404


def test_who_only_reads_is_offered_nothing_to_ask(client: Client) -> None:
    priced(1, "6")
    row, _day = replayed()
    auditor = signed_in("auditor", Role.AUDITOR)

    page = auditor.get(f"/trades/rules/back-tests/{row.pk}/").content.decode()

    assert "Ask for activation" not in page
    assert auditor.post("/trades/rules/TRD-401/try/", {}).status_code == 403
