"""Exceptions: raised set-wise, kept in step with what is found, waived or assigned by people."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.outbox import announce
from core.roles import Action
from core.sequences import array_of
from desk import selectors
from desk.facts import Cause, Raised
from desk.models import ControlException
from desk.services import asking, work
from desk.states import (
    EXCEPTION_TRANSITIONS,
    LIVE_EXCEPTION,
    ExceptionKind,
    ExceptionState,
    WorkKind,
)
from kernel.actors import Actor
from kernel.findings import Refusal, Severity
from kernel.states import require_transition

SUBJECT_KIND: Final = "exception"
BATCH: Final = 2_000
OTHER_WORK: Final = {
    ExceptionKind.REPORT: WorkKind.REPORT,
    ExceptionKind.CONDUCT: WorkKind.CONDUCT,
}
Key = tuple[int, str, str]
#: What a finding says of what it is about.
OF_SUBJECT: Final = (
    *("version_no", "day", "contributors", "amount_at_risk", "currency", "desk_code", "due_at"),
    *("severity", "cause_kind", "cause"),
)
REFRESHED: Final = (
    *("expected", "found", "message", "fix", "evidence", "subject_reference", "url"),
    *OF_SUBJECT,
)
RAISED: Final = (
    *REFRESHED,
    *("kind", "rule_code", "subject_kind", "subject_id", "field"),
    *("raised_at", "state", "ended_at", "ended_by", "reason"),
)
RAISE: Final = f"""
INSERT INTO desk_controlexception ({", ".join(RAISED)}) SELECT {", ".join(RAISED)}
  FROM json_populate_recordset(NULL::desk_controlexception, %s) RETURNING id
"""  # noqa: S608 - our own column names


class UnableToRecheck(Refusal):
    """No rule of the book judges what the exception is about: its own repair ends it."""

    code = "UNABLE_TO_RECHECK"


def raise_exceptions(
    *, raised: Sequence[Raised], kind: ExceptionKind, actor: Actor, at: datetime
) -> None:
    """Record findings as exceptions, each with a work item.

    One open exception per (rule, subject, field): a finding that is already open is left alone.
    An INFO finding is recorded as closed: it is shown and holds nothing.
    """
    subjects = {item.subject.id for item in raised}
    with acting(actor=actor):
        known = (
            {
                _key(row)
                for row in _of_subjects(kind, raised[0].subject.kind, subjects)
                if row.state in LIVE_EXCEPTION
            }
            if raised
            else set()
        )
        fresh = [item for item in _once(raised) if _key_of(item) not in known]
        _insert(fresh, kind, actor, at)


def settle_findings(
    *,
    subject_kind: str,
    subject_ids: Collection[int],
    raised: Sequence[Raised],
    kind: ExceptionKind,
    actor: Actor,
    at: datetime,
) -> set[int]:
    """Make the exceptions of these subjects say exactly what was found now.

    New findings are raised, changed ones refreshed, those that no longer hold resolved (with their
    trace), and a waived one stays waived while it says the same. All subjects are of one kind, and
    the caller holds their row locks. Returns the ids of the subjects that something holds.
    """
    if not subject_ids:
        return set()
    with acting(actor=actor):
        known: dict[Key, list[ControlException]] = {}
        for row in _of_subjects(kind, subject_kind, subject_ids).select_for_update():
            known.setdefault(_key(row), []).append(row)
        found = {_key_of(item): item for item in raised}
        gone = [row for key, rows in known.items() if key not in found for row in rows]
        _resolve(gone, actor, at)
        fresh, changed, held = [], [], set()
        for key, item in found.items():
            rows = known.get(key, [])
            live = next((row for row in rows if row.state in LIVE_EXCEPTION), None)
            if live is not None:
                if _differs(live, item) or _moved(live, item):
                    changed.append((live, item))
            elif not any(_still_answers(row, item) for row in rows):
                fresh.append(item)
            else:
                continue
            if _holds(item):
                held.add(item.subject.id)
        _refresh(changed, kind, actor, at)
        _insert(fresh, kind, actor, at)
        return held


def follow_subjects(*, subject_kind: str, days: Mapping[int, date], actor: Actor) -> None:
    """Have what was ever found about these subjects belong to the day that each is of now."""
    moved: dict[date, list[int]] = {}
    for subject_id, day in days.items():
        moved.setdefault(day, []).append(subject_id)
    with acting(actor=actor):
        for day, ids in moved.items():
            ControlException.objects.filter(subject_kind=subject_kind, subject_id__in=ids).exclude(
                day=day
            ).update(day=day)


def close_exceptions(
    *,
    subject_kind: str,
    subject_ids: Collection[int],
    actor: Actor,
    at: datetime,
    reason: str,
    kind: ExceptionKind | None = None,
) -> int:
    """Close whatever is open about subjects that are gone; return how many there were."""
    rows = ControlException.objects.filter(
        subject_kind=subject_kind, subject_id__in=subject_ids, state__in=LIVE_EXCEPTION
    )
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    with acting(actor=actor, reason=reason):
        ids = list(rows.select_for_update().values_list("pk", flat=True))
        end_exceptions(ids, ExceptionState.CLOSED, actor, at, reason)
        return len(ids)


def resolve_exception(*, exception_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Mark one exception as repaired, in the act that repaired it."""
    with acting(actor=actor, reason=reason):
        row = selectors.get_exception_for_update(exception_id=exception_id)
        require_step(row, ExceptionState.RESOLVED)
        end_exceptions([row.pk], ExceptionState.RESOLVED, actor, at, reason)


def assign_exception(
    *, exception_id: int, owner_id: int | None, actor: Actor, at: datetime
) -> None:
    """Give an open exception to a person, or hand it back with None."""
    with acting(actor=actor):
        row = selectors.get_exception_for_update(exception_id=exception_id)
        access.require(actor, Action.RESOLVE_EXCEPTION, desk=row.desk_code)
        target = ExceptionState.OPEN if owner_id is None else ExceptionState.ASSIGNED
        if row.state != target:
            require_step(row, target)
        row.state, row.owner_id = target.value, owner_id
        row.save(update_fields=["state", "owner"])
        work.assign_work(
            kind=_work_kind(ExceptionKind(row.kind)),
            subject_kind=SUBJECT_KIND,
            subject_id=row.pk,
            owner_id=owner_id,
            actor=actor,
        )


def ask_recheck(*, rows: Collection[ControlException], actor: Actor) -> None:
    """Ask for the controls of what these exceptions are about. Raises UnableToRecheck."""
    if not all(row.is_of_control for row in rows):
        raise UnableToRecheck(_("Only what the controls found is controlled again."))
    with acting(actor=actor):
        for kind in sorted({row.subject_kind for row in rows}):
            ids = {row.subject_id for row in rows if row.subject_kind == kind}
            tell("exception.recheck_asked", kind, sorted(ids))


def tell(event: str, subject_kind: str, subject_ids: Sequence[int]) -> None:
    """Announce what became of exceptions to the room whose subjects they are about."""
    announce(
        event,
        subject=f"{subject_kind}:{','.join(map(str, subject_ids[:5]))}",
        payload={f"{subject_kind}_ids": list(subject_ids)},
    )


def require_step(row: ControlException, target: ExceptionState) -> None:
    """Raise IllegalTransition where the life of an exception has no such step."""
    require_transition(EXCEPTION_TRANSITIONS, source=ExceptionState(row.state), target=target)


def _of_subjects(
    kind: ExceptionKind, subject_kind: str, ids: Collection[int]
) -> QuerySet[ControlException]:
    """Every exception that may still say something: not those resolved, nor closed for good."""
    return (
        ControlException.objects.filter(kind=kind.value, subject_kind=subject_kind)
        .extra(where=["subject_id = ANY(%s)"], params=[array_of(ids)])
        .exclude(state=ExceptionState.RESOLVED.value)
        .exclude(state=ExceptionState.CLOSED.value, severity__in=["WARNING", "BLOCKING"])
    )


def _key(row: ControlException) -> Key:
    return (row.subject_id, row.rule_code, row.field)


def _key_of(item: Raised) -> Key:
    return (item.subject.id, item.finding.code, item.finding.field)


def _once(raised: Iterable[Raised]) -> Iterable[Raised]:
    return {_key_of(item): item for item in raised}.values()


def _differs(row: ControlException, item: Raised) -> bool:
    finding = item.finding
    return (row.expected, row.found) != (finding.expected[:200], finding.found[:200])


def _moved(row: ControlException, item: Raised) -> bool:
    """Whether what the finding is about is no longer what was written of it."""
    current = _columns(item)
    return any(getattr(row, name) != current[name] for name in OF_SUBJECT)


def _says_else(row: ControlException, item: Raised) -> bool:
    """Whether the finding says something else now, or the same of another day or version."""
    subject = item.subject
    same = (row.day, row.version_no) == (subject.day, subject.version_no)
    return _differs(row, item) or not same


def _refresh(
    changed: Sequence[tuple[ControlException, Raised]],
    kind: ExceptionKind,
    actor: Actor,
    at: datetime,
) -> None:
    """Write what is found now; a waiver that was asked for is of what was said then."""
    lapsed = [row.pk for row, item in changed if _says_else(row, item)]
    rows = [_refreshed(row, item) for row, item in changed]
    ControlException.objects.bulk_update(rows, REFRESHED, batch_size=BATCH)
    work.follow_work(
        kind=_work_kind(kind), tasks=[_task(row.pk, item) for row, item in changed], actor=actor
    )
    _lapse(lapsed, actor, at)


def _code_of(cause: Cause | None) -> str:
    return "" if cause is None else cause.code[:64]


def _still_answers(row: ControlException, item: Raised) -> bool:
    """A waiver is of one version; an INFO that was shown is not shown again."""
    same_version = row.version_no == item.subject.version_no
    return not _differs(row, item) and (same_version or not _waived(row))


def _refreshed(row: ControlException, item: Raised) -> ControlException:
    current = _columns(item)
    for name in REFRESHED:
        setattr(row, name, current[name])
    return row


def _columns(item: Raised) -> dict[str, Any]:
    """Return what is stored of a finding, by column, cut to what the columns hold."""
    subject, finding = item.subject, item.finding
    return {
        "rule_code": finding.code,
        "severity": finding.severity.value,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "subject_reference": subject.reference[:100],
        "version_no": subject.version_no,
        "day": subject.day,
        "field": finding.field[:40],
        "expected": finding.expected[:200],
        "found": finding.found[:200],
        "message": finding.message[:300],
        "fix": item.fix[:300],
        "evidence": dict(finding.evidence),
        "contributors": list(subject.contributors),
        "desk_code": subject.desk_code,
        "amount_at_risk": subject.amount_at_risk,
        "currency": subject.currency,
        "url": subject.url,
        "due_at": subject.due_at,
        "cause_kind": "" if item.cause is None else item.cause.kind.value,
        "cause": _code_of(item.cause),
    }


def _insert(items: Iterable[Raised], kind: ExceptionKind, actor: Actor, at: datetime) -> None:
    waiting = {"state": ExceptionState.OPEN.value, "ended_at": None, "ended_by": ""}
    shown = {"state": ExceptionState.CLOSED.value, "ended_at": at, "ended_by": actor.name}
    common = {"kind": kind.value, "raised_at": at, "reason": ""}
    fresh = list(items)
    if not fresh:
        return
    rows = [_columns(item) | common | (waiting if _holds(item) else shown) for item in fresh]
    with connection.cursor() as cursor:
        cursor.execute(RAISE, [msgspec.json.encode(rows).decode()])
        ids = [int(row[0]) for row in cursor.fetchall()]
    tasks = [_task(pk, item) for pk, item in zip(ids, fresh, strict=True) if _holds(item)]
    work.open_work(kind=_work_kind(kind), tasks=tasks, actor=actor, at=at)


def _work_kind(kind: ExceptionKind) -> WorkKind:
    """Return whose work an exception is: the reporters' what keeps a report back, the supervisors'
    what is about conduct.
    """
    return OTHER_WORK.get(kind, WorkKind.EXCEPTION)


def _holds(item: Raised) -> bool:
    return item.finding.severity is not Severity.INFO


def _task(exception_id: int, item: Raised) -> work.Task:
    subject = dataclasses.replace(
        item.subject,
        kind=SUBJECT_KIND,
        id=exception_id,
        url=f"/work/exceptions/{exception_id}/",
    )
    title = f"{item.finding.code} {item.subject.reference[:100]}"
    return work.Task(subject=subject, title=title, severity=item.finding.severity)


def _resolve(rows: Sequence[ControlException], actor: Actor, at: datetime) -> None:
    """End what no longer holds; what somebody waived keeps who did, when and why."""
    ids = [row.pk for row in rows if row.state in LIVE_EXCEPTION]
    end_exceptions(ids, ExceptionState.RESOLVED, actor, at, "")


def _waived(row: ControlException) -> bool:
    return row.state == ExceptionState.WAIVED.value


def _lapse(ids: Collection[int], actor: Actor, at: datetime) -> None:
    """A waiver that was asked for was of what the exception said then."""
    asking.lapse(subject_kind=SUBJECT_KIND, subject_ids=ids, actor=actor, at=at)


def end_exceptions(
    ids: Collection[int], state: ExceptionState, actor: Actor, at: datetime, reason: str
) -> None:
    """End those that may be ended so, with the work they are, and what was asked about them."""
    if not ids:
        return
    _lapse(ids, actor, at)
    ControlException.objects.filter(pk__in=ids).update(
        state=state.value, ended_at=at, ended_by=actor.name, reason=reason
    )
    work.close_work(
        kind=(WorkKind.EXCEPTION, *OTHER_WORK.values()),
        subject_kind=SUBJECT_KIND,
        subject_ids=ids,
        actor=actor,
        at=at,
    )
