"""Background work as rows: queued in the caller's transaction, claimed by lease, retried, visible.

A worker that dies leaves its lease to expire; the next sweep starts the job again. Handlers are
therefore idempotent, and a job that fails three times stays FAILED in front of everyone.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Now
from django.utils import translation
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext

from core import context, doorbell
from core.heartbeat import beating
from core.models import Job, JobState
from core.unreadable import message_of
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal

logger = logging.getLogger(__name__)

ATTEMPTS_MAX: Final = 3
BACK_OFF: Final = (timedelta(seconds=2), timedelta(seconds=15), timedelta(seconds=60))
PROGRESS_INTERVAL_S: Final = 1

CLAIM: Final = """
UPDATE core_job SET state = 'RUNNING', lease = %s, lease_until = now() + make_interval(secs => %s),
       attempts = attempts + 1, started_at = coalesce(started_at, now()), error = ''
 WHERE id = (SELECT id FROM core_job
              WHERE (state = 'QUEUED' AND due_at <= clock_timestamp())
                 OR (state = 'RUNNING' AND lease_until < clock_timestamp())
              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
#: What failed before, or was left by a worker that died, runs alone: it may be what kills others.
CLAIM_ALONG: Final = """
WITH due AS MATERIALIZED (
  SELECT id FROM core_job
   WHERE state = 'QUEUED' AND due_at <= clock_timestamp() AND kind = %s AND attempts = 0
     AND actor_name = %s AND actor_user_id IS NOT DISTINCT FROM %s
   ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
UPDATE core_job SET state = 'RUNNING', lease = %s, lease_until = now() + make_interval(secs => %s),
       attempts = 1, started_at = now()
  FROM due WHERE core_job.id = due.id
RETURNING core_job.id, parameters::text
"""

Handler = Callable[["JobRun"], None]
_handlers: dict[str, Handler] = {}
_counts: dict[str, frozenset[str]] = {}


class UnknownJobKind(Refusal):
    """No room registered a handler for this kind of job."""

    code = "UNKNOWN_JOB_KIND"


class LeaseLost(RuntimeError):
    """Another worker took the job over: whatever this one still does must not count."""


def job_handler(kind: str, *, counts: Iterable[str] = ()) -> Callable[[Handler], Handler]:
    """Register the decorated function as what a job of this kind runs; it must be idempotent.

    `counts` are the names that it counts under: each has words that people read.
    """

    def register(handler: Handler) -> Handler:
        _handlers[kind], _counts[kind] = handler, frozenset(counts)
        return handler

    return register


def handlers() -> Mapping[str, Handler]:
    """Return every registered kind with its handler; imports the rooms' `tasks` modules."""
    autodiscover_modules("tasks")
    return _handlers


def counts_of(kind: str) -> frozenset[str]:
    """Return the names that jobs of a kind count under."""
    return _counts.get(kind, frozenset())


@dataclass(slots=True)
class JobRun:
    """What a handler gets: its parameters, who asked, when it started, and where to report.

    `counted` is what it counted before it last gave way: those turns ended well, and add up.
    """

    job_id: int
    kind: str
    parameters: dict[str, Any]
    actor: Actor
    at: datetime
    lease: UUID
    attempt: int = 1
    along: list[int] = field(default_factory=list)
    counted: Mapping[str, int] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _told_at: float | None = None
    is_put_back: bool = False

    def progress(self, done: int, total: int) -> None:
        """Show progress, at most once a second; raises LeaseLost if another worker took over."""
        now = monotonic()
        if self._told_at is not None and now - self._told_at < PROGRESS_INTERVAL_S and done < total:
            return
        self._told_at = now
        self._update(progress_done=done, progress_total=total)

    def count(self, name: str, n: int = 1) -> None:
        """Add to a named count, shown when the job ends."""
        self._counts[name] = self._counts.get(name, 0) + n

    def begin_reading(self) -> None:
        """Give up the dedupe key: what is asked from now on may be newer than what is read here.

        Called before anything is read, so that every later asking gets a job that sees it.
        """
        self._update(dedupe_key="")

    def log(self, text: str) -> None:
        """Append one line to the log that people read on the job's page."""
        self._update(log=Concat(F("log"), Value(text.rstrip() + "\n")))

    def result(self, url: str) -> None:
        """Name the page where the outcome can be seen."""
        self._update(result_url=url)

    def gives_way(self) -> bool:
        """Say whether work of another kind is due; the job is then put back and goes on after it.

        For a handler that works in small steps and finds by itself where it stopped: it returns.
        """
        due = Job.objects.filter(state=JobState.QUEUED, due_at__lte=Now()).exclude(kind=self.kind)
        self.is_put_back = due.exists()
        return self.is_put_back

    def take_along(self, most: int) -> list[dict[str, Any]]:
        """Claim up to so many more jobs of this kind, and return their parameters.

        For a handler that does many as cheaply as one. What is taken along ends with this job, and
        runs by itself when this one fails; its page says with which job it was done.
        """
        if self.attempt > 1:
            return []
        asked = (self.kind, self.actor.name, self.actor.user_id, most)
        with connection.cursor() as cursor:
            cursor.execute(CLAIM_ALONG, [*asked, self.lease, settings.JOB_LEASE_SECONDS])
            claimed = sorted(cursor.fetchall())
        self.along += [job_id for job_id, _parameters in claimed]
        return [dict(json.loads(parameters)) for _job_id, parameters in claimed]

    @property
    def counts(self) -> dict[str, int]:
        """What it counted in all its turns; an attempt that failed is made, and counted, anew."""
        both = Counter(self.counted)
        both.update(self._counts)
        return dict(both)

    def _update(self, **values: Any) -> None:  # noqa: ANN401 - columns of Job
        if not Job.objects.filter(pk=self.job_id, lease=self.lease).update(**values):
            raise LeaseLost(f"job {self.job_id}")


def enqueue(
    *,
    kind: str,
    parameters: Mapping[str, Any],
    title: str,
    actor: Actor,
    at: datetime,
    dedupe_key: str = "",
    due_key: str = "",
    after: timedelta = timedelta(0),
) -> Job:
    """Queue a job in the caller's transaction and ring after its commit.

    With `dedupe_key` a job that still waits or runs under the same key is returned instead; with
    `due_key` there is one job for ever ("the prices of 2026-11-20"), whatever became of it.
    It is due `after` a pause, in which others may ask for the same.
    """
    known = Job.objects.none()
    if dedupe_key:
        known = Job.objects.filter(
            dedupe_key=dedupe_key, state__in=[JobState.QUEUED, JobState.RUNNING]
        )
    if due_key:
        known = Job.objects.filter(due_key=due_key)
    job = known.first() or _insert(
        known_after_conflict=known,
        job=Job(
            kind=kind,
            title=title[:200],
            parameters=dict(parameters),
            dedupe_key=dedupe_key,
            due_key=due_key,
            created_at=at,
            due_at=Now() + after * settings.JOB_BACK_OFF_FACTOR,
            actor_name=actor.name,
            actor_kind=actor.kind.value,
            actor_user_id=actor.user_id,
            request_id=context.request_id.get(),
        ),
    )
    transaction.on_commit(doorbell.ring, robust=True)
    return job


def run_next(*, heart: bool = True) -> int | None:
    """Claim one due job and run it to its end; return its id, or None when nothing is due."""
    lease = uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [lease, settings.JOB_LEASE_SECONDS])
        claimed = cursor.fetchone()
    if claimed is None:
        return None
    job = Job.objects.get(pk=claimed[0])
    with context.unit_of_work(job.request_id or f"job-{job.pk}"):
        _run(job, lease, heart=heart)
    return int(job.pk)


def run_pending(*, jobs_max: int = 1000) -> int:
    """Run everything that is due, here and now; return how many jobs ran (tests, commands)."""
    ran = 0
    while ran < jobs_max and run_next(heart=not connection.in_atomic_block) is not None:
        ran += 1
    return ran


def _run(job: Job, lease: UUID, *, heart: bool) -> None:
    run = JobRun(
        job_id=job.pk,
        kind=job.kind,
        parameters=job.parameters,
        actor=Actor(name=job.actor_name, kind=ActorKind(job.actor_kind), user_id=job.actor_user_id),
        at=_database_clock(),
        lease=lease,
        attempt=job.attempts,
        counted=job.counts,
    )
    try:
        handler = _handler_for(job)
        with (
            beating(run.job_id, run.along, lease, settings.JOB_LEASE_SECONDS, enabled=heart),
            translation.override(_language_of(job)),
            _isolated(),
        ):
            handler(run)
    except Exception as failure:
        _fail(job, run, failure)
    else:
        (_put_back if run.is_put_back else _finish)(run)


def _language_of(job: Job) -> str:
    """Return the language of the person who asked: what the job says is read by them first."""
    person = job.actor_user
    return (person.language if person else "") or settings.LANGUAGE_CODE


def _handler_for(job: Job) -> Handler:
    if job.attempts > ATTEMPTS_MAX:
        raise LeaseLost("the worker died in each attempt")
    handler = handlers().get(job.kind)
    if handler is None:
        raise UnknownJobKind(f"no handler for {job.kind}")
    return handler


def _insert(*, known_after_conflict: Any, job: Job) -> Job:  # noqa: ANN401 - a queryset
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        winner = known_after_conflict.first()
        if winner is None:
            raise
        return winner  # type: ignore[no-any-return]  # queryset of Job
    return job


@contextmanager
def _isolated() -> Iterator[None]:
    """Inside a caller's transaction (tests), keep a failing handler from breaking it."""
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
    else:
        yield


def _finish(run: JobRun) -> None:
    finished = Job.objects.filter(pk=run.job_id, lease=run.lease).update(
        state=JobState.DONE, ended_at=Now(), counts=run.counts, lease=None, lease_until=None
    )
    if not finished:
        logger.warning("job %s ended after its lease was taken over", run.job_id)
    if run.along:
        log = gettext("Done together with job %(number)s.") % {"number": run.job_id}
        Job.objects.filter(pk__in=run.along, lease=run.lease).update(
            state=JobState.DONE,
            ended_at=Now(),
            lease=None,
            lease_until=None,
            log=Concat(F("log"), Value(f"{log}\n")),
        )


def _put_back(run: JobRun) -> None:
    """Queue the job behind what is due; the attempt does not count, for nothing went wrong."""
    Job.objects.filter(pk=run.job_id, lease=run.lease).update(
        state=JobState.QUEUED,
        due_at=Now(),
        counts=run.counts,
        lease=None,
        lease_until=None,
        attempts=F("attempts") - 1,
    )


def _fail(job: Job, run: JobRun, failure: Exception) -> None:
    """Queue the job again after a pause; a refusal or the last attempt is final."""
    logger.error("job %s (%s) failed", job.pk, job.kind, exc_info=failure)
    final = isinstance(failure, Refusal) or job.attempts >= ATTEMPTS_MAX
    text = message_of(failure) if isinstance(failure, Refusal) else _last_line(failure)
    values: dict[str, Any] = {"error": text, "counts": run.counts, "lease": None}
    if final:
        values |= {"state": JobState.FAILED, "ended_at": Now(), "lease_until": None}
    else:
        pause = BACK_OFF[min(job.attempts, len(BACK_OFF)) - 1] * settings.JOB_BACK_OFF_FACTOR
        values |= {"state": JobState.QUEUED, "due_at": Now() + pause, "lease_until": None}
        values["counts"] = dict(run.counted)
    Job.objects.filter(pk=job.pk, lease=run.lease).update(**values)
    if run.along:
        Job.objects.filter(pk__in=run.along, lease=run.lease).update(
            state=JobState.QUEUED, due_at=Now(), lease=None, lease_until=None
        )


def _last_line(failure: Exception) -> str:
    return traceback.format_exception_only(failure)[-1].strip()[:2000]


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
