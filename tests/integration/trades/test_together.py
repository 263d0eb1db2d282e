"""Single calls that meet: captured in one transaction, each answered as if it had come alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from core import tokens
from core.models import AuditEntry, IdempotencyRecord
from core.views.audit import AuditFilter
from kernel.actors import SYSTEM
from tests.factories.trades import AT, message, small_world
from trades.api import together
from trades.api.together import DOOR, Door, Meeting, meeting_of
from trades.models import CaptureBatch, Execution, Trade

pytestmark = pytest.mark.django_db(transaction=True)
ONE = "/api/v1/executions/"
Body = dict[str, Any]


@pytest.fixture
def token() -> str:
    small_world()
    return tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)


def until(is_so: Callable[[], bool]) -> None:
    deadline = monotonic() + 20
    while not is_so():
        assert monotonic() < deadline
        sleep(0.002)


def meet(token: str, *calls: tuple[Body, str]) -> list[Any]:
    """Post these messages with their keys so that all meet; return the answers in their order."""
    client = tokens.find_client(token, at=AT)
    assert client is not None
    meeting = meeting_of(client)
    meeting.is_led = True

    def post(call: tuple[Body, str]) -> Any:
        body, key = call
        headers = {"authorization": f"Bearer {token}", "x-request-id": f"request-{key}"}
        headers |= {"idempotency-key": key} if key else {}
        try:
            return Client(headers=headers).post(
                ONE, json.dumps(body).encode(), content_type="application/json"
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        answers = []
        for count, call in enumerate(calls, start=1):
            answers.append(pool.submit(post, call))
            until(partial(_are_waiting, meeting, count))
        meeting._pass_on([])
        found = [answer.result(timeout=60) for answer in answers]
    assert not meeting.waiting
    assert not meeting.is_led
    return found


def _are_waiting(meeting: Meeting, count: int) -> bool:
    return len(meeting.waiting) == count


def codes(answers: Sequence[Any]) -> list[int]:
    return [answer.status_code for answer in answers]


def trade_entries() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(entity="trade", action="INSERT").order_by("key"))


def test_calls_that_meet_are_one_transaction_that_names_every_request(token: str) -> None:
    calls = [(message(source_reference=f"M-{n}"), f"key-{n}") for n in range(5)]

    answers = meet(token, *calls)

    assert codes(answers) == [201] * 5
    assert [a.json()["source_reference"] for a in answers] == [f"M-{n}" for n in range(5)]
    assert [a.headers["X-Request-ID"] for a in answers] == [f"request-key-{n}" for n in range(5)]
    entries = trade_entries()
    assert len(entries) == Trade.objects.count() == Execution.objects.count() == 5
    assert len({entry.xid for entry in entries}) == 1
    assert {entry.actor for entry in entries} == {"oms"}
    for n in range(5):
        assert all(f"request-key-{n}" in entry.request_id.split() for entry in entries)
        found = AuditFilter({"q": f"request-key-{n}"}, queryset=AuditEntry.objects.all()).qs
        assert set(found) >= set(entries)
    assert CaptureBatch.objects.count() == 1


def test_each_key_replays_its_own_answer(token: str) -> None:
    calls = [(message(source_reference=f"M-{n}"), f"key-{n}") for n in range(3)]
    first = meet(token, *calls)

    again = meet(token, *calls)

    assert codes(again) == [201] * 3
    assert [a.headers["Idempotency-Replayed"] for a in again] == ["true"] * 3
    assert [a.content for a in again] == [a.content for a in first]
    assert (Trade.objects.count(), IdempotencyRecord.objects.count()) == (3, 3)


def test_calls_with_and_without_a_key_meet(token: str) -> None:
    answers = meet(
        token,
        (message(source_reference="M-1"), ""),
        (message(source_reference="M-2"), "key"),
        (message(source_reference="M-3"), ""),
    )

    assert codes(answers) == [201] * 3
    assert len({entry.xid for entry in trade_entries()}) == 1
    assert IdempotencyRecord.objects.get().key == "key"


def test_messages_of_one_trade_meet_in_any_order(token: str) -> None:
    amended = message(source_reference="M-1", version=2, action="AMEND", quantity="7")

    answers = meet(token, (amended, "second"), (message(source_reference="M-1"), "first"))

    assert codes(answers) == [201] * 2
    assert [a.json()["outcome"] for a in answers] == ["BOOKED"] * 2
    assert Trade.objects.get().version_no == 2


def test_what_is_not_simply_kept_is_answered_alone_and_takes_nobody_with_it(token: str) -> None:
    known = message(source_reference="M-0")
    assert codes(meet(token, (known, "before"))) == [201]

    answers = meet(
        token,
        (message(source_reference="M-1"), "new"),
        (known, "repeat"),
        (known | {"price": "9"}, "conflict"),
        (message(source_reference="M-2", isin="US0378331005"), "unknown"),
    )

    assert codes(answers) == [201, 200, 409, 201]
    assert answers[2].json()["request_id"] == "request-conflict"
    assert answers[3].json()["outcome"] == "EXCEPTION"
    assert len({entry.xid for entry in trade_entries()}) == Trade.objects.count() == 2


def test_a_key_that_is_used_twice_books_once(token: str) -> None:
    body = message(source_reference="M-1")

    answers = meet(token, (body, "same"), (body, "same"))

    assert set(codes(answers)) <= {201, 409}
    assert 201 in codes(answers)
    assert (Trade.objects.count(), IdempotencyRecord.objects.count()) == (1, 1)


def test_when_all_at_once_fails_each_goes_alone(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(together, "store_all", lost)

    answers = meet(token, *[(message(source_reference=f"M-{n}"), f"key-{n}") for n in range(3)])

    assert codes(answers) == [201] * 3
    assert len({entry.xid for entry in trade_entries()}) == 3


def test_a_bug_in_one_leaves_no_call_waiting(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_calls: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(together, "write", broken)

    answers = meet(token, *[(message(source_reference=f"M-{n}"), f"key-{n}") for n in range(3)])

    assert codes(answers) == [500, 201, 201]


def test_two_clients_never_share_a_transaction(token: str) -> None:
    other = tokens.create_token(name="ems", source_system="EMS", actor=SYSTEM, at=AT)
    clients = [tokens.find_client(one, at=AT) for one in (token, other)]

    meetings: list[Meeting] = [meeting_of(client) for client in clients if client]

    assert meetings[0] is not meetings[1]


def test_who_leads_for_long_keeps_nobody(token: str) -> None:
    client = tokens.find_client(token, at=AT)
    assert client is not None
    meeting = meeting_of(client)
    meeting.is_led = True

    answer = Client(headers={"authorization": f"Bearer {token}"}).post(
        ONE, json.dumps(message()).encode(), content_type="application/json"
    )

    assert (answer.status_code, meeting.waiting) == (201, [])
    meeting.is_led = False


def test_a_trade_that_somebody_holds_keeps_only_the_call_about_it(token: str) -> None:
    held = message(source_reference="M-0")
    meet(token, (held, "before"))
    amended = held | {"version": 2, "action": "AMEND", "quantity": "7"}
    locked, free = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Trade.objects.select_for_update().get(source_reference="M-0")
            locked.set()
            free.wait(20)
        connection.close()

    def release() -> None:
        until(lambda: Trade.objects.count() == 3)
        free.set()
        connection.close()

    holder, releaser = Thread(target=hold), Thread(target=release)
    holder.start()
    locked.wait(20)
    releaser.start()
    new = [(message(source_reference=f"M-{n}"), f"key-{n}") for n in (1, 2)]

    answers = meet(token, (amended, "amended"), *new)

    holder.join()
    releaser.join()
    assert codes(answers) == [201] * 3
    assert Trade.objects.get(source_reference="M-0").version_no == 2


def test_the_door_waits_for_those_who_come_but_not_for_one_who_is_stuck() -> None:
    door, leave, left = Door(), Event(), []

    def come() -> None:
        with door.entered():
            leave.wait(20)
        left.append(monotonic())

    stuck = Thread(target=come)
    stuck.start()
    until(lambda: bool(door._coming))
    with door.moved:
        door.wait()
    went_on = monotonic()
    leave.set()
    stuck.join()

    assert went_on < left[0]
    assert not door._coming
    assert not DOOR._coming
