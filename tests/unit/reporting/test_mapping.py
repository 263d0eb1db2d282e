from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reporting.facts import InstrumentSource
from reporting.formats.fields import FIELDS, field_values
from reporting.rules import rts22
from reporting.rules.mapping import map_trade, transaction_id
from tests.unit.reporting.samples import BANK, CONTEXT, FIRM, trade

BOND = InstrumentSource("FR0000131104", "OAT", "DBFTFB", "BOND", "PERCENT", "EUR")


@pytest.mark.parametrize(
    ("case", "changes", "expected"),
    [
        ("own account buy", {}, {7: FIRM, 16: BANK, 57: "FR19800101JEAN#DUPON"}),
        ("own account sell", {"side": "SELL"}, {7: BANK, 16: FIRM}),
        ("agent", {"capacity": "AOTC"}, {7: "INTC", 16: BANK, 57: ""}),
        ("on a venue", {}, {36: "XPAR", 37: "FR", 28: "2026-11-20T12:00:00.123456Z"}),
        ("off venue", {"venue": "XOFF"}, {36: "XOFF", 37: "", 28: "2026-11-20T12:00:00Z"}),
        ("a share", {}, {30: "100", 31: "", 33: "54.8", 34: "EUR", 35: ""}),
        (
            "a bond",
            {"instrument": BOND, "net_amount": Decimal("102.50")},
            {30: "100", 31: "EUR", 33: "54.8", 34: "", 35: "102.5"},
        ),
        ("no counterparty", {"counterparty": None}, {16: ""}),
    ],
)
def test_fields(case: str, changes: dict[str, Any], expected: dict[int, str]) -> None:
    values = field_values(map_trade(trade(**changes)).facts)

    assert {number: values.get(number, "") for number in expected} == expected, case


def test_a_mapped_trade_passes_the_rule_book() -> None:
    assert rts22.judge(map_trade(trade()).facts, CONTEXT) == ()


def test_nobody_known_is_found_not_guessed() -> None:
    mapped = map_trade(trade(counterparty=None, trader=None))

    codes = {finding.code for finding in rts22.judge(mapped.facts, CONTEXT)}

    assert codes == {"R22-16-2", "R22-57-1", "R22-58-1", "R22-59-1"}


@pytest.mark.parametrize("changes", [{}, {"instrument": BOND}, {"capacity": "MTCH"}])
def test_every_filled_field_has_a_source(changes: dict[str, Any]) -> None:
    mapped = map_trade(trade(**changes))

    assert set(field_values(mapped.facts)) == set(mapped.lineage)


def test_the_table_has_the_65_fields() -> None:
    assert [field.number for field in FIELDS] == list(range(1, 66))


def test_transaction_id_keeps_capitals_and_digits_and_its_version() -> None:
    assert transaction_id("t-0001/é", 2) == "T0001V2"
    assert len(transaction_id("X" * 80, 12)) == 52
    assert replace(trade(), reference="T-1") != trade()
