"""A frozen selection acts on exactly what was shown, or on nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from core.models import Job, RoleGrant, User
from core.pages import selection
from core.views.jobs import JobList
from kernel.actors import Actor, ActorKind

pytestmark = pytest.mark.django_db
JOBS = "/jobs/"
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def job(title: str, state: str = "DONE") -> Job:
    return Job.objects.create(
        kind="x.y", title=title, state=state, actor_name="a", actor_kind="PERSON", created_at=AT
    )


def request_of(name: str, method: str, address: str, data: dict[str, object]) -> HttpRequest:
    user, _new = User.objects.get_or_create(username=name)
    RoleGrant.objects.get_or_create(user=user, role="AUDITOR", desk_code="")
    request = getattr(RequestFactory(), method)(address, data)
    request.user, request.session = user, {}
    request.actor = Actor(name=name, kind=ActorKind.PERSON, user_id=user.pk)
    return request


def frozen(name: str, query: dict[str, object]) -> str:
    page = JobList()
    page.setup(request_of(name, "get", "/jobs/", query))
    return selection.freeze(page)[0]


def test_what_was_shown_comes_back_and_the_filter_holds() -> None:
    kept = [job("one"), job("two")]
    job("other", state="FAILED")
    token = frozen("ada", {"state": "DONE", "page": "2", "sort": "title"})

    chosen = selection.resolve(request_of("ada", "post", "/x/", {"selection": token}), path=JOBS)

    assert set(chosen.ids) == {row.pk for row in kept}


def test_one_more_row_changes_the_selection() -> None:
    job("one")
    token = frozen("ada", {})
    job("late")
    with pytest.raises(selection.SelectionChanged):
        selection.resolve(request_of("ada", "post", "/x/", {"selection": token}), path=JOBS)


def test_another_row_under_the_same_count_changes_it_too() -> None:
    job("one", state="FAILED")
    token = frozen("ada", {"state": "FAILED"})
    Job.objects.update(state="DONE")
    job("late", state="FAILED")
    with pytest.raises(selection.SelectionChanged):
        selection.resolve(request_of("ada", "post", "/x/", {"selection": token}), path=JOBS)


def test_a_token_is_of_its_author_and_unaltered() -> None:
    job("one")
    token = frozen("ada", {})
    for name, sent in [("bob", token), ("ada", token[:-2] + "xx")]:
        with pytest.raises(selection.SelectionChanged):
            selection.resolve(request_of(name, "post", "/x/", {"selection": sent}), path=JOBS)


def test_a_token_selects_nothing_for_an_act_of_another_list() -> None:
    """Rows of one table would be taken for the rows of another that bear the same numbers."""
    job("one")
    token = frozen("ada", {})
    for path in ("/work/exceptions/", "/validation/", "/trades/"):
        with pytest.raises(selection.SelectionChanged):
            selection.resolve(request_of("ada", "post", "/x/", {"selection": token}), path=path)


def test_ticked_rows_carry_what_was_seen() -> None:
    chosen = selection.resolve(request_of("ada", "post", "/x/", {"ids": ["3", "5:abc"]}), path=JOBS)
    assert chosen == selection.Selection(ids=(3, 5), revisions={5: "abc"})


@pytest.mark.parametrize("ids", [[], ["x"], ["٣"], ["-1"], ["1;2"]])
def test_nothing_or_nonsense_is_refused(ids: list[str]) -> None:
    with pytest.raises(selection.UnableToSelect):
        selection.resolve(request_of("ada", "post", "/x/", {"ids": ids}), path=JOBS)
