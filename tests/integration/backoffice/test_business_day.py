"""The business day and the work queue: true counts, links that lead there, each desk its own."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.roles import Role
from desk.models import ControlException, WorkItem
from tests.factories.trades import booked, facts, send, signed_in, small_world
from trades.models import Trade

pytestmark = pytest.mark.django_db

DAY = "2026-11-20"


@pytest.fixture
def a_day() -> Trade:
    """One trade to validate, one on hold, one received; one message that waits."""
    small_world()
    send(facts(isin=None, symbol="NOBODY-KNOWS"))
    trades = [booked(source_reference=f"DAY-{n}") for n in range(3)]
    for trade, state in zip(trades, ("PENDING_VALIDATION", "ON_HOLD", "RECEIVED"), strict=True):
        Trade.objects.filter(pk=trade.pk).update(state=state, risk_amount_eur=Decimal(1000))
    WorkItem.objects.create(
        kind="VALIDATION",
        subject_kind="trade",
        subject_id=trades[0].pk,
        title="a trade to validate",
        desk_code=trades[0].desk_code,
        opened_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    )
    return trades[0]


def steps(client: Client) -> dict[str, Any]:
    told = client.get(f"/?day={DAY}").context["told"]
    return {step.code: step for step in told.steps}


def test_each_step_counts_what_is_done_and_left(a_day: Trade) -> None:
    found = steps(signed_in(Role.AGENT, desk=a_day.desk_code))

    counted = {code: (step.done, step.left) for code, step in found.items()}
    assert counted["capture"] == (3, 1)
    assert counted["enrich"] == (2, 1)
    assert counted["control"] == (1, 1)
    assert counted["validate"] == (0, 1)
    assert found["capture"].blocking[0].count == 1


def test_another_desk_sees_another_day(a_day: Trade) -> None:
    found = steps(signed_in(Role.AGENT, desk="OTHER"))

    assert {step.left for code, step in found.items() if code != "close"} == {0}


def test_every_link_of_the_day_leads_to_a_page(a_day: Trade) -> None:
    reader = signed_in(Role.AUDITOR)
    for step in steps(reader).values():
        for url in {step.url, step.left_url, *(blocker.url for blocker in step.blockers)} - {""}:
            assert reader.get(url).status_code == 200, url


def test_the_day_costs_the_same_whatever_happened(
    a_day: Trade, django_assert_max_num_queries: Any
) -> None:
    reader = signed_in(Role.AUDITOR)
    reader.get("/")
    with django_assert_max_num_queries(30):
        reader.get(f"/?day={DAY}")


@pytest.mark.parametrize(
    ("role", "desk", "status"),
    [
        (Role.SUPERVISOR, "", 302),
        (Role.AGENT, "", 403),
        (Role.AUDITOR, "", 403),
        (Role.SUPERVISOR, "OTHER", 409),
    ],
)
def test_work_is_taken_by_those_who_may_do_it(
    a_day: Trade, role: Role, desk: str, status: int
) -> None:
    item = WorkItem.objects.get(kind="VALIDATION")
    client = signed_in(role, desk=desk)

    answer = client.post("/work/take/", {"ids": [str(item.pk)]})

    item.refresh_from_db()
    assert answer.status_code == status
    assert (item.owner is not None) is (status == 302)


@pytest.mark.parametrize(
    ("address", "model", "where"),
    [
        ("/work/take/", WorkItem, {"kind": "VALIDATION"}),
        ("/work/exceptions/take/", ControlException, {}),
    ],
)
def test_who_takes_what_a_colleague_has_already_is_told(
    a_day: Trade, address: str, model: type[Any], where: dict[str, str]
) -> None:
    """Both had opened the list while it was nobody's."""
    role = Role.SUPERVISOR if model is WorkItem else Role.AGENT
    row = model.objects.filter(**where).order_by("pk")[0]
    first, second = signed_in(role, name="first"), signed_in(role, name="second")

    said = []
    for client in (first, second):
        answer = client.post(address, {"ids": [str(row.pk)]}, follow=True)
        said.append("Somebody had taken some of it already: first" in answer.content.decode())

    assert said == [False, True]
    row.refresh_from_db()
    assert row.owner.username == "second"


def test_an_auditor_is_offered_no_act(a_day: Trade) -> None:
    assert signed_in(Role.AUDITOR).get("/work/").context["bulk_actions"] == []
    assert signed_in(Role.SUPERVISOR, name="sue").get("/work/").context["bulk_actions"]
