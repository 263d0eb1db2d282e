"""The pages of files: a preview that can be corrected, totals, a mapping kept, rows repaired."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import bulk, jobs
from core.models import Job
from core.roles import Role
from desk.models import WorkItem
from tests.factories.trades import message, signed_in, small_world
from tests.integration.bad_input.doors import said
from trades.models import CaptureFile, ExecutionMapping, QuarantinedRow, Trade

pytestmark = pytest.mark.django_db
UPLOAD = "/trades/upload/"
HEADER = "Ticket;B/S;Qty;Px;Time;ISIN;Bk;Cpty\n"
ROW = "{0};B;1 000;101,5;20/11/2026 04:01;FR0000120271;EQ-PAR-1;BNPP\n"
COLUMNS = {
    "column-source_reference": "Ticket", "column-side": "B/S", "column-quantity": "Qty",
    "column-price": "Px", "column-traded_at": "Time", "column-isin": "ISIN", "column-book": "Bk",
    "column-counterparty": "Cpty", "always-currency": "EUR", "always-venue": "XPAR",
    "values-side": "B=BUY; S=SELL", "zone": "America/New_York", "decimal_mark": ",",
    "date_format": "%d/%m/%Y", "source_system": "OMS-NY", "columns": "1",
}  # fmt: skip


@pytest.fixture
def agent() -> Client:
    small_world()
    return signed_in()


def send(client: Client, content: str, **fields: str) -> Any:
    file = SimpleUploadedFile("ny.csv", content.encode())
    return client.post(UPLOAD, {"file": file, "source_system": "OMS-NY", **fields})


def again(client: Client, shown: Any, **fields: str) -> Any:
    waiting = shown.context["waiting"]
    return client.post(UPLOAD, {"waiting": waiting, "look": "1", **COLUMNS, **fields})


def confirm(client: Client, shown: Any) -> Any:
    answer = client.post(UPLOAD, {"waiting": shown.context["waiting"]})
    jobs.run_pending()
    return answer


def test_what_the_header_does_not_tell_is_said_under_the_preview_and_kept(agent: Client) -> None:
    content = HEADER + ROW.format("N-1")
    shown = send(agent, content)
    assert "CAP-301" in said(shown)
    assert "101,5" in said(shown)
    assert not shown.context["preview"].may_confirm
    better = again(agent, shown, mapping_name="NY desk", declared_rows="1",
                   declared_gross="EUR=101500")  # fmt: skip
    page = said(better)
    assert "101,500.00 101,500.00" in page
    assert "10:01:00" in page  # four in the morning in New York

    assert confirm(agent, better).status_code == 302

    trade = Trade.objects.get()
    assert (trade.source_system, trade.venue, trade.currency) == ("OMS-NY", "XPAR", "EUR")
    assert trade.traded_at.isoformat() == "2026-11-20T09:01:00+00:00"
    kept = ExecutionMapping.objects.get(name="NY desk")
    assert kept.zone == "America/New_York"
    assert kept.translations == {"side": {"B": "BUY", "S": "SELL"}}
    assert CaptureFile.objects.get().mapping == kept
    assert "NY desk" in said(agent.get("/trades/mappings/"))
    corrected = agent.post(f"/trades/mappings/{kept.pk}/", COLUMNS | {"is_whole": "on"})
    assert corrected.status_code == 302
    kept.refresh_from_db()
    assert (kept.is_whole, kept.saved_by) == (True, "ana")


def test_totals_that_differ_leave_nothing_to_confirm(agent: Client) -> None:
    content = HEADER + ROW.format("N-1")
    ExecutionMapping.objects.create(
        name="NY", source_system="OMS-NY", saved_by="ana", decimal_mark=",",
        columns={k.removeprefix("column-"): v for k, v in COLUMNS.items() if "column-" in k},
        constants={"currency": "EUR"}, date_format="%d/%m/%Y",
    )  # fmt: skip
    shown = send(agent, content, mapping=str(ExecutionMapping.objects.get().pk), declared_rows="2")

    assert "TOT-001" in said(shown)
    assert not shown.context["preview"].may_confirm
    wrong = again(agent, shown, **{"values-side": "B"}, declared_gross="ten")
    assert wrong.status_code == 422
    assert "“B” is not a pair" in said(wrong)
    assert "“ten” is not a number" in said(wrong)
    assert again(agent, shown, declared_rows="1").context["preview"].may_confirm


def test_the_same_file_again_is_refused_with_the_way_to_the_first(agent: Client) -> None:
    content = ",".join(message()) + "\n" + ",".join(map(str, message().values()))
    confirm(agent, send(agent, content))
    file = CaptureFile.objects.get()

    refused = send(agent, content)

    assert refused.status_code == 409
    assert f'href="/trades/files/{file.pk}/"' in refused.content.decode()
    assert said(agent.get(f"/trades/files/{file.pk}/")).count("ny.csv") >= 1


@pytest.fixture
def waiting(agent: Client) -> QuarantinedRow:
    rows = [message(), message(source_reference="X-2", quantity="-1")]
    content = "\n".join([",".join(rows[0]), *(",".join(map(str, r.values())) for r in rows)])
    confirm(agent, send(agent, content))
    return QuarantinedRow.objects.get()


def test_a_row_is_repaired_in_the_browser(agent: Client, waiting: QuarantinedRow) -> None:
    page = f"/trades/quarantine/{waiting.pk}/"
    place = waiting.source.columns.index("quantity")
    assert "1 row of a file waits" in said(agent.get("/trades/capture/"))
    assert "X-2" in said(agent.get("/trades/quarantine/"))
    assert "CAP-010" in said(agent.get(page))
    typed = {f"cell-{place}": "x", "seen": "0"}
    checked = agent.post(f"{page}check/", typed, headers={"HX-Request": "true"})
    assert "CAP-008" in said(checked)
    typed[f"cell-{place}"] = "12"
    assert "The row can be read." in said(agent.post(f"{page}check/", typed))

    agent.post(f"{page}repair/", typed | {"reimport": "1"})

    assert Trade.objects.get(source_reference="X-2").quantity == 12
    assert "Repaired" in said(agent.get(page))
    assert agent.post(f"{page}repair/", typed).status_code == 409
    file = said(agent.get(f"/trades/files/{waiting.source_id}/"))
    assert "Rows that are done with" in file
    assert not WorkItem.objects.filter(kind="QUARANTINE", state="OPEN").exists()


def test_rows_are_imported_again_or_discarded_together(
    agent: Client, waiting: QuarantinedRow
) -> None:
    seen = {"ids": f"{waiting.pk}:0"}
    assert agent.post("/trades/quarantine/reimport/", seen, follow=True).status_code == 200
    waiting.refresh_from_db()
    assert waiting.state == "OPEN"
    agent.post(f"/trades/files/{waiting.source_id}/reimport/")
    assert agent.post("/trades/quarantine/discard/", seen | {"reason": ""}).status_code == 422

    agent.post("/trades/quarantine/discard/", seen | {"reason": "not ours"})

    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("DISCARDED", "not ours")
    assert "not ours" in said(agent.get(f"/trades/quarantine/{waiting.pk}/"))


@pytest.mark.parametrize("most", [100, 0])  # at once, and by a job: the same of each row
def test_rows_are_acted_on_as_they_were_seen_and_within_reach(
    agent: Client, waiting: QuarantinedRow, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE_MAX", most)
    place = waiting.source.columns.index("quantity")
    agent.post(f"/trades/quarantine/{waiting.pk}/repair/", {"seen": "0", f"cell-{place}": "12"})
    fi = signed_in(Role.AGENT, desk="FI", name="fi")
    for client, revision, expected in (
        (fi, 1, "It is no longer there."),
        (agent, 0, "has changed since you saw it"),
    ):
        shown = client.post(
            "/trades/quarantine/reimport/", {"ids": f"{waiting.pk}:{revision}"}, follow=True
        )
        jobs.run_pending()
        page = said(shown) if most else said(client.get(f"/jobs/{Job.objects.latest('pk').pk}/"))
        assert expected in page
        assert client is agent or "X-2" not in page
        assert Trade.objects.count() == 1

    agent.post("/trades/quarantine/reimport/", {"ids": f"{waiting.pk}:1"})
    jobs.run_pending()

    assert Trade.objects.get(source_reference="X-2").quantity == 12


def test_all_of_another_list_is_nothing_to_the_quarantine(
    agent: Client, waiting: QuarantinedRow
) -> None:
    shown = agent.get("/trades/quarantine/?select=all", headers={"HX-Request": "true"})
    token = shown.context["token"]

    assert agent.post("/trades/quarantine/discard/", {"selection": token, "reason": "x"}).url
    waiting.refresh_from_db()
    assert waiting.state == "DISCARDED"
    work = agent.get("/work/?select=all", headers={"HX-Request": "true"}).context["token"]
    answer = agent.post("/trades/quarantine/discard/", {"selection": work, "reason": "x"})
    assert answer.status_code == 409


def test_who_may_only_look_repairs_nothing(agent: Client, waiting: QuarantinedRow) -> None:
    auditor = signed_in(Role.AUDITOR, name="zoe")
    page = f"/trades/quarantine/{waiting.pk}/"

    assert auditor.get(page).status_code == 200
    for act in ("check", "repair", "discard"):
        assert auditor.post(f"{page}{act}/", {"reason": "x"}).status_code == 403
    other_desk = signed_in(Role.AGENT, desk="FI", name="fi")
    assert other_desk.get(page).status_code == 404
    assert "X-2" not in said(other_desk.get("/trades/quarantine/"))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"cell-999": "1"}, 422),
        ({"cell-x": "1"}, 302),
        ({"seen": "one"}, 409),
        ({"cell-0": "a" * 40_000}, 422),
        ({"cell-0": "\u202e"}, 302),
    ],
)
def test_odd_repairs(
    agent: Client, waiting: QuarantinedRow, fields: dict[str, str], status: int
) -> None:
    answer = agent.post(f"/trades/quarantine/{waiting.pk}/repair/", {"seen": "0", **fields})

    assert answer.status_code == status
    assert Trade.objects.count() == 1
