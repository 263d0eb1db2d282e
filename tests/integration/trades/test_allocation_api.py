"""Allocating over the API: the same proposal, readable by machines, safe to send again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from core.roles import Role
from core.tokens import create_token
from kernel.actors import SYSTEM
from tests.factories.trades import signed_in
from tests.integration.trades.allocating import AT, accounts, approved, block, proposed
from trades.models import Allocation, Trade

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_accounts() -> None:
    accounts("A", "B", "C")


def token(source: str = "OMS") -> str:
    return create_token(name=f"client-{source}", source_system=source, actor=SYSTEM, at=AT)


def post(
    trade: Trade, body: object, *, bearer: str, key: str = "", client: Client | None = None
) -> Any:
    headers = {"Authorization": f"Bearer {bearer}"} | ({"Idempotency-Key": key} if key else {})
    return (client or Client()).post(
        f"/api/v1/trades/{trade.reference}/allocation/",
        body if isinstance(body, str) else json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


def get(trade: Trade, bearer: str) -> Any:
    return Client().get(
        f"/api/v1/trades/{trade.reference}/allocation/",
        headers={"Authorization": f"Bearer {bearer}"},
    )


def shares(**of: str) -> dict[str, Any]:
    return {"shares": [{"account": code, "quantity": quantity} for code, quantity in of.items()]}


def test_proposed_repeated_decided_and_read_back() -> None:
    trade, bearer = block(), token()
    assert get(trade, bearer).json()["status"] is None

    first = post(trade, shares(A="600", B="300"), bearer=bearer, key="k-1")
    again = post(trade, shares(A="600", B="300"), bearer=bearer, key="k-1")
    natural = post(trade, shares(A="600", B="300"), bearer=bearer)
    other = post(trade, shares(A="900"), bearer=bearer)

    assert (first.status_code, natural.status_code, other.status_code) == (201, 200, 409)
    assert (again.status_code, again.json()) == (201, first.json())
    assert natural.json() == first.json()
    assert other.json()["code"] == "ALREADY_PROPOSED"
    said = first.json()
    assert (said["status"], said["allocation"]) == ("PROPOSED", None)
    assert said["allocate_by"] == "2026-11-20T23:00:00+01:00"
    assert [one["account"] for one in said["proposal"]["shares"]] == ["A", "B", None]
    assert [one["net_amount"] for one in said["proposal"]["shares"]] == [
        "36300.0000",
        "18150.0000",
        "6050.0000",
    ]

    approved(Allocation.objects.get())

    said = get(trade, bearer).json()
    assert (said["status"], said["proposal"]) == ("PARTLY", None)
    assert all(one["trade"].startswith("T") for one in said["allocation"]["shares"])
    assert post(trade, shares(A="600", B="300"), bearer=bearer).status_code == 200


@pytest.mark.parametrize(
    ("case", "body", "status", "codes"),
    [
        ("no_json", "{", 400, ["API-002"]),
        ("nothing", {}, 422, ["ALC-202"]),
        ("no_list", {"shares": "A"}, 422, ["ALC-202"]),
        ("a_number", {"shares": [{"account": "A", "quantity": 6}]}, 422, ["ALC-203"]),
        ("too_big", shares(A="1e9"), 422, ["ALC-203"]),
        ("no_account", {"shares": [{"quantity": "6"}]}, 422, ["ALC-204"]),
        ("unknown_member", shares(A="1") | {"share": 1}, 422, ["ALC-201"]),
        ("unknown_of_a_share", {"shares": [{"account": "A", "quantity": "1", "x": 1}]}, 422,
         ["ALC-201"]),
        ("with_what", shares(A="1") | {"with": "T1"}, 422, ["ALC-205"]),
        ("version", shares(A="1") | {"trade_version": True}, 422, ["ALC-206"]),
        ("old_version", shares(A="1") | {"trade_version": 7}, 409, []),
        ("unknown_account", shares(X="1"), 422, ["ALC-001"]),
        ("too_much", shares(A="1001"), 422, ["ALC-006"]),
        ("none", {"shares": []}, 422, ["ALC-007"]),
        ("with_nobody", shares(A="1") | {"with": ["T999"]}, 404, []),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_every_finding(
    case: str, body: object, status: int, codes: list[str]
) -> None:
    trade, bearer = block(), token()

    answer = post(trade, body, bearer=bearer)

    found = [finding["code"] for finding in answer.json()["findings"]]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, found) == (status, codes), case
    assert not Allocation.objects.exists()


def test_a_client_speaks_of_the_trades_of_its_source_alone() -> None:
    trade, stranger = block(), token("OTHER")

    assert get(trade, stranger).status_code == 404
    assert post(trade, shares(A="1"), bearer=stranger).status_code == 404
    assert post(trade, shares(A="1"), bearer="wrong").status_code == 401


def test_a_person_sees_the_trades_of_their_desks() -> None:
    trade = block()
    proposed(trade, A=1000)
    address = f"/api/v1/trades/{trade.reference}/allocation/"

    assert signed_in().get(address).json()["status"] == "PROPOSED"
    assert signed_in(desk="OTHER", name="far").get(address).status_code == 404
    auditor = signed_in(Role.AUDITOR, name="aud")
    assert auditor.get(address).status_code == 200
    assert auditor.post(address, shares(A="1"), "application/json").status_code == 403


def test_several_trades_are_one_block() -> None:
    first, bearer = block(source_reference="F-1"), token()
    other = block(source_reference="F-2")

    answer = post(first, shares(A="2000") | {"with": [other.reference]}, bearer=bearer)

    assert answer.status_code == 201, answer.json()
    assert answer.json()["proposal"]["trades"] == [first.reference, other.reference]
