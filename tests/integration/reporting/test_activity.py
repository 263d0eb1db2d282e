"""The activity of a day: the same figures on screen, as XLSX and as PDF, scoped by desk."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from core.roles import Role
from desk.models import Approval, ControlException
from kernel.actors import SYSTEM
from reporting import selectors
from reporting.facts import ActivityReport, PersonLine
from tests.factories.controlled import FRIDAY, trade, world
from tests.fix.kept import four_fills
from tests.integration.desk.people import person
from tests.integration.reporting.world import agent, approve, moved, signed_in
from trades.models import TradeVersion
from trades.services import control, validation

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def a_day() -> None:
    """Three clean trades (one validated, one refused), one held by a control, another desk's."""
    world()
    made = [trade(number) for number in range(1, 4)]
    made.append(trade(4, price=Decimal(600)))
    other = trade(5)
    control.control_trades(trade_ids=[one.pk for one in made], actor=SYSTEM, at=AT)
    boss = person("supervisor", Role.SUPERVISOR, limit="1000000")
    validation.validate_trade(trade_id=made[0].pk, seen=made[0].fingerprint, actor=boss, at=AT)
    validation.refuse_trade(
        trade_id=made[1].pk, seen=made[1].fingerprint, reason="Wrong book", actor=boss, at=AT
    )
    approve(other)
    moved(other, "VALIDATED", desk_code="FI")


def activity() -> ActivityReport:
    return selectors.activity_of(day=FRIDAY, actor=agent())


def test_figures_of_a_day() -> None:
    a_day()

    report = activity()

    total, desks = report.total, {line.name: line for line in report.desks}
    assert (total.trades, total.validated, total.refused, total.waiting) == (5, 2, 1, 2)
    assert set(desks) == {"EQ", "FI"}
    assert desks["EQ"].straight_through == 3
    assert desks["EQ"].stp_rate == Decimal("0.75")
    assert desks["FI"].stp_rate == 1
    assert desks["EQ"].exceptions == ControlException.objects.exclude(severity="INFO").count() > 0
    assert [line.code for line in report.rules]
    assert report.days == ((FRIDAY, 5, Decimal("0.8")),)


def test_people_are_counted_on_the_day_on_which_they_acted() -> None:
    a_day()
    decided_on = Approval.objects.earliest("id").decided_at.date()

    people = selectors.activity_of(day=decided_on, actor=agent()).people

    assert PersonLine("supervisor", approved=1, refused=1) in people


def test_a_counterparty_over_its_session_is_no_person() -> None:
    four_fills()

    people = selectors.activity_of(day=TradeVersion.objects.get().recorded_at.date(), actor=agent())

    assert people.people == ()


def test_another_desk_is_not_counted() -> None:
    a_day()
    only = person("fixed-income", Role.AGENT, desk="FI")

    report = selectors.activity_of(day=FRIDAY, actor=only)

    assert [line.name for line in report.desks] == ["FI"]
    assert report.total.trades == 1


def test_a_day_without_trades_is_empty_not_an_error() -> None:
    report = activity()

    assert (report.total.trades, report.total.stp_rate, report.days) == (0, None, ())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_and_files(client: Client, language: str) -> None:
    a_day()
    signed_in(client, agent())
    headers = {"accept-language": language}
    query = "?day=2026-11-20"

    page = client.get(reverse("reporting:activity") + query, headers=headers)
    xlsx = client.get(reverse("reporting:activity_file", args=["xlsx"]) + query, headers=headers)
    pdf = client.get(reverse("reporting:activity_file", args=["pdf"]) + query, headers=headers)

    assert page.status_code == 200
    assert b"chart-desks" in page.content
    sheets = CalamineWorkbook.from_filelike(BytesIO(xlsx.content))
    assert len(sheets.sheet_names) == 4
    rows = sheets.get_sheet_by_index(0).to_python()
    assert rows[4][:2] == ["EQ", 4]
    assert rows[-1][1] == 5
    assert pdf.content.startswith(b"%PDF-")


def test_without_any_trade_there_is_a_page_and_no_file(client: Client) -> None:
    signed_in(client, agent())

    assert client.get(reverse("reporting:activity")).status_code == 200
    assert client.get(reverse("reporting:activity_file", args=["pdf"])).status_code == 404


def test_days_of_old_logs_are_no_latest_days_and_keep_their_address(client: Client) -> None:
    """Ten business days up to the 20th begin on the 9th."""
    a_day()
    old, first = date(2004, 5, 27), date(2026, 11, 9)
    for number, day in enumerate((old, date(2026, 11, 6), first), start=11):
        trade(number, trade_date=day)

    signed_in(client, agent())
    reporting = client.get("/reporting/").context
    addressed = client.get(reverse("reporting:activity"), {"day": old.isoformat()}).context

    assert [at for at, _n, _rate in activity().days] == [first, FRIDAY]
    assert [one.day for one in reporting["days"]] == [FRIDAY, first]
    assert addressed["report"].total.trades == 1
    assert [at for at, _n, _rate in addressed["report"].days] == [old]
