"""A setting may hold for a product, a desk, a book or a counterparty: the narrowest one counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import jobs
from core.roles import Role
from desk.models import ControlException, ControlRule
from desk.services import settings
from kernel.actors import SYSTEM
from refdata.models import Desk, Party
from refdata.selectors import entities_of_desks
from tests.factories.controlled import FRIDAY, trade, world
from tests.factories.refdata import BookFactory, PartyFactory
from tests.integration.desk.people import person
from tests.integration.trades.test_back_tests import TRD_401
from tests.integration.trades.test_validation_pages import signed_in
from trades.models import BackTestTrade, RuleSet, Trade
from trades.rules.scopes import ScopeKind
from trades.selectors import days_of_back_test, find_scope
from trades.services import back_tests, control
from trades.services.control_data import Library
from trades.services.control_facts import lock_facts

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
OTHER = {"book_code": "EQ-PAR-2"}


@pytest.fixture(autouse=True)
def _world() -> None:
    world()
    BookFactory(code="EQ-PAR-2")
    PartyFactory(code="VALMONT", is_own_firm=True)


def put_in_force(
    scope: str, equity: str, *, active: bool = True, day: date = FRIDAY
) -> ControlRule:
    row = settings.propose_setting(
        code="TRD-401",
        active=active,
        parameters=TRD_401 | {"equity": equity},
        valid_from=day,
        reason="agreed",
        scope=scope,
        actor=person("agent", Role.AGENT),
        at=AT,
    )
    boss = person("boss", Role.SUPERVISOR)
    return settings.decide_setting(setting_id=row.pk, approve=True, actor=boss, at=AT)


def held(*made: Trade) -> set[int]:
    control.control_trades(trade_ids=[one.pk for one in made], actor=SYSTEM, at=AT)
    live = ControlException.objects.filter(rule_code="TRD-401", state="OPEN")
    return set(live.values_list("subject_id", flat=True))


def dear(number: int, **changes: Any) -> Trade:
    """A trade 6 percent over the last close: the rule allows 5 where nothing is set."""
    return trade(number, price=Decimal("63.60"), **changes)


@pytest.mark.parametrize(
    ("case", "in_force", "raised"),
    [
        ("nothing", {}, {1, 2}),
        ("book", {"book:EQ-PAR-2": "9"}, {1}),
        ("desk", {"desk:EQ": "9"}, set()),
        ("product", {"product:EQUITY": "9"}, set()),
        ("other_product", {"product:BOND": "9"}, {1, 2}),
        ("counterparty", {"counterparty:BNPP": "9"}, set()),
        ("book_over_desk", {"desk:EQ": "9", "book:EQ-PAR-2": "1"}, {2}),
        ("counterparty_over_book", {"book:EQ-PAR-2": "9", "counterparty:BNPP": "1"}, {1, 2}),
        ("desk_over_product", {"product:EQUITY": "1", "desk:EQ": "9"}, set()),
        ("entity", {"entity:VALMONT": "9"}, set()),
        ("another_entity", {"entity:FILIALE": "9"}, {1, 2}),
        ("product_over_entity", {"entity:VALMONT": "9", "product:EQUITY": "1"}, {1, 2}),
        ("scope_over_everywhere", {"": "9", "book:EQ-PAR-2": "1"}, {2}),
    ],
)
def test_the_narrowest_scope_counts(case: str, in_force: dict[str, str], raised: set[int]) -> None:
    for scope, equity in in_force.items():
        put_in_force(scope, equity)

    assert held(dear(1), dear(2, **OTHER)) == raised, case


def test_the_entity_of_a_trade_is_the_one_that_its_desk_names() -> None:
    second = PartyFactory(code="FILIALE", is_own_firm=True)
    put_in_force("entity:FILIALE", "9")
    one = dear(1)
    assert held(one) == {1}

    Desk.objects.filter(code="EQ").update(entity=second)

    assert held(one) == set()
    assert entities_of_desks(["EQ", "NOWHERE"]) == {"EQ": "FILIALE"}


def test_among_several_entities_that_of_a_desk_is_not_guessed() -> None:
    assert entities_of_desks(["EQ"]) == {"EQ": "VALMONT"}

    PartyFactory(code="FILIALE", is_own_firm=True)

    assert entities_of_desks(["EQ"]) == {}


def test_a_scope_names_an_entity_of_ours_and_nobody_else() -> None:
    assert find_scope(ScopeKind.ENTITY, "valmont") == "entity:VALMONT"
    assert find_scope(ScopeKind.ENTITY, "BNPP") is None


def test_the_database_lets_desks_belong_to_entities_of_ours_alone() -> None:
    ours, other = Party.objects.get(code="VALMONT"), Party.objects.get(code="BNPP")
    with pytest.raises(IntegrityError, match="no entity of ours"), transaction.atomic():
        Desk.objects.filter(code="EQ").update(entity=other)
    Desk.objects.filter(code="EQ").update(entity=ours)

    with pytest.raises(IntegrityError, match="desks belong to party"), transaction.atomic():
        Party.objects.filter(pk=ours.pk).update(is_own_firm=False)


def test_a_rule_is_switched_off_in_a_scope_alone() -> None:
    put_in_force("book:EQ-PAR-2", "5", active=False)

    assert held(dear(1), dear(2, **OTHER)) == {1}


def test_a_run_names_what_was_set_in_scopes() -> None:
    put_in_force("book:EQ-PAR-2", "9")
    held(dear(1))

    rules = RuleSet.objects.get().rules
    assert rules["book:EQ-PAR-2"] == {"TRD-401": TRD_401 | {"equity": "9"}}
    assert rules[""]["TRD-401"] == TRD_401


def test_what_was_set_in_a_scope_is_taken_back_to_what_holds_elsewhere() -> None:
    row = put_in_force("book:EQ-PAR-2", "9")
    put_in_force("", "7")
    agent, boss = person("agent", Role.AGENT), person("boss", Role.SUPERVISOR)

    back = settings.propose_revert(setting_id=row.pk, defaults=TRD_401, actor=agent, at=AT)
    settings.decide_setting(setting_id=back.pk, approve=True, actor=boss, at=AT)

    assert (back.scope, back.inherits) == ("book:EQ-PAR-2", True)
    assert held(dear(1), dear(2, **OTHER)) == set()
    put_in_force("", "5")
    assert held(*Trade.objects.all()) == {1, 2}


def test_drafts_are_judged_as_their_trades_will_be() -> None:
    put_in_force("product:EQUITY", "9")
    (facts,) = lock_facts([dear(1).pk], states=control.JUDGED)

    findings = control.judge_draft(facts=facts, library=Library(at=AT), at=AT)

    assert "TRD-401" not in {finding.code for finding in findings}


def test_scopes_cost_no_query_per_trade() -> None:
    put_in_force("book:EQ-PAR-2", "9")

    def count(numbers: range) -> int:
        made = [dear(n, **(OTHER if n % 2 else {})) for n in numbers]
        with CaptureQueriesContext(connection) as queries:
            control.control_trades(trade_ids=[one.pk for one in made], actor=SYSTEM, at=AT)
        return len(queries)

    count(range(90, 92))
    assert count(range(1, 3)) == count(range(10, 30))


def replayed(scope: str, equity: str) -> tuple[int, set[tuple[int, str]]]:
    row = back_tests.ask_back_test(
        code="TRD-401",
        active=True,
        parameters={"equity": equity},
        first_day=FRIDAY,
        last_day=FRIDAY,
        scope=scope,
        actor=person("agent", Role.AGENT),
        at=AT,
    )
    jobs.run_pending()
    (day,) = days_of_back_test(back_test_id=row.pk)
    told = BackTestTrade.objects.filter(back_test=row).values_list("trade_id", "replayed")
    return day["trades"], set(told)


def test_a_back_test_is_of_the_trades_for_which_the_setting_counts() -> None:
    dear(1)
    dear(2, **OTHER)
    assert replayed("", "9") == (2, {(1, "NO_LONGER"), (2, "NO_LONGER")})
    assert replayed("book:EQ-PAR-2", "9") == (1, {(2, "NO_LONGER")})

    put_in_force("book:EQ-PAR-2", "8")

    assert replayed("", "9") == (1, {(1, "NO_LONGER")})
    assert replayed("book:EQ-PAR-2", "3") == (1, {(2, "NEWLY")})
    assert replayed("desk:EQ", "9") == (1, {(1, "NO_LONGER")})


def test_a_scope_is_proposed_tried_and_taken_back_in_the_browser() -> None:
    PartyFactory(code="SOGE")
    agent, boss = signed_in("agent2", Role.AGENT), signed_in("supervisor", Role.SUPERVISOR)
    values = TRD_401 | {"active": "on", "valid_from": "2099-01-01", "reason": "agreed"}
    address = "/trades/rules/TRD-401/"

    for kind, code in (("book", "NONE"), ("product", "CHEESE"), ("", "EQ"), ("moon", "EQ")):
        wrong = {"scope_kind": kind, "scope_code": code}
        assert agent.post(f"{address}propose/", values | wrong).status_code == 422, kind
    agent.post(f"{address}propose/", values | {"scope_kind": "counterparty", "scope_code": "soge"})
    agent.post(f"{address}propose/", values | {"scope_kind": "product", "scope_code": "equity"})
    scopes = set(ControlRule.objects.values_list("scope", flat=True))
    assert scopes == {"counterparty:SOGE", "product:EQUITY"}

    row = put_in_force("book:EQ-PAR-2", "9", day=AT.date())
    assert "Set apart" not in boss.get("/trades/rules/TRD-402/").content.decode()
    assert "Book EQ-PAR-2" in boss.get(address).content.decode()
    agent.post(f"/trades/rules/settings/{row.pk}/revert/")
    assert "as everywhere else" in boss.get(address).content.decode()
