"""Reconciliation in a browser: every page accessible, and a match made with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from core.roles import Role
from reconciliation.models import Break, ColumnMapping, MatchGroup, ReconciliationRun, StatementFile
from tests.browser.accessibility import serious_violations
from tests.integration.desk.people import person
from tests.integration.reconciliation.test_intraday import report
from tests.integration.reconciliation.world import account, row, statement, table, taken_in, trade
from tests.unit.reconciliation.securities_files import MT535, MT536

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN_LINE = ":61:2611201120D990,00NTRFOTHER//BK1\n:86:FRAIS DEDUITS"
GOOD_LINE = ":61:2611201120D1000,00NTRFT000000001//BK0\n:86:ACHAT FR0000131104"


def a_day_with_breaks() -> None:
    person("agent", Role.AGENT)
    account()
    trade(1)
    trade(2)
    taken_in(statement(GOOD_LINE, OPEN_LINE, closing="C261120EUR8010,00"), name="banque.sta")
    taken_in(table(row(trade(3), Price="11"), row(trade(4))), name="courtier.csv")
    taken_in(statement(OPEN_LINE, closing="C261120EUR8010,01"), name="illisible.sta")
    later = {"opening": "C261120EUR8010,00", "closing": "C261123EUR8010,00"}
    taken_in(statement(**later).replace(b":28C:1/1", b":28C:9/1"), name="saut.sta")
    taken_in(report(GOOD_LINE.replace("2611201120", "2611211121")), name="onze-heures.sta")
    taken_in(MT535.encode(), name="avoirs.fin")
    taken_in(MT536.encode(), name="flux.fin")


def addresses() -> list[str]:
    return [
        *[reverse(f"reconciliation:{name}") for name in
          ("home", "statements", "upload", "runs", "matches", "workbench")],
        Break.objects.filter(category="PRICE").latest("id").get_absolute_url(),
        MatchGroup.objects.latest("id").get_absolute_url(),
        ReconciliationRun.objects.latest("id").get_absolute_url(),
        StatementFile.objects.get(name="banque.sta").get_absolute_url(),
        *[StatementFile.objects.get(name=name).get_absolute_url() for name in
          ("illisible.sta", "saut.sta", "onze-heures.sta", "avoirs.fin", "flux.fin")],
        reverse("reconciliation:mapping", args=[ColumnMapping.objects.get().pk]),
    ]  # fmt: skip


@pytest.mark.parametrize(("language", "theme"), [("fr", "light"), ("en", "dark")])
def test_reconciliation_pages(
    sign_in: Callable[..., Page], screenshots_folder: Path, language: str, theme: str
) -> None:
    page = sign_in("agent", roles=[], language=language, theme=theme)
    a_day_with_breaks()
    for number, address in enumerate(addresses()):
        answered = page.goto(address)
        assert answered is not None
        assert answered.status == 200, address
        page.screenshot(
            path=screenshots_folder / f"reconciliation-{number:02}-{language}.png", full_page=True
        )
        assert serious_violations(page) == [], address


def test_match_by_hand_with_the_keyboard(sign_in: Callable[..., Page]) -> None:
    a_day_with_breaks()
    page = sign_in("agent", roles=[], language="en")
    page.goto(reverse("reconciliation:workbench") + "?kind=CASH&q=T000000002")
    page.goto(reverse("reconciliation:workbench") + "?kind=CASH")

    ours = page.get_by_label("T000000002")
    ours.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert page.locator("[data-sum=difference]").inner_text() == "10.00"
    page.get_by_label("Reason, when there is a difference").fill("fee of the bank")
    ours.focus()
    page.keyboard.press("m")
    page.wait_for_selector("text=is confirmed")

    group = MatchGroup.objects.get(pass_name="BY_HAND")
    assert (group.state, group.decided_by, group.reason) == (
        "CONFIRMED", "agent", "fee of the bank",
    )  # fmt: skip
