"""Lists at the keyboard: search, move, select, select all that match; switchable; remembered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from core.models import SavedView, User
from desk.models import WorkItem
from tests.factories.trades import booked, small_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def queue(sign_in: Callable[..., Page]) -> Page:
    """The work queue of an agent, with seventy items: more than one page."""
    WorkItem.objects.bulk_create(
        WorkItem(
            kind="VALIDATION",
            subject_kind="trade",
            subject_id=n,
            title=f"Trade {n:03}",
            amount_at_risk=1000 - n,
            currency="EUR",
            due_at=AT,
            opened_at=AT,
        )
        for n in range(70)
    )
    page = sign_in("ada", roles=["SUPERVISOR"])
    page.goto("/work/")
    return page


@pytest.mark.parametrize("views", [0, 30])
def test_saving_a_view_fits_the_screen_however_many_there_are(queue: Page, views: int) -> None:
    owner = User.objects.get(username="ada")
    for n in range(views):
        SavedView.objects.create(owner=owner, path="/work/", name=f"My saved view {n}", query="q=x")
    queue.set_viewport_size({"width": 1280, "height": 800})
    queue.goto("/work/")
    button = queue.locator(".views summary")

    button.click()

    panel = queue.locator(".views .menu-panel").bounding_box()
    label = button.bounding_box()
    assert panel is not None
    assert label is not None
    assert label["height"] < 30
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= 1280


def test_the_tiles_of_the_day_stand_in_one_row(queue: Page) -> None:
    queue.set_viewport_size({"width": 1280, "height": 800})
    small_world()
    day = booked().trade_date
    queue.goto(f"/?day={day}")
    tops = queue.evaluate(
        """() => {
          const tiles = document.querySelector("#business-day .figures");
          while (tiles.children.length < 9) tiles.append(tiles.firstElementChild.cloneNode(true));
          return [...tiles.children].map((tile) => tile.getBoundingClientRect().top);
        }"""
    )

    assert len(set(tops)) == 1


def test_rows_are_taken_by_keyboard(queue: Page) -> None:
    for key in ["j", "x", "j", "j", "x"]:
        queue.keyboard.press(key)
    expect(queue.locator("tr.picked")).to_have_count(2)
    expect(queue.locator("[data-selected]")).to_contain_text("2")

    queue.keyboard.press("v")
    queue.locator("#confirm-yes").click()

    expect(queue.locator(".note-green")).to_contain_text("2 items are yours")
    assert WorkItem.objects.filter(owner__username="ada").count() == 2


def test_select_all_takes_every_page(queue: Page) -> None:
    queue.locator("[data-pick]").first.click()
    queue.locator("[data-select-all]").click()
    expect(queue.locator("#selection")).to_contain_text("70")

    queue.keyboard.press("v")
    queue.locator("#confirm-yes").click()

    expect(queue.locator(".note-green")).to_contain_text("70 items are yours")


def test_going_back_ticks_no_other_rows(queue: Page) -> None:
    """A browser would put the ticks back by their place, whatever rows stand there now."""
    for n in range(3):
        queue.locator("[data-pick]").nth(n).check()
    queue.goto("/work/?whose=mine")
    WorkItem.objects.filter(subject_id__lt=3).delete()

    queue.go_back()

    expect(queue.locator("[data-pick]").first).to_be_visible()
    expect(queue.locator("[data-pick]:checked")).to_have_count(0)
    expect(queue.locator("[data-key=v]")).to_be_disabled()


def test_a_changed_selection_does_nothing(queue: Page) -> None:
    queue.locator("[data-pick]").first.click()
    queue.locator("[data-select-all]").click()
    expect(queue.locator("#selection")).to_contain_text("70")
    WorkItem.objects.filter(title="Trade 003").update(state="DONE", done_at=AT)

    queue.locator("[data-key=v]").click()
    queue.locator("#confirm-yes").click()

    expect(queue.locator(".refusal-409")).to_contain_text("SELECTION_CHANGED")
    assert not WorkItem.objects.filter(owner__isnull=False).exists()


def test_search_keeps_the_focus_while_rows_follow(queue: Page) -> None:
    queue.keyboard.press("/")
    queue.keyboard.type("Trade 04", delay=30)
    expect(queue.locator("tr[data-row]")).to_have_count(11)
    expect(queue.locator("#id_q")).to_be_focused()
    expect(queue).to_have_url(re.compile("q=Trade"))

    queue.keyboard.press("Escape")
    queue.locator(".views summary").click()
    queue.locator("[data-save-view] input[name=name]").fill("Forties")
    queue.locator("[data-save-view] button").click()

    expect(queue.locator(".views nav a[aria-current]")).to_have_text("Forties")
    assert SavedView.objects.get().query == "q=Trade+04"


def test_columns_are_chosen_and_remembered(queue: Page) -> None:
    queue.locator("summary", has_text="Columns").click()
    queue.locator("[data-column][value=severity]").click()
    expect(queue.locator("thead")).not_to_contain_text("Severity")
    queue.goto("/work/")
    expect(queue.locator("thead")).not_to_contain_text("Severity")


def test_shortcuts_can_be_switched_off(queue: Page) -> None:
    queue.goto("/preferences/")
    queue.locator("[name=shortcuts_enabled]").uncheck()
    queue.locator("main .btn-primary").click()
    queue.goto("/work/")
    for key in ["j", "x", "?"]:
        queue.keyboard.press(key)
    expect(queue.locator("tr.picked")).to_have_count(0)
    expect(queue.locator("#shortcuts")).not_to_be_visible()


def test_theme_and_language_are_kept(queue: Page) -> None:
    with queue.expect_response("**/theme/"):
        queue.locator("[data-theme-toggle]").click()
    expect(queue.locator("html")).to_have_attribute("data-bs-theme", "dark")
    queue.locator(".lang button[value=fr]").click()
    expect(queue.locator("h1")).to_have_text("Corbeille")
    expect(queue.locator("html")).to_have_attribute("lang", "fr")
    user = User.objects.get(username="ada")
    assert (user.theme, user.language) == ("dark", "fr")


def test_a_dialog_keeps_the_keys_and_escape_closes_it(queue: Page) -> None:
    for key in ["j", "x", "v"]:
        queue.keyboard.press(key)
    expect(queue.locator("#confirm")).to_be_visible()
    queue.keyboard.press("j")
    expect(queue.locator("tr[data-row]").first).to_have_class(re.compile("cursor"))

    queue.keyboard.press("Escape")

    expect(queue.locator("#confirm")).not_to_be_visible()
    assert not WorkItem.objects.filter(owner__isnull=False).exists()


def test_tab_shows_where_one_is_and_skips_to_the_content(queue: Page) -> None:
    queue.keyboard.press("Tab")
    expect(queue.locator(".skip")).to_be_focused()
    for _ in range(25):
        queue.keyboard.press("Tab")
        seen = queue.evaluate(
            "() => { const at = document.activeElement, shown = at.nextElementSibling ?? at;"
            " return [at, shown].some((one) => getComputedStyle(one).outlineStyle !== 'none'); }"
        )
        assert seen, queue.evaluate("document.activeElement.outerHTML")
    queue.goto("/work/")
    queue.keyboard.press("Tab")
    queue.keyboard.press("Enter")
    expect(queue.locator("#content")).to_be_focused()


def test_a_form_is_sent_once(queue: Page) -> None:
    sent = []
    queue.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    queue.goto("/preferences/")
    queue.evaluate(
        "() => { const send = document.querySelector('main .btn-primary');"
        " send.click(); send.click(); }"
    )
    expect(queue.locator(".note-green")).to_be_visible()
    assert len(sent) == 1


def test_a_list_prints_as_paper(queue: Page) -> None:
    queue.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
    queue.emulate_media(media="print")

    for screen_only in [".side", ".filters", ".pager", ".top-tools", ".summary-end"]:
        expect(queue.locator(screen_only)).not_to_be_visible()
    style = (
        "(one) => { const s = getComputedStyle(one); return [s.breakInside, s.backgroundColor]; }"
    )
    row = queue.locator("tr[data-row]").first.evaluate(style)
    assert row == ["avoid", "rgb(255, 255, 255)"]
    wrap = queue.locator(".table-wrap").evaluate("(one) => getComputedStyle(one).overflow")
    assert wrap == "visible"
    head = queue.locator("thead").evaluate("(one) => getComputedStyle(one).display")
    assert head == "table-header-group"


def test_one_row_has_no_plural(queue: Page) -> None:
    User.objects.filter(username="ada").update(language="fr")
    queue.reload()
    for n, said in enumerate(["1 sélectionnée", "2 sélectionnées"]):
        queue.locator("[data-pick]").nth(n).check()
        expect(queue.locator("[data-selected]")).to_have_text(said)

    queue.locator("[data-key=v]").click()

    expect(queue.locator("#confirm-text")).to_have_text("2 sélectionnées")
