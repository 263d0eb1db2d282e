"""AllocationInstruction (35=J) as it is read, held against its block, and answered."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.fix.messages import Body, allocation
from trades.formats.fix import allocations
from trades.formats.fix.allocations import Instruction, Transaction, read_instruction
from trades.states import AllocationAnswer

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def codes(body: Body) -> list[tuple[str, str]]:
    return [(one.code, one.field) for one in read_instruction(body).findings]


def test_every_group_is_read_and_nothing_beside_it() -> None:
    said = read_instruction(
        allocation(
            "A1", {"FUND-A": "60", "FUND-B": "40"}, executions=("E1", "E2"), t53="100", t6="101.5"
        )
    )

    assert said == Instruction(
        alloc_id="A1",
        transaction=Transaction.NEW,
        executions=("E1", "E2"),
        isin="FR0000120271",
        side="BUY",
        quantity=Decimal(100),
        price=Decimal("101.5"),
        day="20261120",
        shares=(("FUND-A", Decimal(60)), ("FUND-B", Decimal(40))),
    )


def test_orders_are_named_by_both_their_ids() -> None:
    body = allocation("A1", {"FUND-A": "100"}, orders=(("C1", "O1"), ("C2", "")))

    assert read_instruction(body).orders == (frozenset({"C1", "O1"}), frozenset({"C2"}))


@pytest.mark.parametrize(
    ("case", "body", "expected"),
    [
        ("no_id", allocation("", {"A": "1"}, executions=("E1",)), [("FIX-015", "70")]),
        ("no_block", allocation("A1", {"A": "1"}), [("FIX-015", "73")]),
        ("no_shares", allocation("A1", {}, executions=("E1",)), [("FIX-015", "78")]),
        ("replaces_what", allocation("A1", {"A": "1"}, t71="1"), [("FIX-015", "72")]),
        ("cancels", allocation("A2", {}, t71="2", t72="A1"), []),
        ("preliminary", allocation("A1", {"A": "1"}, executions=("E1",), t71="3"),
         [("FIX-015", "72"), ("FIX-017", "71")]),
        ("count", (*allocation("A1", {"A": "1"}, executions=("E1",), t78="2"),),
         [("FIX-016", "78")]),
        ("quantity", allocation("A1", {"A": "1,000"}, executions=("E1",)), [("FIX-017", "80")]),
        ("sum", allocation("A1", {"A": "1"}, executions=("E1",), t53="1e3"), [("FIX-017", "53")]),
        ("day", allocation("A1", {"A": "1"}, executions=("E1",), t75="20261399"),
         [("FIX-017", "75")]),
        ("long_id", allocation("A" * 65, {"A": "1"}, executions=("E1",)), [("FIX-017", "70")]),
    ],
)  # fmt: skip
def test_what_cannot_be_acted_on_says_where(
    case: str, body: Body, expected: list[tuple[str, str]]
) -> None:
    assert codes(body) == expected, case


@pytest.mark.parametrize(
    ("case", "changes", "field"),
    [
        ("agrees", {}, None),
        ("isin", {"t48": "FR0000131104"}, "48"),
        ("side", {"t54": "2"}, "54"),
        ("currency", {"t15": "USD"}, "15"),
        ("quantity", {"t53": "99"}, "53"),
        ("price", {"t6": "101.51"}, "6"),
        ("price_that_was_cut", {"t6": "101.49"}, None),
        ("price_that_was_rounded", {"t6": "101.50"}, None),
    ],
)
def test_an_instruction_agrees_with_its_block(
    case: str, changes: dict[str, str], field: str | None
) -> None:
    body = allocation("A1", {"A": "100"}, executions=("E1",), **changes)

    found = next(
        allocations.agreement(
            read_instruction(body),
            isins={"FR0000120271"},
            sides={"BUY"},
            currencies={"EUR"},
            quantity=Decimal(100),
            price=Decimal("101.4975"),
        ),
        None,
    )

    assert (found.field if found else None) == field, case


def test_shares_come_to_the_block() -> None:
    said = read_instruction(allocation("A1", {"A": "60", "B": "30"}, executions=("E1",)))

    found = list(
        allocations.agreement(
            said, isins=[said.isin], sides=["BUY"], currencies=["EUR"],
            quantity=Decimal(100), price=Decimal(1),
        )
    )  # fmt: skip

    assert [(one.field, one.expected, one.found) for one in found] == [("80", "100", "90")]
    assert allocations.code_of(found[0]) == 8


@pytest.mark.parametrize(
    ("begin", "answer", "code", "expected"),
    [
        ("FIX.4.4", AllocationAnswer.RECEIVED, None, {87: "3"}),
        ("FIX.4.4", AllocationAnswer.ACCEPTED, None, {87: "0"}),
        ("FIX.4.4", AllocationAnswer.REJECTED, 10, {87: "1", 88: "10"}),
        ("FIX.4.2", AllocationAnswer.REJECTED, 10, {87: "1", 88: "7"}),
        ("FIX.4.2", AllocationAnswer.REJECTED, 0, {87: "1", 88: "0"}),
    ],
)
def test_the_answer_speaks_the_version_of_the_session(
    begin: str, answer: AllocationAnswer, code: int | None, expected: dict[int, str]
) -> None:
    said = read_instruction(allocation("A1", {"A": "100"}, executions=("E1",)))

    body = dict(
        allocations.acknowledgement(said, answer, begin=begin, code=code, text="no\x01é", at=AT)
    )

    assert body == {
        70: "A1", 75: "20261120", 60: "20261120-10:00:00.000", 58: "no??", **expected
    }  # fmt: skip
