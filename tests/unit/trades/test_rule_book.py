"""Each rule by its code: the trade that breaks it, and the clean trade that breaks none."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from kernel.findings import Severity
from tests.unit.trades.agreement_cases import COVERED
from tests.unit.trades.product_cases import CLEAN
from tests.unit.trades.rule_cases import ANA, CASES, book, ranging, ticking
from tests.unit.trades.rule_world import (
    bond,
    facts,
    instruction,
    party,
    world,
)
from trades.facts import TradeFacts
from trades.rules import RULE_BOOK, RULE_BY_CODE, active_rules, judge, judge_all
from trades.rules.context import HOUSE_ZONE, RuleContext
from trades.rules.page import rule_book_page
from trades.rules.rule import Rule

BOOK = Path(__file__).resolve().parents[3] / "docs" / "rule-book.md"


def codes(trade: TradeFacts, context: RuleContext | None = None) -> list[str]:
    return [finding.code for finding in judge(trade, context or world(), active_rules({}))]


@pytest.mark.parametrize(
    ("code", "case", "trade", "context"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_rule_speaks(code: str, case: str, trade: TradeFacts, context: RuleContext) -> None:
    assert code in codes(trade, context), case


@pytest.mark.parametrize(
    ("case", "trade"),
    [
        ("share", facts()),
        ("bond_in_percent", bond()),
        ("gross_two_cents_over", facts(gross_amount=Decimal("6050.02"))),
        (
            "sale_less_fees",
            facts(side="SELL", net_amount=Decimal("6047.00")),
        ),
        (
            "price_at_the_tolerance",
            facts(price=Decimal(63), gross_amount=Decimal(6300), net_amount=Decimal(6303)),
        ),
        ("off_venue", facts(venue="XOFF")),
        ("booked_next_morning_is_late_only", facts(venue="XOFF")),
    ],
)
def test_clean_trade_has_no_finding(case: str, trade: TradeFacts) -> None:
    assert codes(trade) == [], case


@pytest.mark.parametrize(("case", "trade"), CLEAN)
def test_clean_trade_of_another_product_has_no_finding(case: str, trade: TradeFacts) -> None:
    assert codes(trade) == [], case


@pytest.mark.parametrize(
    ("case", "trade", "context"),
    [
        ("another_desk_by_mandate", facts(), world(
            books={"EQ-PAR-1": book(desk="FI")},
            traders={"T-ANA": dataclasses.replace(ANA, mandate=frozenset({"EQ-PAR-1", "X"}))},
        )),
        ("lei_about_to_be_moved", facts(), world(
            counterparties={"BNPP": party(lei_status="PENDING_TRANSFER", lei_next_renewal=None)}
        )),
        ("renewal_known_without_status", facts(), world(
            counterparties={"BNPP": party(lei_status="")}
        )),
        ("price_on_the_tick", facts(), ticking("0.05")),
        ("between_two_ticks_off_venue", facts(venue="XOFF"), ticking("0.2")),
        ("at_the_tolerance_of_the_day", facts(), ranging("60.8", "62")),
        ("agreed_off_venue", facts(venue="XOFF"), ranging("61", "62")),
        ("average_of_a_block", facts(source_system="ALLOCATION"), ticking("0.2")),
        ("no_calendar_of_no_market", facts(venue="XOFF"), world(calendars={})),
    ],
)  # fmt: skip
def test_what_is_known_enough_is_not_asked_again(
    case: str, trade: TradeFacts, context: RuleContext
) -> None:
    assert codes(trade, context) == [], case


@pytest.mark.parametrize(
    ("code", "trade", "context", "found"),
    [
        ("TRD-208", facts(settlement_date=None), world(), ["TRD-113", "TRD-114"]),
        ("TRD-608", facts(risk_amount_eur=None), world(), ["TRD-601"]),
        ("TRD-406", facts(currency="USD", price=Decimal(605)), world(), ["TRD-401", "TRD-402"]),
    ],
)
def test_what_could_not_be_checked_is_seen_as_unchecked(
    code: str, trade: TradeFacts, context: RuleContext, found: list[str]
) -> None:
    """The rules that lack the data are silent, so another one speaks for them."""
    said = codes(trade, context)

    assert code in said
    assert not set(found) & set(said)


@pytest.mark.parametrize(
    ("night", "received", "found"),
    [
        (("22", "6"), (21, 59), False),
        (("22", "6"), (22, 0), True),
        (("22", "6"), (5, 59), True),
        (("22", "6"), (6, 0), False),
        (("0", "6"), (23, 30), False),
        (("0", "6"), (3, 0), True),
        (("6", "6"), (6, 0), False),
    ],
)
def test_a_night_may_go_over_midnight(
    night: tuple[str, str], received: tuple[int, int], *, found: bool
) -> None:
    limits = dict(zip(("night_from", "night_to"), map(Decimal, night), strict=True))
    trade = facts(received_at=datetime(2026, 11, 20, *received, tzinfo=HOUSE_ZONE))

    assert bool(list(RULE_BY_CODE["TRD-705"].check(trade, world(), limits))) is found


@pytest.mark.parametrize(
    ("case", "gross", "found"),
    [("one_yen_over", "6051", []), ("three_yen_over", "6053", ["TRD-302"])],
)
def test_tolerance_is_in_minor_units_of_the_currency(
    case: str, gross: str, found: list[str]
) -> None:
    trade = facts(
        currency="JPY", gross_amount=Decimal(gross), fees=Decimal(0), net_amount=Decimal(gross)
    )

    assert [code for code in codes(trade) if code == "TRD-302"] == found, case


def test_monday_booking_of_a_friday_trade_is_one_business_day_late() -> None:
    trade = facts(received_at=datetime(2026, 11, 23, 9, tzinfo=UTC))

    assert codes(trade) == ["TRD-701"]


def test_parameters_and_switches_come_from_the_settings() -> None:
    strict = active_rules({"TRD-302": {"tolerance": Decimal(0)}, "TRD-303": None})
    trade = facts(gross_amount=Decimal("6050.01"))

    assert [finding.code for finding in judge(trade, world(), strict)] == ["TRD-302"]


def test_finding_says_what_was_expected_found_and_on_which_data() -> None:
    (finding,) = judge(
        facts(price=Decimal("63.60"), gross_amount=Decimal(6360), net_amount=Decimal(6363)),
        world(),
        active_rules({}),
    )

    assert finding.expected == "60 ± 5 %"
    assert finding.found == "63.6"
    assert finding.severity is Severity.WARNING
    assert finding.evidence["source"] == "EURONEXT"
    assert finding.evidence["gap_percent"] == "6.00"


def test_trades_judged_together_have_the_findings_of_each_judged_alone() -> None:
    book = active_rules({})
    trades = [
        msgspec.structs.replace(trade, trade_id=number)
        for number, (_code, _case, trade, _context) in enumerate(CASES * 2)
    ]

    for context in [context for _code, _case, _trade, context in CASES]:
        alone = {trade.trade_id: judge(trade, context, book) for trade in trades}

        assert judge_all(trades, context, book) == {
            trade_id: findings for trade_id, findings in alone.items() if findings
        }


@pytest.mark.parametrize(
    "rule", [pytest.param(rule, id=rule.code) for rule in RULE_BOOK if rule.reads]
)
def test_rule_looks_at_nothing_in_a_trade_but_what_it_says_it_reads(rule: Rule) -> None:
    nodes = list(ast.walk(ast.parse(inspect.getsource(rule.check))))
    uses = [node for node in nodes if isinstance(node, ast.Name) and node.id == "facts"]
    read = [
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "facts"
    ]

    assert set(read) <= set(rule.reads)
    assert len(read) == len(uses), "the trade as a whole is handed on"


def test_every_rule_has_a_case_and_codes_are_unique_and_ordered() -> None:
    all_codes = [rule.code for rule in RULE_BOOK]

    assert {case[0] for case in CASES} == set(all_codes) == set(RULE_BY_CODE)
    assert all_codes == sorted(set(all_codes))
    assert len(RULE_BOOK) >= 20


def test_every_rule_has_a_line_in_the_rule_book() -> None:
    assert BOOK.read_text(encoding="utf-8").startswith(rule_book_page())


@pytest.mark.parametrize(
    ("case", "trade", "evidence"),
    [
        ("none_at_all", {}, {}),
        ("of_another_currency", {"currency": "USD"}, {"instruction_other_currency": "1"}),
        ("it_has_one", {"settlement_instruction_id": 3}, None),
        ("no_day_to_settle", {"settlement_date": None}, None),
        ("nobody_known", {"counterparty_code": "NOBODY", "counterparty_id": None}, None),
        ("a_future_is_not_delivered", {"isin": "FRENX28ZFCE6"}, None),
        ("currencies_are_not", {"isin": "", "product": "FX"}, None),
    ],
)
def test_an_instruction_is_asked_of_what_is_delivered(
    case: str, trade: dict[str, object], evidence: dict[str, str] | None
) -> None:
    lacking = facts(**({"settlement_instruction_id": None} | trade))
    known = {1: [instruction(1, currency="EUR", asset_class="BOND")]} if evidence else {}

    found = list(RULE_BY_CODE["TRD-113"].check(lacking, world(instructions=known), {}))

    if evidence is None:
        assert found == [], case
        return
    told = {"counterparty": "BNPP", "asset_class": "EQUITY"} | evidence
    assert [dict(one.evidence) for one in found] == [told], case


@pytest.mark.parametrize(
    ("case", "changes", "trade", "why"),
    [
        ("fits", {}, {}, None),
        ("its_last_day", {"valid_to": date(2026, 11, 24)}, {}, None),
        ("its_first_day", {"valid_from": date(2026, 11, 24)}, {}, None),
        ("names_all_of_it", {"currency": "EUR", "asset_class": "EQUITY"}, {}, None),
        ("names_our_account", {"account_id": 9}, {"account_code": "OURS"}, None),
        ("expired_or_replaced", {"valid_to": date(2026, 11, 23)}, {}, "ended"),
        ("begins_later", {"valid_from": date(2026, 11, 25)}, {}, "not_yet"),
        ("no_longer_approved", {"approved": False}, {}, "pending"),
        ("of_another_currency", {"currency": "USD"}, {}, "other_currency"),
        ("of_another_class", {"asset_class": "BOND"}, {}, "other_asset_class"),
        ("of_another_account", {"account_id": 9}, {}, "other_account"),
        ("nothing_was_chosen", {"valid_to": date(2026, 11, 23)},
         {"settlement_instruction_id": None}, None),
        ("no_day_to_settle", {"valid_to": date(2026, 11, 23)}, {"settlement_date": None}, None),
        ("instrument_not_known", {"valid_to": date(2026, 11, 23)}, {"isin": "FR0000120271"}, None),
    ],
)  # fmt: skip
def test_an_instruction_that_was_chosen_has_to_fit_on_the_day_of_settlement(
    case: str, changes: dict[str, object], trade: dict[str, object], why: str | None
) -> None:
    context = world(chosen={1: instruction(1, **changes)}, accounts={"OURS": 9})

    found = list(RULE_BY_CODE["TRD-114"].check(facts(**trade), context, {}))

    told = {"counterparty": "BNPP", "asset_class": "EQUITY", f"instruction_{why}": "1"}
    assert [dict(one.evidence) for one in found] == ([told] if why else []), case
    assert all(one.found == "EUR 2026-11-24" for one in found)


def test_one_that_static_data_does_not_know_is_not_taken_for_fitting() -> None:
    (found,) = RULE_BY_CODE["TRD-114"].check(facts(), world(chosen={}), {})

    assert dict(found.evidence) == {"counterparty": "BNPP", "asset_class": "EQUITY"}


def test_each_that_was_looked_at_says_why_it_does_not_fit() -> None:
    looked_at = [
        instruction(1, currency="USD"),
        instruction(2, currency="CHF"),
        instruction(3, asset_class="BOND"),
        instruction(4, valid_to=date(2026, 2, 1)),
        instruction(5, valid_from=date(2027, 1, 1)),
        instruction(6, account_id=9),
        instruction(7, approved=False),
    ]

    (found,) = RULE_BY_CODE["TRD-113"].check(
        facts(settlement_instruction_id=None), world(instructions={1: looked_at}), {}
    )

    assert found.found == "EUR 2026-11-24"
    assert {name: text for name, text in found.evidence.items() if "instruction" in name} == {
        "instruction_pending": "7",
        "instruction_ended": "4",
        "instruction_not_yet": "5",
        "instruction_other_asset_class": "3",
        "instruction_other_currency": "2, 1",
        "instruction_other_account": "6",
    }


@pytest.mark.parametrize(("case", "trade", "context"), COVERED)
def test_what_an_agreement_covers_or_needs_none_is_let_through(
    case: str, trade: TradeFacts, context: RuleContext
) -> None:
    assert "TRD-116" not in codes(trade, context), case


def test_a_house_may_ask_for_an_agreement_for_each_security() -> None:
    asked = active_rules({"TRD-116": {"securities": Decimal(1)}})

    (finding,) = judge(facts(), world(agreements={1: ()}), asked)

    assert (finding.code, finding.found) == ("TRD-116", "securities")
