"""What people see of background work, and do about it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, Now
from django.utils.translation import gettext

from core import access, doorbell, outbox
from core.acts import acting
from core.models import Job, JobState
from kernel.actors import Actor
from kernel.findings import Refusal


class UnableToRetry(Refusal):
    """The job has not failed, or the same work is under way again."""

    code = "UNABLE_TO_RETRY"
    status_code = 409


def list_jobs(*, actor: Actor) -> QuerySet[Job]:
    """Return the jobs that the actor may see: a role on some desks shows one's own alone.

    What a job names and logs may be of any desk.
    """
    found = Job.objects.all()
    if access.desks_of(actor, access.Action.VIEW_JOBS) is None:
        return found
    return found.filter(actor_user_id=actor.user_id)


@transaction.atomic
def retry_job(*, job_id: int, actor: Actor, at: datetime) -> Job:
    """Queue a failed job again, with its parameters and all its attempts, and say who asked.

    Raises Forbidden without the right to run jobs, for somebody else's job on all desks;
    UnableToRetry unless the job is FAILED and no other job does the same work.
    """
    access.require(actor, access.Action.RUN_JOB)
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if job.actor_user_id is None or job.actor_user_id != actor.user_id:
        access.require_everywhere(actor, access.Action.RUN_JOB)
    if job.state != JobState.FAILED:
        raise UnableToRetry(gettext("Only a failed job can be started again."))
    live = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    if job.dedupe_key and live.filter(dedupe_key=job.dedupe_key).exists():
        raise UnableToRetry(gettext("The same work is already under way."))
    with acting(actor=actor, reason=job.error[:200]):
        outbox.announce("job.retried", subject=f"job:{job.pk}", payload={"job_id": job.pk})
        Job.objects.filter(pk=job.pk).update(
            state=JobState.QUEUED,
            attempts=0,
            error="",
            due_at=Now(),
            ended_at=None,
            progress_done=0,
            progress_total=0,
            counts={},
            log=Concat(F("log"), Value(f"{at:%Y-%m-%d %H:%M:%S} {actor.name}\n")),
        )
    transaction.on_commit(doorbell.ring, robust=True)
    job.refresh_from_db()
    return job
