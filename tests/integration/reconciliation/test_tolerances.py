"""Tolerances are dated settings: one proposes, another approves, runs name what they used."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from core.access import Forbidden
from core.models import User
from core.roles import Role
from desk.models import ControlRule
from desk.services import settings
from reconciliation import services
from reconciliation.models import Break, MatchGroup, ReconciliationRun
from reconciliation.states import Kind
from tests.integration.desk.people import person
from tests.integration.reconciliation.world import (
    AT,
    account,
    agent,
    statement,
    taken_in,
    trade,
)

pytestmark = pytest.mark.django_db
PAID = ":61:2611201120D1000,50NTRFT000000001//BK1"
DAY = AT.date()
CLOSING = "C261120EUR8999,50"


def proposed(amount: str = "0.50", days: str = "3", valid_from: date = DAY) -> int:
    row = services.propose_tolerances(
        kind=Kind.CASH, parameters={"amount": amount, "days": days}, valid_from=valid_from,
        reason="Bank rounds per fill", actor=agent(), at=AT,
    )  # fmt: skip
    return int(row.pk)


def approved(**changes: object) -> int:
    number = proposed(**changes)  # type: ignore[arg-type]  # a table of texts
    supervisor = person("supervisor", Role.SUPERVISOR)
    settings.decide_setting(setting_id=number, approve=True, actor=supervisor, at=AT)
    return number


def test_an_approved_tolerance_is_used_by_the_run_and_named_on_the_group() -> None:
    number = approved()
    account()
    trade(1)

    taken_in(statement(PAID, closing=CLOSING))

    group = MatchGroup.objects.get()
    assert (group.pass_name, group.state, group.rule_version) == (
        "AMOUNT", "CONFIRMED", f"cash-1/{number}",
    )  # fmt: skip
    run = ReconciliationRun.objects.get()
    assert run.parameters == {"amount_tolerance": "0.5", "day_lag": 3}


@pytest.mark.parametrize("case", ["only_proposed", "not_yet"])
def test_what_is_not_in_force_changes_nothing(case: str) -> None:
    if case == "only_proposed":
        proposed()
    else:
        approved(valid_from=date(2126, 1, 4))
    account()
    trade(1)

    taken_in(statement(PAID, closing=CLOSING))

    assert not MatchGroup.objects.exists()
    assert Break.objects.get().category == "AMOUNT"


@pytest.mark.parametrize(
    ("amount", "days"), [("", "3"), ("NaN", "3"), ("-1", "3"), ("0.00001", "3"), ("1001", "3"),
                         ("1", "1.5"), ("1", "32")],
)  # fmt: skip
def test_a_size_that_makes_no_sense_is_refused(amount: str, days: str) -> None:
    with pytest.raises(settings.UnableToPropose):
        proposed(amount, days)


def test_nobody_approves_what_they_proposed_and_auditors_propose_nothing() -> None:
    number = proposed()
    both = person("agent", Role.AGENT)
    with pytest.raises((Forbidden, settings.UnableToDecide)):
        settings.decide_setting(setting_id=number, approve=True, actor=both, at=AT)
    with pytest.raises(Forbidden):
        services.propose_tolerances(
            kind=Kind.CASH, parameters={"amount": "1", "days": "1"}, valid_from=DAY,
            reason="x", actor=person("auditor", Role.AUDITOR), at=AT,
        )  # fmt: skip


def test_the_page_shows_proposes_and_decides(client: Client) -> None:
    agent()
    person("supervisor", Role.SUPERVISOR)
    client.force_login(User.objects.get(username="agent"))
    page = "/reconciliation/tolerances/"
    answer = client.post(
        f"{page}CASH/propose/",
        {"amount": "0,02", "days": "2", "valid_from": "2126-01-04", "reason": "Rounding"},
        headers={"accept-language": "fr"},
    )
    assert answer.status_code == 302, answer.content
    client.force_login(User.objects.get(username="supervisor"))
    assert b"Rounding" in client.get(page).content
    row = ControlRule.objects.get()
    client.post(f"{page}{row.pk}/approve/")
    row.refresh_from_db()
    assert (row.state, row.parameters) == ("APPROVED", {"amount": "0.02", "days": "2"})


def test_a_proposal_that_is_refused_keeps_what_was_typed(client: Client) -> None:
    agent()
    client.force_login(User.objects.get(username="agent"))
    sent = {"amount": "0,02", "days": "2.5", "valid_from": "04/01/2126", "reason": "Rounding"}

    answer = client.post(
        "/reconciliation/tolerances/CASH/propose/", sent, headers={"accept-language": "en"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“0,02” is not a number as it is written here" in page
    for kept in sent.values():
        assert f'value="{kept}"' in page
    assert not ControlRule.objects.exists()


def test_figures_are_written_with_the_sign_of_the_reader(client: Client) -> None:
    proposed(amount="0.50")
    client.force_login(User.objects.get(username="agent"))
    client.cookies.load({"django_language": "fr"})

    page = client.get("/reconciliation/tolerances/").content.decode()

    assert 'value="0,01"' in page
    assert '<td class="num">0,5</td>' in page
