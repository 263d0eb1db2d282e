"""Views at the screen: columns moved and kept, a view shared, a large list written by a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from core import jobs
from core.models import ExportedFile, Job, SavedView
from core.pages.lists import ListPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    Job.objects.bulk_create(
        Job(kind="x.y", title=f"Job {n:02}", actor_name="zoe", actor_kind="PERSON", state="DONE",
            created_at=AT)
        for n in range(12)
    )  # fmt: skip
    page = sign_in("sue", roles=["SUPERVISOR"])
    page.goto("/jobs/?sort=-title")
    return page


def heads(page: Page) -> list[str]:
    return [text.split("\u00a0")[0].strip() for text in page.locator("thead th").all_inner_texts()]


def test_a_moved_column_is_kept_in_a_view_that_others_see(
    page: Page, sign_in: Callable[..., Page]
) -> None:
    before = heads(page)
    page.locator("summary", has_text="Columns").click()
    page.locator(".column-choice", has_text=before[1]).locator("[data-column-up]").click()
    expect(page.locator("thead th").first).to_contain_text(before[1])
    page.locator(".views summary").click()
    page.locator("[data-save-view] input[name=name]").fill("Turned round")
    page.locator("[data-save-view] input[name=shared]").check()
    page.locator("[data-save-view] button").click()
    expect(page.locator(".views nav a[aria-current]")).to_have_text("Turned round")
    view = SavedView.objects.get()
    assert (view.sort, view.columns[:2]) == (["-title"], ["title", "id"])

    other = sign_in("ana", roles=["AGENT"])
    other.goto("/jobs/")
    other.get_by_role("link", name="Turned round").click()

    expect(other.locator("thead th").first).to_contain_text(before[1])
    expect(other.locator("tbody tr").first).to_contain_text("Job 11")
    expect(other.locator(".views nav")).to_contain_text("sue")


def test_a_large_list_is_asked_for_and_fetched(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ListPage, "cap", 5)
    page.goto("/jobs/?sort=-title")
    page.locator("summary", has_text="Export").click()
    page.get_by_role("button", name="XLSX, by a job").click()
    expect(page.locator("h1")).to_contain_text("Export of a list")
    jobs.run_pending()
    page.reload()

    with page.expect_download() as fetched:
        page.get_by_role("link", name="See the result").click()

    assert fetched.value.suggested_filename == "jobs.xlsx"
    assert ExportedFile.objects.get().rows == 13
