"""Reads for pages and for configuration: lists scoped by desk, completeness of a day, schemas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, QuerySet

from core.roles import Action
from kernel.actors import Actor
from kernel.calendars import UnknownDate
from kernel.findings import Refusal
from refdata import selectors as refdata
from reporting.facts import FirmSource
from reporting.models import REGIME, RegulatoryReport, ReportFile, ReportingProfile
from reporting.states import ReportFileState
from trades import selectors as trades
from trades.models import Tally, Trade
from trades.states import TradeState

CALENDAR = "TARGET"
WAITING: Final = (
    TradeState.RECEIVED,
    TradeState.ENRICHED,
    TradeState.ON_HOLD,
    TradeState.PENDING_VALIDATION,
)


class ProfileMissing(Refusal):
    """Nobody said yet who reports to whom."""

    code = "REPORTING_PROFILE_MISSING"


def schema_dir() -> Path | None:
    """Return the operator's schema directory, or None when it is not configured."""
    return Path(settings.REPORT_SCHEMA_DIR) if settings.REPORT_SCHEMA_DIR else None


def get_firm() -> FirmSource:
    """Return who reports to whom. Raises ProfileMissing."""
    profile = ReportingProfile.objects.filter(regime=REGIME).first()
    if profile is None:
        raise ProfileMissing("no reporting profile: an administrator enters the LEIs first")
    known = refdata.counterparties_by_code([profile.executing_lei]).get(profile.executing_lei)
    return FirmSource(
        executing_lei=profile.executing_lei,
        submitting_lei=profile.submitting_lei,
        recipient_lei=profile.recipient_lei,
        branch_country=profile.branch_country,
        lei_status=known.lei_status if known else "",
        is_investment_firm=profile.is_investment_firm,
    )


def list_reports(*, actor: Actor) -> QuerySet[RegulatoryReport]:
    """Return the reports of the desks that the actor may see."""
    return RegulatoryReport.objects.visible_to(actor, Action.VIEW_REPORTS).select_related("trade")


def find_file_before(file: ReportFile) -> ReportFile | None:
    """Return the first file of the stream that has to leave the house before this one."""
    earlier = ReportFile.objects.filter(stream=file.stream, seq__lt=file.seq)
    return earlier.filter(state=ReportFileState.GENERATED).order_by("seq").first()


def list_files() -> QuerySet[ReportFile]:
    """Return every report file, latest first."""
    return ReportFile.objects.order_by("-id")


def list_reports_of_trade(*, trade_id: int) -> QuerySet[RegulatoryReport]:
    """Return the reports of one trade, first version first."""
    return RegulatoryReport.objects.filter(trade_id=trade_id).order_by("version_no")


@dataclass(frozen=True, slots=True)
class Completeness:
    """Where the trades of one day stand; `missing` is what nobody has answered yet."""

    day: date
    booked: int
    not_validated: int
    gone: int
    counts: dict[str, int]

    @property
    def answered(self) -> int:
        return sum(self.counts.values())

    @property
    def missing(self) -> int:
        return self.booked - self.not_validated - self.gone - self.answered

    @property
    def is_complete(self) -> bool:
        stuck = self.counts.get("BLOCKED", 0) + self.counts.get("REJECTED", 0)
        return self.missing == 0 and self.not_validated == 0 and stuck == 0


def standing_reports(reports: QuerySet[RegulatoryReport]) -> QuerySet[RegulatoryReport]:
    """Keep the answers about the current version of trades that are past validation."""
    return reports.filter(regime=REGIME, version_no=F("trade__version_no")).exclude(
        trade__state__in=[*WAITING, TradeState.REJECTED]
    )


def list_unanswered(*, day: date, actor: Actor) -> QuerySet[Trade]:
    """Return the trades of a day past validation whose current version has no answer."""
    answer = RegulatoryReport.objects.filter(
        regime=REGIME, trade=OuterRef("pk"), version_no=OuterRef("version_no")
    )
    booked = Trade.objects.visible_to(actor, Action.VIEW_REPORTS).filter(trade_date=day)
    return booked.exclude(state__in=[*WAITING, TradeState.REJECTED]).filter(~Exists(answer))


def completeness(*, day: date, actor: Actor | None = None) -> Completeness:
    """Compare the trades booked for a trade date with the answers about their current version.

    Each booked trade is counted once: waiting for validation, gone (rejected, or cancelled before
    anything was sent), or answered in one of the states of a report. With an actor, only the trades
    of the desks that the actor may see.
    """
    tallies = Tally.objects.filter(trade_date=day)
    reports = RegulatoryReport.objects.filter(trade__trade_date=day)
    if actor is not None:
        tallies = tallies.visible_to(actor, Action.VIEW_REPORTS)
        reports = reports.visible_to(actor, Action.VIEW_REPORTS)
    states = trades.count_by_state(tallies)
    return Completeness(
        day=day,
        booked=sum(states.values()),
        not_validated=sum(states.get(state, 0) for state in WAITING),
        gone=states.get(TradeState.REJECTED, 0),
        counts=_counted(standing_reports(reports)),
    )


def _counted(rows: QuerySet[Any]) -> dict[str, int]:
    counted = rows.order_by().values_list("state").annotate(n=Count("pk"))
    return dict(counted.values_list("state", "n"))


def has_profile() -> bool:
    """Say whether somebody entered who reports to whom."""
    return ReportingProfile.objects.filter(regime=REGIME).exists()


def deadline(*, day: date) -> date | None:
    """Return the day by whose end a trade date must be reported: T+1 (MiFIR article 26(1)).

    None when the calendar does not reach that far.
    """
    try:
        return refdata.calendar_for(CALENDAR).add(day, 1)
    except (refdata.UnknownCalendar, UnknownDate):
        return None
