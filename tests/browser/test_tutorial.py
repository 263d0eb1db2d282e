"""The main job, as docs/tutorial.md tells it: one day, on real files, through a real browser.

In English and in French: buttons and links are found by the words that the page shows.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import Locator, Page, expect

from backoffice import demo
from backoffice.launcher import places
from core import jobs
from core.models import User
from desk.models import Comment, ControlException, Request
from reconciliation.models import Break, MatchGroup, StatementFile
from reporting.models import RegulatoryReport, ReportFile
from tests.browser.conftest import SignIn
from trades.models import CaptureBatch, Execution, Trade
from trades.states import TradeState

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

EXAMPLES = places.ROOT / "docs" / "examples"
BUSINESS_DATE = date(2026, 11, 20)  # the day of docs/examples/execution.json
FIX_LOG = "fix/quickfix__quickfix-logviewer/small.log"
OTHER_FIX_LOG = "fix/FIXTradingCommunity__fix-log-to-orchestra/Montran_order_messages.log"
STATEMENT = "camt/viafintech__camt_parser/053/valid_example.xml"


class Person:
    """Somebody at the browser, who reads the words of one language."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language

    def word(self, text: str) -> str:
        with translation.override(self.language):
            return gettext(text)

    def go(self, *labels: str) -> None:
        """Start at the business day and follow links by their words."""
        self.page.goto("/")
        for label in labels:
            name = re.compile("^" + re.escape(self.word(label)))
            self.page.get_by_role("link", name=name).first.click()
            self.page.wait_for_load_state()

    def button(self, label: str) -> Locator:
        name = re.compile("^" + re.escape(self.word(label)))
        return self.page.get_by_role("button", name=name).first

    def press(self, label: str) -> None:
        """Press a button and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.button(label).click()

    def confirm(self, label: str, reason: str = "") -> None:
        """Press a button that asks first, and say yes."""
        self.button(label).click()
        dialog = self.page.get_by_role("dialog")
        if reason:
            dialog.get_by_role("textbox").fill(reason)
        with self.page.expect_navigation():
            dialog.get_by_role("button", name=self.word(label), exact=True).click()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(self.word(label)).first.fill(value)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(self.word(text)).first).to_be_visible()

    def upload(self, file: Path, prepare: Callable[[], None] = lambda: None) -> None:
        """Choose a file, look at what it says, confirm, and let the job run."""
        self.page.set_input_files("input[type=file]", str(file))
        prepare()
        self.press("See what it says")
        self.press("Confirm")
        jobs.run_pending()
        self.page.reload()


@pytest.fixture(autouse=True)
def demo_world(settings: Any, shared_data: Path, tmp_path: Path) -> None:
    settings.ANCHOR_DIR = tmp_path
    settings.REPORT_SCHEMA_DIR = str(shared_data / "mifir")
    list(demo.seed(business_date=BUSINESS_DATE, at=datetime.now(UTC), trades=0))
    jobs.run_pending()


def _import_fix_logs(agent: Person, supervisor: Person, shared_data: Path) -> None:
    """Two real logs: the symbol of the first is a new instrument, of the second a known one."""
    agent.go("Capture", "FIX log")
    agent.upload(shared_data / FIX_LOG)
    counts = CaptureBatch.objects.get(channel="FIX").counts
    assert (counts["messages"], counts["exception"], counts["repeated"]) == (84, 2, 6)
    agent.go("Capture", "FIX log")
    agent.upload(shared_data / OTHER_FIX_LOG)
    assert Execution.objects.filter(outcome="EXCEPTION").count() == 4
    assert not Trade.objects.exists()

    _open_waiting(agent, "DELL")
    agent.page.locator("#id_isin").fill("US24703L2025")
    agent.page.locator("#id_name").fill("Dell Technologies Inc.")
    agent.press("Ask for the new record")
    _open_waiting(agent, "ADB03M")
    agent.page.locator("#id_instrument").fill("SAN")
    agent.press("Ask for this name")
    assert not Trade.objects.exists()
    for request in Request.objects.filter(kind="STATIC_DATA").order_by("pk"):
        supervisor.go("Requests", request.subject_reference)
        supervisor.press("Grant")
    jobs.run_pending()
    assert Trade.objects.filter(isin="US24703L2025").count() == 2
    assert Trade.objects.filter(symbol="ADB03M", isin="FR0000120578").count() == 2
    assert not Execution.objects.filter(outcome="EXCEPTION").exists()


def _open_waiting(agent: Person, symbol: str) -> None:
    """Follow the note of the capture page to a message that waits for this symbol."""
    agent.page.goto("/trades/capture/")
    agent.page.locator(".note-amber a").click()
    agent.page.get_by_role("row").filter(has_text=symbol).get_by_role("link").first.click()
    agent.page.wait_for_load_state()


def _post(live_server: object, token: str, content: bytes, key: str) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(  # noqa: S310 - our own live server
        f"{live_server}/api/v1/executions/",
        data=content,
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        },
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own live server
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def _post_executions(live_server: object) -> Trade:
    said = StringIO()
    call_command("create_api_token", "tutorial", source_system="EXAMPLE", stdout=said)
    token, example = said.getvalue().strip(), (EXAMPLES / "execution.json").read_bytes()

    answers = [
        _post(live_server, token, example, "first-try"),
        _post(live_server, token, example, "first-try"),
        _post(live_server, token, example, "second-try"),
        _post(live_server, token, example.replace(b"55.40", b"55.41"), "third-try"),
        _post(live_server, token, example.replace(b'"BUY"', b'"HOLD"'), "fourth-try"),
    ]

    assert [status for status, _body in answers] == [201, 201, 200, 409, 422]
    assert answers[0] == answers[1]
    jobs.run_pending()
    return Trade.objects.get(source_reference="EXAMPLE-1")


def _see_it_controlled(agent: Person, trade: Trade) -> None:
    """Dealt on a day that is closed, the trade waits until somebody accepts that it is late."""
    assert trade.state == TradeState.ON_HOLD, trade.state
    agent.page.goto("/trades/?q=EXAMPLE-1")
    agent.page.get_by_role("link", name=trade.reference).click()
    agent.sees("On hold")
    agent.page.get_by_role("link", name="TRD-702").first.click()
    agent.sees("Expected")
    agent.confirm("Waive", "an example of another day")
    waived = ControlException.objects.get(subject_id=trade.pk, state="WAIVED")
    assert (waived.rule_code, waived.ended_by) == ("TRD-702", "agent")
    jobs.run_pending()
    trade.refresh_from_db()
    assert trade.state == TradeState.PENDING_VALIDATION


def _validate(supervisor: Person, trade: Trade) -> None:
    supervisor.go("Validation")
    supervisor.page.get_by_role("link", name=trade.reference).click()
    supervisor.press("Validate")
    trade.refresh_from_db()
    assert trade.state == TradeState.VALIDATED


def _reconcile(agent: Person, shared_data: Path) -> None:
    """A real bank statement, the example statement and a custodian's table with a saved mapping."""
    for file in (shared_data / STATEMENT, EXAMPLES / "statement.mt940"):
        agent.go("Statements", "Take in a statement")
        agent.upload(file)
    agent.go("Statements", "Take in a statement")
    agent.upload(EXAMPLES / "custodian-trades.csv", lambda: _new_mapping(agent.page))
    assert set(StatementFile.objects.values_list("state", flat=True)) == {"IMPORTED"}
    groups = MatchGroup.objects.filter(state="CONFIRMED", pass_name="EXACT")
    assert sorted(groups.values_list("kind", flat=True)) == ["CASH", "TRADES"]

    break_ = Break.objects.get(reference="CUSTODY-7", state="OPEN")
    agent.go("Reconciliation")
    agent.page.goto("/reconciliation/?q=CUSTODY-7")
    agent.page.locator("tbody tr a").first.click()
    agent.fill("Your comment", "Asked the custodian.")
    agent.press("Add")
    assert Comment.objects.get(subject_kind="break", subject_id=break_.pk)


def _new_mapping(page: Page) -> None:
    page.select_option("#id_sender", "CACE")
    page.fill("#id_mapping_name", "CACEIS trades")
    page.select_option("#id_coverage", "ALL")


def _match_by_hand(agent: Person, trade: Trade) -> None:
    """Undo the match that the run made, and make it again by hand."""
    made = MatchGroup.objects.get(kind="CASH", state="CONFIRMED")
    agent.go("Reconciliation", "Matches")
    agent.page.goto(made.get_absolute_url())
    agent.confirm("Undo", "to see how it is done")
    agent.go("Reconciliation", "Match by hand")
    agent.page.goto("/reconciliation/workbench/?kind=CASH")
    agent.page.get_by_label(trade.reference).check()
    agent.page.get_by_label("EXAMPLE-1", exact=True).check()
    with translation.override(agent.language):
        agent.press(pgettext("verb", "Match"))
    again = MatchGroup.objects.get(kind="CASH", state="CONFIRMED")
    assert (again.pass_name, again.decided_by) == ("BY_HAND", "agent")


def _report(agent: Person, supervisor: Person, trade: Trade) -> None:
    agent.go("Reporting")
    agent.page.locator("#id_day").fill("2026-11-20")
    agent.press("Show")
    agent.press("Generate the reports of this day")
    jobs.run_pending()
    assert RegulatoryReport.objects.get(trade=trade).findings == []
    file = ReportFile.objects.get()
    assert (file.schema_check, file.generated_by) == ("VALID", "agent")
    supervisor.go("Reporting", "Files", file.name)
    supervisor.confirm("Release")
    file.refresh_from_db()
    assert (file.state, file.released_by) == ("RELEASED", "supervisor")


def _read_the_trail(auditor: Person, trade: Trade) -> None:
    auditor.page.goto("/trades/?q=EXAMPLE-1")
    auditor.page.get_by_role("link", name=trade.reference).click()
    trail = auditor.page.locator("section").filter(has_text=auditor.word("Audit trail"))
    expect(trail.get_by_text("supervisor").first).to_be_visible()
    auditor.go("Audit trail")
    expect(auditor.page.get_by_role("link", name=trade.reference).first).to_be_visible()
    call_command("anchor_audit", stdout=StringIO())
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert said.getvalue().endswith("1 anchors: no problems\n"), said.getvalue()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_day_from_the_wire_to_the_audit_trail(
    sign_in: SignIn, live_server: object, shared_data: Path, language: str
) -> None:
    User.objects.update(language=language)
    agent, supervisor, auditor = (
        Person(sign_in(name, roles=[], language=language), language)
        for name in ("agent", "supervisor", "auditor")
    )

    _import_fix_logs(agent, supervisor, shared_data)
    trade = _post_executions(live_server)
    _see_it_controlled(agent, trade)
    _validate(supervisor, trade)
    _reconcile(agent, shared_data)
    _match_by_hand(agent, trade)
    _report(agent, supervisor, trade)
    _read_the_trail(auditor, trade)
