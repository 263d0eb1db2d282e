"""FIX logs: read whole, shown first, then captured like any other message."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from core import files, jobs, tabular
from core.access import Action, require
from core.acts import acting
from core.models import Job, StoredFile
from core.remarks import kept
from kernel.actors import Actor
from kernel.findings import Finding, worst_first
from trades.formats.fix import UNREADABLE, Fill, FixLog, read_log
from trades.models import CaptureBatch
from trades.services import by_file, capture
from trades.services.roots import rooted
from trades.states import Channel

FINDINGS_KEPT: Final = 1_000
FIX_JOB: Final = "trades.import_fix"


def read_fix(*, content: bytes) -> FixLog:
    """Return the messages of a FIX log. Raises UnableToImport when there is none."""
    tabular.refuse_other_kinds(content)
    log = read_log(content)
    if not log.messages:
        raise by_file.UnableToImport(_("The file holds no FIX message."))
    return log


def queue_fix(*, name: str, content: bytes, actor: Actor, at: datetime) -> Job:
    """Keep a FIX log and queue the job that captures it. Raises Forbidden, SameFileTwice."""
    require(actor, Action.IMPORT_FILE)
    refuse_known(content)
    with acting(actor=actor, reason=name[:200]):
        file = files.store(name=name, content=content, media_type="text/plain", actor=actor, at=at)
        return jobs.enqueue(
            kind=FIX_JOB, parameters={"file_id": file.pk}, title=name, actor=actor, at=at
        )


def refuse_known(content: bytes) -> None:
    """Raise SameFileTwice when the log came in before, with the way to its import."""
    digest = hashlib.sha256(content).hexdigest()
    known = CaptureBatch.objects.filter(channel=Channel.FIX.value, file__sha256=digest).first()
    if known is not None:
        raise files.SameFileTwice(
            _("This content came in before: %(name)s, by %(who)s on %(day)s.")
            % {
                "name": known.file.name if known.file else "",
                "who": known.actor_name,
                "day": known.received_at.date().isoformat(),
            },
            url=reverse("trades:import", args=[known.pk]),
        )


def import_fix(*, file: StoredFile, actor: Actor, at: datetime) -> CaptureBatch:
    """Capture the fills of a FIX log, each under its session; count all that is no fill."""
    require(actor, Action.IMPORT_FILE)
    log = read_fix(content=files.open_stored(file))
    with acting(actor=actor, reason=file.name):
        origin = capture.Origin(source_system="FIX", channel=Channel.FIX, file=file)
        batch_id = capture.open_batch(origin, actor, at)
        counts: dict[str, Any] = {"messages": log.messages, "invalid": log.counts[UNREADABLE]}
        findings = list(log.findings)
        for session, fills in _by_session(log.fills):
            one = capture.Origin(
                source_system=session, channel=Channel.FIX, batch_id=batch_id, file=file
            )
            reads = [fill.facts for fill in rooted(session, fills)]
            taken = by_file.take(reads=reads, origin=one, actor=actor, at=at)
            for name, n in taken.counts.items():
                counts[name] = counts.get(name, 0) + n
            for place, found in taken.findings.items():
                findings += by_file.on_line(found, fills[place].line)
        counts["kinds"] = dict(sorted(log.counts.items()))
        if counts.get("booked"):
            capture.announce(batch_id)
        return _finish(batch_id, counts, findings)


def _by_session(fills: Iterable[Fill]) -> list[tuple[str, list[Fill]]]:
    sessions: dict[str, list[Fill]] = defaultdict(list)
    for fill in fills:
        sessions[fill.session].append(fill)
    return sorted(sessions.items())


def _finish(batch_id: int, counts: dict[str, Any], findings: Sequence[Finding]) -> CaptureBatch:
    batch = CaptureBatch.objects.get(pk=batch_id)
    batch.counts = batch.counts | counts
    batch.findings = [kept(finding) for finding in worst_first(findings)[:FINDINGS_KEPT]]
    batch.save(update_fields=["counts", "findings"])
    return batch
