"""A reporting day: every validated version is answered once, corrections come first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from lxml import etree

from core import files
from core.access import Forbidden
from core.jobs import enqueue, run_pending
from core.models import Job
from desk.models import ControlException
from kernel.states import IllegalTransition
from refdata.models import Trader
from reporting import selectors, services
from reporting.models import RegulatoryReport, ReportCounter, ReportFile, ReportItem
from tests.factories.controlled import FRIDAY, cancelled, trade
from tests.factories.refdata import InstrumentFactory
from tests.integration.reporting.world import (
    AT,
    agent,
    amended,
    reporting_world,
    supervisor,
    validated,
)
from tests.unit.reporting.samples import schema_directory

pytestmark = pytest.mark.django_db


@pytest.fixture
def _schemas(settings: Any) -> None:
    settings.REPORT_SCHEMA_DIR = str(schema_directory())


def generate() -> services.Generated:
    return services.generate_rts22(day=FRIDAY, actor=agent(), at=AT)


def record_names(file: ReportFile) -> list[tuple[str, str]]:
    tree = etree.fromstring(files.open_stored(file.file))
    return [
        (etree.QName(record[0]).localname, record[0].findtext("{*}TxId") or "")
        for record in tree.iterfind(".//{*}FinInstrmRptgTxRpt/{*}Tx")
    ]


@pytest.mark.usefixtures("_schemas")
def test_a_day_of_validated_trades_becomes_one_valid_file() -> None:
    first, second = validated(1), validated(2, side="SELL")
    trade(3)

    made = generate().file

    assert made is not None
    assert (made.seq, made.new_count, made.cancel_count) == (1, 2, 0)
    assert (made.schema_check, made.schema_messages) == ("VALID", [])
    assert record_names(made) == [("New", "T000000001V1"), ("New", "T000000002V1")]
    report = RegulatoryReport.objects.get(trade=first)
    assert (report.state, report.reason) == ("IN_FILE", "EXECUTED_ON_EEA_VENUE")
    assert report.fields["7"] == report.fields["4"]
    assert report.lineage["33"] == "trade T000000001 v1: price"
    assert report.fields["57"].startswith("FR1985")
    assert RegulatoryReport.objects.get(trade=second).fields["16"] == report.fields["4"]
    day = selectors.completeness(day=FRIDAY)
    assert (day.booked, day.not_validated, day.answered, day.missing) == (3, 1, 2, 0)


def test_without_schemas_the_file_says_which_are_missing(settings: Any) -> None:
    settings.REPORT_SCHEMA_DIR = ""
    validated(1)

    made = generate().file

    assert made is not None
    assert made.schema_check == "UNCHECKED"
    assert "auth.016.001.01" in made.schema_messages


def test_generating_again_finds_nothing_to_do() -> None:
    validated(1)
    generate()

    again = generate()

    assert again.file is None
    assert ReportItem.objects.count() == 1


def test_a_no_is_kept_with_its_reason() -> None:
    reporting_world()
    made = validated(1)
    cancelled(made)

    outcome = generate()

    report = RegulatoryReport.objects.get()
    assert outcome.file is None
    assert (report.state, report.reason) == ("NOT_REPORTABLE", "TRADE_CANCELLED")


def test_what_is_blocked_is_work_and_goes_out_once_repaired() -> None:
    made = validated(1)
    Trader.objects.update(birth_date=None, national_id="")

    assert generate().counts == {"BLOCKED": 1}

    waiting = ControlException.objects.filter(state="OPEN")
    assert {(row.kind, row.subject_kind) for row in waiting} == {("REPORT", "report")}
    assert "R22-59-1" in {row.rule_code for row in waiting}
    assert not selectors.completeness(day=FRIDAY).is_complete

    Trader.objects.update(birth_date="1985-03-07")
    outcome = generate()

    assert outcome.file is not None
    assert not ControlException.objects.filter(state="OPEN").exists()
    assert RegulatoryReport.objects.get(trade=made).state == "IN_FILE"


def test_unknown_instrument_is_undecided_and_never_no() -> None:
    validated(1, isin="FR0000131108")

    generate()

    report = RegulatoryReport.objects.get()
    assert (report.eligibility, report.state) == ("UNDECIDED", "BLOCKED")
    InstrumentFactory.create(isin="FR0000131108", code="X")
    generate()
    assert RegulatoryReport.objects.get().eligibility == "REPORTABLE"


@pytest.mark.usefixtures("_schemas")
def test_an_amendment_is_a_cancellation_then_a_new_report() -> None:
    made = validated(1)
    generate()
    amended(made, price=Decimal("61.50"))

    correction = generate().file

    assert correction is not None
    assert record_names(correction) == [("Cxl", "T000000001V1"), ("New", "T000000001V2")]
    assert correction.schema_check == "VALID"
    states = RegulatoryReport.objects.order_by("version_no").values_list("state", flat=True)
    assert list(states) == ["CANCELLED", "IN_FILE"]


def test_an_amendment_that_waits_leaves_what_was_sent() -> None:
    made = validated(1)
    generate()
    amended(made, validate=False, price=Decimal("61.50"))

    assert generate().file is None
    assert RegulatoryReport.objects.get().state == "IN_FILE"


def test_amended_before_it_was_sent_only_the_last_terms_go_out() -> None:
    made = validated(1)
    amended(made, price=Decimal("61.50"))

    outcome = generate()

    assert outcome.file is not None
    assert record_names(outcome.file) == [("New", "T000000001V2")]
    assert RegulatoryReport.objects.get(version_no=1).reason == "SUPERSEDED"


def test_a_trade_cancelled_after_it_was_sent_leaves_a_cancellation_alone() -> None:
    made = validated(1)
    generate()
    amended(made, action="CANCEL", validate=False)
    cancelled(made)

    correction = generate().file

    assert correction is not None
    assert record_names(correction) == [("Cxl", "T000000001V1")]
    assert RegulatoryReport.objects.get(version_no=2).reason == "CANCELS_ITS_TRADE"


def interrupted() -> None:
    """Generate, and lose the power before the commit."""
    with transaction.atomic():
        generate()
        raise RuntimeError("power cut")


def test_numbers_have_no_gap_also_after_a_failure() -> None:
    for number in range(1, 4):
        validated(number)
        generate()
        validated(number + 10)
        with pytest.raises(RuntimeError):
            interrupted()

    assert list(ReportItem.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    assert list(ReportFile.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]
    assert ReportCounter.objects.get(stream="RTS22").last == 5


def test_only_who_may_generates() -> None:
    with pytest.raises(Forbidden):
        services.generate_rts22(day=FRIDAY, actor=supervisor(), at=AT)


def test_without_a_profile_nothing_is_guessed() -> None:
    with pytest.raises(selectors.ProfileMissing):
        generate()


def test_the_job_generates_and_points_at_its_file() -> None:
    validated(1)
    enqueue(
        kind="reporting.generate_rts22",
        parameters={"day": FRIDAY.isoformat()},
        title="RTS 22",
        actor=agent(),
        at=AT,
    )

    run_pending()

    job = Job.objects.get(kind="reporting.generate_rts22")
    made = ReportFile.objects.get()
    assert (job.state, job.result_url) == ("DONE", made.get_absolute_url())
    assert made.generated_by == "agent"


# ------------------------------------------------------------------ going around the services
def test_the_database_refuses_a_report_of_what_is_not_validated() -> None:
    made = validated(1)
    other = trade(2)
    generate()
    report = RegulatoryReport.objects.get(trade=made)
    report.pk, report.transaction_id = None, "OTHER"
    report.trade, report.trade_version = other, other.versions.get()

    with pytest.raises(IntegrityError, match="not validated"), transaction.atomic():
        report.save(force_insert=True)
    report.approval = None
    with pytest.raises(IntegrityError, match="report_of_validated_version"), transaction.atomic():
        report.save(force_insert=True)


def test_the_database_refuses_a_second_report_of_a_version() -> None:
    validated(1)
    generate()
    report = RegulatoryReport.objects.get()
    report.pk, report.transaction_id = None, "OTHER"

    with pytest.raises(IntegrityError, match="report_once_per_version"), transaction.atomic():
        report.save(force_insert=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reporting_reportfile SET sha256 = 'x'",
        "UPDATE reporting_reportfile SET seq = 9",
        "DELETE FROM reporting_reportfile",
        "UPDATE reporting_reportitem SET seq = 9",
        "DELETE FROM reporting_reportitem",
    ],
)
def test_the_database_never_rewrites_what_was_sent(statement: str) -> None:
    validated(1)
    generate()

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


# ------------------------------------------------------------------ release
@pytest.mark.usefixtures("_schemas")
def test_another_person_releases_in_order() -> None:
    validated(1)
    first = generate().file
    validated(2)
    second = generate().file
    assert first is not None
    assert second is not None
    boss = supervisor()

    with pytest.raises(services.UnableToRelease, match="first"):
        services.release_file(file_id=second.pk, actor=boss, at=AT)
    services.release_file(file_id=first.pk, actor=boss, at=AT)
    services.release_file(file_id=second.pk, actor=boss, at=AT)

    assert set(RegulatoryReport.objects.values_list("state", flat=True)) == {"RELEASED"}
    with pytest.raises(IllegalTransition):
        services.release_file(file_id=first.pk, actor=boss, at=AT)
    with pytest.raises(Forbidden):
        services.release_file(file_id=first.pk, actor=agent(), at=AT)


@pytest.mark.usefixtures("_schemas")
def test_nobody_releases_what_they_generated() -> None:
    validated(1)
    made = generate().file
    assert made is not None
    ReportFile.objects.filter(pk=made.pk)
    boss = supervisor()

    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        ReportFile.objects.filter(pk=made.pk).update(
            state="RELEASED", released_by="agent", released_at=AT
        )
    services.release_file(file_id=made.pk, actor=boss, at=AT)


def test_an_unchecked_file_stays_in_the_house(settings: Any) -> None:
    settings.REPORT_SCHEMA_DIR = ""
    validated(1)
    made = generate().file
    assert made is not None

    with pytest.raises(services.UnableToRelease):
        services.release_file(file_id=made.pk, actor=supervisor(), at=AT)

    settings.REPORT_SCHEMA_DIR = str(schema_directory())
    services.check_file(file_id=made.pk, actor=agent(), at=AT)
    assert services.release_file(file_id=made.pk, actor=supervisor(), at=AT).state == "RELEASED"


# ------------------------------------------------------------------ budgets
def test_queries_do_not_grow_with_the_day(django_assert_max_num_queries: Any) -> None:
    for number in range(1, 26):
        validated(number)

    with django_assert_max_num_queries(75):
        outcome = generate()

    assert outcome.counts == {"READY": 25}
