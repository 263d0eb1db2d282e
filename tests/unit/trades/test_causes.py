"""What a rule says is wrong outside the trade, and how a trade names it."""

from __future__ import annotations

import pytest

from desk.facts import Cause
from desk.states import CauseKind
from tests.unit.trades.rule_world import facts
from trades.rules import RULE_BOOK, RULE_BY_CODE
from trades.rules.causes import CODE_OF, cause_of


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("TRD-103", CauseKind.INSTRUMENT),
        ("TRD-401", CauseKind.INSTRUMENT),
        ("TRD-105", CauseKind.COUNTERPARTY),
        ("TRD-603", CauseKind.COUNTERPARTY),
        ("TRD-111", CauseKind.TRADER),
        ("TRD-607", CauseKind.BOOK),
        ("TRD-109", CauseKind.VENUE),
        ("TRD-210", CauseKind.CURRENCY),
        ("TRD-803", CauseKind.PAIR),
        ("TRD-302", None),
        ("TRD-501", None),
        ("TRD-704", None),
    ],
)
def test_a_rule_says_what_is_wrong_outside_the_trade(code: str, kind: CauseKind | None) -> None:
    assert RULE_BY_CODE[code].cause is kind


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        (CauseKind.INSTRUMENT, {"isin": "FR0000131104"}, "FR0000131104"),
        (CauseKind.INSTRUMENT, {"isin": "", "symbol": "BNP FP"}, "BNP FP"),
        (CauseKind.COUNTERPARTY, {"counterparty_code": "BNPP"}, "BNPP"),
        (CauseKind.TRADER, {"trader_code": "T-ANA"}, "T-ANA"),
        (CauseKind.BOOK, {"book_code": "EQ-1"}, "EQ-1"),
        (CauseKind.VENUE, {"venue": "XPAR"}, "XPAR"),
        (CauseKind.CURRENCY, {"currency": "EUR"}, "EUR"),
    ],
)
def test_a_trade_names_it_by_its_code(kind: CauseKind, changes: dict[str, str], code: str) -> None:
    assert cause_of(facts(**changes), kind) == Cause(kind, code)


def test_what_a_trade_does_not_name_is_no_cause() -> None:
    assert cause_of(facts(trader_code=""), CauseKind.TRADER) is None
    assert cause_of(facts(), CauseKind.PAIR) is None
    assert cause_of(facts(), None) is None


def test_every_kind_can_be_named_and_is_the_cause_of_a_rule() -> None:
    assert set(CODE_OF) == set(CauseKind)
    assert {rule.cause for rule in RULE_BOOK} == {*CauseKind, None}
