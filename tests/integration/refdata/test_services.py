"""Editing reference data: two people on an instruction, clean identifiers, announced aliases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.access import Forbidden
from core.models import OutboxEvent, RoleAction, RoleGrant, User
from core.role_matrix import MATRIX
from core.roles import Role
from kernel.actors import SYSTEM, Actor, ActorKind
from refdata import selectors, services
from refdata.models import Instrument, InstrumentAlias, Party, SettlementInstruction
from tests.factories import refdata as factories
from tests.factories import static_data

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def person(name: str, role: Role) -> Actor:
    user = User.objects.create_user(username=name, password="secret")
    RoleGrant.objects.create(user=user, role=role)
    for action in MATRIX[role]:
        RoleAction.objects.get_or_create(role=role, action=action)
    return Actor(name=name, kind=ActorKind.PERSON, user_id=user.pk)


@pytest.fixture
def agent() -> Actor:
    return person("agent", Role.AGENT)


@pytest.fixture
def supervisor() -> Actor:
    return person("supervisor", Role.SUPERVISOR)


def draft(party: Party, **changes: Any) -> SettlementInstruction:
    terms: dict[str, Any] = {
        "party": party,
        "currency": "EUR",
        "place_of_settlement": "SICVFRPP",
        "agent_bic": "BNPAFRPP",
        "account_number": "30004",
        "valid_from": date(2026, 1, 1),
    }
    return SettlementInstruction(**(terms | changes))


def propose(actor: Actor, instruction: SettlementInstruction) -> SettlementInstruction:
    return services.propose_instruction(
        instruction=instruction, actor=actor, at=AT, reason="new agent"
    )


def approve(actor: Actor, instruction: SettlementInstruction) -> SettlementInstruction:
    return services.approve_instruction(
        instruction_id=instruction.pk,
        seen=services.fingerprint(instruction),
        actor=actor,
        at=AT,
    )


def chosen(party: Party, day: date) -> str | None:
    found = selectors.settlement_instruction(
        party_id=party.pk, currency="EUR", asset_class="EQUITY", settlement_date=day
    )
    return found.account_number if found else None


def test_an_instruction_is_used_only_once_somebody_else_agreed(
    agent: Actor, supervisor: Actor
) -> None:
    party = factories.PartyFactory.create()
    instruction = propose(agent, draft(party))
    assert chosen(party, date(2026, 6, 1)) is None

    approve(supervisor, instruction)

    assert chosen(party, date(2026, 6, 1)) == "30004"


def test_a_change_ends_what_it_replaces(agent: Actor, supervisor: Actor) -> None:
    party = factories.PartyFactory.create()
    old = approve(supervisor, propose(agent, draft(party)))
    change = draft(party, account_number="99999", valid_from=date(2026, 12, 1), replaces=old)

    approve(supervisor, propose(agent, change))

    old.refresh_from_db()
    assert old.valid_to == date(2026, 11, 30)
    assert [chosen(party, day) for day in (date(2026, 11, 30), date(2026, 12, 1))] == [
        "30004",
        "99999",
    ]


def test_a_second_instruction_for_the_same_days_is_refused_whole(
    agent: Actor, supervisor: Actor
) -> None:
    party = factories.PartyFactory.create()
    approve(supervisor, propose(agent, draft(party)))
    second = propose(agent, draft(party, account_number="99999"))

    with pytest.raises(services.UnableToApprove, match="same days"):
        approve(supervisor, second)

    second.refresh_from_db()
    assert second.state == "PENDING"


def test_nobody_decides_on_what_they_proposed_or_did_not_see(
    agent: Actor, supervisor: Actor
) -> None:
    party = factories.PartyFactory.create()
    own = draft(party, proposed_by="late", proposed_at=AT)
    own.save()
    with pytest.raises(services.OwnProposal):
        approve(person("late", Role.SUPERVISOR), own)
    instruction = propose(agent, draft(party))
    with pytest.raises(Forbidden):
        approve(agent, instruction)
    rows = SettlementInstruction.objects.filter(pk=instruction.pk)
    with pytest.raises(IntegrityError, match="stands as it was"), transaction.atomic():
        rows.update(account_number="00000")
    instruction.account_number = "00000"
    with pytest.raises(services.UnableToApprove, match="changed since"):
        approve(supervisor, instruction)


def test_a_decision_is_taken_once(agent: Actor, supervisor: Actor) -> None:
    instruction = propose(agent, draft(factories.PartyFactory.create()))
    with pytest.raises(services.UnableToApprove, match="reason"):
        services.refuse_instruction(
            instruction_id=instruction.pk, seen="", actor=supervisor, at=AT, reason="\u2060"
        )
    services.refuse_instruction(
        instruction_id=instruction.pk,
        seen=services.fingerprint(instruction),
        actor=supervisor,
        at=AT,
        reason="wrong agent",
    )

    with pytest.raises(services.InstructionNotPending):
        approve(supervisor, instruction)


def test_every_finding_of_a_proposal_is_named_at_once(agent: Actor) -> None:
    bad = draft(
        factories.PartyFactory.create(),
        place_of_settlement="NOWHERE",
        agent_bic="BNPAXXPP",
        account_number=" ",
        valid_to=date(2025, 1, 1),
    )

    with pytest.raises(services.UnableToPropose) as raised:
        propose(agent, bad)

    assert [finding.field for finding in raised.value.findings] == [
        "place_of_settlement",
        "agent_bic",
        "account_number",
        "valid_to",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("isin", "FR0000120272"),
        ("cfi", "XXXXXX"),
        ("issuer_lei", "969500HMVSZ0TCV65D59"),
        ("currency", "euro"),
        ("asset_class", "HOUSE"),
    ],
)
def test_a_wrong_identifier_is_refused_with_its_field(field: str, value: str) -> None:
    instrument: Instrument = factories.InstrumentFactory.build(venue=None)
    setattr(instrument, field, value)

    with pytest.raises(services.UnableToSave) as raised:
        services.save_record(record=instrument, actor=SYSTEM, at=AT)

    assert field in {finding.field for finding in raised.value.findings}
    assert not Instrument.objects.exists()


def test_an_alias_names_an_instrument_once_and_tells_it() -> None:
    share, other = factories.InstrumentFactory.create_batch(2)

    static_data.entered(
        InstrumentAlias(source_system="OMS", symbol="TTE FP", instrument_id=share.pk)
    )
    with pytest.raises(services.UnableToSave):
        static_data.entered(
            InstrumentAlias(source_system="OMS", symbol="TTE FP", instrument_id=other.pk)
        )

    assert InstrumentAlias.objects.get().instrument_id == share.pk
    assert selectors.resolve_symbols("OMS", ["TTE FP"])["TTE FP"].instrument_id == share.pk
    told = OutboxEvent.objects.get(event="refdata.instrument_named")
    assert told.payload["symbol"] == "TTE FP"


def test_parties_are_found_by_code_lei_and_alias() -> None:
    party = factories.PartyFactory.create(code="BNPP")
    party.aliases.create(source_system="OMS", alias="BNP PARIBAS SA")

    found = selectors.counterparties_by_code(["BNPP", party.lei, "BNP PARIBAS SA", "NO"], "OMS")

    assert {name: facts.party_id for name, facts in found.items()} == {
        "BNPP": party.pk,
        party.lei: party.pk,
        "BNP PARIBAS SA": party.pk,
    }
