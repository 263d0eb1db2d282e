"""Control evidence: asked of the tables themselves, kept under its number, as the pages say."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import pairwise
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import translation
from python_calamine import CalamineWorkbook

from backoffice import promises
from backoffice.evidence import coverage, exceptions, parts, proofs, rules, validations, writing
from backoffice.launcher import places
from backoffice.settings import databases
from core import files, jobs
from core.models import Job, StoredFile
from core.roles import Role
from desk import services as desk
from desk.models import ControlException, ControlRun
from kernel.actors import SYSTEM, Actor
from reporting import services
from reporting.models import EvidenceReport
from reporting.services import EvidenceAsked
from tests.factories.controlled import FRIDAY, trade, world
from tests.integration.desk.people import person
from tests.integration.reporting.world import signed_in
from trades.models import Trade, TradeVersion
from trades.selectors import rule_statistics
from trades.services import control, rule_evidence, validation

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
FAR = date(2098, 12, 31)
"""What is recorded in a test is recorded when it runs: the days asked for end after that."""
LATER = datetime(2099, 1, 1, tzinfo=UTC)
QUERIES_MAX = 100


@pytest.fixture(autouse=True)
def _promises_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The role that asks for promises sees only what is committed: tests of it are elsewhere."""
    monkeypatch.setattr(promises, "broken_as_read_by_backup", list)


def judged(*made: Trade, at: datetime = AT) -> None:
    control.control_trades(trade_ids=[one.pk for one in made], actor=SYSTEM, at=at)


def lived() -> list[Trade]:
    """One clean trade validated, one refused, one held and waived, one that no run has judged."""
    world()
    made = [trade(1), trade(2), trade(3, price=Decimal("64.00")), trade(4)]
    judged(*made[:3])
    boss = person("supervisor", Role.SUPERVISOR, limit="1000000")
    validation.validate_trade(trade_id=made[0].pk, seen=made[0].fingerprint, actor=boss, at=AT)
    validation.refuse_trade(
        trade_id=made[1].pk, seen=made[1].fingerprint, reason="=1+1", actor=boss, at=AT
    )
    found = ControlException.objects.get(rule_code="TRD-401", subject_id=made[2].pk)
    desk.waive_exception(
        exception_id=found.pk, reason="=seen", actor=person("agent", Role.AGENT), at=AT
    )
    return made


def wanted(**other: Any) -> EvidenceAsked:
    told: dict[str, Any] = {
        "first_day": FRIDAY - timedelta(days=4), "last_day": FAR,
        "desk_code": "", "language": "en",
    }  # fmt: skip
    return EvidenceAsked(**told | other)


def span(**other: Any) -> parts.Span:
    return parts.Span.of(wanted(**other), at=LATER)


def auditor() -> Actor:
    return person("auditor", Role.AUDITOR)


def written(**other: Any) -> EvidenceReport:
    """Ask for evidence, let the job write it, and return it."""
    asked = wanted(**other)
    job = services.ask_evidence(asked=asked, actor=auditor(), at=AT, today=FAR)
    jobs.run_pending()
    job.refresh_from_db()
    assert job.state == "DONE", job.error
    return EvidenceReport.objects.get(job_id=job.pk)


def sheets_of(report: EvidenceReport) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(files.open_stored(report.workbook)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def soon() -> parts.Span:
    """An hour after the last version was recorded: what waits may wait."""
    last = TradeVersion.objects.latest("recorded_at").recorded_at
    return parts.Span.of(wanted(), at=last + timedelta(hours=1))


def test_every_version_is_found_in_a_run_or_has_its_reason() -> None:
    lived()

    found = coverage.coverage_of(soon())

    assert (found.versions, found.judged, found.unexplained) == (4, 3, 0)
    assert found.why_not == {"WAITING": 1}
    assert [(book, n) for book, n, _a, _b in found.books] == [
        (ControlRun.objects.latest("pk").rule_set, 3)
    ]


def test_what_waits_for_more_than_a_day_is_not_explained() -> None:
    lived()

    found = coverage.coverage_of(span())

    assert (found.why_not, found.unexplained) == ({"OVERDUE": 1}, 1)
    with translation.override("en"):
        told = list(coverage.parts(found)[2].rows())
    assert "more than a day" in str(told[0][-1])


@pytest.mark.parametrize(
    ("state", "reason", "outcome"),
    [
        ("REJECTED", "", "OVER"),
        ("CLOSED", "CANCELLED", "OVER"),
        ("CLOSED", "SETTLED", "UNKNOWN"),
        ("CLOSED", "MATURED", "UNKNOWN"),
        ("CLOSED", "EXPIRED", "UNKNOWN"),
        ("CLOSED", "ALLOCATED", "UNKNOWN"),
        ("ON_HOLD", "", "UNKNOWN"),
    ],
)
def test_only_a_trade_that_came_to_nothing_needs_no_control(
    state: str, reason: str, outcome: str
) -> None:
    world()
    made = trade(1)
    told = coverage.COVERED.replace(
        "t.state, t.close_reason", "%(s)s AS state, %(r)s AS close_reason"
    )

    with connection.cursor() as cursor:
        cursor.execute(told, span().named | {"s": state, "r": reason})
        found = [row[0] for row in cursor.fetchall() if row[5] == made.reference]

    assert found == [outcome]


@pytest.mark.parametrize("became", ["replaced", "refused", "cancelled"])
def test_what_was_validated_without_a_control_is_never_explained(became: str) -> None:
    """No run names it, and what became of it afterwards is no excuse."""
    made = lived()[0]
    told = coverage.COVERED.replace("max(run.id) AS run_id", "NULL::bigint AS run_id")
    now = {
        "replaced": "9 AS current_no",
        "refused": "'REJECTED' AS state",
        "cancelled": "'CANCELLED' AS close_reason",
    }
    column = {
        "replaced": "t.version_no AS current_no",
        "refused": "t.state",
        "cancelled": "t.close_reason",
    }

    found = {
        row[5]: row[0] for row in parts.streamed(told.replace(column[became], now[became]), span())
    }

    assert found[made.reference] == "APPROVED"
    assert coverage.Coverage([], {"APPROVED": 1}, [], 0, 0, 0).unexplained == 1


def test_a_run_long_after_the_period_is_no_control_of_it() -> None:
    world()
    judged(made := trade(1), at=LATER + timedelta(days=40))

    found = coverage.coverage_of(span())

    assert found.why_not == {"UNKNOWN": 1}
    assert [row[0] for row in found.left_out] == [made.reference]


def test_a_run_names_as_many_versions_as_it_judged() -> None:
    lived()
    run = ControlRun.objects.earliest("pk")

    assert (len(run.subject_ids), run.version_nos) == (3, [1, 1, 1])
    with pytest.raises(DatabaseError), transaction.atomic():
        ControlRun.objects.create(
            judged=2, clean_count=2, subject_ids=[1], version_nos=[1], ended_at=AT
        )


def test_nobody_adds_a_run_that_names_nothing() -> None:
    with pytest.raises(DatabaseError, match="controlrun_names_its_trades"), transaction.atomic():
        ControlRun.objects.create(judged=1, clean_count=1, ended_at=AT)


def as_another(*statements: str) -> None:
    """Commit something from another session, around the triggers."""
    opened = psycopg2.connect(
        host=connection.settings_dict["HOST"], user="postgres", password=places.TEST_PASSWORD,
        dbname=connection.settings_dict["NAME"],
    )  # fmt: skip
    with contextlib.closing(opened), opened, opened.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


#: As the migration meets a run of before: it stands, and the constraint holds for what comes.
OF_BEFORE = """
ALTER TABLE desk_controlrun DROP CONSTRAINT controlrun_names_its_trades;
INSERT INTO desk_controlrun (judged, clean, hits, ended_at) VALUES (1, 1, '{}', '2098-12-30Z');
ALTER TABLE desk_controlrun ADD CONSTRAINT controlrun_names_its_trades
  CHECK (subject_ids IS NOT NULL AND version_nos IS NOT NULL) NOT VALID;
"""


@pytest.mark.django_db(transaction=True)
def test_a_run_of_before_explains_what_no_run_names() -> None:
    world()
    Trade.objects.filter(pk=trade(1).pk).update(state="PENDING_VALIDATION")
    assert coverage.coverage_of(span()).why_not == {"UNKNOWN": 1}

    as_another(OF_BEFORE)

    assert coverage.coverage_of(span()).why_not == {"NOT_NAMED": 1}


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


def test_whoever_checks_own_work_would_be_named() -> None:
    """The database refuses such a decision; here the record of who made it is another."""
    made = lived()
    assert validations.decisions_of(span()).own_work == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT checker FROM desk_approval WHERE decision = 'APPROVED'")
        checker = cursor.fetchone()[0]

    forged = validations.OWN_WORK.replace("v.maker", f"'{checker}'")
    rows = list(parts.streamed(forged, span()))

    assert [(what, about) for what, about, *_rest in rows if what == "TRADE"] == [
        ("TRADE", f"{one.reference} v1") for one in made[:2]
    ]


def test_a_validated_trade_that_nobody_decided_on_would_be_named() -> None:
    """The database refuses such a trade; here the decision is not seen."""
    made = lived()

    blind = validations.OWN_WORK.replace("AND a.is_last", "AND false")
    rows = list(parts.streamed(blind, span()))

    assert [about for what, about, *_r in rows if what == "UNCHECKED"] == [
        f"{made[0].reference} v1"
    ]


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
