"""The ticket at the keyboard: defaults that never overwrite, findings beside their boxes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from refdata.models import Currency, Instrument, Venue
from tests.browser.accessibility import faint_text_by_night, serious_violations
from tests.factories import static_data
from tests.factories.controlled import BNP_ISIN, trade, world
from tests.factories.trades import AT, person
from tests.integration.trades.typed import booked, fields
from trades.models import Trade
from trades.services import manual

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    world()
    Currency.objects.get_or_create(code="USD")
    venue = Venue.objects.get(mic="XPAR")
    static_data.changed(Instrument.objects.filter(isin=BNP_ISIN), currency="USD", venue=venue)
    return sign_in("ana", roles=["AGENT"])


def leave(page: Page, name: str, value: str) -> None:
    """Type into a box and leave it."""
    page.locator(f"[name={name}]").fill("")
    page.locator(f"[name={name}]").press_sequentially(value)
    page.locator(f"[name={name}]").press("Tab")


def test_defaults_fill_what_was_not_typed(page: Page) -> None:
    page.goto("/trades/new/")
    expect(page.locator("[name=currency]")).to_have_value("EUR")
    leave(page, "isin", BNP_ISIN)
    expect(page.locator("[name=currency]")).to_have_value("USD")
    leave(page, "book", "EQ-PAR-1")
    expect(page.locator("[name=trader]")).to_have_value("T-ANA")

    page.goto("/trades/new/")
    leave(page, "venue", "XNYS")
    page.locator("[name=currency]").select_option("EUR")
    leave(page, "isin", BNP_ISIN)
    leave(page, "book", "EQ-PAR-1")
    expect(page.locator("[name=trader]")).to_have_value("T-ANA")
    expect(page.locator("[name=venue]")).to_have_value("XNYS")
    expect(page.locator("[name=currency]")).to_have_value("EUR")


def test_findings_stand_beside_their_boxes_and_go_when_mended(page: Page) -> None:
    page.goto("/trades/new/")
    leave(page, "isin", BNP_ISIN)
    leave(page, "book", "EQ-PAR-1")
    leave(page, "counterparty", "NOBODY")
    leave(page, "quantity", "100")
    leave(page, "price", "60.5")
    beside = page.locator(".field", has=page.locator("[name=counterparty]")).locator(".finding")
    expect(beside).to_contain_text("NOBODY")
    expect(page.locator("#amounts")).to_contain_text("6,050.00")

    leave(page, "counterparty", "BNPP")

    expect(beside).to_have_count(0)
    assert not Trade.objects.exists()


def test_a_copy_is_booked_under_its_own_reference(page: Page) -> None:
    static_data.changed(Instrument.objects.filter(isin=BNP_ISIN), currency="EUR")
    page.goto("/trades/new/")
    for name, value in {"isin": BNP_ISIN, "quantity": "100", "price": "60.5",
                        "book": "EQ-PAR-1", "counterparty": "BNPP"}.items():  # fmt: skip
        leave(page, name, value)
    page.get_by_role("button", name="Book").click()
    page.get_by_role("link", name="Copy").click()
    expect(page.locator("[name=isin]")).to_have_value(BNP_ISIN)

    page.get_by_role("button", name="Book").click()

    page.wait_for_url("**/trades/*/")
    first, second = Trade.objects.order_by("pk")
    assert (first.quantity, first.book_code) == (second.quantity, second.book_code)
    assert first.source_reference != second.source_reference


def test_a_look_ahead_offers_books(page: Page) -> None:
    trade(1)
    page.goto("/trades/new/")
    page.locator("[name=book]").press_sequentially("eq")
    expect(page.locator("#books option")).to_have_count(1)


def test_who_loses_a_race_sees_what_stands_beside_what_was_typed_and_decides(page: Page) -> None:
    made = booked(quantity="100", price="60.5")
    page.goto(f"/trades/{made.pk}/amend/")
    manual.amend_trade(
        trade_id=made.pk, seen=made.fingerprint, fields=fields(price="61"),
        reason="the price of the broker", actor=person("ben"), at=AT,
    )  # fmt: skip
    leave(page, "quantity", "120")
    leave(page, "reason", "twenty more")
    page.get_by_role("button", name="Amend").click()

    expect(page.get_by_role("alert")).to_contain_text("It changed in the meantime.")
    row = page.get_by_role("row", name="Price")
    expect(row.get_by_role("cell")).to_have_text(["60.50", "61.00", "60.50"])
    expect(page.locator("[name=quantity]")).to_have_value("120")
    expect(page.locator("[name=reason]")).to_have_value("twenty more")
    expect(page.locator("#amounts")).to_contain_text("7,260.00")
    assert serious_violations(page) == []
    assert faint_text_by_night(page) == []

    leave(page, "price", "61")
    page.get_by_role("button", name="Amend").click()

    page.wait_for_url(f"**/trades/{made.pk}/")
    made.refresh_from_db()
    assert (made.version_no, made.quantity, made.price) == (3, 120, 61)
