"""Products at the doors: tables, lists, pages, the API, and a ticket of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from core.roles import Role
from core.table_reading import Reading
from refdata import demo as refdata_demo
from tests.factories.trades import AT, send, signed_in
from tests.integration.trades.products import (
    EXAMPLES,
    FRIDAY,
    booked,
    messages,
)
from trades.models import Trade
from trades.services import tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    """The demo world on the day of its trades."""
    refdata_demo.seed(business_date=FRIDAY, at=AT)
    with time_machine.travel(AT, tick=False):
        yield


def test_a_table_brings_in_every_product() -> None:
    content = (EXAMPLES / "products.csv").read_bytes()
    learned, likely = tables.learned("products.csv", content, Reading())
    file = tables.Sent(
        name="products.csv", content=content, reading=learned, source_system="EXAMPLE"
    )

    captured = send(*(row.read for row in tables.read_table(file).rows))

    assert captured.counts() == {"booked": 5}
    assert not likely
    assert set(Trade.objects.values_list("product", flat=True)) == {"", "FX", "REPO", "LENDING"}


def test_lists_pages_and_exports_say_what_was_dealt() -> None:
    for reference in messages():
        booked(reference)
    client = signed_in()

    page = client.get("/trades/?product=FX&columns=reference&columns=product&columns=instrument")
    funds = client.get("/trades/?product=FUND&product=DERIVATIVE&export=csv").getvalue().decode()

    assert page.context["count"] == 2
    assert "EUR/USD" in page.content.decode()
    assert len(funds.strip().splitlines()) == 4
    for trade in Trade.objects.all():
        shown = client.get(f"/trades/{trade.pk}/").content.decode()
        assert ("<h2>Legs</h2>" in shown) is bool(trade.product)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("FX-1", ["EUR/USD", "Buy", "Other currency", "2,336,900.00"]),
        ("REPO-1", ["Repo", "OAT 2,00 % 25/11/2032", "End leg", "Haircut, percent"]),
        ("REPO-2", ["Reverse repo", "not known yet", "Notice (business days)"]),
        ("LOAN-1", ["Loan", "Cash", "Lending fee (bp)"]),
    ],
)
def test_who_validates_sees_the_legs(reference: str, words: list[str]) -> None:
    trade = booked(reference)
    client = signed_in(Role.SUPERVISOR)

    for address in (f"/validation/{trade.pk}/", f"/trades/{trade.pk}/"):
        shown = client.get(address, headers={"accept-language": "en"}).content.decode()
        assert [word for word in words if word not in shown] == [], address


def test_the_api_tells_product_and_legs(client: Client) -> None:
    trade = booked("FX-1")
    signed = signed_in()

    told = signed.get(f"/api/v1/trades/{trade.reference}/").json()

    assert told["product"] == "FX"
    assert told["legs"] == [
        {
            "kind": "DEALT",
            "settlement_date": "2026-11-24",
            "currency": "EUR",
            "amount": "2000000.00",
            "quantity": None,
        },
        {
            "kind": "COUNTER",
            "settlement_date": "2026-11-24",
            "currency": "USD",
            "amount": "-2336900.00",
            "quantity": None,
        },
    ]


FX_TICKET = {
    "product": "FX", "pair": "eur/usd", "side": "SELL", "quantity": "1000", "currency": "USD",
    "price": "1.1684", "traded_at": "2026-11-20T10:00:00", "counterparty": "SOGE",
    "book": "EQ-INT-1", "trader": "T-EMMA",
}  # fmt: skip
REPO_TICKET = {
    "product": "REPO", "isin": "OAT-1132", "side": "BUY", "quantity": "1000000", "price": "93.62",
    "currency": "EUR", "repo_rate": "1.9", "haircut": "2", "traded_at": "2026-11-20T10:00:00",
    "end_date": "2026-12-01", "counterparty": "CACI", "book": "FI-GOV-1", "trader": "T-LINA",
}  # fmt: skip
LOAN_TICKET = {
    "product": "LENDING", "isin": "TTE", "side": "SELL", "quantity": "100", "price": "55.4",
    "currency": "EUR", "lending_fee": "30", "collateral": "CASH", "margin": "105",
    "traded_at": "2026-11-20T10:00:00", "notice_days": "2", "counterparty": "NATX",
    "book": "EQ-PAR-2", "trader": "T-LEO",
}  # fmt: skip


@pytest.mark.parametrize(
    "ticket", [FX_TICKET, REPO_TICKET, LOAN_TICKET], ids=lambda t: t["product"]
)
def test_a_ticket_of_each_product_is_typed_booked_and_amended(ticket: dict[str, str]) -> None:
    client = signed_in()

    empty = client.get(f"/trades/new/?product={ticket['product']}")
    typed = client.post("/trades/new/amounts/", ticket).content.decode()
    sent = client.post("/trades/new/", ticket | {"nonce": "M-1"})

    assert empty.status_code == 200
    assert 'aria-current="page"' in empty.content.decode()
    assert "Legs" in typed
    assert sent.status_code == 302
    trade = Trade.objects.get()
    assert (trade.product, trade.state) == (ticket["product"], "RECEIVED")
    form = client.get(f"/trades/{trade.pk}/amend/").context["form"]
    again = {name: form[name].value() for name in form.fields}
    body = {n: str(v) for n, v in again.items() if v not in (None, "")} | {
        "traded_at": ticket["traded_at"], "settlement_date": str(trade.settlement_date),
        "seen": trade.fingerprint, "reason": "quantité", "quantity": "2000",
    }  # fmt: skip
    if trade.product != "FX" and body.get("end_date"):
        body["end_date"] = "2026-12-01"
    amended = client.post(f"/trades/{trade.pk}/amend/", body)
    assert amended.status_code == 302, amended.context["form"].errors
    trade.refresh_from_db()
    assert (trade.version_no, trade.quantity) == (2, 2000)
    assert client.get(f"/trades/new/?copy={trade.pk}").status_code == 200
    assert client.get(f"/trades/{trade.pk}/versions/").status_code == 200


def test_an_unknown_ticket_is_not_found() -> None:
    assert signed_in().get("/trades/new/?product=SWAP").status_code == 404
