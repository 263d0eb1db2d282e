"""Every figure of a business day counts what belongs to that day, and leads to exactly that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backoffice import demo, selectors, steps
from core import files, jobs
from core.roles import Role
from kernel.actors import SYSTEM
from reconciliation import services as reconciliation
from reconciliation.models import Break, MatchAllocation, MatchGroup, StatementFile
from refdata.models import Calendar, CalendarDay
from reporting.models import RegulatoryReport
from tests.factories.trades import booked, facts, send, signed_in, small_world
from tests.integration.reconciliation.world import trade
from trades.models import Trade
from trades.services import validation

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
DAYS = (DAY, date(2026, 11, 19), date(2026, 11, 18))
#: What must have been counted somewhere in the week, so that no figure is compared with nothing.
FIGURES = {
    "capture done", "not booked", "waiting for a person", "waiting for their first message",
    "enrich done", "to enrich", "control done", "on hold", "blocking exceptions", "warnings",
    "validate done", "to validate or correct", "to validate", "refused, to correct",
    "confirm done", "to confirm", "alleged", "mismatched", "disputed", "without a word",
    "statements done", "not read", "in quarantine", "reconcile done", "open breaks",
    "proposed matches", "report done", "without an answer", "blocked reports", "to release",
}  # fmt: skip


def lived_week() -> None:
    """The demo week, with something in every corner of the day before the last."""
    list(demo.seed(business_date=DAY, at=AT, trades=150))
    jobs.run_pending()
    boss = demo._person("supervisor2")
    of_day = Trade.objects.filter(trade_date=DAYS[1]).order_by("pk")
    pending = of_day.filter(state="VALIDATED")[:6]
    Trade.objects.filter(pk=pending[0].pk).update(state="RECEIVED")
    Trade.objects.filter(pk=pending[1].pk).update(state="PENDING_VALIDATION")
    refused = pending[2]
    Trade.objects.filter(pk=refused.pk).update(state="PENDING_VALIDATION")
    validation.refuse_trade(
        trade_id=refused.pk, seen=refused.fingerprint, reason="no", actor=boss, at=AT
    )
    Trade.objects.filter(pk=Trade.objects.filter(trade_date=DAY, state="ON_HOLD")[0].pk).update(
        state="ENRICHED"
    )
    send(facts(source_reference="LOST", symbol="NOBODY-KNOWS", isin=None,
               traded_at="2026-11-19T10:00:00+01:00"))  # fmt: skip
    send(facts(source_reference="EARLY", version=2, action="AMEND",
               traded_at="2026-11-18T10:00:00+01:00"))  # fmt: skip
    reports = RegulatoryReport.objects.filter(trade__trade_date=DAYS[1]).order_by("pk")
    reports = reports.exclude(state="NOT_REPORTABLE")
    RegulatoryReport.objects.filter(pk=reports[0].pk).update(state="BLOCKED")
    standing = of_day.filter(state="VALIDATED").values("pk")
    matched = MatchAllocation.objects.filter(
        kind="TRADES", trade_id__in=standing, state="CONFIRMED"
    )
    group = MatchGroup.objects.get(pk=matched.order_by("group_id")[0].group_id)
    agent = demo._person("agent")
    reconciliation.undo_group(group_id=group.pk, reason="doubtful", actor=agent, at=AT)
    assert group.run is not None
    reconciliation.reconcile_file(file_id=group.run.source_id or 0, actor=SYSTEM, at=AT)
    file = StatementFile.objects.filter(statements__period_to=DAYS[1]).order_by("pk")[0]
    StatementFile.objects.filter(pk=file.pk).update(state="QUARANTINED")


def figures(page: Any) -> Iterator[tuple[str, int, str]]:
    """Yield name, count and address of every figure of a shown day."""
    for step in page.context["told"].steps:
        if step.code == "close":
            continue
        yield f"{step.code} done", step.done, step.done_url
        if step.left_url:
            yield steps.counted(step.left_labels, 2), step.left, step.left_url
        else:
            assert step.left == sum(one.count for one in step.blockers)
        for blocker in step.blockers:
            yield steps.counted(blocker.labels, 2), blocker.count, blocker.url


def test_every_figure_of_every_day_is_the_count_of_the_list_that_it_leads_to() -> None:
    lived_week()
    desk = Trade.objects.filter(trade_date=DAYS[1]).order_by("pk")[0].desk_code
    counted: set[str] = set()
    for reader in (
        signed_in(Role.AUDITOR, name="all"),
        signed_in(Role.AGENT, desk=desk, name="one-desk"),
    ):
        for day in DAYS:
            page = reader.get(f"/?day={day}")
            for name, count, url in figures(page):
                assert reader.get(url).context["count"] == count, (name, day, url)
                counted |= {name} if count else set()
            trades = page.context["trades"].total
            listed = reader.get(f"/trades/?since={day}&until={day}").context["count"]
            assert listed == trades
    assert FIGURES - counted == set()


def test_a_day_is_through_whatever_waits_on_other_days() -> None:
    small_world()
    yesterday = booked(source_reference="A", traded_at="2026-11-19T10:00:00+01:00")
    assert yesterday.trade_date == DAYS[1]
    send(facts(source_reference="A", version=2, action="CANCEL"))
    send(facts(source_reference="LOST", symbol="NOBODY-KNOWS", isin=None))
    booked(source_reference="B")
    lonely = trade(9, trade_date=DAY)
    Break.objects.create(kind="CASH", scope="x", category="TIMING", trade=lonely, day=DAY,
                         opened_at=AT, difference=1)  # fmt: skip
    reader = signed_in(Role.AUDITOR)

    def left(day: date) -> dict[str, int]:
        steps = reader.get(f"/?day={day}").context["told"].steps
        return {step.code: step.left for step in steps if step.left}

    assert left(DAYS[1]) in ({}, {"report": 1, "close": 1})  # its cancellation wants an answer
    assert {"capture", "enrich", "reconcile"} <= set(left(DAY))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 22), date(2026, 11, 20)),
        (date(2026, 11, 23), date(2026, 11, 20)),
        (date(2026, 11, 24), date(2026, 11, 24)),
        (date(2026, 11, 18), None),
    ],
)
def test_the_day_of_the_house_is_never_after_today(today: date, expected: date | None) -> None:
    """23 November is a holiday; a trade dated on it, or in the future, moves nobody's day."""
    calendar = Calendar.objects.create(
        code="TARGET", name="TARGET", kind="PAYMENT", first_day=DAY, last_day=date(2027, 1, 1)
    )
    CalendarDay.objects.create(calendar=calendar, day=date(2026, 11, 23), name="a feast")
    for number, day in enumerate([DAYS[1], DAY, date(2026, 11, 21), date(2026, 11, 23),
                                  date(2026, 11, 24), date(2999, 1, 4)]):  # fmt: skip
        trade(number, trade_date=day, state="ON_HOLD")

    assert selectors.business_date(today) == expected


def test_one_wrongly_dated_trade_moves_neither_the_home_page_nor_the_reports() -> None:
    trade(1, trade_date=date(2020, 1, 6))
    trade(2, trade_date=date(2999, 1, 4), state="ON_HOLD")
    reader = signed_in(Role.AUDITOR)

    home, reporting = reader.get("/"), reader.get("/reporting/")

    assert home.context["day"] == reporting.context["day"] == date(2020, 1, 6)
    assert home.context["business_date"] == date(2020, 1, 6)
    assert date(2999, 1, 4) not in home.context["days"]
    assert date(2999, 1, 4) not in [one.day for one in reporting.context["days"]]


def read(at: datetime) -> None:
    """A statement came in and was read."""
    kept = files.store(name="s.xml", content=b"s", media_type="text/xml", actor=SYSTEM, at=at)
    StatementFile.objects.create(
        kind="CASH", format="CAMT053", name="s.xml", file=kept, sha256="0" * 64, state="IMPORTED",
        received_by="sender", received_at=at, imported_at=at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-19", "The day is through."),
        ("2026-11-20", "Nothing came in so far: no execution, no statement."),
        ("2026-11-21", "1 step is open"),
        ("2026-11-22", "No business day: nothing happened."),
        ("2026-11-23", "No business day: nothing happened."),
        ("2026-11-28", "No business day: nothing happened."),
        ("2027-06-06", "No business day: nothing happened."),
    ],
)
def test_a_day_on_which_nothing_happened_is_not_through(day: str, said: str) -> None:
    """23 November is a holiday; on Saturday the 21st something happened all the same."""
    calendar = Calendar.objects.create(
        code="TARGET", name="TARGET", kind="PAYMENT", first_day=DAY, last_day=date(2027, 1, 1)
    )
    CalendarDay.objects.create(calendar=calendar, day=date(2026, 11, 23), name="a feast")
    trade(1, trade_date=date(2026, 11, 21), state="ON_HOLD")
    read(AT - timedelta(days=1))

    page = signed_in(Role.AUDITOR).get(f"/?day={day}")

    assert f"{said}</h2>" in page.content.decode()
    if said.startswith("No"):
        assert {step.state for step in page.context["told"].steps} == {"STEP_IDLE"}
