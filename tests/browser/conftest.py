"""A real Chromium against a live server, as the people of the house use it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from core.models import RoleGrant, User
from tests.browser.chromium import ARGUMENTS, find_chromium

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
WIDTH, HEIGHT = 1440, 900

SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get("CI") or os.environ.get("REQUIRE_SHARED"):
            pytest.fail("Chromium is required here and missing: apt install chromium")
        pytest.skip("no Chromium on this machine: apt install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(chromium), args=list(ARGUMENTS))
        yield opened
        opened.close()


def _is_ours(said: ConsoleMessage) -> bool:
    """An error of a script or of the security policy; not the status of a page we asked for."""
    return said.type == "error" and "the server responded with a status of" not in said.text


@pytest.fixture
def sign_in(browser: Browser, live_server: object) -> Iterator[SignIn]:
    """Return a function that opens a page as somebody: `sign_in("ada", roles=["AUDITOR"])`.

    Every error of the page's own scripts and of the content security policy fails the test.
    """
    opened: list[Page] = []
    errors: list[str] = []

    def open_page(
        name: str, *, roles: list[str], language: str = "en", theme: str = "light"
    ) -> Page:
        user, _new = User.objects.get_or_create(
            username=name, defaults={"language": language, "theme": theme}
        )
        for role in roles:
            RoleGrant.objects.get_or_create(user=user, role=role, desk_code="")
        client = Client()
        client.force_login(user)
        assert SESSION_KEY in client.session
        context = browser.new_context(
            base_url=str(live_server), viewport={"width": WIDTH, "height": HEIGHT}
        )
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": str(live_server)}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if _is_ours(said) else None)
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        page.context.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def screenshots_folder() -> Path:
    folder = Path(os.environ.get("DATA_DIR") or ".data") / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
