"""Places of settlement: by two people, on their page, in the terms of captures, with the reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core import jobs
from core.roles import Role
from refdata import services
from refdata.models import Party, SettlementInstruction, SettlementPlace
from tests.factories.refdata import InstrumentFactory
from tests.factories.trades import booked, facts, send, signed_in, small_world
from tests.integration.bad_input.doors import said
from tests.integration.desk.people import person
from trades.models import Trade

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FORM = {"issuer_country": "fr", "place": "sicvfrpp", "valid_from": "20/11/2099", "why": "home"}


def in_force(**values: Any) -> SettlementPlace:
    terms = {"issuer_country": "FR", "place": "SICVFRPP", "valid_from": date(2026, 11, 20)}
    row = services.propose(
        row=SettlementPlace(**(terms | values)), actor=person("pl-agent", Role.AGENT), at=AT,
        reason="home market",
    )  # fmt: skip
    boss = person("pl-boss", Role.SUPERVISOR)
    services.decide(model=SettlementPlace, row_id=row.pk, approve=True, actor=boss, at=AT)
    return row


def instruction(place: str) -> SettlementInstruction:
    small_world()
    return SettlementInstruction.objects.create(
        party=Party.objects.get(code="BNPP"), place_of_settlement=place, agent_bic="BNPAFRPPXXX",
        account_number="1", valid_from=date(2026, 1, 1), state="APPROVED", proposed_by="ann",
        proposed_at=AT, decided_by="ben", decided_at=AT,
    )  # fmt: skip


def terms(trade: Trade) -> dict[str, Any]:
    found: dict[str, Any] = trade.versions.get(version_no=trade.version_no).terms
    return found


def page_of(trade: Trade) -> str:
    return said(signed_in(name="ana").get(f"/trades/{trade.pk}/"))


@pytest.mark.parametrize(
    ("case", "named", "stored", "shown"),
    [
        ("no_instruction", None, "SICVFRPP", "SICVFRPP of the home market: country of the ISIN FR"),
        ("it_names_none", "", "SICVFRPP", "SICVFRPP of the home market: country of the ISIN FR"),
        ("it_names_one", "MGTCBEBEXXX", None, "MGTCBEBEXXX"),
    ],
)
def test_where_it_settles_and_why(
    case: str, named: str | None, stored: str | None, shown: str
) -> None:
    if named is not None:
        instruction(named)
    in_force()

    trade = booked(settlement_date=DAY)

    assert terms(trade).get("place_of_settlement") == stored, case
    assert f"Place of settlement {shown}" in page_of(trade)
    assert ("of the home market" in page_of(trade)) is (stored is not None)


def test_without_a_line_no_place_is_invented_and_the_terms_say_nothing_of_it() -> None:
    trade = booked(settlement_date=DAY)

    assert "place_of_settlement" not in terms(trade)
    in_force()
    assert "today SICVFRPP would be taken" in page_of(trade)
    send(facts(version=2, action="AMEND", settlement_date=DAY, quantity="7"))
    trade.refresh_from_db()
    assert terms(trade)["place_of_settlement"] == "SICVFRPP"
    assert "would be taken" not in page_of(trade)


def test_an_instruction_that_comes_later_says_where_from_then_on() -> None:
    in_force()
    trade = booked(settlement_date=DAY)
    pending = SettlementInstruction(
        party=Party.objects.get(code="BNPP"), place_of_settlement="MGTCBEBEXXX",
        agent_bic="BNPAFRPPXXX", account_number="1", valid_from=date(2026, 1, 1),
    )  # fmt: skip
    proposed = services.propose_instruction(
        instruction=pending, actor=person("pl-agent", Role.AGENT), at=AT, reason="letter"
    )
    services.approve_instruction(
        instruction_id=proposed.pk, seen=services.fingerprint(proposed),
        actor=person("pl-boss", Role.SUPERVISOR), at=AT,
    )  # fmt: skip
    jobs.run_pending()

    trade.refresh_from_db()
    assert "place_of_settlement" not in terms(trade)
    assert "Place of settlement MGTCBEBEXXX" in page_of(trade)
    as_of = signed_in(name="ana").get(f"/trades/{trade.pk}/?at=2099-01-01")
    assert "Place of settlement MGTCBEBEXXX" in said(as_of)


def test_a_listed_contract_is_not_delivered() -> None:
    small_world()
    in_force()
    InstrumentFactory.create(isin="FRENX28ZFCE6", asset_class="DERIVATIVE", cfi="FFICSX")

    assert "place_of_settlement" not in terms(booked(isin="FRENX28ZFCE6", settlement_date=DAY))


def test_it_is_proposed_and_approved_on_its_pages() -> None:
    agent = signed_in(Role.AGENT, name="ana")
    answer = agent.post("/refdata/places/new/", FORM)
    row = SettlementPlace.objects.get()

    assert answer["Location"] == row.get_absolute_url()
    assert (row.issuer_country, row.place, row.state) == ("FR", "SICVFRPP", "PENDING")
    assert agent.post(f"{row.get_absolute_url()}approve/").status_code == 403
    signed_in(Role.SUPERVISOR, name="sue").post(f"{row.get_absolute_url()}approve/")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("APPROVED", "sue")
    again = agent.get(f"/refdata/places/new/?like={row.pk}").content.decode()
    assert 'value="SICVFRPP"' in again
    assert "SICVFRPP" in agent.get("/refdata/places/?state=APPROVED").content.decode()


@pytest.mark.parametrize(
    ("case", "changed"),
    [
        ("no_bic", {"place": "NOWHERE"}),
        ("no_country", {"issuer_country": "FRA"}),
        ("no_venue", {"venue": "É"}),
        ("ends_before", {"valid_to": "19/11/2099"}),
        ("no_reason", {"why": ""}),
        ("yesterday", {"valid_from": "19/11/2020"}),
        ("no_such_bic_country", {"place": "SICVZZPP"}),
    ],
)
def test_what_is_no_place_is_refused(case: str, changed: dict[str, str]) -> None:
    answer = signed_in(Role.AGENT).post("/refdata/places/new/", FORM | changed)

    assert answer.status_code == 422, case
    assert not SettlementPlace.objects.exists()


def test_the_database_keeps_the_two_people_apart() -> None:
    row = in_force()
    with pytest.raises(IntegrityError, match="stands as it was proposed"), transaction.atomic():
        SettlementPlace.objects.filter(pk=row.pk).update(decided_by="pl-agent")
