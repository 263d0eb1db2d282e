"""Tables of executions: kept once by their content, captured, what cannot be is put in quarantine.

A file is previewed with its control totals; then a job captures every row that can be read, and the
others wait as they came. A file that is all or nothing waits whole.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from core import files, jobs, tabular
from core.access import Action, require, require_everywhere
from core.acts import acting
from core.models import Job
from core.remarks import kept, told
from core.table_mappings import keep_mapping
from core.table_reading import Reading
from core.unreadable import UnreadableFile
from desk import services as desk
from desk.facts import Cause, Raised, Subject
from desk.states import CauseKind, ExceptionKind
from kernel.actors import Actor
from kernel.findings import Finding, Severity
from kernel.states import require_transition
from refdata import selectors as refdata
from trades.facts import ExecutionFacts
from trades.formats.execution_table import TableRow, column_findings, learn, read_rows
from trades.models import CaptureBatch, CaptureFile, ExecutionMapping
from trades.services import by_file, capture, quarantine
from trades.services.by_file import UnableToImport
from trades.services.totals import Declared, Totals, compare, declared_in, totals_of
from trades.states import FILE_TRANSITIONS, Channel, FileState

FINDINGS_KEPT: Final = 1_000
TABLE_JOB: Final = "trades.import_table"
SOURCE_LENGTH: Final = 30
SUBJECT_KIND: Final = "capture_file"
WHOLE: Final = N_("The file is all or nothing, and a row of it cannot be booked.")


def _unable(code: str, message: str, findings: Sequence[Finding] = ()) -> UnableToImport:
    """Return the refusal whose first finding says why, for readers of any language."""
    why = Finding(code=code, field="file", message=message)
    return UnableToImport(told(why), findings=(why, *findings[:FINDINGS_KEPT]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as somebody hands it over: how it reads, whose it is, what is said of it."""

    name: str
    content: bytes
    reading: Reading
    source_system: str
    mapping: ExecutionMapping | None = None
    is_whole: bool = False
    declared: Declared = field(default_factory=Declared)


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table read: its columns, its rows in order with their cells, and its control totals."""

    columns: tuple[str, ...]
    cells: Sequence[tuple[str, ...]]
    rows: Sequence[TableRow]
    totals: Totals
    declared: Declared
    remarks: tuple[Finding, ...]
    encoding: str
    dialect: str

    @property
    def is_workbook(self) -> bool:
        return self.dialect == tabular.XLSX

    @property
    def good(self) -> list[ExecutionFacts]:
        return [row.read for row in self.rows if isinstance(row.read, ExecutionFacts)]

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the file as a whole, then with each row."""
        of_rows = [f for row in self.rows if isinstance(row.read, tuple) for f in row.read]
        return [*self.remarks, *of_rows]

    @property
    def is_as_declared(self) -> bool:
        """Whether no control total keeps the file from being booked."""
        return all(finding.severity != Severity.BLOCKING for finding in self.remarks)


def save_mapping(
    *, name: str, reading: Reading, source_system: str, is_whole: bool, actor: Actor
) -> ExecutionMapping:
    """Create the mapping of this name, or replace what it says.

    Its folder takes files in for every desk: who saves it may import for all of them. Raises
    Forbidden, UnableToSaveMapping.
    """
    require_mapping(actor)
    by_file.require_source(source_system)
    more = {"source_system": source_system[:SOURCE_LENGTH], "is_whole": is_whole}
    return keep_mapping(ExecutionMapping, name=name, reading=reading, actor=actor, more=more)


def require_mapping(actor: Actor) -> None:
    """Raise Forbidden unless the actor may say how a source's files are read, for every desk."""
    require_everywhere(actor, Action.IMPORT_FILE)


def learned(name: str, content: bytes, reading: Reading) -> tuple[Reading, frozenset[str]]:
    """Return the reading with the columns that the header tells, and which are mere likenesses.

    Raises UnreadableFile.
    """
    table = tabular.read_table(name, content, layout=tabular.layout_of(reading))
    found = learn(table.columns)
    return dataclasses.replace(reading, columns=found.columns), found.likely


def read_table(sent: Sent) -> ReadTable:
    """Return every row as facts or findings, with the totals.

    What the person declares counts before what the trailer declares. Raises UnreadableFile,
    UnableToImport.
    """
    reading = sent.reading
    table = tabular.read_table(sent.name, sent.content, layout=tabular.layout_of(reading))
    findings = column_findings(table.columns, reading)
    if findings:
        raise _unable("CAP-301", N_("The columns are not those of executions."), findings)
    typed = table.dialect == tabular.XLSX
    rows = list(read_rows(table.columns, table.rows, table.lines, reading, typed=typed))
    totals = totals_of(sent.source_system, rows)
    trailer, remarks = declared_in(table.trailer, table.trailer_line, reading)
    declared = sent.declared.completed(trailer)
    return ReadTable(
        columns=table.columns,
        cells=table.rows,
        rows=rows,
        totals=totals,
        declared=declared,
        remarks=(*remarks, *compare(totals, declared)),
        encoding=table.encoding,
        dialect=table.dialect,
    )


def refuse_known(content: bytes) -> None:
    """Raise SameFileTwice when the content came in before and was not refused."""
    digest = hashlib.sha256(content).hexdigest()
    known = CaptureFile.objects.filter(sha256=digest).exclude(state=FileState.REFUSED.value).first()
    if known is not None:
        raise files.SameFileTwice(
            _("This content came in before: %(name)s, by %(who)s on %(day)s.")
            % {
                "name": known.name,
                "who": known.received_by,
                "day": known.received_at.date().isoformat(),
            },
            url=known.get_absolute_url(),
        )


def receive_table(*, sent: Sent, actor: Actor, at: datetime) -> CaptureFile:
    """Keep a file once for ever; one that was refused before is taken up again, as it is sent now.

    Raises SameFileTwice (which leads to the first one), Forbidden.
    """
    require(actor, Action.IMPORT_FILE)
    refuse_known(sent.content)
    stored = files.store(
        name=sent.name,
        content=sent.content,
        media_type="application/octet-stream",
        actor=actor,
        at=at,
    )
    said = {
        "name": stored.name,
        "source_system": sent.source_system[:SOURCE_LENGTH],
        "mapping": sent.mapping,
        "reading": sent.reading.as_dict(),
        "is_whole": sent.is_whole,
        "declared": sent.declared.as_dict(),
        "received_by": actor.name,
        "received_at": at,
    }
    with acting(actor=actor, reason=stored.name):
        known = CaptureFile.objects.select_for_update().filter(sha256=stored.sha256).first()
        if known is not None:
            refuse_known(sent.content)
            return _again(known, said, actor, at)
        try:
            with transaction.atomic():
                return CaptureFile.objects.create(file=stored, sha256=stored.sha256, **said)
        except IntegrityError:
            refuse_known(sent.content)
            raise


def queue_table(*, sent: Sent, actor: Actor, at: datetime) -> Job:
    """Keep a file and queue the job that captures it. Raises as `receive_table` does."""
    with acting(actor=actor, reason=sent.name[:200]):
        file = receive_table(sent=sent, actor=actor, at=at)
        return jobs.enqueue(
            kind=TABLE_JOB,
            parameters={"capture_file_id": file.pk},
            title=file.name,
            actor=actor,
            at=at,
            dedupe_key=f"{TABLE_JOB}:{file.pk}",
        )


def import_table(*, file_id: int, actor: Actor, at: datetime) -> CaptureFile:
    """Capture the file: what its sender may bring in is booked, other rows wait in quarantine.

    A cancellation is asked for: a second person decides (`by_file`). A file that cannot be read,
    whose totals are not as declared, or that is all or nothing with a bad row, is refused with its
    findings and an exception; nothing of it is booked. A second call changes nothing.
    """
    file = CaptureFile.objects.select_related("file", "mapping").get(pk=file_id)
    if file.state != FileState.RECEIVED:
        return file
    require(actor, Action.IMPORT_FILE)
    try:
        by_file.require_source(file.source_system)
        read = read_table(_sent(file))
        return capture.retried(lambda: _captured(file, _bookable(read, file), actor, at))
    except (UnableToImport, UnreadableFile) as refusal:
        return _refused(file, refusal, actor, at)


def _sent(file: CaptureFile) -> Sent:
    return Sent(
        name=file.name,
        content=files.open_stored(file.file),
        reading=file.as_read,
        source_system=file.source_system,
        mapping=file.mapping,
        is_whole=file.is_whole,
        declared=Declared.of(file.declared),
    )


def _bookable(read: ReadTable, file: CaptureFile) -> ReadTable:
    """Return the table if it may be booked. Raises UnableToImport with what keeps it from that."""
    if not read.is_as_declared:
        raise _unable("CAP-302", N_("The control totals are not as declared."), read.findings)
    if not read.good:
        raise _unable("CAP-303", N_("No row can be read."), read.findings)
    if file.is_whole and read.totals.unread:
        raise _unable("CAP-304", WHOLE, read.findings)
    return read


def _captured(file: CaptureFile, read: ReadTable, actor: Actor, at: datetime) -> CaptureFile:
    """Capture and file in one transaction, under the lock of the file."""
    with acting(actor=actor, reason=file.name):
        locked = CaptureFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        if locked.state != FileState.RECEIVED:
            return locked
        taken = by_file.take(
            reads=[row.read for row in read.rows],
            origin=capture.Origin(
                source_system=file.source_system, channel=Channel.FILE, file=file.file
            ),
            actor=actor,
            at=at,
        )
        said = {n: by_file.on_line(f, read.rows[n].line) for n, f in taken.findings.items()}
        if taken.left and file.is_whole:
            raise _unable("CAP-304", WHOLE, [f for n in sorted(taken.left) for f in said[n]])
        _finish(taken, len(read.rows), [f for found in said.values() for f in found])
        _filed(locked, read, taken, at)
        quarantine.put_aside(
            file=locked,
            rows=[
                quarantine.Aside(read.rows[n], read.cells[n], tuple(said[n]))
                for n in sorted(taken.left)
            ],
            actor=actor,
            at=at,
        )
        return locked


def _filed(file: CaptureFile, read: ReadTable, taken: by_file.Taken, at: datetime) -> None:
    """Keep what was read; what waits in quarantine is counted once it is repaired."""
    totals = totals_of(file.source_system, read.rows, out=taken.left)
    require_transition(FILE_TRANSITIONS, source=FileState(file.state), target=FileState.IMPORTED)
    file.state, file.batch_id, file.imported_at = FileState.IMPORTED.value, taken.batch_id, at
    file.columns, file.is_workbook = list(read.columns), read.is_workbook
    file.totals, file.declared = totals.as_dict(), read.declared.as_dict()
    file.findings = [kept(finding) for finding in read.remarks]
    file.save()


def _refused(
    file: CaptureFile, refusal: UnableToImport | UnreadableFile, actor: Actor, at: datetime
) -> CaptureFile:
    """Keep the file as refused, with its findings, and put it before a person."""
    with acting(actor=actor, reason=file.name):
        locked = CaptureFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        if locked.state != FileState.RECEIVED:
            return locked
        require_transition(
            FILE_TRANSITIONS, source=FileState(locked.state), target=FileState.REFUSED
        )
        locked.state = FileState.REFUSED.value
        locked.findings = [kept(finding) for finding in refusal.findings[:FINDINGS_KEPT]]
        locked.save()
        desk.raise_exceptions(
            raised=[
                Raised(
                    subject=subject_of(locked),
                    finding=refusal.findings[0],
                    cause=Cause(CauseKind.SOURCE, locked.source_system),
                )
            ],
            kind=ExceptionKind.CAPTURE,
            actor=actor,
            at=at,
        )
    return locked


def subject_of(file: CaptureFile) -> Subject:
    """Return a file as the desk sees it: of the desk whose book its mapping names for all rows."""
    book = file.as_read.constants.get("book", "")
    named = refdata.books_by_code([book]) if book else {}
    return Subject(
        kind=SUBJECT_KIND,
        id=file.pk,
        reference=file.name[:100],
        desk_code=named[book].desk_code if book in named else "",
        url=file.get_absolute_url(),
        contributors=(file.received_by,),
    )


def _again(
    file: CaptureFile, said: Mapping[str, object], actor: Actor, at: datetime
) -> CaptureFile:
    """Take a refused file up again; what waited for it is over."""
    require_transition(FILE_TRANSITIONS, source=FileState(file.state), target=FileState.RECEIVED)
    for name, value in said.items():
        setattr(file, name, value)
    file.state, file.findings = FileState.RECEIVED.value, []
    file.save()
    desk.close_exceptions(
        subject_kind=SUBJECT_KIND, subject_ids=[file.pk], actor=actor, at=at, reason="sent again"
    )
    return file


def _finish(taken: by_file.Taken, rows: int, findings: Sequence[Finding]) -> None:
    batch = CaptureBatch.objects.get(pk=taken.batch_id)
    batch.counts = batch.counts | taken.counts | {"rows": rows}
    batch.findings = [kept(finding) for finding in findings[:FINDINGS_KEPT]]
    batch.save(update_fields=["counts", "findings"])
