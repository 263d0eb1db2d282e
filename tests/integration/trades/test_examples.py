"""The documented examples are accepted by the demo world as it stands."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO

import pytest
from django.test import Client

from backoffice.launcher import places
from core.api.bodies import Body
from core.table_reading import Reading
from refdata import demo as refdata_demo
from tests.factories.trades import AT, send
from trades.api import reading
from trades.formats.execution_json import read_execution
from trades.models import Trade
from trades.services import tables

EXAMPLES = places.ROOT / "docs" / "examples"


def test_the_api_description_shows_these_files(client: Client) -> None:
    description = client.get("/api/v1/schema/?format=json").json()
    shown = {
        name: next(iter(content["application/json"]["examples"].values()))["value"]
        for name, content in (
            (operation["operationId"], operation["requestBody"]["content"])
            for path in description["paths"].values()
            for operation in path.values()
            if "requestBody" in operation
        )
    }

    one = json.loads((EXAMPLES / "execution.json").read_text())
    first = json.loads((EXAMPLES / "executions.ndjson").read_text().splitlines()[0])
    allocation = json.loads((EXAMPLES / "allocation.json").read_text())
    assert shown == {
        "post_execution": one,
        "post_executions": [first],
        "propose_allocation": allocation,
        "post_confirmation": json.loads((EXAMPLES / "confirmation.json").read_text()),
    }


@pytest.mark.django_db
def test_every_example_is_accepted_by_the_demo_world() -> None:
    refdata_demo.seed(business_date=date(2026, 11, 20), at=AT)

    one = send(read_execution((EXAMPLES / "execution.json").read_bytes()))
    lines = (EXAMPLES / "executions.ndjson").read_bytes()
    parts = reading.parts_of(Body(BytesIO(lines), len(lines)))
    many = send(*parts.read(range(len(parts))))
    content = (EXAMPLES / "executions.csv").read_bytes()
    learned, likely = tables.learned("executions.csv", content, Reading())
    read = tables.read_table(
        tables.Sent(
            name="executions.csv", content=content, reading=learned, source_system="EXAMPLE"
        )
    )
    table = send(*(row.read for row in read.rows))

    assert one.counts() == {"booked": 1}
    assert many.counts() == {"booked": 8}
    assert table.counts() == {"booked": 6}
    assert not likely
    assert not Trade.objects.filter(counterparty=None).exists()
    assert not Trade.objects.filter(settlement_date=None).exists()
    assert not Trade.objects.filter(desk_code="").exists()
