"""Bulks of many: lines or a list, each item with its own outcome, memory in proportion."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core import tokens
from core.models import AuditEntry
from kernel.actors import SYSTEM
from tests.factories.trades import AT, message, small_world
from trades.models import Execution, Trade, TradeVersion

pytestmark = pytest.mark.django_db
COUNT = 2_500
BYTES_PER_ITEM_MAX = 10_000
Messages = list[dict[str, Any]]


def as_lines(messages: Messages) -> bytes:
    return "\n".join(map(json.dumps, messages)).encode()


def as_list(messages: Messages) -> bytes:
    return json.dumps(messages).encode()


@pytest.fixture
def client() -> Client:
    small_world()
    token = tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)
    return Client(headers={"authorization": f"Bearer {token}"})


@pytest.mark.parametrize("shape", [as_lines, as_list])
def test_a_large_bulk(shape: Callable[[Messages], bytes], client: Client) -> None:
    messages = [message(source_reference=f"B-{n}") for n in range(COUNT)]
    messages[7] |= {"quantity": "-1"}
    messages[8] |= {"isin": "FR0000131104"}
    body = shape(messages)

    client.post(
        "/api/v1/executions/bulk/",
        shape([message(source_reference="first")]),
        content_type="application/json",
    )
    tracemalloc.start()
    answer = client.post("/api/v1/executions/bulk/", body, content_type="application/json")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    told = answer.json()
    assert told["counts"] == {"booked": COUNT - 2, "invalid": 1, "exception": 1}
    assert [item["index"] for item in told["items"]] == list(range(COUNT))
    assert [item["code"] for item in told["items"][6:10]] == [201, 422, 201, 201]
    assert (Trade.objects.count(), TradeVersion.objects.count()) == (COUNT - 1, COUNT - 1)
    assert Execution.objects.count() == COUNT
    assert AuditEntry.objects.filter(entity="trade", seq=1).count() == COUNT - 1
    assert peak / COUNT < BYTES_PER_ITEM_MAX
