"""Lists over the API: who sees what, filters of the pages, cursors, sparse fields."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import jobs, tokens
from core.roles import Role
from kernel.actors import SYSTEM
from tests.factories.trades import AT, cancel, facts, send, signed_in, small_world

pytestmark = pytest.mark.django_db
TRADES, EXCEPTIONS = "/api/v1/trades/", "/api/v1/exceptions/"


def client_of(source: str) -> Client:
    token = tokens.create_token(name=source.lower(), source_system=source, actor=SYSTEM, at=AT)
    return Client(headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def world() -> None:
    """Five trades of one source, one of another, one message that waits."""
    small_world()
    send(*(facts(source_reference=f"X-{n}", price=f"{n}.5") for n in range(1, 6)))
    send(facts(source_reference="Y-1"), source_system="EMS")
    send(facts(source_reference="Z-1", isin="FR0000131104"))
    jobs.run_pending()


def listed(client: Client, address: str) -> list[dict[str, Any]]:
    """Return every row of a list, page by page."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        joint = "&" if "?" in address else "?"
        answer = client.get(f"{address}{joint}cursor={cursor}" if cursor else address)
        assert answer.status_code == 200, answer.content
        rows += answer.json()["items"]
        cursor = answer.json()["next"]
    return rows


def test_a_token_lists_the_trades_of_its_source_alone(world: None) -> None:
    ours = listed(client_of("OMS"), TRADES)
    theirs = listed(client_of("EMS"), TRADES)

    assert [row["source_reference"] for row in ours] == ["X-5", "X-4", "X-3", "X-2", "X-1"]
    assert [row["source_reference"] for row in theirs] == ["Y-1"]


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
def test_pages_of_any_size_hold_every_row_once(world: None, limit: int) -> None:
    rows = listed(client_of("OMS"), f"{TRADES}?limit={limit}")

    assert [row["source_reference"] for row in rows] == ["X-5", "X-4", "X-3", "X-2", "X-1"]


def test_a_row_that_comes_between_two_pages_moves_nothing(world: None) -> None:
    client = client_of("OMS")
    first = client.get(f"{TRADES}?limit=2").json()
    send(facts(source_reference="X-6"))
    second = client.get(f"{TRADES}?limit=2&cursor={first['next']}").json()

    assert [row["source_reference"] for row in second["items"]] == ["X-3", "X-2"]


def test_amounts_are_exact_texts_with_the_minor_units_of_their_currency(world: None) -> None:
    row = listed(client_of("OMS"), f"{TRADES}?q=X-3")[0]

    assert (row["price"], row["quantity"]) == ("3.5", "100")
    assert (row["gross_amount"], row["fees"]) == ("350.00", "0.00")


def test_only_the_fields_asked_for(world: None) -> None:
    rows = listed(client_of("OMS"), f"{TRADES}?fields=reference,net_amount&limit=1")

    assert {tuple(row) for row in rows} == {("reference", "net_amount")}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("limit=500", 6),
        ("state=ON_HOLD&state=PENDING_VALIDATION", 6),
        ("state=VALIDATED", 0),
        ("side=SELL", 0),
        ("q=X-3", 1),
        ("since=2026-11-21", 0),
        ("since=20/11/2026&until=20/11/2026", 6),
        ("counterparty=BNPP&book=EQ-PAR-1", 6),
    ],
)
def test_a_person_filters_as_on_the_page(world: None, query: str, count: int) -> None:
    person = signed_in(Role.AGENT)
    page = person.get(f"/trades/?{query}")

    assert len(listed(person, f"{TRADES}?{query}")) == count == page.context["count"]


@pytest.mark.parametrize("desk", ["EQUITY", "BONDS"])
def test_a_person_sees_the_own_desks(world: None, desk: str) -> None:
    person = signed_in(Role.AGENT, desk=desk)

    assert len(listed(person, TRADES)) == (6 if desk == "EQUITY" else 0)
    assert (person.get(f"{TRADES}T000000001/").status_code == 404) or desk == "EQUITY"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("state=NONSENSE", "state"),
        ("since=2026-02-31", "since"),
        ("fields=reference,secret", "fields"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=x", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=WzEsMl0", "cursor"),
        ("batch=x", "batch"),
        ("since=", "since"),
        ("fields=,,", "fields"),
    ],
)
def test_a_query_that_cannot_be_read_says_what_is_wrong(query: str, field: str) -> None:
    answer = client_of("OMS").get(f"{TRADES}?{query}")

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["findings"][0]["field"] == field


def test_one_trade_with_its_versions_findings_and_decisions(world: None) -> None:
    send(facts(version=2, action="AMEND", price="200"))
    send(cancel())
    client = client_of("OMS")
    reference = listed(client, f"{TRADES}?q=X-1")[0]["reference"]

    found = client.get(f"{TRADES}{reference}/").json()

    assert (found["state"], found["close_reason"], found["version"]) == ("CLOSED", "CANCELLED", 3)
    assert [v["action"] for v in found["versions"]] == ["NEW", "AMEND", "CANCEL"]
    assert [v["price"] for v in found["versions"]] == ["1.5", "200", "200"]
    assert found["decisions"] == []
    assert all(not re.search(r"[{}]", finding["message"]) for finding in found["findings"])
    assert client_of("EMS").get(f"{TRADES}{reference}/").status_code == 404


def test_exceptions_of_the_source(world: None) -> None:
    ours, theirs = listed(client_of("OMS"), EXCEPTIONS), listed(client_of("EMS"), EXCEPTIONS)

    assert "CAP-101" in {row["code"] for row in ours}
    assert "CAP-101" not in {row["code"] for row in theirs}
    assert {row["state"] for row in ours} == {"OPEN"}
    sparse = listed(client_of("SPARSE"), f"{EXCEPTIONS}?fields=message")
    assert sparse == []
    person = signed_in(Role.AGENT)
    assert {*listed(person, f"{EXCEPTIONS}?fields=message")[0]} == {"message"}
    blocking = listed(person, f"{EXCEPTIONS}?severity=BLOCKING")
    assert {row["severity"] for row in blocking} <= {"BLOCKING"}


def test_a_stranger_is_told_to_come_with_a_token() -> None:
    for address in (TRADES, f"{TRADES}T000000001/", EXCEPTIONS, "/api/v1/events/"):
        assert Client().get(address).status_code == 401


def test_a_page_costs_the_same_whatever_it_holds(world: None) -> None:
    client = client_of("OMS")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{TRADES}?limit=1")
    with CaptureQueriesContext(connection) as many:
        client.get(TRADES)

    assert len(few) == len(many) <= 3
