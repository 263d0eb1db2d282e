"""Messages of products: what each has, needs and does not know; old messages stay the same."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.factories.trades import message
from trades.facts import ExecutionFacts
from trades.formats.execution_json import read_execution, read_fields

FX = {"isin": None, "product": "FX", "pair": "EUR/USD", "price": "1.1684"}
REPO = {"product": "REPO", "repo_rate": "1.94"}
LENDING = {"product": "LENDING", "lending_fee": "35"}
OLD_DIGEST = "399c8f657791912599229e6a72874415ba733944781f856b85b9bfe37847cb5d"


def codes(**changes: Any) -> list[tuple[str, str]]:
    read = read_execution(json.dumps(message(**changes)).encode())
    return [(one.code, one.field) for one in read] if isinstance(read, tuple) else []


@pytest.mark.parametrize(
    ("case", "changes", "found"),
    [
        ("spot", FX, []),
        ("forward", FX | {"forward_points": "-0.0012", "settlement_date": "2027-02-24"}, []),
        ("repo", REPO | {"haircut": "2", "end_date": "2026-12-01", "day_count": "ACT/360"}, []),
        ("open_repo", REPO | {"notice_days": "2"}, []),
        ("loan", LENDING | {"collateral": "CASH", "margin": "105"}, []),
        ("a_cancellation_leaves_them_out", FX | {"action": "CANCEL", "pair": None}, []),
        ("no_pair", FX | {"pair": None}, [("CAP-006", "pair")]),
        ("no_rate", REPO | {"repo_rate": None}, [("CAP-006", "repo_rate")]),
        ("no_fee", LENDING | {"lending_fee": None}, [("CAP-006", "lending_fee")]),
        ("a_security_in_an_exchange", FX | {"isin": "FR0000120271"}, [("CAP-020", "isin")]),
        ("a_pair_in_a_repo", REPO | {"pair": "EUR/USD"}, [("CAP-020", "pair")]),
        ("a_term_without_its_product", {"haircut": "2"}, [("CAP-020", "haircut")]),
        ("unknown_product", {"product": "SWAP"}, [("CAP-013", "product")]),
        ("ill_formed_pair", FX | {"pair": "EURUSD"}, [("CAP-015", "pair")]),
        ("no_amount", FX | {"counter_amount": "0"}, [("CAP-010", "counter_amount")]),
        ("below_zero", FX | {"counter_amount": "-1"}, [("CAP-010", "counter_amount")]),
        ("day_count", REPO | {"day_count": "ACT/ACT"}, [("CAP-013", "day_count")]),
        ("end_date", REPO | {"end_date": "2026-02-30"}, [("CAP-011", "end_date")]),
        ("end_of_time", REPO | {"end_date": "9999-12-31"}, [("CAP-011", "end_date")]),
        ("notice", REPO | {"notice_days": "two"}, [("CAP-015", "notice_days")]),
    ],
)
def test_what_is_wrong_with_a_message(
    case: str, changes: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert codes(**changes) == found, case


def test_the_canonical_form_of_a_message_without_a_product_is_what_it_was() -> None:
    read = read_fields(message())
    assert isinstance(read, ExecutionFacts)

    assert hashlib.sha256(read.content()).hexdigest() == OLD_DIGEST


def test_two_messages_of_a_product_say_the_same_if_and_only_if_all_terms_agree() -> None:
    one, same, other = (
        read_fields(message(**(FX | change))) for change in ({}, {}, {"forward_points": "0.0001"})
    )
    assert isinstance(one, ExecutionFacts)
    assert isinstance(same, ExecutionFacts)
    assert isinstance(other, ExecutionFacts)

    assert one.content() == same.content() != other.content()


@pytest.mark.parametrize("value", [{}, [], [{}], {"a": 1}, 1.5, True, "", -1], ids=repr)
@pytest.mark.parametrize("changes", [{}, FX, REPO, LENDING], ids=["none", "FX", "REPO", "LENDING"])
def test_whatever_stands_in_a_term_is_found_and_said(
    changes: dict[str, Any], value: object
) -> None:
    for name in ("product", "pair", "repo_rate", "lending_fee", "end_date", "notice_days", "isin"):
        read = read_execution(json.dumps(message(**changes) | {name: value}).encode())
        assert isinstance(read, tuple | ExecutionFacts)
