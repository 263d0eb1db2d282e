"""The rule book in the browser: its numbers, who may change them, and what a refusal keeps."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client

from core.roles import Role
from desk.models import ControlRule
from tests.integration.trades.test_validation_pages import controlled, signed_in
from trades.rules import RULE_BOOK

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


def listed(client: Client, query: str, language: str = "en") -> list[str]:
    page = client.get(f"/trades/rules/?{query}", headers={"accept-language": language})
    return re.findall(r'/trades/rules/(TRD-\d+)/"', page.content.decode())


@pytest.mark.parametrize(
    ("case", "query", "language", "codes"),
    [
        ("code", "q=trd-602", "en", ["TRD-602"]),
        ("words_in_any_order", "q=limit+slice", "en", ["TRD-611"]),
        ("words_of_the_reader_without_accents", "q=pas+de+cotation", "fr", ["TRD-312"]),
        ("source", "q=gmsla+esma", "en", ["TRD-818"]),
        ("family", "family=TRD-5", "en", ["TRD-501", "TRD-502"]),
        ("family_and_severity", "family=TRD-5&severity=WARNING", "en", ["TRD-502"]),
        (
            "owner_and_family",
            "owner=COMPLIANCE&family=TRD-6",
            "en",
            ["TRD-604", "TRD-606", *(f"TRD-62{n}" for n in range(5)), "TRD-630", "TRD-632"],
        ),
        ("owner_by_name", "q=compliance+duplicate", "en", []),
        ("switched_off", "status=INACTIVE", "en", []),
        ("unknown_family", "family=TRD-9", "en", []),
    ],
)
def test_rules_are_found_by_what_is_said_of_them(
    boss: Client, case: str, query: str, language: str, codes: list[str]
) -> None:
    assert listed(boss, query, language) == codes, case


def test_every_rule_is_listed_where_nothing_is_asked(boss: Client) -> None:
    assert listed(boss, "") == [rule.code for rule in RULE_BOOK] == listed(boss, "status=ACTIVE")
    assert "No rule matches this filter." in boss.get("/trades/rules/?q=zzz").content.decode()


def test_a_rule_says_who_answers_for_it(boss: Client) -> None:
    page = boss.get("/trades/rules/TRD-106/", headers={"accept-language": "fr"}).content.decode()

    assert "Conformité" in page
    assert "Complétude et identifiants" in page


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
    assert f" {shown} EUR\n</td>" in page


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
