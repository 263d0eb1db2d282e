"""`run_day`: what machines can do of a day is done, once; what is left for people is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from core import jobs
from core.models import Job
from core.roles import Role
from refdata import demo as refdata_demo
from reporting.models import RegulatoryReport, ReportingProfile
from tests.factories.trades import AT, facts, send
from tests.integration.desk.people import person as limited
from trades.models import Trade
from trades.services import validation

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def run_day(*arguments: str) -> tuple[int, str]:
    """Return exit code and output."""
    said = StringIO()
    try:
        call_command("run_day", f"--date={DAY}", *arguments, stdout=said)
    except SystemExit as ended:
        return int(str(ended.code)), said.getvalue()
    return 0, said.getvalue()


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    refdata_demo.seed(business_date=DAY, at=AT)
    jobs.run_pending()
    with time_machine.travel(datetime(2026, 11, 23, 20, tzinfo=UTC)):
        yield


def test_a_business_day_on_which_nothing_came_in_is_not_through_silently() -> None:
    code, said = run_day()

    assert code == 4, said
    assert said.startswith("2026-11-20\n")


@pytest.mark.parametrize(
    ("case", "day", "says"),
    [
        ("saturday", date(2026, 11, 14), "is no business day"),
        ("good_friday", date(2026, 4, 3), "is no business day"),
        ("tomorrow", date(2026, 11, 24), "lies ahead"),
        ("beyond_the_calendar", date(1999, 1, 4), "load_calendars"),
    ],
)
def test_a_day_that_cannot_be_run_is_refused(case: str, day: date, says: str) -> None:
    with pytest.raises(CommandError, match=says) as refused:
        call_command("run_day", f"--date={day}")

    assert refused.value.returncode == 2, case


def test_a_closed_day_on_which_something_was_traded_is_run() -> None:
    send(facts(source_reference="A", price="55.40"))
    Trade.objects.update(trade_date=date(2026, 11, 14))

    with pytest.raises(SystemExit, match="1"):
        call_command("run_day", "--date=2026-11-14")


def test_trades_are_controlled_and_what_people_must_do_is_said() -> None:
    send(facts(source_reference="A", price="55.40"))
    Job.objects.update(state="DONE")

    code, said = run_day()

    assert Trade.objects.get().state != "RECEIVED"
    assert code == 1
    assert "trades.recontrol: DONE" in said
    assert "Validation: 0 done, 1 to validate" in said


def test_only_show_starts_nothing() -> None:
    send(facts(source_reference="A", price="55.40"))
    Job.objects.update(state="DONE")
    before = Job.objects.count()

    code, _said = run_day("--only-show")

    assert (code, Trade.objects.get().state, Job.objects.count()) == (1, "RECEIVED", before)


def test_validated_trades_are_reported_once() -> None:
    ReportingProfile.objects.create(
        regime="RTS22",
        executing_lei="969500TJ5KRTCJQWXH05",
        submitting_lei="969500TJ5KRTCJQWXH05",
        recipient_lei="R0MUWSFPU8MPRO8K5P83",
        branch_country="FR",
    )
    send(facts(source_reference="A", price="55.40"))
    jobs.run_pending()
    trade = Trade.objects.get()
    supervisor = limited("supervisor", Role.SUPERVISOR, limit="1000000")
    validation.validate_trade(trade_id=trade.pk, seen=trade.fingerprint, actor=supervisor, at=AT)

    first, again = run_day(), run_day()

    assert "reporting.generate_rts22: DONE" in first[1]
    assert RegulatoryReport.objects.get().trade_id == trade.pk
    assert "reporting.generate_rts22: DONE" in again[1]
    assert RegulatoryReport.objects.count() == 1


def test_the_simulator_says_that_nobody_answers() -> None:
    with pytest.raises(CommandError, match="nobody answers"):
        call_command("simulate_front_office", "--url", "http://127.0.0.1:1")
