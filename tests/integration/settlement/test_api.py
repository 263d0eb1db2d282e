"""REST: a counterparty tells its own confirmations and reads ours; nobody confirms for another."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core import jobs, tokens
from core.roles import Role
from kernel.actors import SYSTEM
from refdata.models import Party
from settlement.models import ReceivedConfirmation
from tests.factories.trades import signed_in
from tests.integration.settlement.world import (  # noqa: F401 - a fixture
    AT,
    _outbox,
    channel,
    expected,
    live,
    traded,
)
from trades.models import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
PATH = "/api/v1/confirmations/"


class Caller:
    """A program with a token."""

    def __init__(self, name: str, source: str, role: Role = Role.COUNTERPARTY_CLIENT) -> None:
        token = tokens.create_token(name=name, source_system=source, actor=SYSTEM, at=AT, role=role)
        self.headers = {"authorization": f"Bearer {token}"}

    def post(self, body: Any, **headers: str) -> Any:
        return Client().post(
            PATH, json.dumps(body), content_type="application/json",
            headers=self.headers | headers,
        )  # fmt: skip

    def get(self, query: str = "") -> Any:
        return Client().get(f"{PATH}?{query}", headers=self.headers)


def body(trade: Trade, **changes: Any) -> dict[str, Any]:
    said = {
        "reference": "B-1", "isin": trade.isin, "side": "SELL", "quantity": f"{trade.quantity:f}",
        "price": "60.50", "amount": f"{trade.net_amount:f}", "currency": "EUR",
        "trade_date": "2026-11-20", "settlement_date": "2026-11-24",
    } | changes  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


@pytest.fixture(name="trade")
def _trade() -> Trade:
    trade = traded()
    expected(trade)
    return trade


def test_a_counterparty_confirms_and_the_job_matches(trade: Trade) -> None:
    answer = Caller("bnp", "BNPP").post(body(trade))
    jobs.run_pending()

    assert answer.status_code == 201
    assert answer.json()["reference"] == "B-1"
    row = live(trade)
    assert row.state == "MATCHED"
    assert row.received is not None
    assert (row.received.door, row.received.received_by) == ("API", "bnp")


@pytest.mark.parametrize(
    ("case", "changes", "status"),
    [("the same", {}, 200), ("said otherwise", {"quantity": "1000.0"}, 200),
     ("other content", {"price": "61"}, 409), ("next version", {"version": 2}, 201)],
)  # fmt: skip
def test_a_message_again(trade: Trade, case: str, changes: dict[str, Any], status: int) -> None:
    caller = Caller("bnp", "BNPP")
    caller.post(body(trade))

    assert caller.post(body(trade, **changes)).status_code == status, case


def test_a_key_has_one_outcome(trade: Trade) -> None:
    caller = Caller("bnp", "BNPP")
    key = {"idempotency-key": "k-1"}

    first, again = caller.post(body(trade), **key), caller.post(body(trade), **key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert ReceivedConfirmation.objects.count() == 1


@pytest.mark.parametrize(
    ("case", "changes", "codes"),
    [
        ("unknown", {"colour": "red"}, [("CNF-104", "colour")]),
        ("number", {"quantity": 1000}, [("CNF-106", "quantity")]),
        ("version", {"version": "2"}, [("CNF-105", "version")]),
        ("missing", {"isin": None, "price": None}, [("CNF-101", "isin"), ("CNF-101", "price")]),
        ("underscore", {"quantity": "1_000"}, [("CNF-101", "quantity")]),
        ("wide digits", {"quantity": "１０００"}, [("CNF-101", "quantity")]),
        ("disguise", {"reference": "ВNPP-1"}, [("CNF-101", "reference")]),
        ("another party", {"party": "OTHER"}, [("CNF-111", "party")]),
    ],
)
def test_every_finding_is_said_at_once(
    trade: Trade, case: str, changes: dict[str, Any], codes: list[tuple[str, str]]
) -> None:
    Party.objects.create(code="OTHER", name="Other", is_counterparty=True)

    answer = Caller("bnp", "BNPP").post(body(trade, **changes))

    found = [(one["code"], one["field"]) for one in answer.json()["findings"]]
    assert (answer.status_code, found) == (422, codes), case
    assert not ReceivedConfirmation.objects.exists()


@pytest.mark.parametrize("content", ["[]", "null", "{}", '{"reference": {}}', "1"])
def test_what_is_no_confirmation_is_refused(trade: Trade, content: str) -> None:
    caller = Caller("bnp", "BNPP")

    answer = Client().post(PATH, content, content_type="application/json", headers=caller.headers)

    assert answer.status_code == 422


def test_who_sends_executions_confirms_none(trade: Trade) -> None:
    front = Caller("oms", "BNPP", Role.API_CLIENT)

    assert front.post(body(trade)).status_code == 403
    assert front.get().status_code == 403


def test_a_token_of_no_party_speaks_for_nobody(trade: Trade) -> None:
    assert Caller("x", "NOBODY").post(body(trade)).status_code == 403


def test_people_read_and_do_not_post(trade: Trade) -> None:
    reader = signed_in(Role.AUDITOR)

    listed = reader.get(PATH, {"state": "SENT", "fields": "reference,state"}).json()

    assert listed == {"items": [{"reference": trade.reference, "state": "SENT"}], "next": None}
    agent = signed_in(Role.AGENT, name="abe")
    posted = agent.post(PATH, json.dumps(body(trade)), content_type="application/json")
    assert posted.status_code == 403


def test_a_counterparty_reads_what_it_was_sent_and_nothing_else(trade: Trade) -> None:
    Party.objects.create(code="OTHER", name="Other", is_counterparty=True)
    channel("HAND")
    waiting = traded(2, quantity=Decimal(7))
    expected(waiting)

    mine = Caller("bnp", "BNPP").get().json()["items"]
    others = Caller("oth", "OTHER").get().json()["items"]

    assert [one["reference"] for one in mine] == [trade.reference]
    assert mine[0]["amount"] == "60500.00"
    assert others == []
