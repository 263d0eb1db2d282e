"""Exceptions are worked off by what they put at risk in each hour that is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models import User
from core.roles import Role
from desk.models import ControlException
from desk.views.exceptions import ExceptionList
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def waiting(
    name: str, amount: str | None, due: timedelta | None, severity: str = "WARNING"
) -> ControlException:
    return ControlException.objects.create(
        kind="CONTROL",
        rule_code="TRD-401",
        subject_kind="trade",
        subject_id=len(name) * 1000 + ord(name[0]),
        subject_reference=name,
        message="The price is {found}.",
        severity=severity,
        amount_at_risk=None if amount is None else Decimal(amount),
        currency="" if amount is None else "EUR",
        due_at=None if due is None else AT + due,
        raised_at=AT,
        desk_code="EQ",
    )


@pytest.mark.parametrize(
    ("case", "amount", "due", "priority"),
    [
        ("four_hours", "1000", 4 * HOUR, "250"),
        ("an_hour", "1000", HOUR, "1000"),
        ("a_quarter", "1000", HOUR / 4, "4000"),
        ("a_minute", "1000", HOUR / 60, "4000"),
        ("overdue_since_long", "1000", -90 * HOUR, "4000"),
        ("no_due_time_counts_a_day", "2400", None, "100"),
        ("nothing_at_risk", "0", HOUR, "0"),
        ("amount_not_known", None, HOUR, None),
    ],
)
def test_priority_is_the_amount_by_the_hours_left(
    case: str, amount: str | None, due: timedelta | None, priority: str | None
) -> None:
    waiting("a", amount, due)

    found = ControlException.objects.with_priority(at=AT).get().priority

    assert found == (None if priority is None else Decimal(priority)), case


def test_an_amount_in_another_currency_is_not_known_in_euros() -> None:
    waiting("a", "1000", HOUR)
    ControlException.objects.update(currency="JPY")

    assert ControlException.objects.with_priority(at=AT).get().priority is None


def test_the_dearest_hour_comes_first_and_unknown_amounts_last_by_severity() -> None:
    waiting("small_and_late", "100", -HOUR)
    waiting("large_and_far", "9600", 96 * HOUR)
    waiting("large_and_near", "1000", 2 * HOUR)
    waiting("unknown_warning", None, -HOUR)
    waiting("unknown_blocking", None, 90 * HOUR, "BLOCKING")
    waiting("unknown_blocking_soon", None, HOUR, "BLOCKING")
    rows = ControlException.objects.with_priority(at=AT)

    assert [row.subject_reference for row in rows.by_priority()] == [
        "large_and_near",
        "small_and_late",
        "large_and_far",
        "unknown_blocking_soon",
        "unknown_blocking",
        "unknown_warning",
    ]
    assert [row.subject_reference for row in rows.by_priority(descending=False)] == [
        "large_and_far",
        "small_and_late",
        "large_and_near",
        "unknown_blocking_soon",
        "unknown_blocking",
        "unknown_warning",
    ]


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.decimals(0, 10**6, places=2)),
            st.one_of(st.none(), st.integers(-1_000, 100_000)),
        ),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 12),
)
@settings(max_examples=40, deadline=None)
def test_the_first_are_among_the_most_urgent(
    told: list[tuple[Decimal | None, int | None]], count: int
) -> None:
    ControlException.objects.all().delete()
    for number, (amount, minutes) in enumerate(told):
        due = None if minutes is None else timedelta(minutes=minutes)
        row = waiting("a", None if amount is None else str(amount), due)
        ControlException.objects.filter(pk=row.pk).update(subject_id=number)
    rows = ControlException.objects.with_priority(at=AT)

    narrowed = rows.among_most_urgent(count=count, at=AT).by_priority()[:count]

    assert [row.pk for row in narrowed] == [row.pk for row in rows.by_priority()[:count]]


def test_time_alone_changes_the_order() -> None:
    waiting("near", "100", HOUR)
    waiting("far", "1000", 24 * HOUR)

    def first(at: datetime) -> str:
        row = ControlException.objects.with_priority(at=at).by_priority().first()
        assert row is not None
        return row.subject_reference

    assert first(AT) == "near"
    assert first(AT + 23 * HOUR) == "far"


def agent() -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person("ana", Role.AGENT).user_id))
    return client


def test_the_list_the_export_and_the_api_say_it() -> None:
    waiting("far", "10", datetime(2999, 1, 1, tzinfo=UTC) - AT)
    waiting("near", "1000", datetime(2001, 1, 1, tzinfo=UTC) - AT)
    client = agent()

    page = client.get("/work/exceptions/").content.decode()
    assert page.index(">near<") < page.index(">far<")
    assert "overdue, or due within a quarter of an hour" in page
    assert "hours left" in page
    written = client.get("/work/exceptions/?export=csv").getvalue().decode("utf-8-sig")  # type: ignore[attr-defined]  # streamed
    assert "Priority" in written
    items = client.get("/api/v1/exceptions/?fields=reference,priority").json()["items"]
    assert {"reference": "near", "priority": "4000.00"} in items


def test_a_list_of_any_length_begins_with_the_same_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        row = waiting("a", str(100 * (number % 5 + 1)), (number * 7 % 4 - 1) * HOUR)
        ControlException.objects.filter(pk=row.pk).update(subject_id=number)
    client = agent()
    short = [row.pk for row in client.get("/work/exceptions/").context["window"].rows]
    monkeypatch.setattr(ExceptionList, "cap", 8)
    monkeypatch.setattr(ExceptionList, "per_page", 2)

    long = client.get("/work/exceptions/")

    assert long.context["is_counted"] is False
    assert [row.pk for row in long.context["window"].rows] == short[:2]
    further = client.get("/work/exceptions/?page=3").context["window"].rows
    assert [row.pk for row in further] == short[4:6]


def test_what_is_over_has_no_priority_in_the_api() -> None:
    row = waiting("over", "1000", HOUR)
    ControlException.objects.filter(pk=row.pk).update(state="RESOLVED", ended_at=AT)

    items = agent().get("/api/v1/exceptions/?state=RESOLVED&fields=id,priority").json()["items"]

    assert items == [{"id": row.pk, "priority": None}]
