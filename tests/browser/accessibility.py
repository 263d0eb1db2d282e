"""What axe finds on a page, cut down to what keeps somebody from working."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS: Final = frozenset({"serious", "critical"})
ALIKE: Final = {"exclude": [["tbody tr:nth-child(n+9)"]]}
"""Rows further down a table are made like the first ones."""
CONTRAST: Final = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def serious_violations(page: Page, *, options: dict[str, Any] | None = None) -> list[str]:
    asked = {"resultTypes": ["violations"], **(options or {})}
    found = Axe().run(page, context=ALIKE, options=asked).response["violations"]
    return [
        f"{page.url}: {one['id']} {node['target']} {node['html'][:160]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"][:3]
    ]


def faint_text_by_night(page: Page) -> list[str]:
    """Return what is too faint once the page turns dark."""
    root = "document.documentElement"
    page.evaluate(f"{root}.setAttribute('data-bs-theme', 'dark')")
    found = serious_violations(page, options=CONTRAST)
    page.evaluate(f"{root}.setAttribute('data-bs-theme', 'light')")
    return [f"dark {one}" for one in found]
