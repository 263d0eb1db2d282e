"""The pages of reporting over a day with everything in it: accessible, without script errors."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from reporting import services
from reporting.models import RegulatoryReport, ReportFile
from tests.browser.accessibility import serious_violations
from tests.factories.controlled import FRIDAY, trade
from tests.integration.reporting.test_feedback import answer
from tests.integration.reporting.world import AT, agent, amended, supervisor, validated
from tests.unit.reporting.samples import schema_directory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_reporting_day() -> None:
    """Accepted, pending, rejected, corrected, blocked and waiting: one of each."""
    first = [validated(number) for number in range(1, 5)]
    trade(9)
    made = services.generate_rts22(day=FRIDAY, actor=agent(), at=AT).file
    assert made is not None
    services.release_file(file_id=made.pk, actor=supervisor(), at=AT)
    said = answer(made.message_id, "PART", 2, T000000001V1="RJCT/CON-412", T000000002V1="PDNG")
    services.import_feedback(name="answer.xml", content=said, actor=agent(), at=AT)
    amended(first[2], price=Decimal("61.25"))
    validated(5, trader_code="NOBODY")
    services.generate_rts22(day=FRIDAY, actor=agent(), at=AT)


def addresses() -> list[str]:
    report = RegulatoryReport.objects.get(transaction_id="T000000001V1")
    made = ReportFile.objects.latest("id")
    return [
        reverse("reporting:home") + "?day=2026-11-20",
        reverse("reporting:reports"),
        report.get_absolute_url(),
        RegulatoryReport.objects.get(state="BLOCKED").get_absolute_url(),
        reverse("reporting:files"),
        made.get_absolute_url(),
        reverse("reporting:schemas"),
        reverse("reporting:activity") + "?day=2026-11-20",
    ]


@pytest.mark.parametrize(("language", "theme"), [("fr", "light"), ("en", "dark")])
def test_reporting_pages(
    sign_in: Callable[..., Page],
    screenshots_folder: Path,
    settings: Any,
    language: str,
    theme: str,
) -> None:
    settings.REPORT_SCHEMA_DIR = str(schema_directory())
    a_reporting_day()
    page = sign_in(f"ada-{language}", roles=["AGENT"], language=language, theme=theme)
    violations = []
    for number, address in enumerate(addresses()):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        violations += serious_violations(page)
        if os.environ.get("SCREENSHOTS"):
            name = f"reporting_{number}_{language}_{theme}.png"
            page.screenshot(path=screenshots_folder / name, full_page=True)
    assert not violations, "\n".join(violations)
