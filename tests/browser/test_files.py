"""A file at the screen: its columns named under the preview, a bad row mended, sent again alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import jobs
from tests.factories.trades import small_world
from trades.models import CaptureFile, Execution, ExecutionMapping, QuarantinedRow, Trade

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEADER = "Ticket;B/S;Quantité;Prix;Heure;ISIN;Portefeuille;Contrepartie\n"
ROW = "{0};B;{1};101,5;20/11/2026 10:01;FR0000120271;EQ-PAR-1;BNPP\n"


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    small_world()
    return sign_in("ana", roles=["AGENT"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ordres.csv"
    path.write_text(HEADER + ROW.format("A-1", "1 000") + ROW.format("A-2", "mille"))
    return path


def send(page: Page, file: Path) -> None:
    page.goto("/trades/upload/")
    page.set_input_files("input[type=file]", str(file))


def name_the_columns(page: Page) -> None:
    """Say under the preview what the header does not tell, and keep it as a mapping."""
    for name, header in {"source_reference": "Ticket", "side": "B/S", "traded_at": "Heure"}.items():
        page.select_option(f"[id='id_column-{name}']", header)
    page.fill("[id='id_always-currency']", "EUR")
    page.fill("[id='id_values-side']", "B=BUY; S=SELL")
    page.fill("#id_declared_rows", "2")
    page.fill("#id_mapping_name", "OMS orders")
    page.get_by_role("button", name="Read it again").click()
    expect(page.locator(".rows tr.bad")).to_contain_text("mille")
    expect(page.locator(".proofs")).to_contain_text("101,500.00")


def mend_the_row(page: Page) -> None:
    """Correct the cell while its finding follows each key, and send the row again."""
    page.get_by_role("link", name=re.compile("^3$")).click()
    box = page.get_by_label("Quantité")
    box.fill("mil")
    expect(page.locator("#check")).to_contain_text("CAP-008")
    box.fill("2000")
    expect(page.locator("#check")).to_contain_text("The row can be read.")
    page.get_by_role("button", name="Import again").click()
    expect(page.locator(".note-green").first).to_contain_text("1 row is imported")


def test_a_file_from_its_header_to_the_last_row(page: Page, file: Path) -> None:
    send(page, file)
    page.select_option("#id_decimal_mark", ",")
    page.fill("#id_source_system", "OMS")
    page.get_by_role("button", name="See what it says").click()
    expect(page.locator("main")).to_contain_text("CAP-301")
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    name_the_columns(page)
    page.get_by_role("button", name="Confirm").click()
    jobs.run_pending()
    page.reload()
    page.get_by_role("link", name="See the result").click()
    expect(page.locator("main")).to_contain_text("1 row waits in quarantine")
    assert ExecutionMapping.objects.get().translations == {"side": {"B": "BUY", "S": "SELL"}}

    mend_the_row(page)

    assert QuarantinedRow.objects.get().state == "REPAIRED"
    assert sorted(Trade.objects.values_list("source_reference", flat=True)) == ["A-1", "A-2"]
    send(page, file)
    page.get_by_role("button", name="See what it says").click()
    page.get_by_role("link", name="Open the first one").click()
    page.wait_for_url(f"**{CaptureFile.objects.get().get_absolute_url()}")
    assert Execution.objects.count() == 2
