"""The pages of the house answer, in both languages, to those who may see them only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import django_tables2 as tables
import pytest
from django.test import Client
from django.urls import get_resolver

from core.models import Job, RoleAction, RoleGrant, User
from core.pages import ListPage
from core.pages.columns import CodedColumn
from core.templatetags.ui import pager

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


def list_pages(base: type[ListPage] = ListPage) -> Iterator[type[ListPage]]:
    get_resolver().url_patterns  # noqa: B018 - reads every address, which imports every page
    for page in base.__subclasses__():
        yield page
        yield from list_pages(page)


@pytest.mark.parametrize("page", sorted(set(list_pages()), key=str), ids=lambda page: page.__name__)
def test_what_a_list_says_in_words_is_exported_with_its_code(page: type[ListPage]) -> None:
    """One rule for all exports (docs/formats/exports.md)."""
    if not hasattr(page, "table_class"):
        return
    model = page.filterset_class._meta.model
    uncoded = [
        name
        for name, column in page.table_class.base_columns.items()
        if (field := tables.A(column.accessor or name).get_field(model)) is not None
        and any(str(word) != code for code, word in getattr(field, "choices", None) or ())
        and not isinstance(column, CodedColumn)
    ]

    assert uncoded == []


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


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"Referer": "http://testserver/trades/7/?day=2026-11-20#a"}, "/trades/7/?day=2026-11-20"),
        ({"Referer": "https://elsewhere.example/trades/7/"}, "/"),
        ({"Referer": "http://testserver/sign-in/?next=/x/"}, "/"),
        ({}, "/"),
    ],
)
def test_who_posts_after_the_session_ended_comes_back_to_the_page_of_the_form(
    headers: dict[str, str], page: str
) -> None:
    answer = Client().post("/trades/7/amend/", {"quantity": "1"}, headers=headers)

    assert answer.status_code == 302
    assert dict(parse_qsl(urlsplit(answer.headers["Location"]).query)) == {"next": page}


def test_a_part_of_a_page_sends_a_stranger_away_as_a_whole() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/jobs/?state=FAILED"}

    answer = Client().get("/jobs/?q=x", headers=headers)

    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/jobs/%3Fstate%3DFAILED"


def test_the_language_of_a_refusal_is_switched_on_the_page_of_the_form(
    auditor_client: Client,
) -> None:
    """The refusal itself cannot be shown again: its address only takes what a form sends."""
    came = {"Referer": "http://testserver/jobs/?state=FAILED"}
    refused = auditor_client.post("/jobs/1/retry/", headers=came)
    assert refused.status_code == 403
    back = re.findall(r'name="next" value="([^"]*)"', refused.content.decode())[0]

    answer = auditor_client.post("/language/", {"language": "en", "next": back})

    assert answer.headers["Location"] == "/jobs/?state=FAILED"


def test_the_address_of_an_act_says_that_there_is_nothing_to_see(auditor_client: Client) -> None:
    answer = auditor_client.get("/views/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")
    assert "Rien à voir ici" in answer.content.decode()


def test_who_has_no_role_gets_the_forbidden_page() -> None:
    client = Client()
    client.force_login(User.objects.create_user("bob", password="x"))
    assert client.get("/jobs/").status_code == 403


def test_past_the_cap_a_list_neither_counts_on_nor_sorts_by_what_no_index_serves(
    auditor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListPage, "cap", 60)
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
    for sort in ("actor_name", "-actor_name", "started_at&cols=started_at"):
        pages = list(turned(auditor_client, f"/jobs/?sort={sort}"))

        assert [len(page) for page in pages] == [50, 50, 20]
        shown = [number for page in pages for number in page]
        assert shown == sorted(made, reverse=sort.startswith("-"))


def turned(client: Client, address: str, *, link: str = "next_url") -> Iterator[list[int]]:
    """Follow the links of the pager, and yield the keys of each page's rows."""
    while address:
        answer = client.get(address)
        yield [int(row["value"]) for row in answer.context["rows"]]
        address = pager(answer.context)[link]


def test_pages_are_turned_both_ways_and_what_is_added_shifts_nothing(
    auditor_client: Client,
) -> None:
    made = [job.pk for job in reversed(jobs(120))]
    answer = auditor_client.get("/jobs/")
    following = pager(answer.context)["next_url"]
    jobs(7)

    answer = auditor_client.get(following)

    assert [int(row["value"]) for row in answer.context["rows"]] == made[50:100]
    assert answer.context["window"].start == 51
    back = auditor_client.get(pager(answer.context)["previous_url"])
    assert [int(row["value"]) for row in back.context["rows"]] == made[:50]
    assert "after=" not in back.context["page"].turned({"page": "2"})


@pytest.mark.parametrize(
    "place",
    ["x", "[]", "{}", "[1,2,3]", '["a","b"]', "[" * 9_000, '["2026-11-20T10:00:00Z","x"]'],
)
def test_a_place_that_is_none_is_the_first_page(auditor_client: Client, place: str) -> None:
    first = [job.pk for job in reversed(jobs(60))][:50]

    answer = auditor_client.get("/jobs/", {"after": place, "from": "1" * 5_000})

    assert [int(row["value"]) for row in answer.context["rows"]] == first


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("since=20/11/2026&until=20/11/2026", 1),
        ("since=21/11/2026", 0),
        ("until=19/11/2026", 0),
        ("until=31/12/9999", 0),  # no such year here: the list says so, and shows nothing
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
