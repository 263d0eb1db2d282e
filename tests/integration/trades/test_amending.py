"""Amending by hand: what is typed changes, nothing else does, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from refdata import models as refdata
from tests.factories.controlled import BNP_ISIN, world
from tests.factories.refdata import PartyFactory
from tests.factories.trades import AT, cancel, facts, person, send, signed_in, small_world
from tests.integration.bad_input.doors import said
from tests.integration.trades.typed import booked, fields
from trades.models import CaptureBatch, Trade
from trades.services import manual

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    """A clean world, on the day that its tickets are dealt."""
    world()
    with time_machine.travel(AT, tick=False):
        yield


def amending(made: Trade, **typed: str) -> dict[str, str]:
    """Return what the form of an amendment sends: all that it shows, and what was typed over it."""
    form = signed_in().get(f"/trades/{made.pk}/amend/").context["form"]
    stands = {name: str(form[name].value()) for name in form.fields if form[name].value()}
    return stands | {"seen": made.fingerprint, "reason": "typo"} | typed


@pytest.mark.parametrize(
    ("case", "typed", "sent"),
    [
        ("as_it_stands", {}, {}),
        ("written_otherwise", {"price": "60.50", "book": "eq-par-1"}, {}),
        ("of_another_zone_and_fraction", {}, {"traded_at": "2026-11-20T09:00:00.250000Z"}),
        ("with_all_that_a_message_says", {}, {"account": "HOUSE", "fees": "2", "comment": "a"}),
        ("amounts_as_they_were_sent", {}, {"gross_amount": "6050.01", "net_amount": "6061"}),
        ("fees_and_interest_of_nothing", {}, {"fees": "0", "accrued_interest": "0"}),
    ],
)
def test_an_amendment_that_changes_nothing_makes_no_version(
    case: str, typed: dict[str, str], sent: dict[str, str]
) -> None:
    item = manual.enter_trade(reference="M-7", fields=fields() | sent, actor=person(), at=AT)
    assert item.trade is not None
    made = Trade.objects.get(pk=item.trade.id)

    for language, said_so in (
        ("en", "There is nothing to amend"),
        ("fr", "Il n’y a rien à modifier"),
    ):
        answer = signed_in().post(
            f"/trades/{made.pk}/amend/", amending(made, **typed, reason="a typo of ours"),
            headers={"accept-language": language},
        )  # fmt: skip
        page = said(answer)
        assert answer.status_code == 422, case
        assert said_so in page, case
        assert "NOTHING_CHANGED" in page, case
        assert 'value="a typo of ours"' in shown(answer), "what was typed is lost"

    assert made.versions.count() == 1, case
    assert CaptureBatch.objects.filter(channel="MANUAL").count() == 1


@pytest.mark.parametrize(
    ("case", "typed", "gross", "net"),
    [
        ("a_comment", {"comment": "agreed"}, "6050.01", "6061"),
        ("a_trader", {"trader": ""}, "6050.01", "6061"),
        ("a_quantity", {"quantity": "200"}, "12100.00", "12100.00"),
        ("fees", {"fees": "5"}, "6050.00", "6055.00"),
    ],
)
def test_amounts_stay_as_they_were_sent_until_what_they_follow_from_changes(
    case: str, typed: dict[str, str], gross: str, net: str
) -> None:
    made = booked(gross_amount="6050.01", net_amount="6061")

    assert signed_in().post(f"/trades/{made.pk}/amend/", amending(made, **typed)).status_code == 302

    made.refresh_from_db()
    assert (made.gross_amount, made.net_amount) == (Decimal(gross), Decimal(net)), case


def test_an_amendment_takes_what_static_data_knows_by_now() -> None:
    stands = refdata.SettlementInstruction.objects.get()
    party = PartyFactory(code="SOGE")
    made = booked(counterparty="SOGE")
    stands.pk, stands.party = None, party
    stands.save(force_insert=True)

    answer = signed_in().post(f"/trades/{made.pk}/amend/", amending(made))

    made.refresh_from_db()
    assert (answer.status_code, made.version_no) == (302, 2)
    assert made.settlement_instruction is not None


def test_a_source_may_repeat_its_terms_under_a_new_version() -> None:
    made = trade_booked_by_source()

    send(facts(isin=BNP_ISIN, version=2, action="AMEND"))

    made.refresh_from_db()
    assert made.version_no == 2


def trade_booked_by_source() -> Trade:
    small_world()
    captured = send(facts(isin=BNP_ISIN))
    assert captured.items[0].trade is not None
    return Trade.objects.get(pk=captured.items[0].trade.id)


def test_who_loses_a_race_keeps_what_was_typed_and_sees_what_stands() -> None:
    """Both began at 100 at 60.5: the other made the price 61, this one the quantity 120."""
    made = booked(comment="agreed by phone")
    mine = amending(made, quantity="120", reason="an allocation of 20")
    manual.amend_trade(
        trade_id=made.pk, seen=made.fingerprint,
        fields=fields(price="61", comment="agreed by phone"),
        reason="the price of the broker", actor=person("ben"), at=AT,
    )  # fmt: skip

    lost = signed_in().post(f"/trades/{made.pk}/amend/", mine)

    page = shown(lost)
    assert lost.status_code == 409
    for one in ("TRADE_CHANGED", "ben", "the price of the broker", 'value="120"', 'value="60.5"',
                  'value="agreed by phone"', 'value="an allocation of 20"'):  # fmt: skip
        assert one in page, one
    assert three(lost) == {
        "Quantity": ("100", "100", "120", True),
        "Price": ("60.50", "61.00", "60.50", True),
        "Gross amount": ("6,050.00", "6,100.00", "7,260.00", True),
        "Net amount": ("6,050.00", "6,100.00", "7,260.00", True),
    }
    french = said(
        signed_in().post(f"/trades/{made.pk}/amend/", mine, headers={"accept-language": "fr"})
    )
    assert "Ce qui est en place, et ce que vous avez saisi" in french

    made.refresh_from_db()
    assert made.version_no == 2
    assert lost.context["seen"] == made.fingerprint
    won = signed_in().post(
        f"/trades/{made.pk}/amend/", mine | {"seen": made.fingerprint, "price": "61"}
    )
    made.refresh_from_db()
    assert (won.status_code, made.version_no, made.quantity, made.price) == (302, 3, 120, 61)


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def three(answer: Any) -> dict[str, tuple[str, str, str, bool]]:
    return {str(label): (saw, now, typed, differs)
            for label, saw, now, typed, differs in answer.context["compared"]}  # fmt: skip


def test_a_click_too_many_says_that_what_was_typed_stands() -> None:
    made = booked()
    mine = amending(made, quantity="120")
    assert signed_in().post(f"/trades/{made.pk}/amend/", mine).status_code == 302

    again = signed_in().post(f"/trades/{made.pk}/amend/", mine)

    assert again.status_code == 409
    assert three(again) == {"Quantity": ("100", "120", "120", False),
                            "Gross amount": ("6,050.00", "7,260.00", "7,260.00", False),
                            "Net amount": ("6,050.00", "7,260.00", "7,260.00", False)}  # fmt: skip


@pytest.mark.parametrize(
    ("case", "seen", "typed"),
    [("a_seal_of_nothing", "x", {}), ("an_unknown_instrument", "x", {"isin": "US0378331005"})],
)
def test_a_race_is_shown_whatever_was_seen_and_typed(
    case: str, seen: str, typed: dict[str, str]
) -> None:
    made = booked()

    answer = signed_in().post(f"/trades/{made.pk}/amend/", amending(made, seen=seen, **typed))

    assert answer.status_code == 409, case
    assert three(answer) == {}
    assert (answer.context["typed"] is None) == bool(typed)


def test_a_trade_that_was_cancelled_meanwhile_shows_what_was_typed_once_more() -> None:
    made = trade_booked_by_source()
    mine = amending(made, quantity="120")
    send(cancel(version=2))

    answer = signed_in().post(f"/trades/{made.pk}/amend/", mine)

    assert answer.status_code == 409
    assert "The trade is over." in said(answer)
    assert 'value="120"' in shown(answer)
