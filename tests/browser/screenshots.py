"""Take a picture of every page of a running house, in both languages and themes.

python -m tests.browser.screenshots --url http://127.0.0.1:8000 --user admin --password demo
"""

from __future__ import annotations

import argparse
import re
import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.accessibility import serious_violations
from tests.browser.chromium import ARGUMENTS, find_chromium


def main() -> None:
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(find_chromium()), args=list(ARGUMENTS)
        )
        size = {"width": options.width, "height": options.height}
        page = browser.new_page(base_url=options.url, viewport=size)
        _sign_in(page, options.user, options.password)
        for language, theme in product(options.languages, options.themes):
            _prefer(page, language, theme)
            for address in options.pages or _navigation(page):
                page.goto(address)
                page.wait_for_load_state("networkidle")
                name = re.sub(r"\W+", "_", address).strip("_") or "home"
                for remark in serious_violations(page) if options.axe else ():
                    sys.stdout.write(f"{remark}\n")
                page.screenshot(path=options.folder / f"{name}_{language}_{theme}.png")
        browser.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", default="demo")
    parser.add_argument("--folder", type=Path, default=Path(".data/screenshots"))
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--languages", nargs="+", default=["fr", "en"])
    parser.add_argument("--themes", nargs="+", default=["light", "dark"])
    parser.add_argument("--axe", action="store_true", help="tell serious axe violations")
    parser.add_argument("pages", nargs="*", help="addresses; every page of the navigation if none")
    return parser.parse_args()


def _sign_in(page: Page, user: str, password: str) -> None:
    page.goto("/sign-in/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", password)
    page.click("main .btn-primary")
    page.wait_for_url("**/")


def _prefer(page: Page, language: str, theme: str) -> None:
    page.goto("/preferences/")
    page.select_option("select[name=language]", language)
    page.select_option("select[name=theme]", theme)
    page.click("main .btn-primary")


def _navigation(page: Page) -> list[str]:
    found = page.eval_on_selector_all(".side a", "links => links.map(a => a.getAttribute('href'))")
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    main()
