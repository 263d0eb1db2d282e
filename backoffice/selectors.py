"""What the home page, the work queue and the navigation read from the rooms below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import (
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from core import delegations
from core.access import Action
from core.job_acts import list_jobs
from core.models import Job, JobState
from desk import selectors as desk
from desk.models import WorkItem, hours_left, number
from desk.states import LIVE_EXCEPTION, ExceptionKind, RequestState
from kernel.actors import Actor
from kernel.calendars import BusinessCalendar
from reconciliation import selectors as reconciliation
from reconciliation.models import StatementFile
from reconciliation.states import BreakState
from refdata import selectors as refdata
from reporting import selectors as reporting
from reporting.selectors import Completeness
from settlement import selectors as settlement
from settlement.states import TROUBLED
from trades import selectors as trades
from trades.models import Trade
from trades.states import TradeState

JOBS_SHOWN_MAX = 8
DAYS_SHOWN_MAX = 10


@dataclass(frozen=True, slots=True)
class TradeCounts:
    """The trades of one day by state: how many, and the risk in euros."""

    counts: Mapping[str, int]
    risks: Mapping[str, Decimal]
    untouched: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def of(self, *states: TradeState) -> int:
        return sum(self.counts.get(state.value, 0) for state in states)

    def risk(self, *states: TradeState) -> Decimal:
        return sum((self.risks.get(state.value, Decimal(0)) for state in states), Decimal(0))

    @property
    def stp_rate(self) -> Decimal | None:
        """Share of the trades that no hand touched and no control held, as the activity report."""
        return Decimal(self.untouched) / self.total if self.total else None


def business_date(today: date) -> date | None:
    """Return the business day that it is for the house, None while it has no trade."""
    return trades.current_day(today=today)


def has_trades(*, day: date) -> bool:
    """Say whether anything was traded on that day."""
    return Trade.objects.filter(trade_date=day).exists()


def count_trades(*, day: date, actor: Actor) -> TradeCounts:
    """Count the trades of a day that the actor may see, by state."""
    rows = (
        trades.list_tallies(actor=actor, action=Action.VIEW_TRADES)
        .filter(trade_date=day)
        .values("state")
        .annotate(
            n=Sum("trades"),
            risk=Sum("risk_amount_eur"),
            untouched=Coalesce(Sum("trades", filter=Q(is_by_hand=False)), 0),
        )
        .exclude(n=0)
        .order_by("state")
    )
    found = list(rows)
    untouched = sum(row["untouched"] for row in found)
    if untouched:
        held = trades.count_held(days=[day], actor=actor, action=Action.VIEW_TRADES)
        untouched -= sum(held.values())
    return TradeCounts(
        counts={row["state"]: row["n"] for row in found},
        risks={row["state"]: row["risk"] for row in found},
        untouched=untouched,
    )


def count_waiting_executions(*, day: date, actor: Actor) -> dict[str, int]:
    """Count the messages about a day that were kept and are not booked, by outcome."""
    waiting = trades.executions_of_day(trades.list_waiting(actor=actor), day)
    rows = waiting.order_by().values("outcome").annotate(n=Count("pk"))
    return {row["outcome"]: row["n"] for row in rows}


def count_in_quarantine(*, day: date, actor: Actor) -> int:
    """Count the rows of files of a day that wait to be repaired."""
    return trades.count_in_quarantine(day=day, actor=actor)


def count_findings(*, day: date, actor: Actor) -> dict[str, int]:
    """Count the live exceptions of the controls of a day's trades, by severity."""
    live = desk.list_exceptions(actor=actor).filter(
        day=day, kind=ExceptionKind.CONTROL, state__in=LIVE_EXCEPTION
    )
    rows = live.order_by().values("severity").annotate(n=Count("pk"))
    return {row["severity"]: row["n"] for row in rows}


def list_live_jobs() -> QuerySet[Job]:
    """Return what waits or runs in the background now, the latest first."""
    live = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    return live.order_by("-id")[:JOBS_SHOWN_MAX]


def list_latest_jobs(*, actor: Actor) -> QuerySet[Job]:
    """Return the latest jobs that the actor may see, whatever became of them."""
    return list_jobs(actor=actor).order_by("-id")[:JOBS_SHOWN_MAX]


def find_house_calendar() -> BusinessCalendar | None:
    """Return the calendar that deadlines follow, None while it is not loaded."""
    try:
        return refdata.calendar_for(refdata.HOUSE_CALENDAR)
    except refdata.UnknownCalendar:
        return None


def role_names(user_id: int) -> list[str]:
    """Return the roles in which a person acts now, those that somebody lends included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT role FROM core_heldrole WHERE user_id = %s", [user_id])
        return sorted(str(role) for (role,) in cursor.fetchall())


# ---------------------------------------------------------------------- work
def list_work(*, actor: Actor, at: datetime) -> QuerySet[WorkItem]:
    """Return the open work with its `priority`: euros at risk per hour that is left.

    The hours are those of exceptions (`hours_left`).
    """
    return (
        desk.list_work(actor=actor)
        .select_related("owner")
        .annotate(
            risk_eur=_in_euros(at.date()),
            away_until=refdata.away_until(timezone.localdate(at), person="owner"),
            stood_in_by=ArraySubquery(
                delegations.living(at=at)
                .filter(lender=OuterRef("owner"), starts_at__lte=at)
                .order_by("delegate__username")
                .values("delegate__username")
                .distinct()
            ),
        )
        .annotate(priority=F("risk_eur") / hours_left(at))
    )


def count_my_work(actor: Actor) -> int:
    """Count the open work that this person took."""
    return desk.list_work(actor=actor).filter(owner_id=actor.user_id).count()


def count_exceptions(actor: Actor) -> int:
    """Count the open exceptions."""
    return desk.list_exceptions(actor=actor).filter(state__in=LIVE_EXCEPTION).count()


def count_to_validate(actor: Actor) -> int:
    """Count the trades that wait for a supervisor."""
    visible = trades.list_tallies(actor=actor, action=Action.VIEW_TRADES)
    return trades.count_tallied(visible.filter(state=TradeState.PENDING_VALIDATION.value))


def count_requests(actor: Actor) -> int:
    """Count the open requests that this person may see."""
    return desk.list_requests(actor=actor).filter(state=RequestState.ASKED.value).count()


def count_breaks(actor: Actor) -> int:
    """Count the open breaks."""
    return reconciliation.count_open_breaks(actor=actor)


def count_breaks_of_day(*, day: date, actor: Actor) -> int:
    """Count the open breaks that belong to a day."""
    live = reconciliation.list_breaks(actor=actor).exclude(state=BreakState.RESOLVED)
    return reconciliation.breaks_of_day(live, day).count()


def count_matches_of_day(*, day: date, actor: Actor) -> dict[str, int]:
    """Count the matches that hold a trade of a day, by state."""
    groups = reconciliation.groups_of_day(reconciliation.list_groups(actor=actor), day)
    rows = groups.order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def count_confirmations_of_day(*, day: date, actor: Actor) -> dict[str, int]:
    """Count the confirmations of a day by state."""
    return settlement.count_of_day(day=day, actor=actor)


def count_open_confirmations(actor: Actor) -> int:
    """Count what the two sides do not agree on, or one of them does not have."""
    return settlement.list_confirmations(actor=actor).filter(state__in=TROUBLED).count()


def count_statement_files(*, day: date) -> dict[str, int]:
    """Count the statement files of a day by state."""
    files = reconciliation.files_of_day(StatementFile.objects.all(), day)
    rows = files.order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def report_completeness(*, day: date, actor: Actor) -> Completeness:
    """Return where the trades of a day that the actor may see stand with the regulator."""
    return reporting.completeness(day=day, actor=actor)


def _in_euros(day: date) -> Any:  # noqa: ANN401 - a Case expression
    """Return the amount at risk in euros; None where a currency has no rate, to be looked at."""
    known = [
        When(currency=code, then=F("amount_at_risk") / Value(rate, output_field=number()))
        for code, rate in refdata.fx_rates(day).items()
    ]
    nothing = When(amount_at_risk__isnull=True, then=Value(Decimal(0), output_field=number()))
    return Case(nothing, *known, output_field=number())


def list_days(*, until: date) -> list[date]:
    """Return the last trade dates up to a day, the latest first."""
    return trades.list_days(limit=DAYS_SHOWN_MAX, until=until)
