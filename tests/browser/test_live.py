"""Pages that follow work as it goes keep one's place, ask calmly, and stop when it is over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from backoffice.launcher import places
from core import jobs
from core.models import Job
from tests.factories.trades import booked, small_world
from tests.integration.reconciliation.world import trade

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EXAMPLES = places.ROOT / "docs" / "examples"
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def job() -> Job:
    return Job.objects.create(
        kind="trades.control_batch",
        title="batch:1",
        state="RUNNING",
        actor_name="kim",
        actor_kind="PERSON",
        created_at=AT,
        progress_done=1,
        progress_total=10,
        log="line\n" * 200,
    )


def counted(page: Page, path: str) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith(path) else None)
    return asked


def test_the_page_of_a_job_follows_it_and_stops(sign_in: Callable[..., Page], job: Job) -> None:
    page = sign_in("kim", roles=["AGENT"])
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(f"/jobs/{job.pk}/")
    page.locator(".log").focus()
    page.evaluate("scrollTo(0, 60)")
    place = page.evaluate("scrollY")
    asked = counted(page, f"/jobs/{job.pk}/")

    Job.objects.filter(pk=job.pk).update(progress_done=4)
    expect(page.locator(".progress-line")).to_contain_text("4 / 10")
    page.wait_for_timeout(2000)
    assert 1 <= len(asked) <= 4
    expect(page.locator(".log")).to_be_focused()
    assert page.evaluate("scrollY") == place

    Job.objects.filter(pk=job.pk).update(state="DONE", ended_at=AT)
    expect(page.locator("#job .status-green")).to_be_visible()
    asked.clear()
    page.wait_for_timeout(2500)
    assert asked == []


def test_the_business_day_keeps_ones_place(sign_in: Callable[..., Page], job: Job) -> None:
    trade(1)
    page = sign_in("kim", roles=["AGENT"])
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto("/")
    link = page.locator("#business-day a").first
    link.focus()
    place = page.evaluate("scrollY")
    with page.expect_response(lambda one: "day=" in one.url, timeout=6000):
        pass
    Job.objects.filter(pk=job.pk).update(state="DONE", ended_at=AT)
    with page.expect_response(lambda one: "day=" in one.url, timeout=6000):
        pass
    page.wait_for_timeout(200)
    expect(link).to_be_focused()
    assert page.evaluate("scrollY") == place
    assert "every 20s" in (page.locator("#business-day").get_attribute("hx-trigger") or "")


def test_the_page_of_a_statement_is_whole_when_its_import_ends(
    sign_in: Callable[..., Page],
) -> None:
    page = sign_in("kim", roles=["AGENT"])
    page.goto("/reconciliation/statements/upload/")
    page.set_input_files("input[type=file]", str(EXAMPLES / "statement.mt940"))
    page.get_by_role("button", name="See what it says").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Received", exact=True).first).to_be_visible()

    jobs.run_pending()

    expect(page.locator(".status-green", has_text="Imported").first).to_be_visible()
    expect(page.get_by_role("link", name="Statements")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("button", name="Reconcile again")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "quantity", "price"), [("en", "1,000", "55.4"), ("fr", "1 000", "55,4")]
)
def test_amounts_appear_while_a_ticket_is_typed(
    sign_in: Callable[..., Page], language: str, quantity: str, price: str
) -> None:
    small_world()
    page = sign_in("kim", roles=["AGENT"], language=language)
    page.goto("/trades/new/")
    moment = page.locator("[name=traded_at]")
    expect(moment).to_have_attribute("type", "text")
    expect(moment).to_have_value(re.compile(r"^\d\d/\d\d/\d{4} \d\d:\d\d:\d\d$"))
    for name, typed in (("isin", "FR0000120271"), ("quantity", quantity), ("price", price)):
        page.fill(f"[name={name}]", typed)
        page.keyboard.press("Tab")

    net = page.locator("#amounts strong")
    expect(net).to_contain_text("55,400.00" if language == "en" else "55\u202f400,00")

    page.fill("[name=quantity]", "10")
    page.keyboard.press("Tab")
    expect(net).to_contain_text("554.00" if language == "en" else "554,00")


def test_the_ticket_says_what_it_comes_to_while_it_is_typed(sign_in: Callable[..., Page]) -> None:
    page = sign_in("kim", roles=["AGENT"])
    page.goto(f"/trades/{booked().pk}/amend/")
    amounts = page.locator("#amounts")
    expect(amounts).to_contain_text("10,150.00")

    page.locator("#id_quantity").press("End")
    page.locator("#id_quantity").press_sequentially("0")

    expect(amounts).to_contain_text("101,500.00")
