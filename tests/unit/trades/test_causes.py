"""What a rule says is wrong outside the trade, and how a trade names it."""

from __future__ import annotations

import pytest

from desk.facts import Cause
from desk.states import CauseKind
from kernel.findings import Finding
from tests.unit.trades.rule_world import facts
from trades.rules import RULE_BOOK, RULE_BY_CODE
from trades.rules.causes import CODE_OF, SAID_BY, cause_of

SAID = Finding(code="TRD-000", field="x", message="")


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
        ("TRD-203", CauseKind.CALENDAR),
        ("TRD-804", CauseKind.CALENDAR),
        ("TRD-204", CauseKind.VENUE),
        ("TRD-622", CauseKind.COUNTRY),
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
    assert cause_of(facts(**changes), kind, SAID) == Cause(kind, code)


@pytest.mark.parametrize(
    ("kind", "found", "evidence", "code"),
    [
        (CauseKind.CALENDAR, "2026-12-25", {"calendar": "TARGET"}, "TARGET"),
        (CauseKind.CALENDAR, "2026-12-25", {"calendars": "TARGET, XPAR"}, "TARGET, XPAR"),
        (CauseKind.COUNTRY, "KP", {}, "KP"),
    ],
)
def test_a_finding_names_what_the_trade_does_not(
    kind: CauseKind, found: str, evidence: dict[str, str], code: str
) -> None:
    finding = Finding(code="TRD-000", field="x", message="", found=found, evidence=evidence)

    assert cause_of(facts(), kind, finding) == Cause(kind, code)
    assert cause_of(facts(), kind, SAID) is None


def test_what_a_trade_does_not_name_is_no_cause() -> None:
    assert cause_of(facts(trader_code=""), CauseKind.TRADER, SAID) is None
    assert cause_of(facts(), CauseKind.PAIR, SAID) is None
    assert cause_of(facts(), None, SAID) is None


def test_every_kind_can_be_named_and_is_the_cause_of_a_rule() -> None:
    """Who sends is the cause of what capture raises; no rule of the book judges senders."""
    assert {*CODE_OF, *SAID_BY} == {*CauseKind} - {CauseKind.SOURCE}
    assert {rule.cause for rule in RULE_BOOK} == {*CODE_OF, *SAID_BY, None}
