"""The pages of the house answer, in both languages, to those who may see them only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from core.models import Job, RoleAction, RoleGrant, User
from core.pages.lists import CappedPaginator

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor_client() -> Client:
    user = User.objects.create_user("zoe", password="x", language="fr")
    RoleGrant.objects.create(user=user, role="AUDITOR")
    for action in ("VIEW_JOBS", "VIEW_AUDIT"):
        RoleAction.objects.get_or_create(role="AUDITOR", action=action)
    client = Client()
    client.force_login(user)
    return client


def jobs(n: int) -> list[Job]:
    return [
        Job.objects.create(
            kind="x.y",
            title=f"Job {i}",
            actor_name="zoe",
            actor_kind="PERSON",
            created_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        )
        for i in range(n)
    ]


@pytest.mark.parametrize(
    "address",
    ["/", "/jobs/", "/audit/", "/preferences/", "/jobs/?export=csv", "/jobs/?export=xlsx"],
)
def test_pages_answer(auditor_client: Client, address: str) -> None:
    jobs(3)
    response = auditor_client.get(address)
    response.close()
    assert response.status_code == 200


def test_what_comes_before_the_person_is_known_speaks_their_language_in_their_theme(
    auditor_client: Client,
) -> None:
    User.objects.update(theme="dark")
    auditor_client.get("/")

    page = auditor_client.post("/trades/fix/", CONTENT_LENGTH=str(10**9)).content.decode()

    assert "Trop volumineux" in page
    assert 'data-bs-theme="dark"' in page
    assert 'href="/trades/fix/"' in page


def test_a_stranger_is_sent_to_sign_in() -> None:
    assert Client().get("/jobs/")["Location"].startswith("/sign-in/")
    assert Client().get("/sign-in/").status_code == 200


def test_who_has_no_role_gets_the_forbidden_page() -> None:
    client = Client()
    client.force_login(User.objects.create_user("bob", password="x"))
    assert client.get("/jobs/").status_code == 403


def test_past_the_cap_a_list_neither_counts_on_nor_sorts_by_what_no_index_serves(
    auditor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CappedPaginator, "cap", 60)
    jobs(70)
    page = auditor_client.get("/jobs/?sort=title").context
    assert (page["page"].total, page["is_capped"], page["totals"]) == (61, True, ())
    assert [row["name"].split(" #")[0] for row in page["rows"]][:2] == ["Job 69", "Job 68"]

    monkeypatch.undo()
    page = auditor_client.get("/jobs/?sort=title").context
    assert (page["page"].total, page["is_capped"]) == (70, False)
    assert [row["name"].split(" #")[0] for row in page["rows"]][:2] == ["Job 0", "Job 1"]


def test_equal_rows_are_in_the_order_of_their_keys_on_every_page(auditor_client: Client) -> None:
    made = [job.pk for job in jobs(120)]
    for sort in ("actor_name", "-actor_name"):
        shown = [
            int(row["value"])
            for number in (1, 2, 3)
            for row in auditor_client.get(f"/jobs/?sort={sort}&page={number}").context["rows"]
        ]
        assert shown == sorted(made, reverse=sort.startswith("-"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("since=20/11/2026&until=20/11/2026", 1),
        ("since=21/11/2026", 0),
        ("until=19/11/2026", 0),
        ("until=31/12/9999", 1),  # no such year here: the filter says so and does not narrow
    ],
)
def test_days_are_bounds_in_local_time(auditor_client: Client, query: str, found: int) -> None:
    jobs(1)
    assert len(auditor_client.get(f"/jobs/?{query}").context["rows"]) == found


def test_a_failed_job_can_be_started_again_from_its_page() -> None:
    kim = User.objects.create_user("kim", password="x", language="fr")
    RoleGrant.objects.create(user=kim, role="AGENT")
    client = Client()
    client.force_login(kim)
    job = Job.objects.create(
        kind="x.y", title="x.y", actor_name="zoe", actor_kind="PERSON", state="FAILED", error="no"
    )

    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "Relancer" in page
    fragment = client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert (fragment.status_code, b"<html" in fragment.content) == (200, False)
    client.post(f"/jobs/{job.pk}/retry/")
    job.refresh_from_db()
    assert (job.state, job.error) == ("QUEUED", "")
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 409
