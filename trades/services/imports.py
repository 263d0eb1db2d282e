"""Files of executions: read whole, shown first, then captured like any other message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from core import files, jobs, tabular
from core.access import Action, require
from core.acts import acting
from core.models import Job, StoredFile
from core.remarks import kept, told
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from trades.formats.execution_table import TableRow, column_findings, read_rows
from trades.formats.fix import Fill, FixLog, read_log
from trades.models import CaptureBatch
from trades.services import by_file, capture
from trades.services.roots import rooted
from trades.states import Channel

FINDINGS_KEPT: Final = 1_000
TABLE_JOB: Final = "trades.import_table"
FIX_JOB: Final = "trades.import_fix"


class UnableToImport(Refusal):
    """The file holds nothing that can be captured, or its columns are not those of executions."""

    code = "UNABLE_TO_IMPORT"


def read_table(
    *, name: str, content: bytes, decimal_sign: str, encoding: str = ""
) -> list[TableRow]:
    """Return every row as facts or findings. Raises UnreadableFile or UnableToImport."""
    table = tabular.read_table(name, content, encoding=encoding)
    findings = column_findings(table.columns)
    if findings:
        raise UnableToImport(_("The columns are not those of executions."), findings=findings)
    lines = table.lines or tuple(range(2, len(table.rows) + 2))
    rows = list(read_rows(table.columns, table.rows, lines, decimal_sign=decimal_sign))
    if not rows:
        raise UnableToImport(_("The file holds no row."))
    return rows


def read_fix(*, content: bytes) -> FixLog:
    """Return the messages of a FIX log. Raises UnableToImport when there is none."""
    tabular.refuse_other_kinds(content)
    log = read_log(content)
    if not log.messages:
        raise UnableToImport(_("The file holds no FIX message."))
    return log


def require_source(source_system: str) -> None:
    """Raise UnableToImport for a source that a person may not type: it speaks for itself."""
    if by_file.speaks_for_itself(source_system):
        finding = by_file.refusal_of_source(source_system)
        raise UnableToImport(told(finding), findings=(finding,))


def admitted(*, rows: Sequence[TableRow], source_system: str, actor: Actor) -> by_file.Admitted:
    """Return what would become of the rows of a table. Raises UnableToImport for the source."""
    require_source(source_system)
    reads = [row.read for row in rows]
    return by_file.admit(source_system=source_system, reads=reads, actor=actor)


def queue_import(
    *,
    kind: str,
    name: str,
    content: bytes,
    options: dict[str, str],
    actor: Actor,
    at: datetime,
) -> Job:
    """Keep the file and queue the job that captures it. Raises Forbidden."""
    require(actor, Action.IMPORT_FILE)
    with acting(actor=actor, reason=name[:200]):
        media = "text/plain" if kind == FIX_JOB else "application/octet-stream"
        file = files.store(name=name, content=content, media_type=media, actor=actor, at=at)
        return jobs.enqueue(
            kind=kind,
            parameters={"file_id": file.pk, **options},
            title=name,
            actor=actor,
            at=at,
        )


def import_table(
    *,
    file: StoredFile,
    source_system: str,
    decimal_sign: str,
    encoding: str = "",
    actor: Actor,
    at: datetime,
) -> CaptureBatch:
    """Capture a table whole: every row that can be read, and the findings of the others."""
    require(actor, Action.IMPORT_FILE)
    require_source(source_system)
    rows = read_table(
        name=file.name,
        content=files.open_stored(file),
        decimal_sign=decimal_sign,
        encoding=encoding,
    )
    with acting(actor=actor, reason=file.name):
        origin = capture.Origin(source_system=source_system, channel=Channel.FILE, file=file)
        batch_id, counts, findings = _taken(
            [row.read for row in rows], [row.line for row in rows], origin, actor, at
        )
        return _finish(batch_id, counts | {"rows": len(rows)}, findings)


def import_fix(*, file: StoredFile, actor: Actor, at: datetime) -> CaptureBatch:
    """Capture the fills of a FIX log, each under its session; count all that is no fill."""
    require(actor, Action.IMPORT_FILE)
    log = read_fix(content=files.open_stored(file))
    with acting(actor=actor, reason=file.name):
        origin = capture.Origin(source_system="FIX", channel=Channel.FIX, file=file)
        batch_id = capture.open_batch(origin, actor, at)
        counts: dict[str, Any] = {"messages": log.messages}
        findings = list(log.findings)
        for session, fills in _by_session(log.fills):
            reads: list[capture.Read] = [fill.facts for fill in rooted(session, fills)]
            lines = [fill.line for fill in fills]
            one = capture.Origin(
                source_system=session, channel=Channel.FIX, batch_id=batch_id, file=file
            )
            _batch, counted, found = _taken(reads, lines, one, actor, at)
            for name, n in counted.items():
                counts[name] = counts.get(name, 0) + n
            findings += found
        counts["kinds"] = dict(sorted(log.counts.items()))
        if counts.get("booked"):
            capture.announce(batch_id)
        return _finish(batch_id, counts, findings)


def _taken(
    reads: Sequence[capture.Read],
    lines: Sequence[int],
    origin: capture.Origin,
    actor: Actor,
    at: datetime,
) -> tuple[int, dict[str, Any], list[Finding]]:
    """Capture what the person may bring in; ask for what a second person decides.

    Returns the batch, the counts and what is said of each line.
    """
    source = origin.source_system
    admitted = by_file.admit(source_system=source, reads=reads, actor=actor)
    captured = capture.capture(
        messages=list(admitted.messages.values()), origin=origin, actor=actor, at=at
    )
    said: list[tuple[int, Finding]] = list(admitted.refused.items())
    for place, item in zip(admitted.messages, captured.items, strict=True):
        said += [(place, finding) for finding in item.findings]
    answers = dict(
        by_file.ask(
            source_system=source,
            cancellations=admitted.cancellations,
            reason=origin.file.name if origin.file else source,
            actor=actor,
            at=at,
        )
    )
    said += answers.items()
    counts = captured.counts()
    for name, n in (("refused", len(admitted.refused)), *by_file.counted(answers.values())):
        if n:
            counts[name] = counts.get(name, 0) + n
    said.sort(key=lambda one: lines[one[0]])
    return captured.batch_id, counts, [on_line(found, lines[place]) for place, found in said]


def on_line(finding: Finding, line: int) -> Finding:
    """Return the finding on its line of the file."""
    return Finding(
        code=finding.code,
        field=finding.field,
        message=finding.message,
        expected=finding.expected,
        found=finding.found,
        severity=finding.severity,
        line=line,
        column=finding.column or finding.field,
    )


def _by_session(fills: Iterable[Fill]) -> list[tuple[str, list[Fill]]]:
    sessions: dict[str, list[Fill]] = defaultdict(list)
    for fill in fills:
        sessions[fill.session].append(fill)
    return sorted(sessions.items())


def _finish(batch_id: int, counts: dict[str, Any], findings: Sequence[Finding]) -> CaptureBatch:
    batch = CaptureBatch.objects.get(pk=batch_id)
    batch.counts = batch.counts | counts
    batch.findings = [kept(finding) for finding in findings[:FINDINGS_KEPT]]
    batch.save(update_fields=["counts", "findings"])
    return batch
