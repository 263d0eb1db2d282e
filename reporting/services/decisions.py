"""One decision per validated version: eligibility, fields, lineage, findings; written set-wise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse

from core.remarks import kept
from desk.facts import Raised, Subject
from desk.services import exceptions
from desk.states import ExceptionKind
from kernel.actors import Actor
from kernel.findings import Finding, Severity
from kernel.states import require_transition
from reporting import selectors
from reporting.facts import FirmSource, TradeSource, TransactionFacts
from reporting.formats.fields import field_values
from reporting.models import REGIME, RegulatoryReport
from reporting.rules import rts22
from reporting.rules.book import RuleContext
from reporting.rules.causes import cause_of
from reporting.rules.eligibility import (
    ELIGIBILITY_VERSION,
    Decision,
    Eligibility,
    decide,
    undecided,
)
from reporting.rules.mapping import MAPPING_VERSION, Mapped, map_trade
from reporting.selectors import Candidate
from reporting.states import REPORT_TRANSITIONS, ReportState

SUBJECT_KIND: Final = "report"
RULES_VERSION: Final = f"{ELIGIBILITY_VERSION}/{MAPPING_VERSION}/{rts22.RULE_BOOK_VERSION}"
UPDATED: Final = (
    "approval",
    "desk_code",
    "isin",
    "eligibility",
    "reason",
    "reason_source",
    "state",
    "transaction_id",
    "fields",
    "lineage",
    "findings",
    "rules_version",
    "decided_by",
    "decided_at",
)


@dataclass(frozen=True, slots=True)
class Decided:
    """A report as it was just decided, and its facts when it can be sent."""

    report: RegulatoryReport
    facts: TransactionFacts | None


def decide_chunk(
    candidates: Sequence[Candidate], *, firm: FirmSource, actor: Actor, at: datetime
) -> list[Decided]:
    """Decide these versions and write the answers; what is blocked becomes exceptions.

    Deciding again changes only what the data behind it changed.
    """
    sources = selectors.sources_of(candidates, firm=firm)
    answers = [
        _Answer.of(candidate, source) for candidate, source in zip(candidates, sources, strict=True)
    ]
    context = selectors.rule_context(
        sources=sources, reported_at=at, live=_taken_references(answers)
    )
    decided = [answer.decided(context, actor, at) for answer in answers]
    fresh = [one.report for one, of in zip(decided, candidates, strict=True) if of.report is None]
    known = [one.report for one, of in zip(decided, candidates, strict=True) if of.report]
    _write(fresh, known)
    _raise_findings(
        [(one.report, of.source) for one, of in zip(decided, answers, strict=True)],
        actor=actor,
        at=at,
    )
    return decided


@dataclass(frozen=True, slots=True)
class _Answer:
    candidate: Candidate
    source: TradeSource
    decision: Decision
    mapped: Mapped | None

    @classmethod
    def of(cls, candidate: Candidate, source: TradeSource) -> _Answer:
        decision = decide(source)
        wanted = decision.eligibility is not Eligibility.NOT_REPORTABLE
        return cls(candidate, source, decision, map_trade(source) if wanted else None)

    @property
    def transaction_id(self) -> str:
        return self.mapped.facts.transaction_id if self.mapped else ""

    def decided(self, context: RuleContext, actor: Actor, at: datetime) -> Decided:
        findings = self._findings(context)
        state = self._state(findings)
        report = self.candidate.report or self._new_report()
        if self.candidate.report and report.state != state:
            require_transition(REPORT_TRANSITIONS, source=ReportState(report.state), target=state)
        facts = self.mapped.facts if self.mapped else None
        report.approval_id = self.candidate.approval_id
        report.eligibility = self.decision.eligibility.value
        report.reason = self.decision.reason.value
        report.reason_source = self.decision.source
        report.state = state.value
        report.transaction_id = self.transaction_id
        report.fields = _by_number(field_values(facts)) if facts else {}
        report.lineage = _by_number(self.mapped.lineage) if self.mapped else {}
        report.findings = [kept(finding) for finding in findings]
        report.rules_version = RULES_VERSION
        report.decided_by, report.decided_at = actor.name, at
        return Decided(report, facts if state is ReportState.READY else None)

    def _findings(self, context: RuleContext) -> tuple[Finding, ...]:
        if self.mapped is None:
            return ()
        found = rts22.judge(self.mapped.facts, context)
        return (*undecided(self.decision, self.source), *found)

    def _state(self, findings: Iterable[Finding]) -> ReportState:
        if self.mapped is None:
            return ReportState.NOT_REPORTABLE
        return ReportState.BLOCKED if rts22.is_blocked(findings) else ReportState.READY

    def _new_report(self) -> RegulatoryReport:
        version = self.candidate.version
        return RegulatoryReport(
            regime=REGIME,
            trade_id=version.trade_id,
            version_no=version.version_no,
            trade_date=version.trade_date,
            desk_code=version.trade.desk_code,
            isin=version.isin,
        )


def _taken_references(answers: Sequence[_Answer]) -> frozenset[str]:
    """References that stand on another version's report, or twice among these (CON-023)."""
    mine = {answer.candidate.report.pk for answer in answers if answer.candidate.report is not None}
    wanted = [answer.transaction_id for answer in answers if answer.transaction_id]
    taken = RegulatoryReport.objects.filter(regime=REGIME, transaction_id__in=wanted).exclude(
        pk__in=mine
    )
    facts = [answer.mapped.facts for answer in answers if answer.mapped]
    return frozenset(taken.values_list("transaction_id", flat=True)) | rts22.repeated_ids(facts)


def _write(fresh: Sequence[RegulatoryReport], known: Sequence[RegulatoryReport]) -> None:
    """Insert and update; a reference that another report holds is kept off the row."""
    for report in (*fresh, *known):
        if any(finding["code"] == "R22-02-2" for finding in report.findings):
            report.transaction_id = ""
    RegulatoryReport.objects.bulk_create(fresh, batch_size=1_000)
    if known:
        RegulatoryReport.objects.bulk_update(known, UPDATED, batch_size=500)


def _raise_findings(
    reports: Sequence[tuple[RegulatoryReport, TradeSource]], *, actor: Actor, at: datetime
) -> None:
    """Keep the exceptions of these reports in step with what blocks them."""
    raised = [
        Raised(
            subject=subject_of(report),
            finding=_as_finding(finding),
            cause=cause_of(source, finding["code"]),
        )
        for report, source in reports
        if report.state == ReportState.BLOCKED
        for finding in report.findings
        if finding["severity"] == Severity.BLOCKING
    ]
    exceptions.settle_findings(
        subject_kind=SUBJECT_KIND,
        subject_ids=[report.pk for report, _source in reports],
        raised=raised,
        kind=ExceptionKind.REPORT,
        actor=actor,
        at=at,
    )


def subject_of(report: RegulatoryReport) -> Subject:
    """Return what an exception about a report points at."""
    return Subject(
        kind=SUBJECT_KIND,
        id=report.pk,
        reference=report.transaction_id or f"{report.trade_id}/{report.version_no}",
        version_no=report.version_no,
        desk_code=report.desk_code,
        url=reverse("reporting:report", args=[report.pk]),
    )


def _as_finding(stored: dict[str, str]) -> Finding:
    return Finding(
        code=stored["code"],
        field=stored["field"],
        message=stored["message"],
        expected=stored["expected"],
        found=stored["found"],
        severity=Severity(stored["severity"]),
    )


def _by_number(values: dict[int, str]) -> dict[str, str]:
    return {str(number): value for number, value in values.items()}
