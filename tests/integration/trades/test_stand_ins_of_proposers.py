"""Whatever takes two people: who stands in for the one who proposed it is not the other one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from core import access
from core.models import User
from core.people import actor_of
from core.roles import Role
from desk.models import ControlRule
from desk.services import settings
from kernel.actors import Actor
from refdata import services as refdata
from refdata.models import Restriction, SettlementInstruction
from refdata.services import proposals
from tests.factories.delegations import lent
from tests.factories.refdata import PartyFactory
from tests.integration.desk.people import person
from trades.models import AllocationRule
from trades.services import allocation_rules

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
DAY = date(2026, 12, 1)
Decide = Callable[[Actor], object]
BY = {"proposed_by": "ana", "proposed_at": AT}


def carl() -> Actor:
    """Return somebody without a role, who stands in for ana on all desks."""
    user, _new = User.objects.get_or_create(username="carl")
    return actor_of(user)


def setting() -> Decide:
    row = ControlRule.objects.create(
        code="TRD-302", active=True, parameters={"tolerance": "5"}, valid_from=DAY, reason="x",
        state="PROPOSED", **BY,
    )  # fmt: skip
    return lambda who: settings.decide_setting(setting_id=row.pk, approve=True, actor=who, at=AT)


def restriction() -> Decide:
    row = Restriction.objects.create(
        kind="COUNTRY", value="KP", valid_from=DAY, reason="embargo", **BY
    )
    return lambda who: proposals.decide(
        model=Restriction, row_id=row.pk, approve=True, actor=who, at=AT
    )


def instruction() -> Decide:
    row = SettlementInstruction.objects.create(
        party=PartyFactory.create(code="BNPP"), account_number="A-1", agent_bic="BNPAFRPPXXX",
        place_of_settlement="SICVFRPPXXX", valid_from=DAY, **BY,
    )  # fmt: skip
    return lambda who: refdata.approve_instruction(
        instruction_id=row.pk, seen=refdata.fingerprint(row), actor=who, at=AT
    )


def allocation_rule() -> Decide:
    row = AllocationRule.objects.create(
        book_code="EQ-1", percents={"A-1": "100"}, residual_account="A-1", valid_from=DAY,
        reason="x", **BY,
    )  # fmt: skip
    return lambda who: allocation_rules.decide_rule(rule_id=row.pk, approve=True, actor=who, at=AT)


@pytest.mark.parametrize("made", [setting, restriction, instruction, allocation_rule])
def test_who_stands_in_for_the_proposer_does_not_decide(made: Callable[[], Decide]) -> None:
    """Ana proposed it before she was a supervisor: since then she could not."""
    decide = made()
    lent(person("ana", Role.SUPERVISOR), carl())

    with pytest.raises(access.StandsIn, match="stand in for ana"):
        decide(carl())


@pytest.mark.parametrize("made", [setting, restriction, instruction, allocation_rule])
def test_who_stands_in_for_somebody_else_does(made: Callable[[], Decide]) -> None:
    decide = made()
    lent(person("eve", Role.SUPERVISOR), carl())

    decide(carl())
