"""What lists keep and hand over: saved views, workbooks by a job, acts on many rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from core import bulk, export_jobs, jobs
from core.models import ExportedFile, Job, JobOutcome, RoleGrant, SavedView, User
from core.pages.lists import ListPage
from core.roles import Role
from desk.models import ControlException, WorkItem
from kernel.actors import SYSTEM
from kernel.findings import Refusal
from tests.factories.trades import person, signed_in
from tests.integration.bad_input.doors import said
from tests.integration.desk.people import person as with_limit

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def make_jobs(n: int) -> list[Job]:
    return [
        Job.objects.create(
            kind="x.y", title=f"Job {i:02}", actor_name="zoe", actor_kind="PERSON", created_at=AT,
            state="DONE",
        )
        for i in range(n)
    ]  # fmt: skip


# ------------------------------------------------------------------ saved views
def save(client: Client, **fields: Any) -> Any:
    look = {"path": "/jobs/", "name": "Mine", "query": "state=DONE", "sort": ["-title"],
            "cols": ["title", "id"]}  # fmt: skip
    return client.post("/views/", look | fields)


def test_a_view_keeps_filter_columns_and_order() -> None:
    make_jobs(3)
    client = signed_in(Role.SUPERVISOR, name="sue")

    address = save(client)["Location"]
    page = client.get(address).context

    assert [column.name for column in page["table"].columns] == ["title", "id"]
    assert [row["name"].split(" #")[0] for row in page["rows"]] == ["Job 02", "Job 01", "Job 00"]
    assert [view["label"] for view in page["views"] if view["active"]] == ["Mine"]
    plain = client.get("/jobs/").context
    assert len(plain["table"].columns) > 2  # the view is not what the list looks like from now on
    save(client, cols=["state"], sort=[])
    assert SavedView.objects.get().columns == ["state"]


def test_what_the_list_no_longer_has_is_passed_over() -> None:
    make_jobs(1)
    client = signed_in(Role.SUPERVISOR, name="sue")
    save(client, cols=["gone", "title", "<b>", "title"], sort=["gone", "-title"])

    view = SavedView.objects.get()
    assert view.columns == ["gone", "title"]
    page = client.get(f"/jobs/?cols=gone&cols=title&sort=gone&view={view.pk}").context
    assert [column.name for column in page["table"].columns] == ["title"]
    only_gone = client.get("/jobs/?cols=gone&sort=gone").context
    assert len(only_gone["table"].columns) > 2


def test_a_shared_view_names_its_owner_and_is_shared_by_who_may() -> None:
    make_jobs(1)
    boss, agent = signed_in(Role.SUPERVISOR, name="sue"), signed_in(Role.AGENT, name="ana")
    assert "Share with everyone" in said(boss.get("/jobs/"))
    assert "Share with everyone" not in said(agent.get("/jobs/"))
    assert save(agent, shared="1").status_code == 403
    assert save(agent).status_code == 302
    save(boss, shared="1", name="Of the house")

    seen = agent.get("/jobs/").context["views"]

    named = {view["label"]: (view.get("owner", ""), view.get("is_mine")) for view in seen}
    assert named["Of the house"] == ("sue", False)
    assert named["Mine"] == ("", True)
    assert "Mine" not in {view["label"] for view in boss.get("/jobs/").context["views"]}
    shared = SavedView.objects.get(is_shared=True)
    assert agent.post(f"/views/{shared.pk}/remove/").status_code == 404
    assert boss.post(f"/views/{shared.pk}/remove/").status_code == 302


@pytest.mark.parametrize(
    "fields", [{"name": " "}, {"path": "//evil"}, {"query": "q=" + "x" * 3000}]
)
def test_what_is_no_view(fields: dict[str, str]) -> None:
    assert save(signed_in(), **fields).status_code == 422
    assert not SavedView.objects.exists()


def test_columns_keep_the_order_in_which_they_were_chosen() -> None:
    make_jobs(1)
    client = signed_in()
    client.get("/jobs/?cols=state&cols=title")

    again = client.get("/jobs/").context

    assert [column.name for column in again["table"].columns] == ["state", "title"]
    assert [name for name, _label, shown in again["column_choices"] if shown] == ["state", "title"]
    csv = b"".join(client.get("/jobs/?export=csv").streaming_content)  # type: ignore[attr-defined]  # a stream
    assert csv.decode("utf-8-sig").splitlines()[0] == "State,state,Title"


# ------------------------------------------------------------------ large exports
@pytest.fixture
def capped(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(ListPage, "cap", 5)
    settings.FILES_DIR = tmp_path
    make_jobs(8)


def asked(client: Client, query: str = "state=DONE&sort=-title&cols=title&cols=state") -> Job:
    answer = client.post(f"/jobs/?{query}", {"export": "xlsx"})
    assert answer.status_code == 302
    job = Job.objects.get(kind=export_jobs.EXPORT_JOB)
    assert answer["Location"] == f"/jobs/{job.pk}/"
    return job


@pytest.mark.usefixtures("capped")
def test_a_large_list_is_written_by_a_job_exactly_as_shown() -> None:
    client = signed_in()
    assert "XLSX, by a job" in said(client.get("/jobs/?state=DONE"))
    assert client.get("/jobs/?export=xlsx").status_code == 422
    assert client.post("/jobs/?state=DONE").status_code == 405
    job = asked(client)
    assert asked(client).pk == job.pk  # asked twice, written once
    jobs.run_pending()

    job.refresh_from_db()
    assert (job.state, job.counts) == ("DONE", {"rows": 8}), job.error
    answer = client.get(job.result_url)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a stream
    assert 'filename="jobs.xlsx"' in answer["Content-Disposition"]
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert sheet[0] == ["Title", "State", "state"]
    assert [row[0] for row in sheet[1:]] == [f"Job {n:02}" for n in range(7, -1, -1)]
    assert not list(Path(export_jobs.path_of("x")).parent.glob(".*"))


@pytest.mark.usefixtures("capped")
def test_an_export_is_its_authors_alone_while_they_may_and_it_is_kept() -> None:
    client = signed_in()
    job = asked(client)
    jobs.run_pending()
    job.refresh_from_db()
    other = signed_in(Role.AUDITOR, name="zoe")
    assert other.get(job.result_url).status_code == 404

    RoleGrant.objects.filter(user__username="ana").delete()
    assert client.get(job.result_url).status_code == 403
    RoleGrant.objects.create(user=User.objects.get(username="ana"), role="AGENT")
    ExportedFile.objects.update(expires_at=AT)
    assert client.get(job.result_url).status_code == 410

    assert export_jobs.remove_expired(actor=SYSTEM, at=AT + timedelta(days=1)) == 1
    assert export_jobs.remove_expired(actor=SYSTEM, at=AT + timedelta(days=1)) == 0
    assert not export_jobs.path_of(ExportedFile.objects.get().key).exists()
    assert client.get(job.result_url).status_code == 410


@pytest.mark.usefixtures("capped")
def test_who_lost_the_right_gets_no_rows() -> None:
    job = asked(signed_in())
    RoleGrant.objects.all().delete()

    jobs.run_pending()

    job.refresh_from_db()
    assert job.state == "FAILED"
    assert not ExportedFile.objects.exists()


# ------------------------------------------------------------------ acts on many rows
@pytest.fixture
def act() -> Callable[[bulk.Act], None]:
    """Return what registers an act for the tests alone."""

    def register(made: bulk.Act) -> None:
        bulk.handler("tests.act")(made)

    yield register  # type: ignore[misc]  # a fixture
    jobs.handlers()  # what rooms registered stays
    jobs._handlers.pop("tests.act", None)


def queue(n: int) -> Job:
    return bulk.enqueue(
        kind="tests.act", seen={pk: f"seen {pk}" for pk in range(1, n + 1)},
        parameters={"reason": "why"}, actor=person("ana"), at=AT,
    )  # fmt: skip


def test_each_row_has_its_outcome(act: Callable[[bulk.Act], None]) -> None:
    def odd_ones_only(step: bulk.Step) -> list[bulk.Outcome]:
        def refuse_even(pk: int) -> None:
            assert step.seen[pk] == f"seen {pk}"
            if pk % 2 == 0:
                raise Refusal("even")

        named = {pk: (f"R{pk}", f"/r/{pk}/") for pk in step.seen if pk != 5}
        return bulk.one_by_one(step, refuse_even, named=named)

    act(odd_ones_only)
    job = queue(5)

    jobs.run_pending()

    job.refresh_from_db()
    assert (job.state, job.counts) == ("DONE", {"done": 2, "refused": 2, "GONE": 1})
    page = said(signed_in().get(f"/jobs/{job.pk}/"))
    assert "What became of each row" in page
    assert "even" in page
    rows = said(signed_in().get(f"/jobs/{job.pk}/rows/?state=REFUSED"))
    assert "R2" in rows
    assert "R1" not in rows


@pytest.mark.django_db(transaction=True)
def test_a_job_that_dies_goes_on_where_it_stopped_and_does_no_row_twice(
    act: Callable[[bulk.Act], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "STEP", 3)
    done: list[int] = []

    def dies_once(step: bulk.Step) -> list[bulk.Outcome]:
        if 4 in step.seen and "died" not in state:
            state.add("died")
            raise OSError("the machine is gone")
        done.extend(step.seen)
        return [bulk.Outcome(pk) for pk in step.seen]

    state: set[str] = set()
    act(dies_once)
    job = queue(8)
    jobs.run_next(heart=False)
    job.refresh_from_db()
    assert (job.state, job.outcomes.filter(state="DONE").count()) == ("QUEUED", 3)

    jobs.run_pending()

    job.refresh_from_db()
    assert (job.state, job.counts) == ("DONE", {"done": 8})
    assert done == list(range(1, 9))


def test_rows_are_seen_by_their_author_and_auditors() -> None:
    job = queue(2)
    address = f"/jobs/{job.pk}/rows/"

    assert signed_in().get(address).status_code == 200
    assert signed_in(Role.AUDITOR, name="zoe").get(address).status_code == 200
    other = signed_in(Role.AGENT, name="ben")
    assert other.get(address).status_code == 404
    assert "What became of each row" not in said(other.get(f"/jobs/{job.pk}/"))


# ------------------------------------------------------------------ the pages that use it
def exception(n: int) -> ControlException:
    return ControlException.objects.create(
        kind="CONTROL", rule_code="TRD-701", subject_kind="trade", subject_id=n, message="late",
        severity="WARNING", raised_at=AT, subject_reference=f"T{n}", contributors=["x"],
    )  # fmt: skip


@pytest.mark.parametrize("verb", ["waive", "take"])
def test_many_exceptions_are_done_by_a_job(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE_MAX", 2)
    with_limit("sue", Role.SUPERVISOR)
    client = signed_in(Role.SUPERVISOR, name="sue")
    rows = [exception(n) for n in range(1, 5)]
    ids = [str(row.pk) for row in rows]
    ControlException.objects.filter(pk=rows[0].pk).update(state="CLOSED")
    if verb == "waive":
        assert client.post("/work/exceptions/waive/", {"ids": ids}).status_code == 422

    answer = client.post(f"/work/exceptions/{verb}/", {"ids": ids, "reason": "late day"})
    jobs.run_pending()

    job = Job.objects.get(kind=f"desk.{verb}_many")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert (job.state, job.outcomes.filter(state="DONE").count()) == ("DONE", 3), job.error
    wanted = {"waive": "WAIVED", "take": "ASSIGNED"}[verb]
    assert ControlException.objects.filter(state=wanted).count() == 3
    assert JobOutcome.objects.get(state="REFUSED").label == "TRD-701 T1"


def test_a_list_that_changed_hands_nothing_to_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE_MAX", 1)
    client = signed_in(Role.SUPERVISOR, name="sue")
    for n in range(1, 4):
        exception(n)
    shown = client.get("/work/exceptions/?select=all", headers={"hx-request": "true"})
    exception(9)

    answer = client.post(
        "/work/exceptions/waive/", {"selection": shown.context["token"], "reason": "x"}
    )

    assert answer.status_code == 409
    assert not Job.objects.exists()


def test_much_work_is_taken_by_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE_MAX", 1)
    client = signed_in(Role.SUPERVISOR, name="sue")
    items = WorkItem.objects.bulk_create(
        WorkItem(kind=kind, subject_kind="trade", subject_id=n, title=f"T{n}", opened_at=AT)
        for n, kind in enumerate(["VALIDATION", "VALIDATION", "BREAK"], start=1)
    )

    client.post("/work/take/", {"ids": [str(item.pk) for item in items]})
    jobs.run_pending()

    job = Job.objects.get(kind="backoffice.take_work")
    assert job.counts == {"done": 2, "FORBIDDEN": 1}
    assert WorkItem.objects.filter(owner__username="sue").count() == 2
