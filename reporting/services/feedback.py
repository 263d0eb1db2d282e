"""Take the regulator's answer: file status, record statuses, rejections as work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from core import access, files
from core.acts import acting
from core.roles import Action
from desk.facts import Raised
from desk.services import exceptions
from desk.states import ExceptionKind
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from kernel.states import require_transition
from reporting.formats import auth031
from reporting.models import RegulatoryReport, ReportFeedback, ReportFile, ReportItem
from reporting.services.decisions import subject_of
from reporting.states import FILE_TRANSITIONS, REPORT_TRANSITIONS, ReportFileState, ReportState

FILE_STATES: Final = {
    "ACPT": ReportFileState.ACCEPTED,
    "WARN": ReportFileState.ACCEPTED,
    "PART": ReportFileState.PARTIAL,
    "RJCT": ReportFileState.REJECTED,
    "CRPT": ReportFileState.REJECTED,
    "INCF": ReportFileState.REJECTED,
}
RECORD_STATES: Final = {
    "ACPT": ReportState.ACCEPTED,
    "PDNG": ReportState.PENDING,
    "RJCT": ReportState.REJECTED,
}
MOVABLE: Final = (ReportState.RELEASED.value, ReportState.PENDING.value)


class UnableToImportFeedback(Refusal):
    """The answer belongs to no released file, or was taken before."""

    code = "UNABLE_TO_IMPORT_FEEDBACK"


@dataclass(slots=True)
class Taken:
    """What one answer changed: reports by new state, and references that the file never held."""

    report_file: ReportFile
    counts: dict[str, int]
    unknown: list[str]


def import_feedback(*, name: str, content: bytes, actor: Actor, at: datetime) -> list[Taken]:
    """Read an auth.031 file and give each report its status; the whole file or nothing.

    Raises UnreadableFeedback, UnableToImportFeedback, Forbidden.
    """
    access.require(actor, Action.IMPORT_FILE)
    answers = auth031.read(content)
    with acting(actor=actor):
        stored = files.store(
            name=name, content=content, media_type="application/xml", actor=actor, at=at
        )
        taken = []
        for answer in answers:
            target = _file_of(answer)
            if target.answers.filter(sha256=stored.sha256).exists():
                raise UnableToImportFeedback(_("This answer was imported before."))
            result = _apply(target, answer, actor, at)
            ReportFeedback.objects.create(
                report_file=target,
                file=stored,
                sha256=stored.sha256,
                status=answer.status,
                counts=result.counts,
                unknown=result.unknown,
                imported_by=actor.name,
                imported_at=at,
            )
            taken.append(result)
    return taken


def _file_of(answer: auth031.FileFeedback) -> ReportFile:
    """Find the file by its message identifier, else by the references, and lock it."""
    locked = ReportFile.objects.select_for_update()
    found = locked.filter(message_id=answer.message_id).first() if answer.message_id else None
    if found is None:
        references = [record.transaction_id for record in answer.records]
        candidates = set(
            ReportItem.objects.filter(report__transaction_id__in=references).values_list(
                "file_id", flat=True
            )
        )
        if len(candidates) != 1:
            raise UnableToImportFeedback(
                _("No report file is called “%(name)s”.") % {"name": answer.message_id}
            )
        found = locked.get(pk=candidates.pop())
    if found.state == ReportFileState.GENERATED:
        raise UnableToImportFeedback(_("%(file)s was not released yet.") % {"file": found.name})
    return found


def _apply(target: ReportFile, answer: auth031.FileFeedback, actor: Actor, at: datetime) -> Taken:
    state = FILE_STATES.get(answer.status)
    if state is not None and state != target.state:
        require_transition(FILE_TRANSITIONS, source=ReportFileState(target.state), target=state)
        target.state = state.value
        target.save(update_fields=["state"])
    items = {
        item.report.transaction_id: item
        for item in target.items.select_related("report").select_for_update(of=("report",))
    }
    said = {record.transaction_id: record for record in answer.records}
    counts: dict[str, int] = {}
    changed: list[RegulatoryReport] = []
    for reference, item in items.items():
        record = said.get(reference) or _silent(answer, reference, len(items))
        if record is not None:
            _give_status(item, record, at)
            changed.append(item.report)
            counts[record.status] = counts.get(record.status, 0) + 1
    RegulatoryReport.objects.bulk_update(changed, ["state", "feedback"], batch_size=500)
    _raise_rejections(items, said.values(), actor, at)
    return Taken(target, counts, sorted(set(said) - set(items)))


def _silent(
    answer: auth031.FileFeedback, reference: str, total: int
) -> auth031.RecordFeedback | None:
    """What an answer means for a record that it does not name.

    A whole file accepted or rejected speaks for all; a part speaks for the unnamed only when its
    own statistics say that exactly those were accepted.
    """
    if answer.status in ("ACPT", "WARN"):
        return auth031.RecordFeedback(reference, "ACPT")
    if FILE_STATES.get(answer.status) is ReportFileState.REJECTED:
        return auth031.RecordFeedback(reference, "RJCT")
    named = sum(record.status == "ACPT" for record in answer.records)
    unnamed = total - len(answer.records)
    if answer.status == "PART" and answer.counts.get("ACPT", 0) == named + unnamed:
        return auth031.RecordFeedback(reference, "ACPT")
    return None


def _give_status(item: ReportItem, record: auth031.RecordFeedback, at: datetime) -> None:
    report = item.report
    target = RECORD_STATES.get(record.status)
    is_new = item.action == "NEWT"
    if is_new and target is not None and report.state in MOVABLE and target != report.state:
        require_transition(REPORT_TRANSITIONS, source=ReportState(report.state), target=target)
        report.state = target.value
    report.feedback = [
        *report.feedback,
        {
            "at": at.isoformat(),
            "action": item.action,
            "status": record.status,
            "rules": [{"code": rule.code, "text": rule.description} for rule in record.rules],
        },
    ]


def _raise_rejections(
    items: dict[str, ReportItem],
    records: Iterable[auth031.RecordFeedback],
    actor: Actor,
    at: datetime,
) -> None:
    """Every rejection becomes an exception in the words of the regulator."""
    raised = [
        Raised(
            subject=subject_of(items[record.transaction_id].report),
            finding=Finding(
                code=(rule.code or "RJCT")[:20],
                field=items[record.transaction_id].action,
                message=rule.description[:250].replace("{", "(").replace("}", ")"),
                found=record.status,
            ),
        )
        for record in records
        if record.status == "RJCT" and record.transaction_id in items
        for rule in (record.rules or (auth031.BrokenRule("RJCT", _("Rejected by the regulator.")),))
    ]
    if raised:
        exceptions.raise_exceptions(raised=raised, kind=ExceptionKind.REPORT, actor=actor, at=at)
