"""Every rule of conduct: a day that it finds, and one beside it that it leaves alone."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from conduct.facts import Deal, Measures, Pair, PartyConduct, PutOff, TraderConduct
from conduct.rules import (
    OF_A_PARTY,
    RULE_BOOK,
    RULE_BY_CODE,
    active,
    judge_party,
    judge_trader,
    numbers_of,
)
from conduct.rules.rule import NAMED_MAX
from kernel.findings import Finding, Severity
from trades.rules.families import Family

DAY = date(2026, 11, 20)
USUAL = Measures(trades=30, cancelled=1, amended=2, gross_eur=Decimal(3_000_000),
                 top_eur=Decimal(400_000))  # fmt: skip
QUIET = tuple(dataclasses.replace(USUAL, cancelled=1 + n % 2, trades=28 + n % 5) for n in range(20))


def deal(number: int = 1, **changes: Any) -> Deal:
    terms: dict[str, Any] = {
        "trade_id": number, "reference": f"T{number}", "trader_code": "T-1", "trade_date": DAY,
        "settlement_date": DAY + timedelta(days=4), "counterparty_code": "CP",
        "amount_eur": Decimal(1000), "hands": ("oms",),
    }  # fmt: skip
    return Deal(**(terms | changes))


def trader(**changes: Any) -> TraderConduct:
    terms: dict[str, Any] = {
        "trader_id": 1, "code": "T-1", "desk": "EQ", "day": DAY, "today": USUAL, "before": QUIET,
    }  # fmt: skip
    return TraderConduct(**(terms | changes))


def of_today(**measures: Any) -> TraderConduct:
    return trader(today=dataclasses.replace(USUAL, **measures))


def party(**changes: Any) -> PartyConduct:
    terms: dict[str, Any] = {
        "party_id": 1, "code": "CP", "day": DAY, "dealt": 40, "cancelled": 1, "house_dealt": 4000,
        "house_cancelled": 40,
    }  # fmt: skip
    return PartyConduct(**(terms | changes))


FAR = deal(settlement_date=DAY + timedelta(days=60))
PAIR = Pair(first=deal(1), second=deal(2), away=Decimal("7.512"))
EARLY = [dataclasses.replace(USUAL, early=1), *QUIET[1:]]
SHARED = {"ann": 20, "ben": 18, "cat": 22}

CASES: list[tuple[str, str, Any, bool]] = [
    ("CND-101", "many", of_today(cancelled=31), True),
    ("CND-101", "two_more", of_today(cancelled=3), False),
    ("CND-101", "no_history", trader(before=QUIET[:9], today=Measures(cancelled=31)), False),
    ("CND-101", "always_many", trader(before=[Measures(trades=300, cancelled=30)] * 20,
                                      today=Measures(cancelled=31)), False),
    ("CND-102", "many", of_today(amended=20), True),
    ("CND-102", "usual", of_today(amended=3), False),
    ("CND-103", "third", trader(today=dataclasses.replace(USUAL, early=2), before=EARLY), True),
    ("CND-103", "none_of_today", trader(before=[dataclasses.replace(USUAL, early=5)]), False),
    ("CND-103", "two", of_today(early=2), False),
    ("CND-104", "far", trader(cancelled=[FAR]), True),
    ("CND-104", "confirmed", trader(cancelled=[dataclasses.replace(FAR, confirmed=True)]), False),
    ("CND-104", "near", trader(cancelled=[deal()]), False),
    ("CND-105", "pair", trader(offsets=[PAIR]), True),
    ("CND-105", "none", trader(), False),
    ("CND-106", "one", of_today(washes=1), True),
    ("CND-106", "none", of_today(washes=0), False),
    ("CND-107", "many", of_today(round_trips=9), True),
    ("CND-107", "two", of_today(round_trips=2), False),
    ("CND-108", "night", of_today(outside=8), True),
    ("CND-108", "always_at_night", trader(before=[Measures(trades=30, outside=20)] * 20,
                                          today=Measures(outside=22)), False),
    ("CND-109", "on_leave", trader(absence="2026-11-16 – 2026-11-27, leave"), True),
    ("CND-109", "silent_on_leave", trader(absence="2026-11-16 – 2026-11-27, leave",
                                          today=Measures()), False),
    ("CND-109", "at_work", trader(), False),
    ("CND-110", "just_under", of_today(near=8), True),
    ("CND-110", "one", of_today(near=1), False),
    ("CND-111", "ten_times", of_today(trades=300), True),
    ("CND-111", "a_few_more", of_today(trades=36), False),
    ("CND-112", "ten_times", of_today(gross_eur=Decimal(30_000_000)), True),
    ("CND-112", "usual", of_today(gross_eur=Decimal(4_000_000)), False),
    ("CND-113", "one_share", of_today(top_eur=Decimal(9_000_000), top_isin="FR1"), True),
    ("CND-113", "usual", of_today(top_eur=Decimal(500_000)), False),
    ("CND-114", "twice", trader(put_off=[PutOff(deal=deal(), times=2)]), True),
    ("CND-114", "once", trader(put_off=[PutOff(deal=deal(), times=1)]), False),
    ("CND-201", "a_day", trader(standing=[deal(age=1, nature="TECHNICAL")]), True),
    ("CND-201", "today", trader(standing=[deal(age=0, nature="TECHNICAL")]), False),
    ("CND-201", "internal_for_a_while", trader(standing=[deal(age=4, nature="INTERNAL")]), False),
    ("CND-202", "five", trader(unconfirmed=[deal(n, age=5) for n in range(5)]), True),
    ("CND-202", "four", trader(unconfirmed=[deal(n, age=9) for n in range(4)]), False),
    ("CND-203", "one", trader(checkers={"ann": 58, "ben": 2}, checkers_of_desk=3), True),
    ("CND-203", "shared", trader(checkers=SHARED, checkers_of_desk=3), False),
    ("CND-203", "nobody_else", trader(checkers={"ann": 60}, checkers_of_desk=1), False),
    ("CND-203", "few", trader(checkers={"ann": 9}, checkers_of_desk=5), False),
    ("CND-301", "three_days", party(standing=[deal(age=3, nature="UNNAMED")]), True),
    ("CND-301", "two_days", party(standing=[deal(age=2, nature="UNNAMED")]), False),
    ("CND-302", "mostly", party(cancelled=20), True),
    ("CND-302", "as_all", party(), False),
    ("CND-302", "as_all_in_a_bad_house", party(cancelled=20, house_cancelled=2000), False),
]  # fmt: skip


def found(code: str, facts: TraderConduct | PartyConduct) -> list[Finding]:
    rule = RULE_BY_CODE[code]
    return list(rule.check(facts, rule.defaults()))


@pytest.mark.parametrize(
    ("code", "case", "facts", "speaks"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES]
)
def test_rule(code: str, case: str, facts: Any, speaks: bool) -> None:  # noqa: FBT001 - a column of the table
    assert bool(found(code, facts)) is speaks, case


def test_every_rule_has_a_case_of_both_kinds_and_codes_are_unique_and_ordered() -> None:
    codes = [rule.code for rule in RULE_BOOK]

    assert codes == sorted(set(codes))
    assert {case[0] for case in CASES if case[3]} == set(codes)
    assert {case[0] for case in CASES if not case[3]} == set(codes)


@pytest.mark.parametrize("rule", RULE_BOOK, ids=[rule.code for rule in RULE_BOOK])
def test_a_rule_says_why_whence_and_who_answers(rule: Any) -> None:
    assert all((rule.title, rule.source, rule.rationale, rule.parameters, rule.owner.label))
    assert rule.severity is not Severity.INFO
    assert rule.family in {Family.DEALING, Family.STANDING, Family.PARTIES}


def test_a_finding_says_in_figures_what_is_usual_and_names_trades() -> None:
    names = {"cancelled": [f"T{n}" for n in range(31)]}
    facts = dataclasses.replace(of_today(cancelled=31), names=names)

    (finding,) = found("CND-101", facts)

    assert (finding.found, finding.expected) == ("31", "1.5")
    assert finding.evidence["days_compared"] == "20"
    assert finding.evidence["trades"].endswith(f"+ {31 - NAMED_MAX}")


def test_a_rule_is_switched_off_and_its_numbers_are_set() -> None:
    facts = of_today(cancelled=31)
    settings: dict[str, Any] = {"CND-101": None, "CND-104": {"ahead": Decimal(90)}}

    on = active([RULE_BY_CODE["CND-101"], RULE_BY_CODE["CND-104"]], settings)

    assert [rule.code for rule, _limits in on] == ["CND-104"]
    assert judge_trader(dataclasses.replace(facts, cancelled=[FAR]), on) == []
    assert numbers_of("CND-101", settings) == RULE_BY_CODE["CND-101"].defaults()


def test_all_rules_run_and_all_report() -> None:
    facts = party(cancelled=20, standing=[deal(age=9, nature="TECHNICAL")])

    assert [one.code for one in judge_party(facts, active(OF_A_PARTY, {}))] == [
        "CND-301",
        "CND-302",
    ]
