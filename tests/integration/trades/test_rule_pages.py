"""The rule book in the browser: its numbers, who may change them, and what a refusal keeps."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from core.roles import Role
from desk.models import ControlRule
from tests.integration.trades.test_validation_pages import controlled, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> Client:
    return signed_in("supervisor", Role.SUPERVISOR)


def test_rule_is_changed_by_two_people(boss: Client) -> None:
    controlled(1, price=Decimal("63.6"))
    agent = signed_in("agent2", Role.AGENT)
    values = {"active": "on", "reason": "Volatile", "valid_from": "2099-01-01"}
    numbers = {"equity": "10", "bond": "2", "etf": "3", "fund": "1", "derivative": "20"}

    assert "TRD-401" in agent.get("/trades/rules/").content.decode()
    agent.post("/trades/rules/TRD-401/propose/", values | numbers)
    row = ControlRule.objects.get()
    assert agent.post(f"/trades/rules/settings/{row.pk}/approve/").status_code == 403
    assert "Volatile" in boss.get("/trades/rules/TRD-401/").content.decode()
    boss.post(f"/trades/rules/settings/{row.pk}/approve/")

    row.refresh_from_db()
    assert (row.state, row.proposed_by, row.decided_by) == ("APPROVED", "agent2", "supervisor")


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.AGENT, True),
        (Role.SUPERVISOR, True),
        (Role.AUDITOR, False),
        (Role.ADMINISTRATOR, False),
    ],
)
def test_rules_are_changed_by_those_who_work_with_them(role: Role, *, may: bool) -> None:
    """As the user guide says: who grants the roles decides on no rule."""
    client = signed_in("somebody", role)
    values = {"maximum": "600,000,000", "reason": "x", "valid_from": "01/01/2099"}

    page = client.get("/trades/rules/TRD-602/").content.decode()
    answer = client.post("/trades/rules/TRD-602/propose/", values)

    assert ("Propose a change" in page) is may
    assert answer.status_code == (302 if may else 403)


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [
        ("en", "600,000,000", "600,000,000"),
        ("en", "2.5", "2.5"),
        ("fr", "600 000 000", "600\u202f000\u202f000"),
        ("fr", "2,5", "2,5"),
    ],
)
def test_a_threshold_is_typed_and_listed_in_the_notation_of_its_reader(
    language: str, typed: str, shown: str
) -> None:
    agent = signed_in("agent2", Role.AGENT)
    headers = {"accept-language": language}
    values = {"maximum": typed, "active": "on", "reason": "Volatile", "valid_from": "01/01/2099"}

    answer = agent.post("/trades/rules/TRD-602/propose/", values, headers=headers)

    assert answer.status_code == 302
    page = agent.get("/trades/rules/TRD-602/", headers=headers).content.decode()
    assert f" {shown} EUR</td>" in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("maximum", "2,5", "“2,5” is not a number as it is written here"),
        ("maximum", "-1", "At least 0."),
        ("valid_from", "tomorrow", "“tomorrow” is not a day."),
        ("valid_from", "01/01/2020", "A change cannot begin in the past."),
        ("reason", "\u200b", "Give a reason."),
    ],
)
def test_a_proposal_that_is_refused_keeps_what_was_typed(field: str, typed: str, said: str) -> None:
    agent = signed_in("agent2", Role.AGENT)
    values = {"maximum": "600,000,000", "reason": "A busy week", "valid_from": "01/01/2099"}

    answer = agent.post("/trades/rules/TRD-602/propose/", values | {field: typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    for kept in (values | {field: typed}).values():
        assert f'value="{kept}"' in page
    assert not ControlRule.objects.exists()
