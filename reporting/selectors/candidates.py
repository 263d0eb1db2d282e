"""What waits for a decision, and what was sent and no longer stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from desk.models import Approval
from desk.states import Decision
from reporting.models import REGIME, RegulatoryReport
from reporting.rules.eligibility import Reason
from reporting.states import ReportState
from trades.models import TradeVersion
from trades.states import Action, CloseReason, TradeState

CHUNK: Final = 2_000


SUBJECT_KIND: Final = "trade"


SENT: Final = (
    ReportState.IN_FILE.value,
    ReportState.RELEASED.value,
    ReportState.PENDING.value,
    ReportState.ACCEPTED.value,
)


GONE: Final = (CloseReason.CANCELLED.value, CloseReason.ALLOCATED.value)


OPEN: Final = (ReportState.BLOCKED.value, ReportState.READY.value, ReportState.REJECTED.value)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that wants a decision, its approval, and the report that already stands, if any."""

    version: TradeVersion
    approval_id: int | None
    is_current: bool
    report: RegulatoryReport | None


def list_candidates(*, day: date) -> Iterator[list[Candidate]]:
    """Yield, a few thousand at a time, the versions of a trade date that want a decision.

    Validated versions whose trade has no later version waiting for validation, and cancelling
    versions. Left out: what is already answered and cannot change by looking again.
    """
    versions = iter(
        TradeVersion.objects.filter(
            trade_date=day, trade__state__in=[TradeState.VALIDATED, TradeState.CLOSED]
        )
        .select_related("trade")
        .order_by("trade_id", "version_no")
        .iterator(chunk_size=CHUNK)
    )
    while chunk := list(islice(versions, CHUNK)):
        candidates = [found for found in _candidates(chunk) if found is not None]
        if candidates:
            yield candidates


def _candidates(chunk: list[TradeVersion]) -> Iterator[Candidate | None]:
    trades = {version.trade_id for version in chunk}
    approvals = {
        (trade_id, version_no): pk
        for pk, trade_id, version_no in Approval.objects.filter(
            subject_kind=SUBJECT_KIND,
            subject_id__in=trades,
            decision=Decision.APPROVED,
            is_last=True,
        ).values_list("pk", "subject_id", "version_no")
    }
    latest: dict[int, int] = {}
    for trade_id, version_no in approvals:
        latest[trade_id] = max(version_no, latest.get(trade_id, 0))
    reports = {
        (report.trade_id, report.version_no): report
        for report in RegulatoryReport.objects.filter(regime=REGIME, trade__in=trades)
    }
    for version in chunk:
        approval_id = approvals.get((version.trade_id, version.version_no))
        report = reports.get((version.trade_id, version.version_no))
        is_cancel = version.action == Action.CANCEL
        answered = (
            report is not None and report.state not in OPEN and not _reopened(report, version)
        )
        if answered or (approval_id is None and not is_cancel):
            yield None
        else:
            yield Candidate(
                version=version,
                approval_id=approval_id,
                is_current=version.version_no == latest.get(version.trade_id),
                report=report,
            )


def _reopened(report: RegulatoryReport, version: TradeVersion) -> bool:
    """Say whether the answer was that its shares are reported, and there are none any more."""
    was_allocated = report.reason == Reason.TRADE_ALLOCATED.value
    return was_allocated and version.trade.close_reason != CloseReason.ALLOCATED


def list_superseded(*, day: date) -> QuerySet[RegulatoryReport]:
    """Return, locked, what was sent of trades of a day and no longer stands.

    The trade was cancelled, or allocated, or a later version has its answer: ready to be sent in
    its place, or not reportable at all. While the later version is blocked, what was sent stands.
    """
    answered = RegulatoryReport.objects.filter(
        regime=REGIME,
        trade=OuterRef("trade"),
        version_no__gt=OuterRef("version_no"),
        state__in=[ReportState.READY, ReportState.NOT_REPORTABLE],
    )
    return (
        RegulatoryReport.objects.select_for_update(of=("self",))
        .filter(regime=REGIME, trade__trade_date=day, state__in=SENT)
        .filter(Q(trade__close_reason__in=GONE) | Exists(answered))
        .order_by("trade_id", "version_no")
    )
