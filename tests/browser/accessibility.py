"""What axe finds on a page, cut down to what keeps somebody from working."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS: Final = frozenset({"serious", "critical"})
ALIKE: Final = {"exclude": [["tbody tr:nth-child(n+4)"], [".trail li:nth-child(n+2)"]]}
"""Rows and entries further down are made like the first ones."""
WITHIN: Final = {"exclude": [*ALIKE["exclude"], [".side"], [".top"]]}
"""The frame is the same on every page: what is looked at whole in the dark has it, too."""
OPTIONS: Final = {"resultTypes": ["violations"], "preload": False}
"""Sound that plays by itself is all that axe would fetch files again for, and never serious."""
CONTRAST: Final = {**OPTIONS, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
COLOURLESS: Final = {**OPTIONS, "rules": {"color-contrast": {"enabled": False}}}
LOOKS: Final = """
() => [...new Set([...document.querySelectorAll("main *")]
  .filter((one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .map((one) => {
    const path = [];
    for (let node = one; node && node.tagName !== "MAIN"; node = node.parentElement)
      path.push(`${node.tagName}.${node.getAttribute("class")}.${node.disabled}`);
    return path.join("<");
  }))]
"""
"""How each text within the frame comes to its colours: by what it stands in. No page styles one."""


def bring_axe(page: Page) -> None:
    """Have axe in every document that this page will open: half a megabyte is sent once."""
    page.add_init_script(Axe().axe_script)


class Looks:
    """The looks that were judged: what is drawn alike need not be measured again."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def are_new(self, page: Page) -> bool:
        """Say whether a page shows a text in a way that no page before it did."""
        found = set(page.evaluate(LOOKS))
        fresh = found - self.seen
        self.seen |= found
        return bool(fresh)


def violations_within(page: Page, looks: Looks) -> list[str]:
    """Return what is serious within the frame, and what is too faint by day or night."""
    if not looks.are_new(page):
        return _told(page, _violations(page, WITHIN, COLOURLESS))
    return _told(page, _violations(page, WITHIN, OPTIONS)) + faint_text_by_night(page)


def serious_violations(page: Page) -> list[str]:
    """Return what is serious on the whole page, its frame included."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return _told(page, _violations(page, ALIKE, OPTIONS))


def faint_text_by_night(page: Page) -> list[str]:
    """Return what is too faint within the frame once the page turns dark; axe is there already."""
    root = "document.documentElement"
    page.evaluate(f"{root}.setAttribute('data-bs-theme', 'dark')")
    found = _violations(page, WITHIN, CONTRAST)
    page.evaluate(f"{root}.setAttribute('data-bs-theme', 'light')")
    return [f"dark {one}" for one in _told(page, found)]


def _violations(page: Page, where: dict[str, Any], options: dict[str, Any]) -> list[dict[str, Any]]:
    """Run axe; what passed stays in the browser, for it is long."""
    look = "async ([where, how]) => (await axe.run(where, how)).violations"
    found: list[dict[str, Any]] = page.evaluate(look, [where, options])
    return found


def _told(page: Page, violations: list[dict[str, Any]]) -> list[str]:
    return [
        f"{page.url}: {one['id']} {node['target']} {node['html'][:160]}"
        for one in violations
        if one["impact"] in SERIOUS
        for node in one["nodes"][:3]
    ]
