"""Settings of every room are proposed by one and decided by another: PostgreSQL asks it of all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from core.constraints import refused_by
from core.models import User
from core.roles import Role
from desk.models import ControlRule
from desk.services import settings
from desk.services.approvals import UnableToApprove
from kernel.actors import Actor, ActorKind
from refdata.models import (
    Agreement,
    BeneficialOwner,
    CutOff,
    FeeSchedule,
    Restriction,
    SettlementInstruction,
    SettlementPlace,
)
from settlement.models import ToleranceProfile
from tests.factories import delegations
from tests.factories.refdata import BookFactory, PartyFactory
from tests.integration.desk.people import person
from trades.models import AllocationRule

pytestmark = pytest.mark.django_db
AT = datetime.now(UTC)
LATER = date(2027, 1, 4)
Maker = Callable[..., models.Model]


def rule(**more: Any) -> ControlRule:
    return ControlRule.objects.create(
        code="TRD-302", parameters={"tolerance": "5"}, valid_from=LATER, reason="why",
        proposed_at=AT, **more,
    )  # fmt: skip


def tolerances(**more: Any) -> ControlRule:
    return ControlRule.objects.create(
        code="REC-CASH", parameters={"amount": "5", "days": "1"}, valid_from=LATER, reason="why",
        proposed_at=AT, **more,
    )  # fmt: skip


def cut_off(**more: Any) -> CutOff:
    return CutOff.objects.create(
        step="close", at_time=time(20), valid_from=LATER, reason="why", proposed_at=AT, **more
    )


def fee(**more: Any) -> FeeSchedule:
    return FeeSchedule.objects.create(
        name="X", kind="TAX", rate=1, valid_from=LATER, reason="why", proposed_at=AT, **more
    )


def place(**more: Any) -> SettlementPlace:
    return SettlementPlace.objects.create(
        issuer_country="FR", place="SICVFRPP", valid_from=LATER, reason="why", proposed_at=AT,
        **more,
    )  # fmt: skip


def restriction(**more: Any) -> Restriction:
    return Restriction.objects.create(
        kind="COUNTRY", value="KP", valid_from=LATER, reason="why", proposed_at=AT, **more
    )


def instruction(**more: Any) -> SettlementInstruction:
    terms = {"valid_from": LATER, "account_number": "1", "reason": "why"}
    return SettlementInstruction.objects.create(
        party=PartyFactory(code="BNPP"), agent_bic="BNPAFRPP", proposed_at=AT, **(terms | more)
    )


def profile(**more: Any) -> ToleranceProfile:
    return ToleranceProfile.objects.create(
        price_percent=1, amount_small=1, amount_large=2, amount_limit=3, close_percent=1,
        valid_from=LATER, reason="why", proposed_at=AT, **more,
    )  # fmt: skip


def allocation(**more: Any) -> AllocationRule:
    return AllocationRule.objects.create(
        book_code=BookFactory(code="EQ-1").code, percents={"A": "100"}, valid_from=LATER,
        reason="why", proposed_at=AT, **more,
    )  # fmt: skip


def agreement(**more: Any) -> Agreement:
    terms = {"valid_from": LATER, "reference": "2026/1", "reason": "why"}
    return Agreement.objects.create(
        party=PartyFactory(code="BNPP"), kind="GMRA", proposed_at=AT, **(terms | more)
    )


def owner(**more: Any) -> BeneficialOwner:
    terms = {"valid_from": LATER, "name": "Ann Onyme", "kind": "PERSON", "reason": "why"}
    return BeneficialOwner.objects.create(
        party=PartyFactory(code="BNPP"), share=60, proposed_at=AT, **(terms | more)
    )


MAKERS = [
    *(rule, tolerances, cut_off, fee, place, restriction, instruction, profile, allocation),
    *(agreement, owner),
]
of_each = pytest.mark.parametrize("made", MAKERS, ids=lambda made: str(made.__name__))


def agent(name: str = "ana") -> Actor:
    return person(name, Role.AGENT)


def supervisor(name: str = "sue") -> Actor:
    return person(name, Role.SUPERVISOR)


def nobody(name: str) -> Actor:
    user, _made = User.objects.get_or_create(username=name)
    return Actor(name=name, kind=ActorKind.PERSON, user_id=user.pk)


def refusal_of(act: Callable[[], object]) -> str:
    """Return the constraint that a statement meets."""
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        act()
    return refused_by(raised.value)


def decided(row: models.Model, by: str, **more: Any) -> Callable[[], object]:
    rows = type(row)._default_manager.filter(pk=row.pk)
    return lambda: rows.update(state="APPROVED", decided_by=by, decided_at=AT, **more)


@of_each
def test_who_may_decides_once_and_what_it_says_stands(made: Maker) -> None:
    agent(), supervisor(), person("adm", Role.ADMINISTRATOR)
    row = made(proposed_by="ana")
    for who in ("abe", "ana", "adm", "ghost"):
        assert refusal_of(decided(row, who)), who
    assert refusal_of(decided(row, "sue", reason="another")) == "setting_stands"

    decided(row, "sue")()

    supervisor("eve")
    assert refusal_of(decided(row, "eve")) == "setting_stands"
    later = {"valid_from": date(2027, 2, 1)}
    rows = type(row)._default_manager.filter(pk=row.pk)
    assert refusal_of(lambda: rows.update(**later)) == "setting_stands"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {row._meta.db_table}")


@of_each
def test_it_begins_proposed_by_one_who_may(made: Maker) -> None:
    agent(), supervisor(), person("aud", Role.AUDITOR)

    assert refusal_of(lambda: made(proposed_by="aud")) == "setting_proposed_by_one_who_may"
    for proposer in ("ana", "somebody"):
        already = {"state": "APPROVED", "decided_by": "sue", "decided_at": AT}
        assert refusal_of(lambda who=proposer, how=already: made(proposed_by=who, **how)) == (
            "setting_begins_open"
        )


def test_who_lends_the_right_does_not_decide_on_what_was_proposed_with_it() -> None:
    """Kim has no role of his own: what he proposes for Sue is proposed by both."""
    delegations.granted(delegations.asked(delegations.loan(supervisor(), nobody("kim"))))
    row = settings.propose_setting(
        code="TRD-302", active=True, parameters={"tolerance": "5"}, valid_from=LATER,
        reason="why", actor=nobody("kim"), at=datetime.now(UTC),
    )  # fmt: skip

    with pytest.raises(UnableToApprove, match="on your behalf"):
        settings.decide_setting(setting_id=row.pk, approve=True, actor=supervisor(), at=AT)
    settings.decide_setting(setting_id=row.pk, approve=True, actor=supervisor("eve"), at=AT)


@pytest.mark.parametrize(
    ("made", "constraint"),
    [
        (instruction, "ssi_ends_for_another"),
        (agreement, "agreement_ends_for_another"),
        (owner, "owner_ends_for_another"),
    ],
)
def test_what_ends_early_ends_for_one_that_came_in_its_place_alone(
    made: Maker, constraint: str
) -> None:
    agent(), supervisor()
    old = made(proposed_by="ana", valid_from=date(2026, 1, 1))
    decided(old, "sue")()
    ended = type(old)._default_manager.filter(pk=old.pk)

    def end_it() -> None:
        ended.update(valid_to=date(2026, 12, 1))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert refusal_of(end_it) == constraint
    replaces = {"replaces": old} if made is instruction else {}
    made(proposed_by="ana", valid_from=date(2026, 12, 2), **replaces)
    assert refusal_of(end_it) == constraint, "the other one only waits"
