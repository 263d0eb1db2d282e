"""A captured batch is judged set-wise: exceptions, states, queue; repeated, it changes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.roles import Role
from desk import services as desk
from desk.models import ControlException, ControlRule, ControlRun, WorkItem
from kernel.actors import SYSTEM
from kernel.findings import Severity
from refdata.models import Book, Calendar, Currency, Party, Price, SettlementCycle, Trader
from tests.factories.controlled import cancelled, switched_off, trade, world
from tests.integration.desk.people import person
from trades.models import Trade
from trades.rules import RULE_BY_CODE, active_rules, judge_all
from trades.rules.context import RuleContext
from trades.services import control
from trades.services.consumption import LimitTerms, room_of
from trades.services.control_data import Library, Windows
from trades.services.control_facts import lock_facts
from trades.states import TradeState

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _world() -> None:
    world()


def run(*trades: Trade) -> control.Controlled:
    return control.control_trades(trade_ids=[made.pk for made in trades], actor=SYSTEM, at=AT)


def found(made: Trade) -> list[tuple[str, str]]:
    rows = ControlException.objects.filter(subject_id=made.pk).order_by("rule_code")
    return list(rows.values_list("rule_code", "state"))


def state(made: Trade) -> str:
    made.refresh_from_db()
    return made.state


def rows_changed() -> tuple[int, int]:
    """How many rows of trades this session wrote anew, and how many of them on their own page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_upd)::int, sum(n_tup_hot_upd)::int FROM pg_stat_xact_user_tables"
            " WHERE relid IN (SELECT inhrelid FROM pg_inherits"
            "                  WHERE inhparent = 'trades_trade'::regclass)"
        )
        updated, on_their_page = cursor.fetchone()
        return updated, on_their_page


def test_a_change_of_state_writes_no_index() -> None:
    """The row finds room on its page; else it costs as many index entries as there are indexes."""
    clean = [trade(n) for n in range(1, 6)]
    before = rows_changed()

    run(*clean)

    updated, on_their_page = rows_changed()
    assert (updated - before[0], on_their_page - before[1]) == (len(clean), len(clean))


def test_clean_trade_goes_to_the_supervisors_queue() -> None:
    clean = trade(1)

    outcome = run(clean)

    assert found(clean) == []
    assert state(clean) == "PENDING_VALIDATION"
    item = WorkItem.objects.get()
    assert (item.kind, item.subject_id, item.desk_code) == ("VALIDATION", clean.pk, "EQ")
    assert (item.amount_at_risk, item.currency) == (clean.risk_amount_eur, "EUR")
    assert item.due_at == datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert (outcome.judged, outcome.clean, outcome.held) == (1, 1, 0)
    assert ControlRun.objects.get().judged == 1


def test_trade_with_a_finding_waits_on_hold_with_its_evidence() -> None:
    wrong = trade(1, gross_amount=Decimal(1), net_amount=Decimal(1))

    run(wrong)

    assert state(wrong) == "ON_HOLD"
    assert found(wrong) == [("TRD-302", "OPEN")]
    row = ControlException.objects.get()
    assert (row.expected, row.found) == ("6110.50", "1.00")
    assert row.evidence["price"] == "60.5000000000"
    assert row.fix == "Set {field} to {expected}."
    assert row.contributors == ["agent"]
    assert WorkItem.objects.get().kind == "EXCEPTION"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("TRD-103", {"isin": "US0378331005", "instrument": None}),
        ("TRD-104", {"counterparty": None, "counterparty_code": "NOBODY"}),
        ("TRD-107", {"book_code": "NONE"}),
        ("TRD-108", {"trader_code": "NONE"}),
        ("TRD-109", {"venue": "XQQQ"}),
        ("TRD-204", {"settlement_date": datetime(2026, 11, 25, tzinfo=UTC).date()}),
        ("TRD-401", {"price": Decimal("63.6")}),
        ("TRD-402", {"price": Decimal(605)}),
        ("TRD-601", {"risk_amount_eur": Decimal(25_000_001)}),
        ("TRD-602", {"risk_amount_eur": Decimal(500_000_001)}),
        ("TRD-608", {"risk_amount_eur": None}),
    ],
)
def test_reference_data_reaches_the_rules(code: str, changes: dict[str, Any]) -> None:
    wrong = trade(1, **changes)

    run(wrong)

    assert code in [row[0] for row in found(wrong)]
    assert state(wrong) == "ON_HOLD"


def test_what_was_judged_before_is_neither_read_nor_locked_again() -> None:
    """A batch of single calls is judged every second while it grows."""
    known, fresh = trade(1), trade(2)
    run(known)

    (facts,) = lock_facts([known.pk, fresh.pk], states=[TradeState.RECEIVED])

    assert facts.trade_id == fresh.pk


def test_what_rules_may_look_at_is_read_when_one_of_them_looks() -> None:
    made = trade(1)
    facts = lock_facts([made.pk], states=control.JUDGED)
    library = Library(at=AT)
    room = room_of(facts, {made.pk: LimitTerms()}, library.uses)
    context = library.context(facts, windows=Windows(), room=room)
    book = active_rules({})

    with CaptureQueriesContext(connection) as queries:
        judge_all(facts, context, [one for one in book if one[0].code == "TRD-301"])
    assert not queries.captured_queries

    for section in dataclasses.fields(RuleContext):
        first = getattr(context, section.name)
        assert getattr(context, section.name) is first, section.name
    with pytest.raises(AttributeError, match="no_such_section"):
        _ = context.no_such_section


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("TRD-106", lambda: Party.objects.update(lei_status="LAPSED")),
        ("TRD-115", lambda: Party.objects.update(lei_status="RETIRED")),
        ("TRD-209", lambda: Calendar.objects.filter(code="XPAR").delete()),
        ("TRD-210", lambda: Currency.objects.update(calendar=None)),
        ("TRD-211", lambda: SettlementCycle.objects.all().delete()),
        ("TRD-607", lambda: Book.objects.update(status="INACTIVE")),
    ],
)
def test_what_static_data_says_or_lacks_is_seen(code: str, changed: Callable[[], object]) -> None:
    changed()
    made = trade(1)

    run(made)

    assert [row[0] for row in found(made)] == [code]
    holds = RULE_BY_CODE[code].severity is not Severity.INFO
    assert state(made) == ("ON_HOLD" if holds else "PENDING_VALIDATION")


def test_a_mandate_names_the_books_that_a_trader_may_deal_for() -> None:
    desk = Book.objects.get().desk
    other = Book.objects.create(code="EQ-PAR-2", name="Paris 2", desk=desk)
    Trader.objects.get().books.set([other])
    outside, within = trade(1), trade(2, book_code="EQ-PAR-2")

    run(outside, within)

    assert (found(outside), found(within)) == ([("TRD-111", "OPEN")], [])
    row = ControlException.objects.get()
    assert (row.expected, row.found) == ("EQ-PAR-2", "EQ-PAR-1 (EQ)")


MINUTES = [datetime(2026, 11, 20, 9, minute, tzinfo=UTC) for minute in (1, 11, 31, 32)]


@pytest.mark.parametrize(
    ("case", "parts", "sliced"),
    [
        ("three_in_half_an_hour", [("10e6", {}), ("9e6", {}), ("8e6", {})], [1, 2, 3]),
        ("not_over_it_together", [("10e6", {}), ("9e6", {}), ("6e6", {})], []),
        ("two_close_and_one_later", [("13e6", {}), ("13e6", {}), ("6e6", {"at": 3})], [1, 2]),
        ("a_minute_too_late", [("13e6", {}), ("8e6", {}), ("13e6", {"at": 3})], []),
        ("bought_and_sold", [("13e6", {}), ("13e6", {"side": "SELL"})], []),
        ("parts_that_mean_nothing", [("24e6", {}), ("4.9e6", {}), ("4.9e6", {})], []),
        ("two_traders", [("13e6", {}), ("13e6", {"trader_code": "T-BEN"})], []),
        ("one_was_cancelled", [("13e6", {}), ("13e6", {"state": "REJECTED"})], []),
        ("one_is_over_the_limit_itself", [("13e6", {}), ("26e6", {})], []),
    ],
)
def test_parts_of_one_order_are_looked_at_together(
    case: str, parts: list[tuple[str, dict[str, Any]]], sliced: list[int]
) -> None:
    made = []
    for number, (amount, terms) in enumerate(parts, 1):
        dealt = {"traded_at": MINUTES[terms.get("at", number - 1)]}
        other = {name: value for name, value in terms.items() if name != "at"}
        made.append(trade(number, risk_amount_eur=Decimal(amount), **dealt, **other))

    run(*made)

    rows = ControlException.objects.filter(rule_code="TRD-611").order_by("subject_id")
    assert [row.subject_id for row in rows] == sliced, case


def test_what_was_judged_before_counts_with_what_comes() -> None:
    earlier = trade(1, risk_amount_eur=Decimal(13_000_000))
    run(earlier)
    later = trade(2, risk_amount_eur=Decimal(13_000_000), traded_at=MINUTES[1])

    run(later)

    (row,) = ControlException.objects.filter(rule_code="TRD-611")
    assert (row.expected, row.found) == ("25000000.00", "26000000.00")
    assert row.evidence["trades"] == f"{earlier.reference}, {later.reference}"
    assert state(earlier) == "PENDING_VALIDATION"


def test_where_there_is_no_limit_nothing_is_sliced_under_it() -> None:
    switched_off("TRD-601")
    made = [trade(n, risk_amount_eur=Decimal(13_000_000), traded_at=MINUTES[n]) for n in (1, 2)]

    run(*made)

    assert not ControlException.objects.filter(rule_code="TRD-611").exists()


def test_same_terms_under_another_reference_are_a_duplicate() -> None:
    first, second, other = trade(1), trade(2, quantity=Decimal(101)), trade(3)

    run(first, second, other)

    assert found(first) == []
    assert found(other) == []
    assert found(second) == [("TRD-501", "OPEN")]
    assert ControlException.objects.get().found == first.reference


LATER = datetime(2026, 11, 20, 9, 2, tzinfo=UTC)
BY_HAND = {"touched_by_hand_at": LATER}


@pytest.mark.parametrize(
    ("of_first", "of_second", "looks_alike"),
    [
        ({}, BY_HAND, True),
        (BY_HAND, {}, True),
        (BY_HAND, BY_HAND, True),
        ({}, {"source_system": "EMS"}, True),
        ({}, {}, False),  # one source fills an order in parts that are alike
    ],
)
def test_what_came_another_way_and_looks_the_same_is_only_a_warning(
    of_first: dict[str, Any], of_second: dict[str, Any], *, looks_alike: bool
) -> None:
    first = trade(1, **of_first)
    second = trade(2, quantity=Decimal(101), traded_at=LATER, **of_second)

    run(first, second)

    assert found(second) == ([("TRD-502", "OPEN")] if looks_alike else [])


def test_control_again_changes_nothing() -> None:
    made = [trade(1), trade(2, price=Decimal(605))]
    run(*made)
    before = [list(model.objects.order_by("id").values()) for model in (ControlException, WorkItem)]

    run(*made)

    after = [list(model.objects.order_by("id").values()) for model in (ControlException, WorkItem)]
    assert after == before
    assert [state(one) for one in made] == ["PENDING_VALIDATION", "ON_HOLD"]


def test_repaired_trade_goes_on_and_its_exception_is_resolved() -> None:
    wrong = trade(1, price=Decimal("63.6"))
    run(wrong)
    Price.objects.create(
        instrument=wrong.instrument, day=wrong.trade_date, source="EURONEXT", close=Decimal(63)
    )

    run(wrong)

    assert found(wrong) == [("TRD-401", "RESOLVED")]
    assert state(wrong) == "PENDING_VALIDATION"
    assert list(WorkItem.objects.order_by("id").values_list("kind", "state")) == [
        ("EXCEPTION", "DONE"),
        ("VALIDATION", "OPEN"),
    ]


def test_waived_exception_lets_the_trade_go_on() -> None:
    wrong = trade(1, price=Decimal("63.6"))
    run(wrong)
    row = ControlException.objects.get()
    desk.waive_exception(
        exception_id=row.pk, reason="Block trade", actor=person("agent2", Role.AGENT), at=AT
    )

    run(wrong)

    assert found(wrong) == [("TRD-401", "WAIVED")]
    assert state(wrong) == "PENDING_VALIDATION"


def test_late_finding_takes_a_trade_out_of_the_queue() -> None:
    made = trade(1)
    run(made)
    Price.objects.create(
        instrument=made.instrument, day=made.trade_date, source="EURONEXT", close=Decimal(90)
    )

    run(made)

    assert state(made) == "ON_HOLD"
    assert WorkItem.objects.get(kind="VALIDATION").state == "DONE"


def test_cancelled_trade_loses_what_waited_for_it() -> None:
    wrong = trade(1, price=Decimal(605))
    run(wrong)
    cancelled(wrong)

    run(wrong)

    assert {row[1] for row in found(wrong)} == {"CLOSED"}
    assert not WorkItem.objects.filter(state="OPEN").exists()
    assert state(wrong) == "CLOSED"


def test_validated_trade_is_left_alone() -> None:
    made = trade(1, price=Decimal(605), state="VALIDATED")

    assert run(made).judged == 0
    assert state(made) == "VALIDATED"


def test_parameter_in_the_database_changes_the_judgement() -> None:
    ControlRule.objects.create(
        code="TRD-401",
        parameters={"equity": "10"},
        valid_from=AT.date(),
        state="APPROVED",
        reason="Volatile week",
        proposed_by="agent",
        proposed_at=AT,
        decided_by="supervisor",
        decided_at=AT,
    )
    made = trade(1, price=Decimal("63.6"))

    run(made)

    assert found(made) == []


def test_number_of_queries_does_not_depend_on_the_number_of_trades() -> None:
    def count(numbers: range) -> int:
        made = [trade(number, price=Decimal(605)) for number in numbers]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run(*made)
        return len(queries)

    run(trade(50))  # the first run writes down which rules are in force
    assert count(range(1, 3)) == count(range(10, 30))
