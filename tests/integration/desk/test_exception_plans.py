"""A queue of any length is read where its rows lie: each filter and search has its index."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from django.test import Client

from benchmarks import exceptions as bench
from core.models import User
from core.roles import Role
from desk import filters
from desk.models import ControlException
from desk.views.exceptions import ExceptionList
from tests.integration.desk.people import person
from tests.integration.desk.test_priority import AT, HOUR, waiting

pytestmark = pytest.mark.django_db
OF_THE_OPEN = "exception_(priority|cause|live|one_open_per_finding)"
LIST = "/work/exceptions/"
OPEN = 2_000


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every filter found more than are listed by their keys."""
    monkeypatch.setattr(filters, "FEW", -1)


def plan_of(rows: QuerySet[ControlException], *, sought: bool = False) -> str:
    """Return the plan that indexes allow; `sought` where none gives the order that is wanted.

    What the planner knows of the table is what the tests before this one left.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"SET LOCAL enable_indexscan = {'off' if sought else 'on'}")
    return rows.explain()


def found(query: str) -> QuerySet[ControlException]:
    rows = ControlException.objects.with_priority(at=AT).by_priority()
    matching: QuerySet[ControlException] = filters.ExceptionFilter(
        QueryDict(query), queryset=rows
    ).qs
    return matching


def seeded(count: int) -> None:
    given = {"desks": 6, "state": "OPEN", "first": 1, "last": count, "ended": None}
    with connection.cursor() as cursor:
        cursor.execute(bench.SEED, given)


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(
    ("case", "query", "index"),
    [
        ("all", "", OF_THE_OPEN),
        ("a_desk", "desk_code=eq", OF_THE_OPEN),
        ("a_severity", "severity=BLOCKING", OF_THE_OPEN),
        ("a_cause", "rule_code=trd-401&cause=X", "exception_(cause|one_open_per_finding)"),
    ],
)
def test_what_is_open_is_ordered_from_an_index(case: str, query: str, index: str) -> None:
    """What ended, of years, is never read: an index of the open ones gives the order."""
    waiting("a", "1", HOUR)

    plan = plan_of(found(query).values("pk")[:50])

    assert re.search(rf"Scan (using|on) {index}", plan), f"{case}: {plan}"


@pytest.mark.parametrize(
    ("case", "word", "indexes"),
    [
        ("reference", "T0000001", {"exception_reference", "exception_found"}),
        ("owner", "anabel", {"exception_reference", "exception_found", "owner_id"}),
    ],
)
def test_each_thing_that_is_sought_has_its_index(case: str, word: str, indexes: set[str]) -> None:
    person("anabel", Role.AGENT)
    seeded(OPEN)
    about = filters.ExceptionFilter.base_filters["q"].about(word)

    plan = plan_of(ControlException.objects.filter(about).values("pk"), sought=True)

    assert "BitmapOr" in plan, f"{case}: {plan}"
    assert {name for name in indexes if name in plan} == indexes, f"{case}: {plan}"


def test_a_rule_is_sought_where_its_index_has_it_and_nowhere_if_it_can_be_none() -> None:
    search = filters.ExceptionFilter.base_filters["q"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'desk_controlexception'"
            " AND indexdef LIKE '%%(rule_code%%' AND indexdef LIKE '%%OPEN%%ASSIGNED%%'"
        )
        assert cursor.fetchall(), "an index of the open ones begins with their rule"
    for word in ("t", "trd", "trd-", "trd-4", "TRD-401"):
        assert f"('rule_code__startswith', '{word.upper()}')" in str(search.about(word))
    for word in ("T0000001", "16", "anabel", "trd-4011"):
        assert "rule_code" not in str(search.about(word))


@pytest.mark.parametrize("count", [50, 1_000, 1_200])
def test_the_first_pages_leave_most_of_the_queue_unread(count: int) -> None:
    """Of those that may be urgent hardly any is read that is not: others are left out unread."""
    seeded(OPEN)
    rows = ControlException.objects.with_priority(at=AT + timedelta(days=365))

    narrowed = rows.among_most_urgent(count=count, at=AT + timedelta(days=365))

    assert narrowed.count() <= count + OPEN // 50


def test_a_page_of_a_search_is_sought_among_the_most_urgent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seeded(OPEN)
    monkeypatch.setattr(ExceptionList, "cap", 100)
    client = signed_in()

    page = client.get(f"{LIST}?q=16")

    assert page.context["is_counted"] is False
    shown = [row.pk for row in page.context["window"].rows]
    every = ControlException.objects.with_priority(at=page.context["page"].at).by_priority()
    assert shown == [row.pk for row in every[: len(shown)]]


@pytest.mark.parametrize("state", ["WAIVED", "RESOLVED"])
def test_what_is_over_is_read_by_how_it_ended_the_latest_first(state: str) -> None:
    waiting("a", "1", HOUR)
    over = [waiting(name, amount, HOUR) for name, amount in (("bb", "9"), ("ccc", "1"))]
    ControlException.objects.filter(pk__in=[row.pk for row in over]).update(
        state=state, ended_at=AT, ended_by="ana", reason="seen"
    )

    page = signed_in().get(f"{LIST}?state={state}")

    assert [row.pk for row in page.context["window"].rows] == [row.pk for row in reversed(over)]
    plan = plan_of(ControlException.objects.filter(state=state).order_by("-pk")[:51])
    assert "exception_over" in plan


def signed_in() -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person("ana", Role.SUPERVISOR).user_id))
    return client
