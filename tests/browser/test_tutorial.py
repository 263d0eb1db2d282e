"""The main job, as docs/tutorial.md tells it: one day, on real files, through a real browser."""

from __future__ import annotations

import json
import re
import urllib.request
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backoffice import demo
from core import jobs, tokens
from kernel.actors import SYSTEM
from reconciliation.models import StatementFile
from reporting.models import RegulatoryReport, ReportFile
from tests.browser.conftest import SignIn
from trades.models import CaptureBatch, Execution, Trade
from trades.states import TradeState

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
BUSINESS_DATE = date(2026, 11, 20)  # the day of docs/examples/execution.json
FIX_LOG = "fix/quickfix__quickfix-logviewer/test.log"
STATEMENT = "camt/viafintech__camt_parser/053/valid_example.xml"


@pytest.fixture
def demo_world() -> None:
    list(demo.seed(business_date=BUSINESS_DATE, at=datetime.now(UTC), trades=0))
    jobs.run_pending()


def _upload(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="See what it says").click()
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_load_state()
    jobs.run_pending()


def _post(live_server: object, content: bytes, key: str) -> tuple[int, dict[str, object]]:
    token = tokens.create_token(
        name=f"tutorial-{key}", source_system="EXAMPLE", actor=SYSTEM, at=datetime.now(UTC)
    )
    request = urllib.request.Request(  # noqa: S310 - our own live server
        f"{live_server}/api/v1/executions/",
        data=content,
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        },
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own live server
        return answer.status, json.load(answer)


def _take_files_in(agent: Page, shared_data: Path) -> None:
    """Import the real FIX log, whose symbol has no instrument yet, and a real bank statement."""
    _upload(agent, "/trades/fix/", shared_data / FIX_LOG)
    fix = CaptureBatch.objects.get(channel="FIX")
    assert fix.counts["messages"] > 0
    agent.goto("/trades/capture/")
    expect(agent.get_by_text("FIX").first).to_be_visible()
    waiting = Execution.objects.filter(outcome="EXCEPTION").first()
    assert waiting is not None, "the log names a symbol that has no instrument yet"

    _upload(agent, "/reconciliation/statements/upload/", shared_data / STATEMENT)
    assert StatementFile.objects.filter(kind="CASH").exists()


def test_a_day_from_the_wire_to_the_audit_trail(
    demo_world: None,
    sign_in: SignIn,
    live_server: object,
    shared_data: Path,
    settings: Any,
) -> None:
    settings.REPORT_SCHEMA_DIR = str(shared_data / "mifir")
    agent = sign_in("agent", roles=[])
    _take_files_in(agent, shared_data)

    status, answer = _post(live_server, (EXAMPLES / "execution.json").read_bytes(), "once")
    assert (status, answer["source_reference"]) == (201, "EXAMPLE-1")
    jobs.run_pending()
    trade = Trade.objects.get(source_reference="EXAMPLE-1")
    assert trade.state == TradeState.PENDING_VALIDATION, trade.state

    supervisor = sign_in("supervisor", roles=[])
    supervisor.goto(f"/validation/{trade.pk}/")
    supervisor.get_by_role("button", name=re.compile("^Validate")).first.click()
    supervisor.wait_for_load_state()
    trade.refresh_from_db()
    assert trade.state == TradeState.VALIDATED

    agent.goto("/reporting/?day=2026-11-20")
    agent.get_by_role("button", name="Generate the reports of this day").click()
    agent.wait_for_load_state()
    jobs.run_pending()
    report = RegulatoryReport.objects.get(trade=trade)
    assert report.findings == []
    assert ReportFile.objects.get().schema_check == "VALID"

    auditor = sign_in("auditor", roles=[])
    auditor.goto(f"/audit/trade/{trade.pk}/")
    expect(auditor.get_by_text("supervisor").first).to_be_visible()
