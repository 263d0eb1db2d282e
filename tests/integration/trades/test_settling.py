"""Why a trade settles where it does, on its page; counterparties by any of their names."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core import jobs
from core.roles import Role
from desk.models import ControlException
from refdata import services as refdata
from refdata.models import Party, SettlementInstruction
from tests.factories import refdata as refdata_factories
from tests.factories.trades import AT, booked, facts, person, send, signed_in, small_world
from tests.integration.bad_input.doors import said
from trades.models import Trade, TradeVersion

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


def proposed_from(trade: Trade, label: str) -> dict[str, Any]:
    """Follow the proposal on the page of a trade, and return what the form starts from."""
    client = signed_in(name="ana")
    rows = client.get(f"/trades/{trade.pk}/").context
    address = rows["new_instruction"]
    for rival in rows["instructions"]:
        if rival.instruction.account_number == label:
            address = rival.proposal
    initial: dict[str, Any] = client.get(address).context["form"].initial
    return initial


def open_rules(trade: Trade) -> set[str]:
    rows = ControlException.objects.filter(subject_id=trade.pk, state="OPEN")
    return set(rows.values_list("rule_code", flat=True))


def test_without_one_the_page_proposes_a_new_one_for_the_trade() -> None:
    trade = booked(settlement_date=DAY)

    assert "The counterparty has no settlement instruction." in page_of(trade)
    initial = proposed_from(trade, "")

    assert (initial["party"], initial["currency"]) == (trade.counterparty_id, "EUR")
    assert (initial["asset_class"], initial["valid_from"]) == ("EQUITY", DAY)


@pytest.mark.parametrize(
    ("case", "has", "starts"),
    [
        ("currency", {"currency": "USD"}, {"currency": "EUR", "asset_class": ""}),
        ("class", {"asset_class": "BOND"}, {"currency": "", "asset_class": "EQUITY"}),
        ("ended", {"valid_to": date(2026, 11, 23)}, {"valid_from": DAY, "currency": ""}),
        ("ended_long_ago", {"valid_to": date(2026, 2, 1)}, {"valid_from": DAY}),
        ("not_yet", {"valid_from": date(2027, 1, 1)}, {"valid_to": date(2026, 12, 31)}),
    ],
)
def test_a_proposal_starts_from_the_nearest_and_fits_the_trade(
    case: str, has: dict[str, Any], starts: dict[str, Any]
) -> None:
    instruction("NEAR", **has)
    trade = booked(settlement_date=DAY)

    initial = proposed_from(trade, "NEAR")

    assert initial["account_number"] == "NEAR", case
    assert {name: initial[name] for name in starts} == starts, case


def test_what_waits_for_its_second_person_is_opened_not_proposed_again() -> None:
    pending = instruction("WAITS", state="PENDING", decided_by="", decided_at=None)
    trade = booked(settlement_date=DAY)

    assert trade.settlement_instruction is None
    page = signed_in(name="ana").get(f"/trades/{trade.pk}/").content.decode()

    assert "fits, but nobody has approved it yet" in page
    assert f'href="/refdata/instructions/{pending.pk}/">Open' in page


def approved(pending: SettlementInstruction) -> None:
    refdata.approve_instruction(
        instruction_id=pending.pk,
        seen=refdata.fingerprint(pending),
        actor=person("ben", Role.SUPERVISOR),
        at=AT,
    )
    jobs.run_pending()


def test_once_approved_the_trade_has_it_and_the_finding_closes_itself() -> None:
    pending = instruction("WAITS", state="PENDING", decided_by="", decided_at=None)
    trade = booked(settlement_date=DAY)
    other = booked(source_reference="X-2", counterparty="Nobody", settlement_date=DAY)
    jobs.run_pending()
    finding = ControlException.objects.get(rule_code="TRD-113")
    assert (finding.subject_id, finding.severity) == (trade.pk, "WARNING")
    assert finding.evidence["instruction_pending"] == str(pending.pk)

    approved(pending)

    trade.refresh_from_db()
    assert (trade.settlement_instruction, trade.version_no) == (pending, 2)
    assert "TRD-113" not in open_rules(trade)
    assert TradeVersion.objects.get(trade=trade, version_no=2).reason
    other.refresh_from_db()
    assert other.version_no == 1


@pytest.mark.parametrize(
    ("state", "goes_on"),
    [
        ("RECEIVED", True),
        ("ENRICHED", True),
        ("ON_HOLD", True),
        ("PENDING_VALIDATION", True),
        ("REJECTED", False),
    ],
)
def test_an_instruction_changes_no_trade_that_is_decided(state: str, *, goes_on: bool) -> None:
    pending = instruction("WAITS", state="PENDING", decided_by="", decided_at=None)
    trade = booked(settlement_date=DAY)
    Trade.objects.filter(pk=trade.pk).update(state=state)

    approved(pending)

    trade.refresh_from_db()
    assert (trade.settlement_instruction_id is not None) is goes_on


def test_one_that_does_not_fit_completes_nothing() -> None:
    pending = instruction("USD", currency="USD", state="PENDING", decided_by="", decided_at=None)
    trade = booked(settlement_date=DAY)

    approved(pending)

    trade.refresh_from_db()
    assert (trade.version_no, trade.settlement_instruction) == (1, None)


def test_the_finding_leads_to_the_instructions_of_the_trade() -> None:
    trade = booked(settlement_date=DAY)

    answer = signed_in(name="ana").get(f"/trades/{trade.pk}/repair/TRD-113/")

    assert answer.headers["Location"] == f"/trades/{trade.pk}/#instructions"


# ------------------------------------------------------------------ what was chosen and ends
def replaced(old: SettlementInstruction, first_day: date) -> SettlementInstruction:
    """Put a new instruction in force from a day on, by two persons; the old one ends before it."""
    new = instruction("NEW", valid_from=first_day, replaces=old, state="PENDING", decided_by="",
                      decided_at=None)  # fmt: skip
    approved(new)
    return new


@pytest.mark.parametrize(
    ("case", "first_day", "found"),
    [
        ("before_the_day", date(2026, 11, 23), True),
        ("on_the_day", DAY, True),
        ("after_the_day", date(2026, 11, 25), False),
    ],
)
def test_a_trade_whose_instruction_was_replaced_is_found_and_its_amendment_takes_the_new_one(
    case: str, first_day: date, *, found: bool
) -> None:
    old = instruction("OLD")
    trade = booked(settlement_date=DAY)
    jobs.run_pending()
    assert "TRD-114" not in open_rules(trade)

    new = replaced(old, first_day)

    assert ("TRD-114" in open_rules(trade)) is found, case
    trade.refresh_from_db()
    assert (trade.version_no, trade.settlement_instruction) == (1, old), (
        "nothing is moved by itself"
    )
    if found:
        row = ControlException.objects.get(subject_id=trade.pk, rule_code="TRD-114")
        assert row.evidence["instruction_ended"] == str(old.pk)
        send(facts(version=2, action="AMEND", settlement_date=DAY))
        jobs.run_pending()
        trade.refresh_from_db()
        assert trade.settlement_instruction == new
        assert "TRD-114" not in open_rules(trade)


def test_the_finding_of_a_replaced_one_is_said_in_both_languages_and_leads_to_the_choice() -> None:
    trade = booked_with_replaced()
    row = ControlException.objects.get(subject_id=trade.pk, rule_code="TRD-114")
    ana = signed_in(name="ana")

    for language, text in (
        ("en", "The settlement instruction that was chosen no longer fits EUR 24/11/2026."),
        ("fr", "de règlement choisie ne convient plus à EUR 24/11/2026."),
    ):
        page = said(ana.get(f"/work/exceptions/{row.pk}/", headers={"accept-language": language}))
        assert text in page
    answer = ana.get(f"/trades/{trade.pk}/repair/TRD-114/")
    assert answer.headers["Location"] == f"/trades/{trade.pk}/#instructions"
    assert "another instruction would be taken today" in page_of(trade)


def booked_with_replaced() -> Trade:
    old = instruction("OLD")
    trade = booked(settlement_date=DAY)
    jobs.run_pending()
    replaced(old, date(2026, 11, 23))
    return trade


@pytest.mark.parametrize(
    "said", ["like=999999", "like=x&valid_from=2026-13-01", "valid_from=yesterday", "party=0"]
)
def test_an_address_that_says_nonsense_breaks_nothing(said: str) -> None:
    trade = booked(settlement_date=DAY)
    party = "" if "party" in said else f"party={trade.counterparty_id}&"

    answer = signed_in(name="ana").get(f"/refdata/instructions/new/?{party}{said}")

    assert answer.status_code in (200, 404)


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
