"""Generate the transaction reports of a trade date: decide, number, write one file, check it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Max

from core import access, files
from core.acts import acting
from core.outbox import announce
from core.roles import Action
from kernel.actors import Actor
from kernel.states import require_transition
from reporting import selectors
from reporting.facts import CancellationFacts, Envelope, FirmSource, TransactionFacts
from reporting.formats import auth016
from reporting.models import ItemAction, RegulatoryReport, ReportFile, ReportItem
from reporting.services.decisions import decide_chunk
from reporting.services.files import check_file
from reporting.services.numbering import take_numbers
from reporting.states import REPORT_TRANSITIONS, ReportState

FILE_STREAM: Final = "RTS22-FILE"
FIRST, AGAIN, CANCELLED = "RTS22", "RTS22-AGAIN", "RTS22-CANC"
MEDIA_TYPE: Final = "application/xml"
LOCK_KEY: Final = 722_016
Progress = Callable[[int], None]


@dataclass(slots=True)
class Generated:
    """What one generation did: answers by state, and the file, or None when nothing was to send."""

    counts: dict[str, int] = field(default_factory=dict)
    cancelled: int = 0
    file: ReportFile | None = None

    def add(self, state: str) -> None:
        self.counts[state] = self.counts.get(state, 0) + 1


def generate_rts22(
    *, day: date, actor: Actor, at: datetime, progress: Progress | None = None
) -> Generated:
    """Decide every validated version of a trade date and put what can be sent into one file.

    Corrections come first: what was sent and no longer stands is cancelled, then reported anew.
    Running it again finds nothing left to do and makes no file. Raises ProfileMissing, Forbidden.
    """
    access.require(actor, Action.GENERATE_REPORT)
    firm = selectors.get_firm()
    outcome = Generated()
    ready: list[tuple[RegulatoryReport, TransactionFacts]] = []
    with acting(actor=actor, reason=f"RTS 22 {day}"):
        _lock_regime()
        done = 0
        for chunk in selectors.list_candidates(day=day):
            for one in decide_chunk(chunk, firm=firm, actor=actor, at=at):
                outcome.add(one.report.state)
                if one.facts is not None:
                    ready.append((one.report, one.facts))
            done += len(chunk)
            if progress:
                progress(done)
        gone = list(selectors.list_superseded(day=day))
        if ready or gone:
            outcome.file = _write_file(day, firm, ready, gone, actor, at)
            outcome.cancelled = len(gone)
    if outcome.file is not None:
        check_file(file_id=outcome.file.pk, actor=actor, at=at)
        outcome.file.refresh_from_db()
    return outcome


def _lock_regime() -> None:
    """One generation at a time: two would decide the same versions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])


def _write_file(
    day: date,
    firm: FirmSource,
    ready: Sequence[tuple[RegulatoryReport, TransactionFacts]],
    gone: Sequence[RegulatoryReport],
    actor: Actor,
    at: datetime,
) -> ReportFile:
    (seq,) = take_numbers(stream=FILE_STREAM, count=1)
    message_id = f"RTS22-{day:%Y%m%d}-{seq:06d}"
    envelope = Envelope(firm.submitting_lei, firm.recipient_lei, message_id, at)
    cancels = [
        CancellationFacts(report.transaction_id, firm.executing_lei, firm.submitting_lei)
        for report in gone
    ]
    records: list[TransactionFacts | CancellationFacts] = [*cancels]
    records += [facts for _report, facts in ready]
    content = b"".join(auth016.stream_file(envelope, records))
    stored = files.store(
        name=f"{message_id}.xml", content=content, media_type=MEDIA_TYPE, actor=actor, at=at
    )
    made = ReportFile.objects.create(
        stream=FILE_STREAM,
        seq=seq,
        day=day,
        name=f"{message_id}.xml",
        message_id=message_id,
        file=stored,
        sha256=stored.sha256,
        new_count=len(ready),
        cancel_count=len(cancels),
        generated_by=actor.name,
        generated_at=at,
    )
    _write_items(made, gone, [report for report, _facts in ready])
    announce("reporting.file_generated", subject=message_id, payload={"file_id": made.pk})
    return made


def _write_items(
    made: ReportFile, gone: Sequence[RegulatoryReport], ready: Sequence[RegulatoryReport]
) -> None:
    attempts = _attempts(ready)
    first = [report for report in ready if attempts[report.pk] == 1]
    again = [report for report in ready if attempts[report.pk] > 1]
    numbers = {
        (ItemAction.CANC, report.pk): (CANCELLED, number)
        for report, number in zip(
            gone, take_numbers(stream=CANCELLED, count=len(gone)), strict=True
        )
    }
    for stream, reports in ((FIRST, first), (AGAIN, again)):
        taken = take_numbers(stream=stream, count=len(reports))
        for report, number in zip(reports, taken, strict=True):
            numbers[ItemAction.NEWT, report.pk] = (stream, number)
    ordered = [(ItemAction.CANC, report) for report in gone]
    ordered += [(ItemAction.NEWT, report) for report in ready]
    ReportItem.objects.bulk_create(
        (
            ReportItem(
                stream=numbers[action, report.pk][0],
                seq=numbers[action, report.pk][1],
                action=action.value,
                attempt=attempts.get(report.pk, 1) if action is ItemAction.NEWT else 1,
                report=report,
                file=made,
                position=position,
            )
            for position, (action, report) in enumerate(ordered, start=1)
        ),
        batch_size=2_000,
    )
    _move(ready, ReportState.IN_FILE)
    _move(gone, ReportState.CANCELLED)


def _attempts(reports: Sequence[RegulatoryReport]) -> dict[int, int]:
    """How often each report will have been sent: 1 the first time, more after a rejection."""
    sent = dict(
        ReportItem.objects.filter(action=ItemAction.NEWT, report__in=[r.pk for r in reports])
        .order_by()
        .values_list("report_id")
        .annotate(last=Max("attempt"))
        .values_list("report_id", "last")
    )
    return {report.pk: sent.get(report.pk, 0) + 1 for report in reports}


def _move(reports: Sequence[RegulatoryReport], target: ReportState) -> None:
    for report in reports:
        require_transition(REPORT_TRANSITIONS, source=ReportState(report.state), target=target)
        report.state = target.value
    if reports:
        RegulatoryReport.objects.filter(pk__in=[report.pk for report in reports]).update(
            state=target.value
        )
