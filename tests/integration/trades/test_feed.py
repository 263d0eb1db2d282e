"""The feed of changes: every committed change once, in the order of commits, to those concerned."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from core import jobs, tokens
from core.roles import Role
from desk.models import SupervisorLimit
from feeds import selectors
from feeds.models import ChangeEvent
from kernel.actors import SYSTEM
from refdata.models import InstrumentAlias
from tests.factories import static_data
from tests.factories.trades import AT, cancel, facts, person, send, signed_in, small_world
from trades.models import News, Trade
from trades.services import capture, feed, validation
from trades.states import Channel

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events/"


@pytest.fixture(autouse=True)
def _world() -> None:
    small_world()


def client_of(source: str = "OMS") -> Client:
    token = tokens.create_token(name=source.lower(), source_system=source, actor=SYSTEM, at=AT)
    return Client(headers={"authorization": f"Bearer {token}"})


def read(client: Client, after: str = "") -> tuple[list[tuple[str, str]], str]:
    """Return type and reference of what came after a cursor, and the next cursor."""
    answer = client.get(EVENTS, {"after": after} if after else {}).json()
    told = [(event["type"], event["data"]["source_reference"]) for event in answer["events"]]
    return told, answer["next"]


def test_the_life_of_a_trade_is_told_in_its_order() -> None:
    client = client_of()
    send(facts())
    jobs.run_pending()
    first, cursor = read(client)
    send(facts(version=2, action="AMEND", price="99"))
    send(cancel())
    second, cursor = read(client, cursor)

    assert first[0] == ("trade.captured", "X-1")
    assert first[1][0] in ("trade.on_hold", "trade.to_validate")
    assert second == [("trade.amended", "X-1"), ("trade.cancelled", "X-1")]
    assert read(client, cursor) == ([], cursor)


def test_what_an_event_says() -> None:
    send(facts())
    event = client_of().get(EVENTS).json()["events"][0]
    trade = Trade.objects.get()

    assert (event["type"], event["at"][:19]) == ("trade.captured", "2026-11-20T09:00:00")
    assert event["data"] == {
        "source_system": "OMS",
        "source_reference": "X-1",
        "source_version": 1,
        "action": "NEW",
        "execution_id": trade.executions.get().pk,
        "trade": trade.reference,
        "trade_version": 1,
    }


def test_messages_that_wait_and_are_replayed() -> None:
    client = client_of()
    send(facts(version=2, action="AMEND"), facts(source_reference="U-1", symbol="ACME", isin=None))
    waiting, cursor = read(client)
    send(facts())
    replayed, cursor = read(client, cursor)
    instrument = Trade.objects.get().instrument_id
    assert instrument is not None
    static_data.entered(
        InstrumentAlias(source_system="OMS", symbol="ACME", instrument_id=instrument)
    )
    jobs.run_pending()
    named = [told for told in read(client, cursor)[0] if told[1] == "U-1"]

    assert sorted(waiting) == [("trade.exception", "U-1"), ("trade.parked", "X-1")]
    assert replayed == [("trade.captured", "X-1"), ("trade.amended", "X-1")]
    assert named[0] == ("trade.captured", "U-1")


def test_decisions_are_told() -> None:
    client = client_of()
    send(facts(), facts(source_reference="X-2"))
    Trade.objects.update(state="ENRICHED")
    Trade.objects.update(state="PENDING_VALIDATION")
    boss = person("boss", Role.SUPERVISOR)
    SupervisorLimit.objects.create(user_id=boss.user_id, amount_eur=10**9, set_by="console")
    cursor = read(client)[1]
    first, second = Trade.objects.order_by("pk")
    validation.validate_trade(trade_id=first.pk, seen=first.fingerprint, actor=boss, at=AT)
    validation.refuse_trade(
        trade_id=second.pk, seen=second.fingerprint, reason="no", actor=boss, at=AT
    )

    assert read(client, cursor)[0] == [("trade.validated", "X-1"), ("trade.rejected", "X-2")]


def test_repeats_and_refusals_tell_nothing() -> None:
    client = client_of()
    send(facts())
    cursor = read(client)[1]
    send(facts(), facts(price="7"))

    assert read(client, cursor)[0] == []


def test_what_was_rolled_back_is_not_told() -> None:
    client = client_of()
    with transaction.atomic():
        send(facts())
        transaction.set_rollback(True)

    assert read(client)[0] == []
    assert not News.objects.exists()


def test_each_source_and_each_desk_has_its_own() -> None:
    send(facts())
    send(facts(source_reference="E-1"), source_system="EMS")
    send(facts(source_reference="W-1", isin="FR0000131104"), source_system="EMS")

    assert read(client_of("EMS"))[0] == [("trade.captured", "E-1"), ("trade.exception", "W-1")]
    assert len(read(signed_in(Role.AGENT, desk="EQUITY", name="eva"))[0]) == 3
    assert read(signed_in(Role.AGENT, desk="BONDS", name="bob"))[0] == []


def test_types_narrow_and_the_cursor_still_moves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "SCANNED_MAX", 4)
    client = client_of()
    send(*(facts(source_reference=f"X-{n}") for n in range(6)))
    send(cancel(source_reference="X-0"))
    found: list[Any] = []
    query: dict[str, str] = {"types": "trade.cancelled,trade.parked"}
    rounds, more = 0, True
    while more:
        answer = client.get(EVENTS, query).json()
        found += answer["events"]
        query["after"], more, rounds = answer["next"], answer["has_more"], rounds + 1

    assert ([event["type"] for event in found], rounds) == (["trade.cancelled"], 2)


def test_limits_and_the_end_of_the_feed() -> None:
    client = client_of()
    send(*(facts(source_reference=f"X-{n}") for n in range(3)))
    answer = client.get(f"{EVENTS}?limit=2").json()
    rest = client.get(f"{EVENTS}?limit=2&after={answer['next']}").json()

    assert (len(answer["events"]), answer["has_more"]) == (2, True)
    assert (len(rest["events"]), rest["has_more"]) == (1, False)
    assert read(client, "latest")[0] == []
    send(facts(source_reference="X-9"))
    assert read(client, rest["next"])[0] == [("trade.captured", "X-9")]


@pytest.mark.parametrize(
    ("query", "field"),
    [("after=x", "after"), ("types=trade.eaten", "types"), ("limit=1001", "limit"), ("x=1", "x")],
)
def test_a_query_that_cannot_be_read(query: str, field: str) -> None:
    answer = client_of().get(f"{EVENTS}?{query}")

    assert (answer.status_code, answer.json()["findings"][0]["field"]) == (400, field)


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_not_missed() -> None:
    """The first to begin commits last: whoever read in between still gets its event afterwards."""
    client = client_of()
    begun, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            capture.capture_here(
                messages=[facts(source_reference="SLOW")],
                origin=capture.Origin(source_system="OMS", channel=Channel.BULK),
                actor=SYSTEM,
                at=AT,
            )
            begun.set()
            go.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(20)
    send(facts(source_reference="FAST"))
    early, cursor = read(client)
    go.set()
    thread.join()

    assert early == [("trade.captured", "FAST")]
    assert read(client, cursor)[0] == [("trade.captured", "SLOW")]


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_tellers_lose_and_double_nothing() -> None:
    seen: list[int] = []
    done = threading.Event()

    def follow() -> None:
        after = 0
        while True:
            last = done.is_set()
            feed.tell()
            page = selectors.page_of(
                selectors.events_of_source("OMS"), after=after, types=(), limit=50
            )
            seen.extend(event.pk for event in page.events)
            after = page.last
            if last and not page.events:
                break
        connection.close()

    def write(number: int) -> None:
        for n in range(10):
            send(facts(source_reference=f"W{number}-{n}"))
        feed.tell()
        connection.close()

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()

    told = ChangeEvent.objects.filter(type="trade.captured").values_list("pk", flat=True)
    assert seen == sorted(told)
    assert len(seen) == 40
