"""A session that ends in mid-work: one signs in and goes on, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.models import User
from tests.factories.controlled import BNP_ISIN, world
from trades.models import Trade

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORD = "a long enough word"


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    world()
    for name in ("ana", "bob"):
        User.objects.create_user(name, password=WORD, language="en")
    return sign_in("ana", roles=["AGENT"])


def end_session(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def sign_in_again(page: Page, name: str = "ana") -> None:
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()


def type_a_ticket(page: Page) -> None:
    page.goto("/trades/new/")
    for name, value in {"isin": BNP_ISIN, "quantity": "100", "price": "60.5",
                        "comment": "asked by phone"}.items():  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=side]").select_option("SELL")


def test_what_was_typed_is_there_again_after_signing_in(page: Page) -> None:
    type_a_ticket(page)
    page.wait_for_load_state("networkidle")
    end_session(page)
    page.locator("[data-ticket]").evaluate("form => form.submit()")
    sign_in_again(page)

    page.wait_for_url("**/trades/new/")
    expect(page.locator("[name=comment]")).to_have_value("asked by phone")
    expect(page.locator("[name=side]")).to_have_value("SELL")
    expect(page.get_by_text("What you had typed is here again")).to_be_visible()
    expect(page.locator("#amounts")).to_contain_text("6,050.00")
    assert not Trade.objects.exists()

    page.reload()
    expect(page.locator("[name=comment]")).to_have_value("")


def test_what_one_typed_is_not_shown_to_the_next_person(page: Page) -> None:
    type_a_ticket(page)
    page.wait_for_load_state("networkidle")
    end_session(page)
    page.locator("[data-ticket]").evaluate("form => form.submit()")
    sign_in_again(page, "bob")

    page.goto("/trades/new/")
    assert page.evaluate("sessionStorage.getItem('draft')") is None
    assert "asked by phone" not in page.content()


def test_a_part_of_a_page_never_becomes_a_sign_in(page: Page) -> None:
    page.goto("/trades/?side=BUY")
    end_session(page)
    page.locator("[data-search]").press_sequentially("BNP")

    page.wait_for_url("**/sign-in/**")
    sign_in_again(page)
    page.wait_for_url("**/trades/?side=BUY")
