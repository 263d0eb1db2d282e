"""Quarantine: rows of a file that could not be captured wait as they came, until they are repaired.

Repaired they go in by the same capture as their file, singly or all at once, and nothing else of
it: the state of the row, under its lock, and the identity of its message keep it from going twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import bulk
from core.access import Action, Forbidden, require
from core.acts import acting
from core.reasons import reason_of
from core.remarks import kept, recalled, told
from desk import services as desk
from desk.facts import Subject
from desk.states import WorkKind
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from kernel.states import require_transition
from refdata import selectors as refdata
from trades import selectors
from trades.formats.execution_table import TableRow, read_rows
from trades.models import CaptureFile, QuarantinedRow
from trades.services import by_file, capture
from trades.services.totals import Totals, totals_of
from trades.states import ROW_TRANSITIONS, Channel, RowState

SUBJECT_KIND: Final = "capture_file"
CELL_MAX: Final = 32_767
AT_ONCE_MAX: Final = 5_000
REIMPORT_JOB: Final = "trades.reimport_rows"
DISCARD_JOB: Final = "trades.discard_rows"
REFERENCE_LENGTH: Final = 64


class UnableToRepairRow(Refusal):
    """No reason was given, too much was asked for at once, or a cell has no such column."""

    code = "UNABLE_TO_REPAIR_ROW"


class RowChanged(Refusal):
    """The row is not what the person saw, or it no longer waits."""

    code = "ROW_CHANGED"
    status_code = 409


class RowStillWaits(Refusal):
    """The row cannot be captured yet: its finding says why."""

    code = "ROW_STILL_WAITS"
    says_its_finding = True


CODES: Final = (RowChanged.code, RowStillWaits.code)


@dataclass(frozen=True, slots=True)
class Aside:
    """A row to put aside: read, as it came, with what is wrong with it."""

    row: TableRow
    cells: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Reimported:
    """What became of rows that were sent again: how many went in, how many still wait."""

    booked: int
    waiting: int
    batch_id: int | None = None


def put_aside(*, file: CaptureFile, rows: Sequence[Aside], actor: Actor, at: datetime) -> None:
    """Keep rows that could not be captured, and put them before a person."""
    if not rows:
        return
    desks = _desks_of(file, [one.row for one in rows])
    with acting(actor=actor, reason=file.name):
        QuarantinedRow.objects.bulk_create(
            [
                QuarantinedRow(
                    source=file,
                    line=one.row.line,
                    cells=list(one.cells),
                    findings=[kept(finding) for finding in one.findings],
                    reference=one.row.cells.get("source_reference", "")[:REFERENCE_LENGTH],
                    desk_code=desk_code,
                )
                for one, desk_code in zip(rows, desks, strict=True)
            ],
            batch_size=AT_ONCE_MAX,
        )
        _tell_the_desk(file, actor, at)


def judge_row(row: QuarantinedRow, cells: Mapping[int, str]) -> TableRow:
    """Return what the row says with these cells instead of those that came; changes nothing."""
    return _read(row.source, row.line, _with(row, cells))


def repair_row(
    *, row_id: int, seen: int, cells: Mapping[int, str], actor: Actor, at: datetime
) -> QuarantinedRow:
    """Keep corrected cells of a row that waits, with what is still wrong with it.

    Raises RowChanged unless `seen` is its revision, Forbidden.
    """
    with acting(actor=actor):
        row = _locked([row_id], actor)[0]
        if row.revision != seen or row.state != RowState.OPEN:
            raise _changed()
        changed = _with(row, cells)
        row.repaired = {
            str(n): cell
            for n, (came, cell) in enumerate(zip(row.cells, changed, strict=True))
            if cell != came
        }
        read = _read(row.source, row.line, changed)
        row.findings = _kept(read.read if isinstance(read.read, tuple) else ())
        row.reference = read.cells.get("source_reference", "")[:REFERENCE_LENGTH]
        row.desk_code = _desks_of(row.source, [read])[0]
        row.repaired_by = sorted({*row.repaired_by, actor.name})
        row.revision += 1
        row.save()
        _tell_the_desk(row.source, actor, at)
    return row


def reimport_rows(*, row_ids: Collection[int], actor: Actor, at: datetime) -> Reimported:
    """Capture the rows that can be read now, all in one transaction; the others go on waiting.

    Who sent the file stays the maker of its trades, who repaired a row contributed to it. Rows
    that are done with are passed over: twice is once. Raises Forbidden, UnableToRepairRow.
    """
    if len(row_ids) > AT_ONCE_MAX:
        raise UnableToRepairRow(
            _("At most %(most)s rows are sent again at once.") % {"most": AT_ONCE_MAX}
        )
    return capture.retried(lambda: _reimported(row_ids, actor, at))


def discard_rows(*, row_ids: Collection[int], reason: str, actor: Actor, at: datetime) -> int:
    """Give rows up for good, for a reason; return how many waited.

    Raises UnableToRepairRow without a reason, Forbidden.
    """
    if not reason_of(reason):
        raise UnableToRepairRow(_("Give a reason."))
    with acting(actor=actor, reason=reason):
        rows = [row for row in _locked(row_ids, actor) if row.state == RowState.OPEN]
        for row in rows:
            _end(row, RowState.DISCARDED, actor, at)
            row.reason = reason_of(reason)
        QuarantinedRow.objects.bulk_update(rows, ENDED, batch_size=1_000)
        for file in {row.source_id: row.source for row in rows}.values():
            _tell_the_desk(file, actor, at)
    return len(rows)


def reimport_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Import some rows of a job again, and say of each whether it went in."""

    def act(row_ids: Collection[int]) -> None:
        reimport_rows(row_ids=row_ids, actor=step.actor, at=step.at)

    return _worked_off(step, act, RowState.REPAIRED)


def discard_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Discard some rows of a job, and say of each whether it is."""
    reason = str(step.parameters["reason"])

    def act(row_ids: Collection[int]) -> None:
        discard_rows(row_ids=row_ids, reason=reason, actor=step.actor, at=step.at)

    return _worked_off(step, act, RowState.DISCARDED)


def _worked_off(
    step: bulk.Step, act: Callable[[Collection[int]], None], wanted: RowState
) -> list[bulk.Outcome]:
    """Act on the rows that are as they were seen and within reach; say of each what became of it.

    The caller's transaction holds their locks.
    """
    visible_ = selectors.list_quarantined(actor=step.actor).select_related("source")
    rows = {
        row.pk: row
        for row in visible_.select_for_update(of=("self",)).filter(pk__in=step.seen).order_by("pk")
    }
    refused = {pk: _kept_out(row, step) for pk, row in rows.items()}
    act([pk for pk, refusal in refused.items() if refusal is None])
    after = QuarantinedRow.objects.in_bulk(list(rows))
    return [
        bulk.Outcome(
            pk,
            f"{rows[pk].source.name} · {rows[pk].line}",
            rows[pk].get_absolute_url(),
            refused[pk] or _passed_over(after[pk], wanted),
        )
        if pk in rows
        else bulk.gone(pk)
        for pk in step.seen
    ]


def _kept_out(row: QuarantinedRow, step: bulk.Step) -> Refusal | None:
    """Return why a row is not acted on: another desk's, or not what was seen."""
    try:
        require(step.actor, Action.IMPORT_FILE, desk=row.desk_code)
    except Forbidden as refusal:
        return refusal
    if step.seen[row.pk] not in ("", str(row.revision)):
        return _changed()
    return None


def _passed_over(row: QuarantinedRow, wanted: RowState) -> Refusal | None:
    """Say why a row still waits: what is wrong with it, or that it was done with before."""
    if row.state == wanted:
        return None
    if row.findings and row.state == RowState.OPEN:
        finding = recalled(row.findings[0])
        return RowStillWaits(told(finding), findings=(finding,))
    return RowChanged(_("The row no longer waits."))


def _changed() -> RowChanged:
    return RowChanged(_("The row has changed since you saw it. Look at it again."))


ENDED: Final = ("state", "reason", "batch", "findings", "revision", "ended_by", "ended_at")


def _reimported(row_ids: Collection[int], actor: Actor, at: datetime) -> Reimported:
    booked, waiting, batch_id = 0, 0, None
    with acting(actor=actor):
        rows = [row for row in _locked(row_ids, actor) if row.state == RowState.OPEN]
        groups: dict[tuple[int, tuple[str, ...]], list[QuarantinedRow]] = {}
        for row in rows:
            groups.setdefault((row.source_id, tuple(row.repaired_by)), []).append(row)
        for _key, group in sorted(groups.items()):
            done, made = _sent_again(group, actor, at)
            batch_id = made or batch_id
            booked += done
            waiting += len(group) - done
        for file in {row.source_id: row.source for row in rows}.values():
            _tell_the_desk(file, actor, at)
    return Reimported(booked=booked, waiting=waiting, batch_id=batch_id)


def _sent_again(
    rows: Sequence[QuarantinedRow], actor: Actor, at: datetime
) -> tuple[int, int | None]:
    """Send rows of one file again that the same persons repaired; return how many went in."""
    file = rows[0].source
    read = [_read(file, row.line, row.current) for row in rows]
    if all(isinstance(one.read, tuple) for one in read):
        for row, one in zip(rows, read, strict=True):
            row.findings = _kept(one.read if isinstance(one.read, tuple) else ())
        QuarantinedRow.objects.bulk_update(rows, ["findings"], batch_size=1_000)
        return 0, None
    taken = by_file.take(
        reads=[one.read for one in read],
        origin=capture.Origin(
            source_system=file.source_system,
            channel=Channel.FILE,
            file=file.file,
            maker=file.received_by,
            repaired=True,
            hands=tuple(rows[0].repaired_by),
        ),
        actor=actor,
        at=at,
    )
    for place, row in enumerate(rows):
        row.findings = _kept(by_file.on_line(taken.findings.get(place, ()), row.line))
        if place not in taken.left:
            _end(row, RowState.REPAIRED, actor, at)
            row.batch_id, row.findings = taken.batch_id, []
    QuarantinedRow.objects.bulk_update(rows, ENDED, batch_size=1_000)
    done = [one for place, one in enumerate(read) if place not in taken.left]
    _count(file, done)
    return len(done), taken.batch_id


def _count(file: CaptureFile, repaired: Sequence[TableRow]) -> None:
    """Add what was repaired to the totals of the file; the caller holds the locks of its rows."""
    locked = CaptureFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    totals = totals_of(file.source_system, repaired)
    locked.totals = Totals.of(locked.totals).with_repaired(totals).as_dict()
    locked.save(update_fields=["totals"])


def _end(row: QuarantinedRow, target: RowState, actor: Actor, at: datetime) -> None:
    require_transition(ROW_TRANSITIONS, source=RowState(row.state), target=target)
    row.state, row.ended_by, row.ended_at = target.value, actor.name, at
    row.revision += 1


def _locked(row_ids: Collection[int], actor: Actor) -> list[QuarantinedRow]:
    """Return the rows in order, under their locks; raises Forbidden for a desk out of reach."""
    rows: QuerySet[QuarantinedRow] = QuarantinedRow.objects.select_for_update(of=("self",))
    found = list(rows.select_related("source__file").filter(pk__in=row_ids).order_by("pk"))
    for desk_code in {row.desk_code for row in found}:
        require(actor, Action.IMPORT_FILE, desk=desk_code)
    return found


def _desks_of(file: CaptureFile, rows: Sequence[TableRow]) -> list[str]:
    """Return whose each row is: the desk of its book, else of the trade that it is about."""
    books = refdata.books_by_code({row.cells.get("book", "") for row in rows})
    names = {row.cells.get("source_reference", "") for row in rows}
    trades = by_file.desks_of_trades(file.source_system, names)
    return [
        books[book].desk_code
        if (book := row.cells.get("book", "")) in books
        else trades.get(row.cells.get("source_reference", ""), "")
        for row in rows
    ]


def _read(file: CaptureFile, line: int, cells: Sequence[str]) -> TableRow:
    """Read one row as its file is read."""
    typed = file.is_workbook
    return next(read_rows(file.columns, [cells], [line], file.as_read, typed=typed))


def _with(row: QuarantinedRow, cells: Mapping[int, str]) -> tuple[str, ...]:
    if any(n not in range(len(row.cells)) or len(cell) > CELL_MAX for n, cell in cells.items()):
        raise UnableToRepairRow(_("The row has no such cell."))
    return tuple(cells.get(n, cell).strip() for n, cell in enumerate(row.current))


def _kept(findings: Iterable[Finding]) -> list[dict[str, object]]:
    return [kept(finding) for finding in findings]


def _tell_the_desk(file: CaptureFile, actor: Actor, at: datetime) -> None:
    """Keep one item of work open while a row of the file waits: of their desk, if they have one."""
    waiting = QuarantinedRow.objects.filter(source=file, state=RowState.OPEN.value).order_by()
    desks = list(waiting.values_list("desk_code", flat=True).distinct()[:2])
    if desks:
        subject = Subject(
            kind=SUBJECT_KIND,
            id=file.pk,
            reference=file.name[:100],
            url=file.get_absolute_url(),
            desk_code=desks[0] if len(desks) == 1 else "",
        )
        tasks = [desk.Task(subject=subject, title=file.name)]
        desk.open_work(kind=WorkKind.QUARANTINE, tasks=tasks, actor=actor, at=at)
        desk.follow_work(kind=WorkKind.QUARANTINE, tasks=tasks, actor=actor)
        return
    desk.close_work(
        kind=WorkKind.QUARANTINE,
        subject_kind=SUBJECT_KIND,
        subject_ids=[file.pk],
        actor=actor,
        at=at,
    )
