"""Jobs are rows: queued with the change, run once at a time, retried, visible when they fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client

from core import access, doorbell, job_acts, jobs, outbox
from core.acts import acting
from core.jobs import JobRun
from core.models import Job, OutboxEvent, User
from core.roles import Role
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ANA = Actor(name="ana", kind=ActorKind.PERSON)
SUBSCRIPTIONS = {"test.happened": ("test.echo", "test.count")}


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    table: dict[str, Any] = {}
    monkeypatch.setattr(jobs, "handlers", lambda: table)
    return table


def queue(kind: str = "test.echo", **more: Any) -> Job:
    values: dict[str, Any] = {"parameters": {"n": 1}, "title": "t", "actor": ANA, "at": AT}
    return jobs.enqueue(kind=kind, **(values | more))


def test_a_job_runs_and_tells_what_it_did(handlers: dict[str, Any]) -> None:
    def echo(run: JobRun) -> None:
        run.progress(1, 2)
        run.log(f"{run.actor.name} {run.parameters['n']}")
        run.count("rows", 3)
        run.count("rows", 4)
        run.result("/somewhere/")

    handlers["test.echo"] = echo
    job = queue()
    assert jobs.run_pending() == 1

    job.refresh_from_db()
    assert (job.state, job.counts, job.log) == ("DONE", {"rows": 7}, "ana 1\n")
    assert (job.progress_done, job.progress_total, job.result_url) == (1, 2, "/somewhere/")
    assert job.ended_at is not None


def test_a_failure_is_retried_then_stays_visible(handlers: dict[str, Any]) -> None:
    starts = []

    def broken(run: JobRun) -> None:
        starts.append(run.job_id)
        User.objects.create(username="half-done")
        raise ZeroDivisionError("no divisor")

    handlers["test.echo"] = broken
    job = queue()
    jobs.run_pending()

    job.refresh_from_db()
    assert (job.state, len(starts), job.error) == (
        "FAILED",
        3,
        "ZeroDivisionError: no divisor",
    )
    assert not User.objects.exists()


def test_a_long_job_lets_others_pass_and_goes_on(handlers: dict[str, Any]) -> None:
    done: list[str] = []

    def long(run: JobRun) -> None:
        while len(done) < 9:
            done.append("step")
            run.count("rows")
            if run.gives_way():
                return

    def short(run: JobRun) -> None:
        done.append("short")

    handlers |= {"test.long": long, "test.short": short}
    job = queue("test.long")
    for n in range(4):  # more often than a job may be tried
        queue("test.short", due_key=f"one {n}")
    jobs.run_pending()

    job.refresh_from_db()
    assert (job.state, job.attempts, job.counts) == ("DONE", 1, {"rows": 5})
    assert done[:6] == ["step", "short", "short", "short", "short", "step"]


def test_what_failed_and_is_done_anew_is_counted_once(handlers: dict[str, Any]) -> None:
    """What turns counted before stands; of an attempt that failed nothing is added to it."""
    attempts: list[int] = []

    def long(run: JobRun) -> None:
        attempts.append(run.attempt)
        run.count("rows", 10)
        if len(attempts) == 1 and run.gives_way():
            return
        if len(attempts) == 2:
            raise ZeroDivisionError

    handlers |= {"test.long": long, "test.short": lambda run: None}
    job = queue("test.long")
    queue("test.short", due_key="one")
    jobs.run_pending()

    job.refresh_from_db()
    assert attempts == [1, 1, 2]
    assert (job.state, job.counts) == ("DONE", {"rows": 20})


def test_a_job_does_not_give_way_to_its_own_kind(handlers: dict[str, Any]) -> None:
    told: list[bool] = []
    handlers["test.echo"] = lambda run: told.append(run.gives_way())
    queue(due_key="one")
    queue(due_key="two")

    assert jobs.run_pending() == 2
    assert told == [False, False]


def test_jobs_that_are_taken_along_end_together(handlers: dict[str, Any]) -> None:
    told: list[list[int]] = []

    def many(run: JobRun) -> None:
        told.append([run.parameters["n"]])
        told[-1] += [more["n"] for more in run.take_along(2)]
        run.count("rows", len(told[-1]))

    handlers |= {"test.many": many, "test.echo": lambda _run: None}
    asked = [queue("test.many", parameters={"n": n}, due_key=f"{n}") for n in range(1, 5)]
    queue(
        "test.many",
        parameters={"n": 9},
        due_key="9",
        actor=Actor(name="ben", kind=ActorKind.PERSON),
    )
    queue("test.echo")

    assert jobs.run_pending() == 4
    assert told == [[1, 2, 3], [4], [9]]
    for job in asked:
        job.refresh_from_db()
        assert (job.state, job.attempts, job.lease) == ("DONE", 1, None)
        assert job.ended_at is not None
    assert [job.counts for job in asked] == [{"rows": 3}, {}, {}, {"rows": 1}]
    assert asked[1].log == f"Done together with job {asked[0].pk}.\n"


@pytest.mark.django_db(transaction=True)
def test_jobs_taken_along_by_one_that_fails_run_each_by_itself(handlers: dict[str, Any]) -> None:
    told: list[list[int]] = []

    def many(run: JobRun) -> None:
        told.append([run.parameters["n"]])
        told[-1] += [more["n"] for more in run.take_along(9)]
        if 2 in told[-1]:
            raise ZeroDivisionError("poison")

    handlers["test.many"] = many
    asked = [queue("test.many", parameters={"n": n}, due_key=f"{n}") for n in range(1, 4)]
    jobs.run_pending()

    for job in asked:
        job.refresh_from_db()
    assert [job.state for job in asked] == ["DONE", "FAILED", "DONE"]
    assert told[0] == [1, 2, 3]
    assert sorted(told[1:]) == [[1], [2], [2], [3]]


def test_a_refusal_is_final_at_once(handlers: dict[str, Any]) -> None:
    def refuse(_run: JobRun) -> None:
        raise Refusal("the day is closed")

    handlers["test.echo"] = refuse
    job = queue()
    assert jobs.run_pending() == 1

    job.refresh_from_db()
    assert (job.state, job.error) == ("FAILED", "the day is closed")


def test_an_unknown_kind_fails_visibly() -> None:
    job = queue("nobody.knows")
    jobs.run_pending()

    job.refresh_from_db()
    assert (job.state, job.error) == ("FAILED", "no handler for nobody.knows")


def test_a_dead_workers_job_is_taken_over_after_its_lease(handlers: dict[str, Any]) -> None:
    ran: list[int] = []
    handlers["test.echo"] = lambda run: ran.append(run.job_id)
    job = queue()
    Job.objects.filter(pk=job.pk).update(
        state="RUNNING", attempts=1, lease=uuid4(), lease_until=Now() + timedelta(seconds=30)
    )
    assert jobs.run_pending() == 0
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    assert jobs.run_pending() == 1
    assert ran == [job.pk]


def test_a_poisonous_job_is_given_up(handlers: dict[str, Any]) -> None:
    handlers["test.echo"] = lambda _run: pytest.fail("must not start")
    job = queue()
    Job.objects.filter(pk=job.pk).update(
        state="RUNNING", attempts=3, lease=uuid4(), lease_until=Now() - timedelta(seconds=1)
    )
    jobs.run_pending()

    job.refresh_from_db()
    assert job.state == "FAILED"


def test_who_lost_the_lease_cannot_finish_nor_report(handlers: dict[str, Any]) -> None:
    def slow(run: JobRun) -> None:
        Job.objects.filter(pk=run.job_id).update(lease=uuid4())
        with pytest.raises(jobs.LeaseLost):
            run.log("still here")

    handlers["test.echo"] = slow
    job = queue()
    jobs.run_next(heart=False)

    job.refresh_from_db()
    assert job.state == "RUNNING"


def test_one_live_job_per_dedupe_key_and_one_ever_per_due_key(handlers: dict[str, Any]) -> None:
    handlers["test.echo"] = lambda _run: None
    assert queue(dedupe_key="a").pk == queue(dedupe_key="a").pk
    due = queue(due_key="prices of 2026-11-20")
    jobs.run_pending()
    assert queue(dedupe_key="a").state == "QUEUED"
    assert queue(due_key="prices of 2026-11-20").pk == due.pk


def test_what_is_asked_while_a_job_reads_is_not_lost_with_it(handlers: dict[str, Any]) -> None:
    ran: list[int] = []

    def read(run: JobRun) -> None:
        run.begin_reading()
        ran.append(run.job_id)
        if len(ran) == 1:
            assert queue(dedupe_key="a").pk == queue(dedupe_key="a").pk != run.job_id

    handlers["test.echo"] = read
    queue(dedupe_key="a")
    jobs.run_pending()

    assert len(ran) == 2


def test_news_and_its_jobs_live_and_die_with_the_change(
    handlers: dict[str, Any], settings: Any
) -> None:
    settings.SUBSCRIPTIONS = f"{__name__}.SUBSCRIPTIONS"
    seen: list[Any] = []
    handlers["test.echo"] = handlers["test.count"] = lambda run: seen.append(run.parameters)

    with pytest.raises(ZeroDivisionError), acting(actor=ANA):
        outbox.announce("test.happened", subject="x", payload={"id": 1 // 0})
    with acting(actor=ANA):
        outbox.announce("test.happened", subject="x", payload={"id": 2})
        outbox.announce("test.unheard", subject="y")
    jobs.run_pending()

    assert seen == [{"id": 2}, {"id": 2}]
    assert [(e.event, e.actor_name) for e in OutboxEvent.objects.order_by("id")] == [
        ("test.happened", "ana"),
        ("test.unheard", "ana"),
    ]


def test_a_silent_broker_loses_nothing(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    handlers: dict[str, Any],
) -> None:
    def unreachable(*_args: object, **_options: object) -> None:
        raise ConnectionError("broker down")

    settings.RING_DOORBELL = True
    monkeypatch.setattr(doorbell, "_send", unreachable)
    handlers["test.echo"] = lambda _run: None
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        job = queue()

    assert jobs.run_pending() == 1
    job.refresh_from_db()
    assert job.state == "DONE"


def test_a_clock_that_runs_ahead_holds_nothing_back(handlers: dict[str, Any]) -> None:
    handlers["test.echo"] = lambda _run: None
    job = queue(at=AT + timedelta(days=400))

    assert jobs.run_pending() == 1
    job.refresh_from_db()
    assert job.state == "DONE"


def test_a_failed_job_is_started_again_by_who_may(handlers: dict[str, Any]) -> None:
    def refuse(_run: JobRun) -> None:
        raise Refusal("the day is closed")

    handlers["test.echo"] = refuse
    job = queue(dedupe_key="day")
    jobs.run_pending()
    agent, auditor = person("kim", Role.AGENT), person("aud", Role.AUDITOR)
    with pytest.raises(access.Forbidden):
        job_acts.retry_job(job_id=job.pk, actor=auditor, at=AT)
    handlers["test.echo"] = lambda run: run.count("rows")

    again = job_acts.retry_job(job_id=job.pk, actor=agent, at=AT)

    assert (again.state, again.attempts, again.error) == ("QUEUED", 0, "")
    told = OutboxEvent.objects.get(event="job.retried")
    assert (told.subject, told.actor_name) == (f"job:{job.pk}", "kim")
    jobs.run_pending()
    job.refresh_from_db()
    assert (job.state, job.counts) == ("DONE", {"rows": 1})
    with pytest.raises(job_acts.UnableToRetry):
        job_acts.retry_job(job_id=job.pk, actor=agent, at=AT)


def test_a_failed_job_waits_while_the_same_work_is_under_way(handlers: dict[str, Any]) -> None:
    failed = queue(dedupe_key="day")
    Job.objects.filter(pk=failed.pk).update(state="FAILED")
    queue(dedupe_key="day")

    with pytest.raises(job_acts.UnableToRetry):
        job_acts.retry_job(job_id=failed.pk, actor=person("kim", Role.AGENT), at=AT)


def test_a_job_speaks_the_language_of_who_asked(handlers: dict[str, Any]) -> None:
    def refuse(run: JobRun) -> None:
        access.require(run.actor, access.Action.RELEASE_REPORT)

    handlers["test.echo"] = refuse
    kim = person("kim", Role.AGENT)
    User.objects.filter(pk=kim.user_id).update(language="fr")
    job = queue(actor=kim)
    jobs.run_pending()

    job.refresh_from_db()
    assert job.error == "kim n’y est pas autorisé : remettre un fichier de déclarations"


def test_a_role_on_some_desks_sees_and_retries_ones_own_jobs_only(client: Client) -> None:
    """What a job names and logs may be of any desk."""
    eve, kim = person("eve", Role.AGENT, desk="EQ"), person("kim", Role.AGENT)
    theirs, own = (
        Job.objects.create(kind="test.echo", title=actor.name, state="FAILED", attempts=3,
                           actor_name=actor.name, actor_kind="PERSON", actor_user_id=actor.user_id)
        for actor in (kim, eve)
    )  # fmt: skip
    systems = Job.objects.create(
        kind="test.echo", title="s", state="FAILED", actor_name="system", actor_kind="SYSTEM"
    )

    for job in (theirs, systems):
        with pytest.raises(access.Forbidden):
            job_acts.retry_job(job_id=job.pk, actor=eve, at=AT)
    client.force_login(User.objects.get(username="eve"))
    assert [row["value"] for row in client.get("/jobs/").context["rows"]] == [str(own.pk)]
    assert client.get(f"/jobs/{theirs.pk}/").status_code == 404
    assert client.post(f"/jobs/{theirs.pk}/retry/").status_code == 404
    assert client.post(f"/jobs/{own.pk}/retry/").status_code == 302
    for job in (theirs, systems):
        assert job_acts.retry_job(job_id=job.pk, actor=kim, at=AT).state == "QUEUED"
