"""The database keeps the rules of reference data, whoever writes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from refdata.models import FxRate, Party, Price, SettlementInstruction
from tests.factories import refdata as factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def instruction(party: Party, **changes: Any) -> SettlementInstruction:
    terms: dict[str, Any] = {
        "party": party,
        "currency": "EUR",
        "asset_class": "EQUITY",
        "place_of_settlement": "SICVFRPP",
        "agent_bic": "BNPAFRPP",
        "account_number": "30004",
        "valid_from": date(2026, 1, 1),
        "state": "APPROVED",
        "proposed_by": "agent",
        "proposed_at": AT,
        "decided_by": "supervisor",
        "decided_at": AT,
    }
    return SettlementInstruction.objects.create(**(terms | changes))


def test_nobody_approves_the_instruction_they_proposed() -> None:
    with pytest.raises(IntegrityError, match="ssi_two_people"), transaction.atomic():
        instruction(factories.PartyFactory.create(), decided_by="agent")


def test_an_approved_instruction_has_an_approver() -> None:
    with pytest.raises(IntegrityError, match="ssi_decided_means_someone"), transaction.atomic():
        instruction(factories.PartyFactory.create(), decided_by="")


@pytest.mark.parametrize(("high", "low"), [("59", "58"), ("62", "61"), ("61", None), (None, "59")])
def test_a_close_lies_in_the_range_of_its_day(high: str | None, low: str | None) -> None:
    bounds = {name: one and Decimal(one) for name, one in (("high", high), ("low", low))}

    with pytest.raises(IntegrityError, match="price_"), transaction.atomic():
        Price.objects.create(
            instrument=factories.InstrumentFactory.create(),
            day=date(2026, 11, 19),
            source="FILE",
            close=Decimal(60),
            **bounds,
        )


@pytest.mark.parametrize("first_day", [date(2026, 1, 1), date(2026, 6, 30)])
def test_one_approved_instruction_is_in_force_at_a_time(first_day: date) -> None:
    party = factories.PartyFactory.create()
    instruction(party, valid_to=date(2026, 6, 30))

    with pytest.raises(IntegrityError, match="ssi_one_in_force"), transaction.atomic():
        instruction(party, valid_from=first_day)


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_from": date(2026, 7, 1)},
        {"currency": "USD"},
        {"asset_class": "BOND"},
        {"state": "PENDING", "decided_by": ""},
    ],
)
def test_instructions_that_do_not_meet_live_side_by_side(changes: dict[str, Any]) -> None:
    party = factories.PartyFactory.create()
    instruction(party, valid_to=date(2026, 6, 30))

    instruction(party, **changes)

    assert party.instructions.count() == 2


@pytest.mark.parametrize("rate", ["NaN", "Infinity", "0", "-1"])
def test_a_rate_is_a_positive_finite_number_even_in_raw_sql(rate: str) -> None:
    with (
        pytest.raises(Exception, match=r"fxrate_rate_positive|overflow"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO refdata_fxrate (day, currency, rate, source)"
            " VALUES ('2026-11-20', 'USD', %s::numeric, 'ECB')",
            [rate],
        )
    assert not FxRate.objects.exists()


def test_a_lei_belongs_to_one_party() -> None:
    party = factories.PartyFactory.create(lei="969500HMVSZ0TCV65D58")

    with pytest.raises(IntegrityError, match="party_lei_once"), transaction.atomic():
        factories.PartyFactory.create(lei=party.lei)
