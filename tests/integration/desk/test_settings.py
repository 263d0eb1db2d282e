"""A rule's parameters change only from a day on, and by two people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.access import Forbidden
from core.roles import Role
from desk import selectors
from desk.models import ControlRule
from desk.services import settings
from kernel.states import IllegalTransition
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


def propose(**changes: object) -> ControlRule:
    values: dict[str, object] = {
        "code": "TRD-302",
        "active": True,
        "parameters": {"tolerance": "5"},
        "valid_from": MONDAY,
        "reason": "Brokers round twice",
        "actor": person("agent", Role.AGENT),
        "at": AT,
    }
    return settings.propose_setting(**(values | changes))  # type: ignore[arg-type]  # fields by name


def test_setting_is_in_force_from_its_day_once_a_second_person_approved_it() -> None:
    row = propose()
    assert selectors.settings_in_force(day=MONDAY) == {}

    settings.decide_setting(
        setting_id=row.pk, approve=True, actor=person("supervisor", Role.SUPERVISOR), at=AT
    )

    assert selectors.settings_in_force(day=date(2026, 11, 22)) == {}
    assert selectors.settings_in_force(day=MONDAY) == {"TRD-302": {"tolerance": Decimal(5)}}


def test_later_setting_replaces_the_earlier_and_may_switch_the_rule_off() -> None:
    supervisor = person("supervisor", Role.SUPERVISOR)
    for active, day in ((True, MONDAY), (False, date(2026, 12, 1))):
        row = propose(active=active, valid_from=day)
        settings.decide_setting(setting_id=row.pk, approve=True, actor=supervisor, at=AT)

    assert selectors.settings_in_force(day=date(2026, 12, 2)) == {"TRD-302": None}


def approved(**changes: object) -> ControlRule:
    supervisor = person("supervisor", Role.SUPERVISOR)
    return settings.decide_setting(
        setting_id=propose(**changes).pk, approve=True, actor=supervisor, at=AT
    )


def taken_back(row: ControlRule, *, at: datetime = AT) -> ControlRule:
    return settings.propose_revert(
        setting_id=row.pk,
        defaults={"tolerance": "2"},
        actor=person("agent", Role.AGENT),
        at=at,
    )


def test_a_change_is_taken_back_by_two_people_as_it_was_made() -> None:
    approved(valid_from=AT.date(), parameters={"tolerance": "3"})
    later = approved(valid_from=MONDAY, active=False)

    back = taken_back(later)

    assert (back.state, back.active, back.parameters) == ("PROPOSED", True, {"tolerance": "3"})
    assert (back.valid_from, back.reverts) == (MONDAY, later)
    assert selectors.settings_in_force(day=MONDAY) == {"TRD-302": None}
    boss = person("supervisor", Role.SUPERVISOR)
    settings.decide_setting(setting_id=back.pk, approve=True, actor=boss, at=AT)
    assert selectors.settings_in_force(day=MONDAY) == {"TRD-302": {"tolerance": Decimal(3)}}


def test_who_takes_a_change_back_does_not_approve_that() -> None:
    later, boss = approved(), person("boss", Role.SUPERVISOR)
    back = settings.propose_revert(setting_id=later.pk, defaults={}, actor=boss, at=AT)

    with pytest.raises(settings.UnableToDecide):
        settings.decide_setting(setting_id=back.pk, approve=True, actor=boss, at=AT)


def test_the_first_change_is_taken_back_to_the_book() -> None:
    first = approved()

    back = taken_back(first, at=datetime(2026, 12, 24, 10, tzinfo=UTC))

    assert (back.parameters, back.valid_from) == ({"tolerance": "2"}, date(2026, 12, 24))


def test_only_the_latest_approved_change_is_taken_back_and_once() -> None:
    first, second = approved(valid_from=MONDAY), approved(valid_from=date(2026, 12, 1))
    waiting = propose(valid_from=date(2026, 12, 2))

    for row in (first, waiting):
        with pytest.raises(settings.UnableToPropose, match="latest approved"):
            taken_back(row)
    taken_back(second)
    with pytest.raises(settings.UnableToPropose, match="waits for its decision"):
        taken_back(second)


def test_refused_setting_is_never_in_force_and_final() -> None:
    supervisor = person("supervisor", Role.SUPERVISOR)
    row = propose()
    settings.decide_setting(setting_id=row.pk, approve=False, actor=supervisor, at=AT)

    assert selectors.settings_in_force(day=MONDAY) == {}
    with pytest.raises(IllegalTransition):
        settings.decide_setting(setting_id=row.pk, approve=True, actor=supervisor, at=AT)


def test_nobody_approves_their_own_setting() -> None:
    supervisor = person("supervisor", Role.SUPERVISOR)
    row = propose(actor=supervisor)

    with pytest.raises(settings.UnableToDecide):
        settings.decide_setting(setting_id=row.pk, approve=True, actor=supervisor, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        ControlRule.objects.update(state="APPROVED", decided_by="supervisor")


def test_agent_may_not_approve() -> None:
    row = propose()

    with pytest.raises(Forbidden):
        settings.decide_setting(
            setting_id=row.pk, approve=True, actor=person("agent2", Role.AGENT), at=AT
        )


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("no_reason", {"reason": " "}),
        ("in_the_past", {"valid_from": date(2026, 11, 19)}),
        ("not_a_number", {"parameters": {"tolerance": "NaN"}}),
        ("below_zero", {"parameters": {"tolerance": "-1"}}),
    ],
)
def test_unreadable_proposal_is_refused(case: str, changes: dict[str, object]) -> None:
    with pytest.raises(settings.UnableToPropose):
        propose(**changes)
    assert not ControlRule.objects.exists(), case
