"""Acts on many rows: at once when they are few, else by a job that tells what became of each.

The rows are written down with the job, each with what its author saw of it. They are worked off in
steps, the acts and their outcomes in one commit: a job that dies goes on where it stopped, and no
row is acted on twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext

from core import context, jobs
from core.access import Forbidden
from core.jobs import JobRun
from core.models import Job, JobOutcome, OutcomeState
from core.remarks import kept
from core.unreadable import message_of
from kernel.actors import Actor
from kernel.findings import Refusal

AT_ONCE_MAX: Final = 100
STEP: Final = 500
WRITTEN: Final = ("state", "label", "url", "code", "message", "finding")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; nothing is refused when the act was done."""

    subject_id: int
    label: str = ""
    url: str = ""
    refusal: Refusal | None = None


class Gone(Refusal):
    """The row is no longer there, or out of reach."""

    code = "GONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Some rows of a bulk act: the keys, each with what was seen, and who acts when with what."""

    seen: Mapping[int, str]
    parameters: Mapping[str, Any]
    actor: Actor
    at: datetime


Act = Callable[[Step], Sequence[Outcome]]


def enqueue(
    *,
    kind: str,
    seen: Mapping[int, str],
    parameters: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> Job:
    """Queue a bulk act with exactly the rows that its author saw, in the order of their keys."""
    with transaction.atomic():
        job = jobs.enqueue(
            kind=kind, parameters=parameters, title=str(len(seen)), actor=actor, at=at
        )
        JobOutcome.objects.bulk_create(
            (
                JobOutcome(job=job, n=n, subject_id=pk, seen=seen[pk])
                for n, pk in enumerate(sorted(seen), start=1)
            ),
            batch_size=5_000,
        )
    return job


def handler(kind: str, *, counts: Iterable[str] = ()) -> Callable[[Act], Act]:
    """Register an act on some rows as the job that does it on many.

    `counts` are the codes of its refusals that have words of their own; others count as refused.
    """
    named = ("done", "refused", Forbidden.code, Gone.code, *counts)

    def register(act: Act) -> Act:
        jobs.job_handler(kind, counts=named)(lambda run: _work_off(run, act))
        return act

    return register


def one_by_one(
    step: Step,
    act: Callable[[int], object],
    *,
    named: Mapping[int, tuple[str, str]],
) -> list[Outcome]:
    """Act on each row by itself; a refused one leaves the others alone.

    `named` gives the label and the address of the rows; one that it does not name is gone.
    """
    outcomes = []
    for subject_id in step.seen:
        if subject_id not in named:
            outcomes.append(gone(subject_id))
            continue
        label, url = named[subject_id]
        try:
            with transaction.atomic():
                act(subject_id)
            outcomes.append(Outcome(subject_id, label, url))
        except Refusal as refusal:
            outcomes.append(Outcome(subject_id, label, url, refusal))
    return outcomes


def gone(subject_id: int) -> Outcome:
    """Return the outcome of a row that is not there for who acts."""
    return Outcome(subject_id, refusal=Gone(gettext("It is no longer there.")))


def at_once(act: Act, step: Step) -> list[Outcome]:
    """Act on rows that fit a request, in one transaction."""
    with transaction.atomic():
        return list(act(step))


def counts_of(job: Job) -> dict[str, int]:
    """Return how many rows are in which state."""
    rows = job.outcomes.order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def _work_off(run: JobRun, act: Act) -> None:
    job = Job.objects.get(pk=run.job_id)
    counts = counts_of(job)
    total, left = sum(counts.values()), counts.get(OutcomeState.WAITING.value, 0)
    while left:
        left -= _one_step(run, act)
        run.progress(total - left, total)
    named = jobs.counts_of(job.kind)
    for row in job.outcomes.order_by("code").values("state", "code").annotate(n=Count("pk")):
        name = row["code"] if row["code"] in named else row["state"].lower()
        run.count(name, row["n"])
    run.result(f"/jobs/{run.job_id}/rows/")


def _one_step(run: JobRun, act: Act) -> int:
    """Do the next rows and write down what became of them, in one transaction.

    Rights are read anew: one that ended since the last step ended for this job, too.
    """
    context.forget_rights()
    with transaction.atomic():
        waiting = JobOutcome.objects.select_for_update().filter(
            job=run.job_id, state=OutcomeState.WAITING.value
        )
        rows = list(waiting.order_by("n")[:STEP])
        seen = {row.subject_id: row.seen for row in rows}
        step = Step(seen=seen, parameters=run.parameters, actor=run.actor, at=run.at)
        outcomes = {one.subject_id: one for one in act(step)}
        for row in rows:
            _settle(row, outcomes[row.subject_id])
        JobOutcome.objects.bulk_update(rows, WRITTEN, batch_size=STEP)
    return len(rows)


def _settle(row: JobOutcome, outcome: Outcome) -> None:
    """Keep an outcome; a refusal that says its finding is written by the page, for its reader."""
    refusal = outcome.refusal
    row.label, row.url = outcome.label[:100], outcome.url[:200]
    row.state = (OutcomeState.DONE if refusal is None else OutcomeState.REFUSED).value
    if refusal is not None:
        row.code, row.message = refusal.code[:40], message_of(refusal)[:500]
        says = refusal.says_its_finding and refusal.findings
        row.finding = kept(refusal.findings[0]) if says else None
