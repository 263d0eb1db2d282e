"""Bulks as bodies: packed, large, cut off, without room; in slices as in one piece; all or none."""

from __future__ import annotations

import errno
import gzip
import io
import json
import random
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core import tokens
from core.api import bodies
from core.limits import IN_CHUNKS, NOT_TAKEN_IN
from core.models import IdempotencyRecord
from kernel.actors import SYSTEM
from tests.factories.disks import full_device
from tests.factories.trades import AT, message, small_world
from tests.integration.bad_input.doors import rows
from trades.api import bulk, on_disk, reading
from trades.models import Execution, Trade, TradeVersion

pytestmark = pytest.mark.django_db
BULK, ONE = "/api/v1/executions/bulk/", "/api/v1/executions/"
NDJSON = "application/x-ndjson"
Messages = list[dict[str, Any]]


@pytest.fixture(name="client")
def _client() -> Client:
    small_world()
    token = tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)
    return Client(raise_request_exception=False, headers={"authorization": f"Bearer {token}"})


def lines(messages: Messages) -> bytes:
    return "\n".join(map(json.dumps, messages)).encode()


def listed(messages: Messages) -> bytes:
    return json.dumps(messages, indent=1).encode()


def post(client: Client, body: bytes, address: str = BULK, **headers: str) -> Any:
    return client.post(address, body, content_type=NDJSON, headers=headers)


def lived() -> Messages:
    """Six identities: booked, amended twice, cancelled, repeated, in conflict, unreadable."""
    messages = [message(source_reference=f"B-{n}") for n in range(6)]
    messages += [
        message(source_reference="B-0", version=2, action="AMEND", price="7"),
        message(source_reference="B-0", version=3, action="AMEND", price="8"),
        {"source_reference": "B-1", "version": 2, "action": "CANCEL"},
        message(source_reference="B-2"),
        message(source_reference="B-3", price="9"),
        message(source_reference="B-9", quantity="0"),
        message(source_reference="P-1", version=2, action="AMEND"),
        message(source_reference="U-1", isin="FR0000131104"),
    ]
    return messages


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is large: bodies go to disk, slices hold three messages."""
    monkeypatch.setattr(bodies, "IN_MEMORY", 100)
    monkeypatch.setattr(reading, "IN_MEMORY", 100)
    monkeypatch.setattr(on_disk, "BLOCK", 2_000)
    monkeypatch.setattr(bulk, "SLICE_ITEMS", 3)


def told(answer: Any) -> list[tuple[Any, ...]]:
    return [
        (item["index"], item["code"], item["outcome"], item.get("trade_version"))
        for item in answer.json()["items"]
    ]


@pytest.mark.parametrize("shape", [lines, listed])
@pytest.mark.parametrize("seed", range(4))
def test_slices_leave_what_one_piece_leaves(
    client: Client, small: None, monkeypatch: pytest.MonkeyPatch, seed: int,
    shape: Callable[[Messages], bytes],
) -> None:  # fmt: skip
    """Whatever the order in the body: the same answers, the same trades and versions."""
    messages = lived()
    random.Random(seed).shuffle(messages)  # noqa: S311 - an order, no secret
    sliced = post(client, shape(messages))
    renamed = [m | {"source_reference": f"{m['source_reference']}w"} for m in messages]
    monkeypatch.setattr(reading, "IN_MEMORY", 10**6)
    whole = post(client, shape(renamed))

    assert told(sliced) == told(whole)
    assert sliced.json()["counts"] == whole.json()["counts"]
    names = [*Trade.objects.order_by("source_reference").values_list("source_reference", flat=True)]
    assert [name for name in names if not name.endswith("w")] == [f"B-{n}" for n in range(6)]
    prices = TradeVersion.objects.order_by("version_no").values_list("price", flat=True)
    assert [str(p) for p in prices.filter(trade__source_reference="B-0")] == [
        "101.5000000000", "7.0000000000", "8.0000000000",
    ]  # fmt: skip
    assert (
        Execution.objects.count()
        == 2 * Execution.objects.filter(source_reference__endswith="w").count()
    )


def test_an_amendment_that_waits_needs_the_lock_from_the_start(client: Client, small: None) -> None:
    """Its NEW stands in the bulk and cannot be read: it is parked like one that has none."""
    messages = [message(source_reference=f"B-{n}") for n in range(7)]
    messages.append(message(source_reference="N-1", quantity="0"))
    messages.append(message(source_reference="N-1", version=2, action="AMEND"))

    answer = post(client, lines(messages)).json()

    assert answer["counts"] == {"booked": 7, "invalid": 1, "parked": 1}
    assert answer["items"][7]["findings"][0]["line"] == 8


def test_gzip_is_unpacked_as_it_comes(client: Client) -> None:
    body = lines([message(source_reference=f"B-{n}") for n in range(50)])
    half = len(body) // 2
    members = gzip.compress(body[:half]) + gzip.compress(body[half:])

    packed = {"content-encoding": "gzip"}
    answer = post(client, members, **packed, **{"idempotency-key": "k"})
    again = post(
        client, gzip.compress(body), **{"content-encoding": "gzip", "idempotency-key": "k"}
    )
    single = post(client, gzip.compress(lines([message()])), ONE, **{"content-encoding": "gzip"})

    assert (answer.status_code, answer.json()["counts"]) == (200, {"booked": 50})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == answer.content
    assert single.status_code == 201


PACKED: dict[str, tuple[bytes, int, str]] = {
    "a bomb": (gzip.compress(bytes(50 * 1024 * 1024)), 413, "PACKED_TOO_TIGHTLY"),
    "a bomb in members": (gzip.compress(bytes(10**6)) * 60, 413, "PACKED_TOO_TIGHTLY"),
    "not gzip": (lines([message()]), 400, "NOT_GZIP"),
    "cut off": (gzip.compress(lines([message()]))[:-4], 400, "BODY_CUT_OFF"),
    "damaged": (gzip.compress(lines([message()]))[:30] + bytes(60), 400, "NOT_GZIP"),
    "more behind it": (gzip.compress(lines([message()])) + b"more", 400, "NOT_GZIP"),
    "empty": (b"", 400, "BODY_CUT_OFF"),
}  # fmt: skip


@pytest.mark.parametrize("bad", PACKED.values(), ids=PACKED)
def test_what_does_not_unpack_leaves_nothing(client: Client, bad: tuple[bytes, int, str]) -> None:
    body, status, code = bad
    before = rows()

    answer = post(client, body, **{"content-encoding": "gzip"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert rows() == before


def test_a_packed_body_has_the_limit_of_an_unpacked_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MANY_BYTES_MAX", 10_000)
    body = gzip.compress(bytes(range(256)) * 80)

    answer = post(client, body, **{"content-encoding": "gzip"})

    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert "10000 bytes" in answer.json()["title"]


def test_half_a_body_is_not_a_short_one(client: Client) -> None:
    """Lines that end where the sender hung up: none of them is booked, the key stays free."""
    body = lines([message(source_reference=f"B-{n}") for n in range(4)])
    half = body[: body.index(b"B-2") - 22]
    before = rows()
    headers = {"idempotency-key": "k"}

    wire = {"wsgi.input": io.BytesIO(half), "CONTENT_LENGTH": str(len(body))}
    cut = client.generic("POST", BULK, content_type=NDJSON, headers=headers, **wire)

    assert (cut.status_code, cut.json()["code"]) == (400, "BODY_CUT_OFF")
    assert rows() == before
    assert post(client, body, **{"idempotency-key": "k"}).json()["counts"] == {"booked": 4}


@pytest.mark.parametrize(
    ("manner", "status"), [("lines", 411), ("a list", 200), ("packed lines", 200)]
)
def test_what_comes_in_chunks_must_show_its_end(client: Client, manner: str, status: int) -> None:
    """The server cannot tell a sender that died between two chunks from one that was done."""
    messages = [message(source_reference=f"B-{n}") for n in range(4)]
    body = listed(messages) if manner == "a list" else lines(messages)
    headers = {}
    if manner == "packed lines":
        body, headers = gzip.compress(body), {"content-encoding": "gzip"}

    answer = client.generic(
        "POST", BULK, body, content_type=NDJSON, headers=headers, **{IN_CHUNKS: True}
    )

    assert answer.status_code == status, answer.content


def test_chunks_that_could_not_be_kept(client: Client) -> None:
    full = {NOT_TAKEN_IN: OSError(errno.ENOSPC, "No space left on device"), IN_CHUNKS: True}

    api = client.generic("POST", BULK, b"", content_type=NDJSON, **full)
    page = Client().generic("POST", "/trades/fix/", b"", **full)

    assert (api.status_code, api.json()["code"]) == (507, "NO_SPACE")
    assert page.status_code == 507
    assert "could not be kept" in page.content.decode()


def test_without_room_for_the_body(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real device that is full: the answer says so, and the next call goes on."""
    body = lines([message(source_reference=f"B-{n}") for n in range(4)])
    before = rows()
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "SpooledTemporaryFile", full_device)
        full = post(client, body)

    assert (full.status_code, full.json()["code"]) == (507, "NO_SPACE")
    assert int(full.headers["Retry-After"]) > 0
    assert rows() == before
    assert post(client, body).status_code == 200


def test_a_message_longer_than_a_message_may_be(client: Client, small: None) -> None:
    long = message(source_reference="L", comment="x" * on_disk.ONE_BYTES_MAX)
    body = lines([message(source_reference="A"), long, message(source_reference="B")])

    items = post(client, body).json()["items"]

    assert [item["code"] for item in items] == [201, 422, 201]
    assert (items[1]["findings"][0]["code"], items[1]["findings"][0]["line"]) == ("CAP-019", 2)


@pytest.mark.parametrize("sliced", [False, True])
def test_all_or_nothing(client: Client, sliced: bool, request: pytest.FixtureRequest) -> None:  # noqa: FBT001 - pytest gives it by name
    if sliced:
        request.getfixturevalue("small")
    body = lines(lived())
    before = rows()
    key = {"idempotency-key": "k"}

    answer = post(client, body, f"{BULK}?atomic=true", **key)
    again = post(client, body, f"{BULK}?atomic=true", **key)

    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "BULK_REFUSED")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [(f["index"], f["code"]) for f in told["findings"]] == [(10, "CAP-201"), (11, "CAP-010")]
    assert told["title"] == "Nothing was booked: 2 of 14 executions are refused"
    assert again.content == answer.content
    after = rows()
    assert {name for name in after if after[name] != before[name]} <= {"core_idempotencyrecord"}
    good = [m for n, m in enumerate(lived()) if n not in (10, 11)]
    assert post(client, lines(good), f"{BULK}?atomic=true").json()["counts"] == {
        "booked": 9, "repeated": 1, "parked": 1, "exception": 1,
    }  # fmt: skip


def test_atomic_is_yes_or_no(client: Client) -> None:
    answer = post(client, lines([message()]), f"{BULK}?atomic=maybe")

    assert (answer.status_code, answer.json()["findings"][0]["field"]) == (400, "atomic")


def test_a_long_answer_is_kept_packed_and_replayed_as_it_was(client: Client) -> None:
    body = lines([message(source_reference=f"B-{n}") for n in range(600)])

    first = post(client, body, **{"idempotency-key": "k"})
    again = post(client, body, **{"idempotency-key": "k"})

    assert int(first.headers["Content-Length"]) == len(first.content) > 100_000
    assert again.content == first.content
    assert len(bytes(IdempotencyRecord.objects.get().answer)) < len(first.content) / 5


def test_findings_without_end_are_cut(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from trades.api import answers

    monkeypatch.setattr(answers, "FINDINGS_MAX", 5)
    items = post(client, b"{}\n" * 3).json()["items"]

    assert [len(item["findings"]) for item in items] == [9, 1, 1]
    assert [item.get("findings_left_out") for item in items] == [None, 8, 8]


def test_a_third_large_bulk_waits_its_turn(
    client: Client, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "FEW", 1)
    monkeypatch.setattr(bulk, "PATIENCE_S", 0)
    body = lines([message(source_reference=f"B-{n}") for n in range(6)])
    with bulk.LARGE:
        busy = post(client, body)
    after = post(client, body)

    assert (busy.status_code, busy.json()["code"], busy.headers["Retry-After"]) == (
        503,
        "BUSY",
        "1",
    )
    assert after.status_code == 200
    assert bulk.ROOM.acquire(blocking=False)
    bulk.ROOM.release()
