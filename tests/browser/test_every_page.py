"""Every page of the navigation: no serious axe violation, no script error, in each look."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page

from backoffice.navigation import NAVIGATION
from core.models import Job
from tests.browser.accessibility import serious_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EVERY_ROLE = ["AUDITOR", "AGENT", "SUPERVISOR", "ADMINISTRATOR"]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def addresses() -> list[str]:
    names = [item.url_name for group in NAVIGATION for item in group.items]
    found = []
    for name in names:
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return [*found, "/preferences/", "/nowhere/"]


def some_jobs() -> None:
    for n, state in enumerate(["DONE", "FAILED", "QUEUED", "RUNNING"] * 20):
        Job.objects.create(
            kind="trades.control_batch",
            title=f"Control of batch {n}",
            state=state,
            actor_name="agent",
            actor_kind="PERSON",
            created_at=AT + timedelta(minutes=n),
            started_at=AT + timedelta(minutes=n) if state != "QUEUED" else None,
            ended_at=AT + timedelta(minutes=n + 1) if state in ("DONE", "FAILED") else None,
            error="UnreadableFile: line 3" if state == "FAILED" else "",
            progress_done=n,
            progress_total=100,
        )


@pytest.mark.parametrize(
    ("language", "theme"), [("fr", "light"), ("fr", "dark"), ("en", "light"), ("en", "dark")]
)
def test_every_page_is_accessible(
    sign_in: Callable[..., Page], screenshots_folder: Path, language: str, theme: str
) -> None:
    some_jobs()
    page = sign_in(f"ada-{language}-{theme}", roles=["AUDITOR"], language=language, theme=theme)
    violations = []
    for address in addresses():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        violations += serious_violations(page)
        if os.environ.get("SCREENSHOTS"):
            name = address.strip("/").replace("/", "_") or "home"
            page.screenshot(path=screenshots_folder / f"{name}_{language}_{theme}.png")
    assert not violations, "\n".join(violations)
