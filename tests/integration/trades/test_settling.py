"""Why a trade settles where it does, on its page; counterparties by any of their names."""

from __future__ import annotations

from datetime import date

import pytest

from refdata.models import Party, SettlementInstruction
from tests.factories import refdata as refdata_factories
from tests.factories.trades import AT, booked, facts, send, signed_in, small_world
from tests.integration.bad_input.doors import said
from trades.models import Trade

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def instruction(number: str, **changes: object) -> SettlementInstruction:
    """Return an approved instruction of the counterparty under this account number."""
    small_world()
    terms: dict[str, object] = {
        "party": Party.objects.get(code="BNPP"),
        "account": None,
        "currency": "",
        "asset_class": "",
        "place_of_settlement": "SICVFRPPXXX",
        "agent_bic": "BNPAFRPPXXX",
        "account_number": number,
        "valid_from": date(2026, 1, 1),
    }
    decided = {
        "state": "APPROVED",
        "proposed_by": "ann",
        "proposed_at": AT,
        "decided_by": "ben",
        "decided_at": AT,
    }
    return SettlementInstruction.objects.create(**(terms | decided | changes))


def page_of(trade: Trade) -> str:
    return said(signed_in(name="ana").get(f"/trades/{trade.pk}/"))


def test_the_page_says_why_this_instruction() -> None:
    for number, changes in (
        ("ANY", {}),
        (
            "EUR",
            {"currency": "EUR", "valid_from": date(2026, 7, 1), "valid_to": date(2026, 12, 31)},
        ),
        ("USD", {"currency": "USD"}),
        ("OLD", {"currency": "EUR", "valid_to": date(2026, 6, 30)}),
        ("LATER", {"currency": "EUR", "valid_from": date(2027, 1, 1)}),
    ):
        instruction(number, **changes)
    trade = booked(settlement_date=DAY)

    page = page_of(trade)

    assert trade.settlement_instruction.account_number == "EUR"
    assert "Place of settlement SICVFRPPXXX" in page
    for number, why in (
        ("EUR currency", "taken: it fits, and none that fits names more of the trade"),
        ("ANY nothing: it is for any trade", "fits, but names less of the trade"),
        ("USD currency", "is for another currency"),
        ("OLD currency", "ended before the settlement date"),
        ("LATER currency", "begins after the settlement date"),
    ):
        _before, _number, after = page.partition(f"BNPAFRPPXXX {number}")
        assert why in after.partition("BNPAFRPPXXX")[0], number
    assert "another instruction would be taken today" not in page


def test_what_changed_since_is_said_and_an_amendment_takes_it() -> None:
    instruction("ANY")
    trade = booked(settlement_date=DAY)
    better = instruction("EUR", currency="EUR")

    assert "another instruction would be taken today" in page_of(trade)
    send(facts(version=2, action="AMEND", settlement_date=DAY, quantity="7"))

    trade.refresh_from_db()
    assert trade.settlement_instruction == better
    assert "another instruction would be taken today" not in page_of(trade)


def test_without_one_the_page_leads_to_where_it_is_proposed() -> None:
    trade = booked(settlement_date=DAY)

    assert "The counterparty has no approved settlement instruction." in page_of(trade)


@pytest.mark.parametrize(
    ("case", "name", "bics", "found"),
    [
        ("bic", "BNPAFRPPXXX", ["BNPAFRPPXXX"], True),
        ("head_office", "BNPAFRPP", ["BNPAFRPPXXX"], True),
        ("head_office_in_full", "BNPAFRPPXXX", ["BNPAFRPP"], True),
        ("a_branch_is_another", "BNPAFRPPPAA", ["BNPAFRPPXXX"], False),
        ("of_two_none", "BNPAFRPPXXX", ["BNPAFRPPXXX", "BNPAFRPP"], False),
        ("no_bic", "BNPAFRPP1", ["BNPAFRPP"], False),
    ],
)
def test_a_counterparty_is_found_by_its_bic(
    case: str, name: str, bics: list[str], *, found: bool
) -> None:
    small_world()
    parties = [refdata_factories.PartyFactory.create(bic=bic) for bic in bics]

    trade = booked(counterparty=name)

    assert (trade.counterparty_id in [party.pk for party in parties]) is found, case
    assert (trade.counterparty_code == name) is not found
