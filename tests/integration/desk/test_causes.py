"""Same cause, 42 trades, one repair: exceptions are grouped by what is wrong outside trades."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core import jobs
from core.models import Job, User
from core.roles import Role
from desk import selectors, services
from desk.facts import Cause, Raised, Subject
from desk.models import ControlException, Request
from desk.states import CauseKind, ExceptionKind
from kernel.actors import SYSTEM, Actor
from kernel.findings import Finding, Severity
from refdata.services import load_file
from tests.factories.controlled import BNP_ISIN, trade, world
from tests.integration.desk.people import person
from trades.services import control

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
LIST, CAUSES = "/work/exceptions/", "/work/exceptions/causes/"
CLOSE_OF_ALL = f"ISIN,DAY,CLOSE,CURRENCY\n{BNP_ISIN},2026-11-20,70,EUR\n".encode()


def raised(
    number: int,
    cause: Cause | None = Cause(CauseKind.INSTRUMENT, "ISIN-1"),  # noqa: B008 - frozen
    *,
    code: str = "TRD-401",
    severity: str = "WARNING",
    **about: Any,
) -> Raised:
    told = {"amount_at_risk": Decimal(100 * number), "currency": "EUR", "desk_code": "EQ"}
    subject = Subject(kind="trade", id=number, reference=f"T{number}", **{**told, **about})
    finding = Finding(
        code=code,
        field="price",
        message="The price is {found}.",
        expected="10",
        found="16",
        severity=Severity(severity),
    )
    return Raised(subject=subject, finding=finding, cause=cause)


def settle(*found: Raised) -> None:
    services.settle_findings(
        subject_kind="trade",
        subject_ids=[one.subject.id for one in found],
        raised=found,
        kind=ExceptionKind.CONTROL,
        actor=SYSTEM,
        at=AT,
    )


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def shown(client: Client, query: str = "") -> list[dict[str, Any]]:
    page = client.get(f"{CAUSES}?{query}")
    assert page.status_code == 200
    return list(page.context["window"].rows)


def picked(client: Client) -> list[str]:
    return re.findall(r'name="ids" value="([^"]+)"', client.get(CAUSES).content.decode())


def test_a_price_arrives_and_the_group_is_gone() -> None:
    world()
    wrong = [trade(n, price=Decimal(70)) for n in range(1, 43)]
    control.control_trades(trade_ids=[one.pk for one in wrong], actor=SYSTEM, at=AT)
    ana = signed_in(person("ana", Role.AGENT))

    (group,) = shown(ana)
    assert (group["rule_code"], group["cause_kind"], group["cause"]) == (
        "TRD-401",
        "INSTRUMENT",
        BNP_ISIN,
    )
    assert group["count"] == 42
    assert group["at_risk"] == sum(one.risk_amount_eur or 0 for one in wrong)
    assert [label for _url, label in group["places"]] == ["Prices", "Its sheet"]
    page = ana.get(CAUSES).content.decode()
    for address, label in group["places"]:
        assert f'<a href="{address}">{label}</a>' in page
        assert ana.get(address).status_code == 200
    assert ana.get(group["address"]).context["count"] == 42

    load_file(kind="prices", name="close.csv", content=CLOSE_OF_ALL, actor=SYSTEM, at=AT)
    jobs.run_pending()

    assert shown(ana) == []
    assert set(ControlException.objects.values_list("state", flat=True)) == {"RESOLVED"}
    assert {one.state for one in type(wrong[0]).objects.all()} == {"PENDING_VALIDATION"}


@pytest.mark.parametrize(
    ("case", "second", "groups"),
    [
        ("same_rule_and_cause", raised(2), 1),
        ("another_rule", raised(2, code="TRD-402"), 2),
        ("another_cause", raised(2, Cause(CauseKind.INSTRUMENT, "ISIN-2")), 2),
        ("a_thing_of_another_kind_of_the_same_name", raised(2, Cause(CauseKind.BOOK, "ISIN-1")), 2),
        ("the_trade_itself", raised(2, None), 1),
    ],
)
def test_what_makes_exceptions_alike(case: str, second: Raised, groups: int) -> None:
    settle(raised(1), second)

    assert len(shown(signed_in(person("ana", Role.AGENT)))) == groups, case


def test_a_group_says_how_many_what_is_at_risk_when_and_whose() -> None:
    soon, later = AT + timedelta(hours=1), AT + timedelta(hours=9)
    ana = person("ana", Role.AGENT)
    settle(raised(1, due_at=later), raised(2, due_at=soon, severity="BLOCKING"), raised(3))
    services.assign_exception(
        exception_id=ControlException.objects.get(subject_id=3).pk,
        owner_id=ana.user_id,
        actor=ana,
        at=AT,
    )

    (group,) = shown(signed_in(ana))

    assert (group["count"], group["blocking"], group["at_risk"]) == (3, 1, 600)
    assert (group["first_due"], group["owners"]) == (soon, ["ana"])


def test_filters_are_kept_and_other_desks_are_absent() -> None:
    settle(raised(1), raised(2, severity="BLOCKING"), raised(3, desk_code="FI"))
    ana = signed_in(person("ana", Role.AGENT, desk="EQ"))

    assert [row["count"] for row in shown(ana)] == [2]
    (group,) = shown(ana, "severity=BLOCKING")
    assert group["count"] == 1
    assert "severity=BLOCKING" in group["address"]
    assert ana.get(group["address"]).context["count"] == 1
    assert [row["count"] for row in shown(signed_in(person("all", Role.AGENT)))] == [3]


def test_a_group_is_taken_as_a_whole() -> None:
    settle(*(raised(n) for n in range(1, 43)), raised(50, Cause(CauseKind.INSTRUMENT, "ISIN-2")))
    ana = person("ana", Role.AGENT)
    client = signed_in(ana)
    dearest = picked(client)[0]

    client.post(f"{CAUSES}take/", {"ids": [dearest], "list_query": ""})

    taken = ControlException.objects.filter(owner_id=ana.user_id)
    assert taken.count() == 42
    assert set(taken.values_list("cause", flat=True)) == {"ISIN-1"}


def test_a_group_of_more_than_a_hundred_is_waived_by_a_job() -> None:
    settle(*(raised(n) for n in range(1, 121)))
    client = signed_in(person("ana", Role.AGENT))

    answer = client.post(f"{CAUSES}waive/", {"ids": picked(client), "reason": "Close was late"})
    assert answer.headers["Location"].startswith("/jobs/")
    jobs.run_pending()

    assert Job.objects.get(kind="desk.waive_many").counts["done"] == 120
    assert set(ControlException.objects.values_list("state", flat=True)) == {"WAIVED"}


def test_waiving_a_group_still_takes_two_where_it_blocks() -> None:
    settle(raised(1), raised(2, severity="BLOCKING"))
    client = signed_in(person("ana", Role.AGENT))

    client.post(f"{CAUSES}waive/", {"ids": picked(client), "reason": "Close was late"})

    states = dict(ControlException.objects.values_list("subject_id", "state"))
    assert states == {1: "WAIVED", 2: "OPEN"}
    assert Request.objects.get().asked_by == "ana"


def test_a_group_that_has_others_than_were_seen_is_left_alone() -> None:
    settle(raised(1), raised(2))
    client = signed_in(person("ana", Role.AGENT))
    before = picked(client)
    settle(raised(3))

    answer = client.post(f"{CAUSES}waive/", {"ids": before, "reason": "Close was late"})

    assert answer.status_code == 409
    assert set(ControlException.objects.values_list("state", flat=True)) == {"OPEN"}


def test_one_that_went_and_one_that_came_are_not_the_same_group() -> None:
    settle(raised(1), raised(2))
    client = signed_in(person("ana", Role.AGENT))
    before = picked(client)
    services.settle_findings(
        subject_kind="trade", subject_ids=[2], raised=[], kind=ExceptionKind.CONTROL,
        actor=SYSTEM, at=AT,
    )  # fmt: skip
    settle(raised(3))

    answer = client.post(f"{CAUSES}take/", {"ids": before})

    assert answer.status_code == 409


def test_all_that_match_are_the_exceptions_of_all_groups() -> None:
    settle(raised(1), raised(2, Cause(CauseKind.BOOK, "B")), raised(3, None))
    ana = person("ana", Role.AGENT)
    client = signed_in(ana)
    frozen = client.get(f"{CAUSES}?select=all").content.decode()
    token = re.findall(r'name="selection" value="([^"]+)"', frozen)[0]

    client.post(f"{CAUSES}take/", {"selection": token})

    rows = ControlException.objects.filter(owner_id=ana.user_id)
    assert sorted(rows.values_list("subject_id", flat=True)) == [1, 2]


def test_an_exception_says_how_many_others_the_same_repair_ends() -> None:
    settle(*(raised(n) for n in range(1, 4)))
    row = ControlException.objects.get(subject_id=1)

    page = signed_in(person("ana", Role.AGENT)).get(f"{LIST}{row.pk}/")

    assert page.context["alike"]["count"] == 2
    assert "cause=ISIN-1" in page.context["alike"]["url"]


def test_a_cause_that_is_known_later_is_filled_in() -> None:
    settle(raised(1, None))
    settle(raised(1))

    row = ControlException.objects.get()
    assert (row.cause_kind, row.cause) == ("INSTRUMENT", "ISIN-1")


def test_a_waiver_that_was_asked_for_is_not_lost_by_a_cause_that_is_filled_in() -> None:
    settle(raised(1, None, severity="BLOCKING"))
    row = ControlException.objects.get()
    services.waive_exception(
        exception_id=row.pk, reason="Seen", actor=person("ana", Role.AGENT), at=AT
    )

    settle(raised(1, severity="BLOCKING"))

    assert ControlException.objects.get().cause == "ISIN-1"
    assert Request.objects.get().state == "ASKED"


def test_what_is_about_conduct_is_in_no_group_of_who_may_not_see_it() -> None:
    services.raise_exceptions(
        raised=[raised(1, Cause(CauseKind.TRADER, "T-ANA"), code="CND-101")],
        kind=ExceptionKind.CONDUCT,
        actor=SYSTEM,
        at=AT,
    )

    assert shown(signed_in(person("agent", Role.AGENT))) == []
    assert len(shown(signed_in(person("auditor", Role.AUDITOR)))) == 1


def test_causes_are_exported_and_sorted() -> None:
    settle(raised(1), raised(2), raised(9, Cause(CauseKind.BOOK, "B")))
    client = signed_in(person("ana", Role.AGENT))

    assert [row["cause"] for row in shown(client)] == ["B", "ISIN-1"]
    assert [row["cause"] for row in shown(client, "sort=-count")] == ["ISIN-1", "B"]
    assert [row["cause"] for row in shown(client, "sort=cause")] == ["B", "ISIN-1"]
    written = client.get(f"{CAUSES}?export=csv").getvalue().decode("utf-8-sig")  # type: ignore[attr-defined]  # streamed
    assert "ISIN-1,Instrument,INSTRUMENT,TRD-401,2" in written


def test_an_export_says_who_has_some_and_where_it_is_put_right() -> None:
    world()
    settle(raised(1, Cause(CauseKind.INSTRUMENT, BNP_ISIN)), raised(2, None))
    ana = person("ana", Role.AGENT)
    services.assign_exception(
        exception_id=ControlException.objects.get(subject_id=1).pk,
        owner_id=ana.user_id,
        actor=ana,
        at=AT,
    )

    written = signed_in(ana).get(f"{CAUSES}?export=csv").getvalue().decode("utf-8-sig")  # type: ignore[attr-defined]  # streamed

    assert written.splitlines()[1].endswith('ana,"Prices, Its sheet"')


def test_by_cause_asks_few_questions(django_assert_max_num_queries: Any) -> None:
    settle(*(raised(n, Cause(CauseKind.INSTRUMENT, f"I{n}")) for n in range(1, 40)))
    client = signed_in(person("ana", Role.AGENT))
    client.get(CAUSES)

    with django_assert_max_num_queries(16):
        client.get(CAUSES)


def test_selectors_know_the_priority_of_the_moment() -> None:
    due = AT + timedelta(hours=4)
    settle(raised(10, due_at=due))
    rows = selectors.list_exceptions(actor=SYSTEM)

    def priority(at: datetime) -> Decimal:
        found = rows.with_priority(at=at).get().priority
        assert found is not None
        return found

    assert priority(AT) == 250
    assert priority(due - timedelta(hours=1)) == 1000
    assert priority(due - timedelta(minutes=15)) == 4000
    assert priority(due + timedelta(days=9)) == 4000
