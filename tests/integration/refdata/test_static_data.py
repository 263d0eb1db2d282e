"""Static data by two: what parties and instruments are and are called is asked for and granted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from core.access import Forbidden
from core.acts import acting
from core.models import User
from core.roles import Role
from desk.models import Request, WorkItem
from desk.services import granting
from desk.services.approvals import SeenChanged
from desk.services.asking import UnableToAsk
from kernel.actors import SYSTEM, Actor, ActorKind
from kernel.findings import Refusal
from refdata.models import Instrument, InstrumentAlias, Party, PartyAlias
from refdata.services import UnableToSave, static_data
from tests.factories import delegations
from tests.factories.refdata import InstrumentFactory, PartyFactory
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def agent(name: str = "ana") -> Actor:
    return person(name, Role.AGENT)


def supervisor(name: str = "sue") -> Actor:
    return person(name, Role.SUPERVISOR)


def nobody(name: str) -> Actor:
    """Return somebody without a role of one's own."""
    user, _made = User.objects.get_or_create(username=name)
    return Actor(name=name, kind=ActorKind.PERSON, user_id=user.pk)


def natixis() -> Party:
    return PartyFactory(
        code="NATX", name="Natixis", bic="NATXFRPP", confirmation_email="ops@natixis.example"
    )


def asked(record: Model, *, by: Actor | None = None, **values: Any) -> Request:
    """Have somebody ask that a record says something else."""
    for name, value in values.items():
        setattr(record, name, value)
    row = static_data.change(record=record, actor=by or agent(), at=AT, reason="letter of today")
    assert row is not None
    return row


def grant(row: Request, by: Actor | None = None) -> Request:
    return granting.grant_request(
        request_id=row.pk, seen=row.fingerprint, actor=by or supervisor(), at=AT
    )


@pytest.mark.parametrize(
    ("case", "made", "column", "value"),
    [
        ("name", natixis, "name", "Natixis SA"),
        ("e_mail", natixis, "confirmation_email", "me@fraud.example"),
        ("channel", natixis, "confirmation_channel", "HAND"),
        ("nature", natixis, "nature", "TECHNICAL"),
        ("role", natixis, "is_client", True),
        ("status", natixis, "status", "INACTIVE"),
        ("bic", natixis, "bic", "NATXFRPPXXX"),
        ("lei_status", natixis, "lei_status", "RETIRED"),
        ("renewal", natixis, "lei_next_renewal", date(2027, 1, 31)),
        ("multiplier", InstrumentFactory, "multiplier", Decimal("0.0100000001")),
        ("price_type", InstrumentFactory, "price_type", "PERCENT"),
        ("issuer", InstrumentFactory, "issuer_lei", "969500DENOUEMENT0075"),
        ("maturity", InstrumentFactory, "maturity_date", date(2030, 6, 1)),
        ("days", InstrumentFactory, "settlement_days", 3),
    ],
)
def test_what_can_deceive_takes_two(
    case: str, made: Callable[[], Model], column: str, value: object
) -> None:
    record = made()
    stood = getattr(record, column)

    row = asked(record, **{column: value})

    record.refresh_from_db()
    assert getattr(record, column) == stood, case
    assert list(row.content["changes"]) == [column]
    item = WorkItem.objects.get(kind="STATIC_DATA")
    assert (item.state, item.url) == ("OPEN", f"/work/requests/{row.pk}/")

    grant(row)

    record.refresh_from_db()
    assert getattr(record, column) == value, case
    assert not WorkItem.objects.filter(state="OPEN").exists()


def test_what_deceives_nobody_takes_effect_at_once() -> None:
    party, share = natixis(), InstrumentFactory(tick_size=None)
    party.language = "fr"
    share.short_name, share.tick_size = "SHARE", Decimal("0.05")

    for record in (party, share):
        assert static_data.change(record=record, actor=agent(), at=AT, reason="") is None

    party.refresh_from_db()
    share.refresh_from_db()
    assert (party.language, share.short_name, share.tick_size) == ("fr", "SHARE", Decimal("0.05"))
    assert not Request.objects.exists()


def test_one_form_may_say_both() -> None:
    party = natixis()

    row = asked(party, language="fr", name="Natixis SA")

    party.refresh_from_db()
    assert (party.language, party.name) == ("fr", "Natixis")
    grant(row)
    party.refresh_from_db()
    assert (party.language, party.name) == ("fr", "Natixis SA")


def test_a_new_record_is_there_when_it_is_granted_and_goes_by_the_name_it_was_asked_for_with() -> (
    None
):
    row = static_data.add(
        record=Party(code="ACME", name="Acme", is_counterparty=True),
        called=("OMS", "ACME CORP"), actor=agent(), at=AT, reason="onboarded",
    )  # fmt: skip
    assert not Party.objects.exists()

    grant(row)

    party = Party.objects.get()
    assert (party.pk, party.code, party.is_counterparty) == (row.subject_id, "ACME", True)
    assert party.aliases.get().alias == "ACME CORP"


def test_an_alias_is_given_and_taken_away_by_two() -> None:
    party = natixis()
    new = PartyAlias(source_system="OMS", alias="NATX PARIS", party=party)
    row = static_data.add_alias(alias=new, actor=agent(), at=AT)
    assert row is not None
    assert not PartyAlias.objects.exists()
    grant(row)
    alias = PartyAlias.objects.get()
    again = PartyAlias(source_system="OMS", alias="NATX PARIS", party=party)
    assert static_data.add_alias(alias=again, actor=agent(), at=AT) is None

    taken = static_data.remove_alias(alias=alias, actor=agent(), at=AT, reason="wrong")
    assert PartyAlias.objects.exists()
    grant(taken)

    assert not PartyAlias.objects.exists()


def test_a_name_that_means_another_one_is_not_asked_for() -> None:
    PartyAlias.objects.create(source_system="OMS", alias="X", party=natixis())

    with pytest.raises(UnableToSave):
        static_data.add_alias(
            alias=PartyAlias(source_system="OMS", alias="X", party=PartyFactory(code="OTHER")),
            actor=agent(), at=AT,
        )  # fmt: skip


def test_nothing_is_asked_without_a_reason_twice_or_by_who_may_not() -> None:
    party = natixis()
    party.name = "Natixis SA"
    for who, why, refusal in (
        (agent(), "", UnableToAsk),
        (supervisor(), "x", Forbidden),
        (SYSTEM, "x", UnableToAsk),
    ):
        with pytest.raises(refusal):
            static_data.change(record=party, actor=who, at=AT, reason=why)
    asked(party)
    with pytest.raises(UnableToAsk):
        asked(party, name="Natixis SE")


def test_who_stands_in_grants_for_who_lends_and_what_he_asks_is_asked_by_both() -> None:
    delegations.granted(delegations.asked(delegations.loan(supervisor(), nobody("kim"))))
    delegations.granted(
        delegations.asked(delegations.loan(agent(), nobody("abe"), role=Role.AGENT), by=agent())
    )

    row = asked(natixis(), by=nobody("abe"), name="Natixis SA")
    assert (row.asked_by, Request.objects.get(pk=row.pk).contributors) == ("abe", ["ana"])

    grant(row, nobody("kim"))

    assert Request.objects.get(pk=row.pk).on_behalf_of == "sue"
    assert Party.objects.get().name == "Natixis SA"


@pytest.mark.parametrize(
    ("case", "who", "refusal"),
    [
        ("the_maker", agent, Forbidden),
        ("another_agent", lambda: agent("abe"), Forbidden),
        ("an_administrator", lambda: person("adm", Role.ADMINISTRATOR), Forbidden),
        ("an_auditor", lambda: person("aud", Role.AUDITOR), Forbidden),
        ("the_system", lambda: SYSTEM, Forbidden),
    ],
)
def test_who_does_not_grant(case: str, who: Callable[[], Actor], refusal: type[Refusal]) -> None:
    row = asked(natixis(), name="Natixis SA")

    with pytest.raises(refusal):
        grant(row, who())

    assert Party.objects.get().name == "Natixis", case


def test_a_record_that_changed_since_it_was_asked_for_is_looked_at_again() -> None:
    party = natixis()
    row = asked(party, lei_status="RETIRED")
    Party.objects.update(lei_status="LAPSED")

    with pytest.raises(SeenChanged):
        grant(row)

    party.refresh_from_db()
    assert party.lei_status == "LAPSED"


def test_what_a_register_says_meanwhile_is_no_change_of_what_was_seen() -> None:
    party = natixis()
    row = asked(party, confirmation_email="desk@natixis.example")
    Party.objects.update(lei_status="LAPSED", lei_next_renewal=date(2027, 1, 31))

    grant(row)

    party.refresh_from_db()
    assert (party.confirmation_email, party.lei_status) == ("desk@natixis.example", "LAPSED")


def test_a_rule_that_the_record_would_break_by_now_keeps_it_as_it_stands() -> None:
    party = natixis()
    row = asked(party, lei="969500DENOUEMENT0075")
    PartyFactory(code="OTHER", lei="969500DENOUEMENT0075")

    with pytest.raises(UnableToSave):
        grant(row)

    row.refresh_from_db()
    assert row.state == "ASKED"


# Around the services: PostgreSQL refuses what no granted request says.


def by_hand(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("case", "statement"),
    [
        ("e_mail", "UPDATE refdata_party SET confirmation_email = 'me@fraud.example'"),
        ("in_bulk", "UPDATE refdata_party SET status = 'INACTIVE' WHERE id > 0"),
        ("key", "UPDATE refdata_party SET code = 'MINE'"),
        ("multiplier", "UPDATE refdata_instrument SET multiplier = 100"),
        ("alias_moved", "UPDATE refdata_partyalias SET alias = 'BNP'"),
        ("alias_gone", "DELETE FROM refdata_partyalias"),
    ],
)
@pytest.mark.parametrize("name", ["ana", "sue", "system", ""])
def test_nobody_changes_what_stands_by_a_statement(case: str, statement: str, name: str) -> None:
    agent()
    supervisor()
    PartyAlias.objects.create(source_system="OMS", alias="NATX", party=natixis())
    InstrumentFactory()
    who = Actor(name=name, kind=ActorKind.PERSON)
    with pytest.raises(IntegrityError, match="not asked for and granted"), acting(actor=who):
        by_hand(statement)
    assert Party.objects.get().confirmation_email == "ops@natixis.example", case


@pytest.mark.parametrize(
    ("case", "made"),
    [
        ("party", lambda: Party(code="MINE", name="Mine", is_counterparty=True)),
        ("instrument", lambda: InstrumentFactory.build(venue=None)),
        ("alias", lambda: PartyAlias(source_system="OMS", alias="X", party=Party.objects.get())),
        (
            "symbol",
            lambda: InstrumentAlias(
                source_system="OMS", symbol="X", instrument=Instrument.objects.get()
            ),
        ),
    ],
)
def test_a_person_enters_nothing_alone(case: str, made: Callable[[], Model]) -> None:
    natixis()
    InstrumentFactory(code="KNOWN")
    record = made()
    with pytest.raises(IntegrityError), acting(actor=agent(), reason=case):
        record.save()


def test_a_granted_request_is_used_once_and_only_for_what_it_says() -> None:
    party = natixis()
    grant(asked(party, name="Natixis SA"))
    grant(asked(party, name="Natixis"))

    for values in ({"name": "Natixis SA"}, {"name": "Natixis", "bic": "MINEFRPP"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Party.objects.update(**values)


@pytest.mark.parametrize("who", ["ana", "bob", "abe", "adm", "nobody"])
def test_a_decision_by_a_statement_is_one_of_somebody_who_may(who: str) -> None:
    row = asked(natixis(), name="Natixis SA")
    agent("abe")
    person("adm", Role.ADMINISTRATOR)
    User.objects.create(username="bob", is_active=False)

    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=row.pk).update(
            state="GRANTED", decided_by=who, decided_at=AT, note=""
        )


def test_who_asked_is_not_renamed_out_of_the_way() -> None:
    row = asked(natixis(), name="Natixis SA")

    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.filter(username="ana").update(username="ana2")
    with pytest.raises(DatabaseError), transaction.atomic():
        Request.objects.filter(pk=row.pk).update(asked_by="abe")
    with pytest.raises(DatabaseError), transaction.atomic():
        Request.objects.filter(pk=row.pk).update(content={"changes": {"name": ["Natixis", "X"]}})
