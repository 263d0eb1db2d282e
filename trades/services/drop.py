"""The drop folder: files that a front office leaves are taken in by the mapping their folder names.

    DROP_DIR/incoming/<mapping>/   where senders write
            /taken/<mapping>/      claimed: ours from here on
            /done/<mapping>/       booked
            /refused/<mapping>/    not booked, with the reason beside it

A file is whole when `<name>.done` lies beside it, or when its size and its time did not change for
DROP_QUIET_SECONDS. Each step is written down before it is done, under a name that no other file
has: killed at any instant, the next look goes on where this one stopped, and books nothing twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from core import tabular
from core.access import Action, require
from core.acts import acting
from core.files import SameFileTwice
from core.remarks import kept, recalled, told
from desk import services as desk
from desk.facts import Cause, Raised, Subject
from desk.states import CauseKind, ExceptionKind
from kernel.actors import Actor, ActorKind
from kernel.findings import Finding, Refusal
from kernel.states import require_transition
from trades.models import CaptureFile, DropArrival, ExecutionMapping
from trades.services import drop_places as places
from trades.services import tables
from trades.states import ARRIVAL_TRANSITIONS, ArrivalState, FileState

logger = logging.getLogger(__name__)

DROP_JOB: Final = "trades.look_into_drop_folder"
SUBJECT_KIND: Final = "drop_arrival"
SENDER: Final = Actor(name="drop folder", kind=ActorKind.SYSTEM)
ATTEMPTS_MAX: Final = 3
COUNTS: Final = ("imported", "refused", "waiting", "failed")
STUCK: Final = "DROP-004"
UNFINISHED: Final = Q(state__in=[ArrivalState.SEEN.value, ArrivalState.TAKEN.value]) | Q(
    is_filed=False, state__in=[ArrivalState.IMPORTED.value, ArrivalState.REFUSED.value]
)


class UnableToTryAgain(Refusal):
    """The file was not refused, or it is no longer where it was put."""

    code = "UNABLE_TO_TRY_AGAIN"
    status_code = 409


@dataclass(slots=True)
class Looked:
    """What one look came to."""

    imported: int = 0
    refused: int = 0
    waiting: int = 0
    failed: int = 0


def has_work() -> bool:
    """Say whether a look would find anything: a file that came, or one half dealt with."""
    return next(_fresh(), None) is not None or DropArrival.objects.filter(UNFINISHED).exists()


def look(*, at: datetime) -> Looked:
    """Take in every file that is whole, and finish what an earlier look left half done.

    A file that cannot be dealt with leaves the others alone; after three attempts it is refused.
    """
    places.make_folders(ExecutionMapping.objects.values_list("name", flat=True))
    looked = Looked()
    half_done = set(_half_done())
    for arrival_id in sorted(half_done):
        _finish(arrival_id, looked, at)
    for folder, path in list(_fresh()):
        if not _notice(folder, path, at):
            looked.waiting += 1
    _forget_what_is_gone(at)
    for arrival_id in sorted(set(_half_done()) - half_done):
        _finish(arrival_id, looked, at)
    return looked


def retry_arrival(*, arrival_id: int, actor: Actor, at: datetime) -> DropArrival:
    """Have a refused file taken in again at the next look: its mapping may be saved since.

    Raises Forbidden, UnableToTryAgain.
    """
    require(actor, Action.IMPORT_FILE)
    with acting(actor=actor):
        arrival = DropArrival.objects.select_for_update(of=("self",)).get(pk=arrival_id)
        there = places.path_in("refused", arrival.folder, arrival.kept_name)
        if arrival.state != ArrivalState.REFUSED or not there.is_file():
            raise UnableToTryAgain(_("Only a refused file that is still there is tried again."))
        _move_to(arrival, ArrivalState.TAKEN)
        arrival.findings, arrival.attempts = [], 0
        arrival.is_filed, arrival.ended_at = False, None
        arrival.save()
        desk.close_exceptions(
            subject_kind=SUBJECT_KIND,
            subject_ids=[arrival.pk],
            actor=actor,
            at=at,
            reason="tried again",
        )
    return arrival


# ---------------------------------------------------------------------- what came
def _half_done() -> Iterable[int]:
    claimed = DropArrival.objects.filter(UNFINISHED).exclude(state=ArrivalState.SEEN.value)
    return claimed.values_list("pk", flat=True)


def _is_claimed(folder: str, name: str) -> bool:
    """Say whether a file is an arrival already that could not be moved yet."""
    claimed = DropArrival.objects.filter(folder=folder, name=name, state=ArrivalState.TAKEN.value)
    return any(
        not os.path.lexists(places.path_in("taken", folder, one.kept_name)) for one in claimed
    )


def _fresh() -> Iterator[tuple[str, Path]]:
    """Yield what came, but for files that could not be moved out of their folder."""
    stuck = set(
        DropArrival.objects.filter(
            state=ArrivalState.REFUSED.value, findings__0__code=STUCK
        ).values_list("folder", "name", "modified_ns")
    )
    for folder, path in places.incoming():
        with contextlib.suppress(FileNotFoundError):
            if not stuck or (folder, path.name, path.lstat().st_mtime_ns) not in stuck:
                yield folder, path


def _notice(folder: str, path: Path, at: datetime) -> bool:
    """Write down what was seen of a file; claim it and return True once it is whole."""
    path = places.named(path)
    if _is_claimed(folder, path.name):
        return False
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    marked = path.with_name(path.name + places.DONE_MARK).exists()
    with acting(actor=SENDER):
        seen = DropArrival.objects.select_for_update().filter(
            folder=folder, name=path.name, state=ArrivalState.SEEN.value
        )
        arrival = seen.first() or DropArrival(
            folder=folder, name=path.name, size=-1, modified_ns=-1, seen_at=at
        )
        same = (arrival.size, arrival.modified_ns) == (found.st_size, found.st_mtime_ns)
        quiet = timedelta(seconds=settings.DROP_QUIET_SECONDS)
        whole = marked or (same and arrival.seen_at <= at - quiet)
        if not same:
            arrival.size, arrival.modified_ns = found.st_size, found.st_mtime_ns
            arrival.seen_at = at
        if whole:
            _move_to(arrival, ArrivalState.TAKEN)
        if whole or not same:
            arrival.save()
    return whole


def _forget_what_is_gone(at: datetime) -> None:
    """End the sightings of files that their sender took away again."""
    for arrival in DropArrival.objects.filter(state=ArrivalState.SEEN.value):
        if not os.path.lexists(places.path_in("incoming", arrival.folder, arrival.name)):
            with acting(actor=SENDER):
                _move_to(arrival, ArrivalState.GONE)
                arrival.is_filed, arrival.ended_at = True, at
                arrival.save()


# ---------------------------------------------------------------------- what is done with it
def _finish(arrival_id: int, looked: Looked, at: datetime) -> None:
    """Bring one claimed file to its end, from wherever it stands."""
    try:
        state = _taken_in(arrival_id, at)
        _file_away(arrival_id, at)
    except Exception:
        logger.exception("dropped file %s could not be dealt with", arrival_id)
        looked.failed += 1
        return
    looked.imported += state is ArrivalState.IMPORTED
    looked.refused += state is ArrivalState.REFUSED


def _taken_in(arrival_id: int, at: datetime) -> ArrivalState | None:
    """Import a claimed file and write down what became of it, in one transaction.

    None when another look has it, or nothing is left to do here.
    """
    if not _one_more_attempt(arrival_id):
        return None
    with acting(actor=SENDER):
        held = DropArrival.objects.select_for_update(of=("self",), skip_locked=True)
        arrival = held.filter(pk=arrival_id, state=ArrivalState.TAKEN.value).first()
        if arrival is None:
            return None
        finding = _claimed(arrival) or _imported(arrival, at)
        _end(arrival, finding, at)
        return ArrivalState(arrival.state)


def _end(arrival: DropArrival, finding: Finding | None, at: datetime) -> None:
    """Write down how it ended; what is wrong with its file is before a person with the file."""
    arrival.ended_at = at
    if finding is None and arrival.findings:
        _move_to(arrival, ArrivalState.REFUSED)
    elif finding is None:
        _move_to(arrival, ArrivalState.IMPORTED)
    else:
        _move_to(arrival, ArrivalState.REFUSED)
        arrival.findings = [kept(finding)]
    arrival.save()
    if finding is not None:
        _tell_the_desk(arrival, finding, at)


def _one_more_attempt(arrival_id: int) -> bool:
    """Count the attempt before it is made, so that a file that kills us is known by it."""
    with transaction.atomic():
        held = DropArrival.objects.select_for_update(skip_locked=True)
        arrival = held.filter(pk=arrival_id, state=ArrivalState.TAKEN.value).first()
        if arrival is None:
            return False
        arrival.attempts += 1
        arrival.save(update_fields=["attempts"])
    return True


def _claimed(arrival: DropArrival) -> Finding | None:
    """Move the file out of its sender's reach, or say why it is none that can be read."""
    taken = places.path_in("taken", arrival.folder, arrival.kept_name)
    if arrival.attempts > ATTEMPTS_MAX:
        return _finding(STUCK, found=str(ATTEMPTS_MAX))
    if not os.path.lexists(taken):
        came = places.path_in("incoming", arrival.folder, arrival.name)
        back = places.path_in("refused", arrival.folder, arrival.kept_name)
        there = next((path for path in (came, back) if os.path.lexists(path)), None)
        if there is None:
            return _finding("DROP-005", found=arrival.name)
        places.rename(there, taken)
        came.with_name(came.name + places.DONE_MARK).unlink(missing_ok=True)
    found = taken.lstat()
    if not stat.S_ISREG(found.st_mode):
        return _finding("DROP-003", found=arrival.name)
    if found.st_size > tabular.BYTES_MAX:
        return _finding("DROP-006", expected=str(tabular.BYTES_MAX), found=str(found.st_size))
    arrival.size, arrival.modified_ns = found.st_size, found.st_mtime_ns
    return None


def _imported(arrival: DropArrival, at: datetime) -> Finding | None:
    """Capture the file by the mapping of its folder, or say why it cannot be tried.

    A file that is refused for what it holds leaves its findings with the arrival.
    """
    content = places.path_in("taken", arrival.folder, arrival.kept_name).read_bytes()
    arrival.sha256 = hashlib.sha256(content).hexdigest()
    mapping = ExecutionMapping.objects.filter(name=arrival.folder).first()
    if mapping is None:
        return _finding("DROP-001", found=arrival.folder)
    sent = tables.Sent(
        name=arrival.name,
        content=content,
        reading=mapping.reading,
        source_system=mapping.source_system,
        mapping=mapping,
        is_whole=mapping.is_whole,
    )
    try:
        file = tables.receive_table(sent=sent, actor=SENDER, at=at)
    except SameFileTwice as twice:
        arrival.source = CaptureFile.objects.get(sha256=arrival.sha256)
        return _finding("DROP-002", found=twice.message)
    arrival.source = file = tables.import_table(file_id=file.pk, actor=SENDER, at=at)
    arrival.findings = file.findings if file.state == FileState.REFUSED else []
    return None


def _file_away(arrival_id: int, at: datetime) -> None:
    """Move a file that is dealt with to where it ends, its reason beside it; once is enough."""
    with acting(actor=SENDER):
        held = DropArrival.objects.select_for_update(of=("self",), skip_locked=True)
        ended = [ArrivalState.IMPORTED.value, ArrivalState.REFUSED.value]
        arrival = held.filter(pk=arrival_id, state__in=ended, is_filed=False).first()
        if arrival is None:
            return
        good = arrival.state == ArrivalState.IMPORTED
        taken = places.path_in("taken", arrival.folder, arrival.kept_name)
        ends = places.path_in("done" if good else "refused", arrival.folder, arrival.kept_name)
        if not good:
            ends.parent.mkdir(parents=True, exist_ok=True)
            reasons = [f"{one['code']}: {told(recalled(one))}\n" for one in arrival.findings]
            ends.with_name(f"{ends.name}.reason.txt").write_text("".join(reasons))
        if os.path.lexists(taken):
            _tell_if_changed(arrival, taken, at)
            places.rename(taken, ends)
        arrival.is_filed = True
        arrival.save()


def _tell_if_changed(arrival: DropArrival, path: Path, at: datetime) -> None:
    """A sender that wrote on after its file was taken: what was booked is what was read."""
    found = path.lstat()
    if (found.st_size, found.st_mtime_ns) != (arrival.size, arrival.modified_ns):
        finding = _finding("DROP-007", expected=str(arrival.size), found=str(found.st_size))
        arrival.findings = [*arrival.findings, kept(finding)]
        _tell_the_desk(arrival, finding, at)


# ---------------------------------------------------------------------- words and places
MESSAGES: Final = {
    "DROP-001": N_("No mapping is saved under the name of the folder: {found}"),
    "DROP-002": N_("It is no new file. {found}"),
    "DROP-003": N_("It is no plain file: {found}"),
    "DROP-004": N_("It could not be taken in after {found} attempts"),
    "DROP-005": N_("It was no longer there: {found}"),
    "DROP-006": N_("It has {found} bytes, the limit is {expected}"),
    "DROP-007": N_("It was written on after it was taken: it had {expected} bytes, now {found}"),
}


def _finding(code: str, *, expected: str = "", found: str = "") -> Finding:
    return Finding(
        code=code, field="file", message=MESSAGES[code], expected=expected, found=found[:200]
    )


def _tell_the_desk(arrival: DropArrival, finding: Finding, at: datetime) -> None:
    subject = Subject(
        kind=SUBJECT_KIND,
        id=arrival.pk,
        reference=f"{arrival.folder}/{arrival.name}"[:100],
        url=arrival.get_absolute_url(),
    )
    cause = Cause(CauseKind.SOURCE, arrival.folder) if arrival.folder else None
    raised = [Raised(subject=subject, finding=finding, cause=cause)]
    desk.raise_exceptions(raised=raised, kind=ExceptionKind.CAPTURE, actor=SENDER, at=at)


def _move_to(arrival: DropArrival, target: ArrivalState) -> None:
    require_transition(ARRIVAL_TRANSITIONS, source=ArrivalState(arrival.state), target=target)
    arrival.state = target.value
