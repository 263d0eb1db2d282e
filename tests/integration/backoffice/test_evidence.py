"""Control evidence: asked of the tables themselves, kept under its number, as the pages say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import translation

from backoffice import promises
from backoffice.evidence import (
    coverage,
    exceptions,
    parts,
    proofs,
    rules,
    validations,
    writing,
)
from backoffice.launcher import places
from backoffice.settings import databases
from core import files, jobs
from core.models import Job, StoredFile
from core.roles import Role
from desk.models import ControlException, ControlRun
from desk.tables.exceptions import filled
from reporting import services
from reporting.models import EvidenceReport
from tests.factories.controlled import trade, world
from tests.integration.backoffice.evidence import (
    AT,
    LATER,
    as_another,
    auditor,
    judged,
    lived,
    sheets_of,
    span,
    wanted,
    written,
)
from tests.integration.desk.people import person
from tests.integration.reporting.world import signed_in
from trades.selectors import rule_statistics
from trades.services import rule_evidence

pytestmark = pytest.mark.django_db
QUERIES_MAX = 100


@pytest.fixture(autouse=True)
def _promises_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The role that asks for promises sees only what is committed: tests of it are elsewhere."""
    monkeypatch.setattr(promises, "broken_as_read_by_backup", list)


def test_the_numbers_are_those_of_the_pages() -> None:
    lived()
    whole = span()
    with translation.override("en"):
        rows = {row[0]: row for row in rules.Spoken(whole, coverage.coverage_of(whole)).rows()}

    page = rule_statistics(until=LATER)
    numbers = page.of(["TRD-401"])
    assert rows["TRD-401"][5] == numbers.hits == 1
    assert rows["TRD-401"][6] == page.hit_rate(numbers)
    assert rows["TRD-401"][7:11] == (1, numbers.decided, 0, numbers.waived) == (1, 1, 0, 1)
    assert rows["TRD-401"][11] == numbers.false_rate == 1


@pytest.mark.parametrize("days", [0, 3, 30])
def test_days_that_are_summed_up_count_as_those_that_are_not(days: int) -> None:
    """Between any two moments, and what lies in two spans that meet lies in both together."""
    world()
    for day in range(4):
        judged(trade(day + 1, price=Decimal("64.00")), at=AT + timedelta(days=day, hours=5 * day))
    rule_evidence.sum_up_days(at=AT + timedelta(days=days))
    moments = [AT + timedelta(hours=hours) for hours in (-30, 0, 10, 24, 40, 55, 90, 200)]

    def hits(since: datetime, until: datetime) -> tuple[int, int]:
        found = rule_statistics(since=since, until=until)
        return found.judged, found.of(["TRD-401"]).hits

    for since, until in pairwise(moments):
        expected = ControlRun.objects.filter(ended_at__gte=since, ended_at__lt=until)
        assert hits(since, until) == (n := expected.count(), n), (since, until)
    assert hits(moments[0], moments[-1]) == (4, 4)


def test_another_desk_is_left_out() -> None:
    lived()

    elsewhere = span(desk_code="FI")

    assert coverage.coverage_of(elsewhere).versions == 0
    assert validations.decisions_of(elsewhere).approved == 0
    assert exceptions.waivers_in(elsewhere) == 0


def test_what_was_before_or_comes_after_is_left_out() -> None:
    lived()

    before = span(first_day=date(2026, 1, 1), last_day=date(2026, 1, 31))

    assert coverage.coverage_of(before).versions == 0
    assert exceptions.waivers_in(before) == 0


@pytest.mark.django_db(transaction=True)
def test_a_report_tells_of_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What others commit while it is written stands in none of its tables and sums."""
    lived()
    count = exceptions.waivers_in

    def counted(told: parts.Span) -> int:
        found = count(told)
        as_another(
            "UPDATE desk_controlexception SET state = 'WAIVED', ended_by = 'eve', reason = 'late',"
            " ended_at = raised_at WHERE state = 'OPEN'",
            "UPDATE desk_controlexception SET reason = 'written again' WHERE reason = '=seen'",
        )
        return found

    monkeypatch.setattr(exceptions, "waivers_in", counted)

    report = written()

    passed = sheets_of(report)["What was let pass"][4:]
    assert report.figures["figures"]["waived"] == len(passed) == 1
    assert passed[0][-1] == "=seen"
    assert ControlException.objects.filter(reason="written again").exists()


def test_nothing_is_changed_while_evidence_is_read() -> None:
    world()
    with pytest.raises(DatabaseError, match="read-only"), transaction.atomic(), parts.one_moment():
        ControlRun.objects.create(
            judged=1, clean_count=1, subject_ids=[1], version_nos=[1], ended_at=AT
        )


def test_paper_has_the_first_rows_that_the_workbook_was_given() -> None:
    numbers = iter([[(1,), (2,), (3,)], [(7,)]])
    part = parts.Part(title="", columns=(), rows=lambda: next(numbers), printed=2)

    assert list(part.in_workbook().rows) == [(1,), (2,), (3,)]
    assert list(part.on_paper().rows) == [(1,), (2,)]
    assert "2" in part.on_paper().note


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_report_is_written_as_pdf_and_workbook_and_kept(language: str) -> None:
    lived()

    report = written(language=language)

    assert (report.seq, report.asked_by) == (1, "auditor")
    figures = report.figures["figures"]
    assert (figures["versions"], figures["waived"]) == (4, 1)
    assert report.figures["verdicts"] == {
        "COVERED": 0, "FOUR_EYES": 0, "PROMISES": 0, "TRAIL": None
    }  # fmt: skip
    assert files.open_stored(report.pdf).startswith(b"%PDF-")
    sheets = sheets_of(report)
    assert len(sheets) > 25
    cells = [cell for rows in sheets.values() for row in rows for cell in row]
    assert "=seen" in cells  # as text: what a formula would give is not there
    with pytest.raises(DatabaseError), transaction.atomic():
        EvidenceReport.objects.update(asked_by="x")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_finding_says_in_the_report_what_its_page_says(language: str) -> None:
    lived()
    found = ControlException.objects.get(rule_code="TRD-401", reason="=seen")
    ControlException.objects.create(
        kind="CONTROL", rule_code="TRD-000", subject_kind="trade", subject_id=1, message="",
        raised_at=AT,
    )  # fmt: skip

    with translation.override(language):
        each = exceptions.parts(span())[2]
        said = {row[0]: row[7] for row in each.rows()}
        assert said["TRD-401"] == filled(found.message, found)
    assert said["TRD-000"] == ""


def test_reports_are_numbered_without_a_gap_and_a_job_writes_one() -> None:
    lived()
    first, second = written(), written(desk_code="EQ")

    Job.objects.filter(pk=first.job_id).update(state="QUEUED")
    jobs.run_pending()

    assert [report.seq for report in EvidenceReport.objects.order_by("pk")] == [1, 2]
    assert StoredFile.objects.filter(name__startswith="control-evidence").count() == 4
    assert second.desk_code == "EQ"


def test_the_page_asks_shows_and_hands_out(client: Client) -> None:
    lived()
    signed_in(client, auditor())
    page = client.get("/reporting/evidence/")
    assert page.status_code == 200

    posted = {"span": "quarter", "day": "20/11/2026", "language": "en", "desk": ""}
    answer = client.post("/reporting/evidence/ask/", posted)
    job = Job.objects.get(kind=services.EVIDENCE_JOB)
    assert answer.url == f"/jobs/{job.pk}/"
    assert job.parameters["first_day"] == "2026-10-01"
    jobs.run_pending()

    report = EvidenceReport.objects.get()
    shown = client.get(report.get_absolute_url()).content.decode()
    assert report.pdf.sha256 in shown
    for kind, start in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        got = client.get(f"/reporting/evidence/{report.pk}/evidence.{kind}")
        assert got.content.startswith(start)
        assert f"control-evidence-1.{kind}" in got["Content-Disposition"]
    rows = b"".join(client.get("/reporting/evidence/", {"export": "csv"}).streaming_content)
    assert report.workbook.sha256 not in rows.decode()  # hidden unless chosen
    assert report.pdf.sha256 in rows.decode()


@pytest.mark.parametrize(
    "posted",
    [
        {"span": "day", "day": ""},
        {"span": "days", "first_day": "21/11/2026", "last_day": "20/11/2026"},
        {"span": "days", "first_day": "20/11/2026"},
        {"span": "day", "day": "01/01/2999"},
        {"span": "year", "day": "20/11/2026"},
    ],
)
def test_days_that_make_no_period_are_refused_on_the_page(
    client: Client, posted: dict[str, str]
) -> None:
    signed_in(client, auditor())

    answer = client.post("/reporting/evidence/ask/", {"language": "fr"} | posted)

    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_who_may_not_read_the_trail_gets_nothing(client: Client) -> None:
    lived()
    report = written()
    signed_in(client, person("agent2", Role.AGENT))

    assert client.get("/reporting/evidence/").status_code == 403
    assert client.get(report.get_absolute_url()).status_code == 403
    assert client.get(f"/reporting/evidence/{report.pk}/evidence.pdf").status_code == 403
    assert client.post("/reporting/evidence/ask/", {}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_promises_are_asked_by_the_role_that_reads_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    parts_of = connection.settings_dict | {
        "USER": settings.DATABASE_ROLES["backup"], "PASSWORD": places.TEST_PASSWORD
    }  # fmt: skip
    monkeypatch.setattr(databases, "of_role", lambda _place, _role: parts_of)
    assert proofs.ask_promises() == proofs.Kept({})

    broken = promises.Promise("X01", "nobody is here", "SELECT 1")
    monkeypatch.setattr(promises, "PROMISES", (broken,))

    assert proofs.ask_promises().broken == {"X01": ["(1)"]}


def test_a_report_says_that_promises_could_not_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ImproperlyConfigured("DATABASE_BACKUP_URL is missing")

    monkeypatch.setattr(promises, "broken_as_read_by_backup", missing)
    lived()

    report = written()

    assert report.figures["verdicts"]["PROMISES"] is None
    told = [cell for row in sheets_of(report)["What the product promises"] for cell in row]
    assert any("DATABASE_BACKUP_URL is missing" in str(cell) for cell in told)
    assert "not asked" in told


def test_it_asks_as_many_questions_however_many_trades_there_are(
    django_assert_max_num_queries: Any,
) -> None:
    lived()
    for number in range(10, 40):
        judged(trade(number, price=Decimal("64.00")))

    with django_assert_max_num_queries(QUERIES_MAX):
        writing.write_evidence(
            asked=wanted(), job=Job(pk=0, created_at=AT), actor=auditor(), at=LATER,
            progress=lambda _done, _total: None,
        )  # fmt: skip
