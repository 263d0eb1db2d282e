"""Who is named in a comment has it as own work until it is read; nobody else is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from backoffice.services import UnableToGive, take_work
from core.models import AuditEntry, User
from core.roles import Action, Role
from desk import selectors, services
from desk.facts import Place
from desk.models import Comment, ControlException, Mention, WorkItem
from desk.services.mentions import named_in
from kernel.actors import Actor
from tests.factories.controlled import trade, world
from tests.integration.desk.people import person
from tests.integration.desk.test_causes import raised, settle, signed_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ana look", ["ana"]),
        ("Please, @Ana.", ["ana"]),
        ("(@ana, @ben-2)", ["ana", "ben-2"]),
        ("@ana @ana", ["ana"]),
        ("mail ana@house.example", []),
        ("dealt @ 101.5", []),
        ("@@ana", []),
        ("@a.b_c+d", ["a.b_c+d"]),
        ("é@ana", []),
        (" ".join(f"@n{n}" for n in range(99)), [f"n{n}" for n in range(20)]),
    ],
)
def test_names_in_a_text(text: str, names: list[str]) -> None:
    assert named_in(text) == names


def exception(desk: str = "EQ") -> ControlException:
    settle(raised(1, desk_code=desk))
    return ControlException.objects.get()


def say(row: ControlException, text: str, by: Actor) -> tuple[Comment, list[str]]:
    client = signed_in(by)
    answer = client.post(f"/work/exceptions/{row.pk}/comment/", {"text": text})
    assert answer.status_code == 302
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    return Comment.objects.latest("pk"), told


def work_of(actor: Actor) -> list[WorkItem]:
    return list(selectors.list_work(actor=actor).filter(kind="MENTION"))


def test_who_is_named_has_it_as_work_until_it_is_opened() -> None:
    row, ana, ben = exception(), person("ana", Role.AGENT), person("ben", Role.SUPERVISOR)

    comment, told = say(row, "@ben is this close right?", ana)

    (item,) = work_of(ben)
    assert (item.owner_id, item.title) == (ben.user_id, "ana: @ben is this close right?")
    assert told == ["Comment added."]
    assert work_of(ana) == []
    client = signed_in(ben)
    assert "ana: @ben is this close right?" in client.get("/work/?whose=mine").content.decode()
    answer = client.get(item.url)
    assert answer.headers["Location"] == f"/work/exceptions/{row.pk}/#comment-{comment.pk}"
    assert work_of(ben) == []
    assert Mention.objects.get().read_at is not None
    read_at = Mention.objects.get().read_at
    assert client.get(item.url).status_code == 302
    assert Mention.objects.get().read_at == read_at


def test_an_answer_shows_that_it_was_read() -> None:
    row, ana, ben = exception(), person("ana", Role.AGENT), person("ben", Role.SUPERVISOR)
    say(row, "@ben?", ana)

    say(row, "It is. @ana", ben)

    assert work_of(ben) == []
    assert len(work_of(ana)) == 1


def test_several_people_are_told_each_for_themselves() -> None:
    row, ana = exception(), person("ana", Role.AGENT)
    others = [person(name, Role.AGENT) for name in ("ben", "cleo")]
    say(row, "@ben @cleo @ana", ana)

    assert [len(work_of(one)) for one in (*others, ana)] == [1, 1, 0]
    signed_in(others[0]).get(work_of(others[0])[0].url)
    assert [len(work_of(one)) for one in others] == [0, 1]


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("nobody_of_this_name", "zoe"),
        ("another_desk", "fi"),
        ("no_right_to_see_trades", "client"),
        ("no_longer_active", "gone"),
    ],
)
def test_who_may_not_see_it_is_not_told_and_the_author_knows(case: str, name: str) -> None:
    row, ana = exception(), person("ana", Role.AGENT)
    person("fi", Role.AGENT, desk="FI")
    person("client", Role.API_CLIENT)
    person("gone", Role.AGENT)
    User.objects.filter(username="gone").update(is_active=False)

    comment, told = say(row, f"@{name} look", ana)

    assert comment.text == f"@{name} look", case
    assert not Mention.objects.exists(), case
    assert any(f"@{name} was not told" in one for one in told), case


def test_what_is_about_conduct_names_only_who_may_read_the_audit_trail() -> None:
    row = exception()
    ControlException.objects.update(kind="CONDUCT")
    sue, ana, sam = (
        person("sue", Role.SUPERVISOR),
        person("ana", Role.AGENT),
        person("sam", Role.SUPERVISOR),
    )

    say(row, "@ana @sam", sue)

    assert [len(work_of(one)) for one in (ana, sam)] == [0, 1]


def test_a_mention_is_of_one_person() -> None:
    row, ana, ben = exception(), person("ana", Role.AGENT), person("ben", Role.AGENT)
    say(row, "@ben", ana)
    (item,) = work_of(ben)

    assert signed_in(ana).get(item.url).status_code == 404
    with pytest.raises(UnableToGive):
        take_work(item_ids=[item.pk], owner_id=None, actor=ben, at=AT)
    assert len(work_of(ben)) == 1


def test_a_trade_is_talked_about_the_same_way() -> None:
    world()
    about, ana, ben = trade(1), person("ana", Role.AGENT), person("ben", Role.SUPERVISOR)

    signed_in(ana).post(f"/trades/{about.pk}/comment/", {"text": "@ben <b>look</b>"})

    (item,) = work_of(ben)
    client = signed_in(ben)
    assert client.get(item.url).headers["Location"].startswith(f"/trades/{about.pk}/#comment-")
    page = client.get(f"/trades/{about.pk}/").content.decode()
    sheet = f"/rights/people/{ben.user_id}/"
    assert f'<a class="spoken-to" href="{sheet}">@ben</a> &lt;b&gt;look&lt;/b&gt;' in page
    seen_by_ana = signed_in(ana).get(f"/trades/{about.pk}/").content.decode()
    assert '<strong class="spoken-to">@ben</strong>' in seen_by_ana


def test_a_mention_and_its_reading_stand_in_the_trail_of_the_comment() -> None:
    row, ana, ben = exception(), person("ana", Role.AGENT), person("ben", Role.AGENT)
    comment, _told = say(row, "@ben", ana)
    signed_in(ben).get(work_of(ben)[0].url)

    entries = AuditEntry.objects.filter(entity="comment", key=comment.pk).order_by("seq")
    assert [(one.table, one.action, one.actor) for one in entries] == [
        ("desk_comment", "INSERT", "ana"),
        ("desk_mention", "INSERT", "ana"),
        ("desk_mention", "UPDATE", "ben"),
    ]


def test_a_comment_without_a_place_tells_nobody() -> None:
    ana = person("ana", Role.AGENT)
    person("ben", Role.AGENT)

    services.comment(subject_kind="trade", subject_id=1, text="@ben", actor=ana, at=AT)
    assert not Mention.objects.exists()
    place = Place(url="/trades/1/", desk_code="EQ", action=Action.VIEW_TRADES)
    services.comment(subject_kind="trade", subject_id=1, text="@BEN", actor=ana, at=AT, place=place)
    assert Mention.objects.get().user.get_username() == "ben"


def test_people_are_offered_while_a_name_is_typed() -> None:
    ana = person("ana", Role.AGENT)
    person("ben", Role.AGENT)
    person("bea", Role.SUPERVISOR)
    client = signed_in(ana)

    assert [one["value"] for one in client.get("/work/people/?q=be").json()] == ["bea", "ben"]
    assert client.get("/work/people/?q=an").json() == []
    nobody = Client()
    assert nobody.get("/work/people/?q=be").status_code == 302
