"""Our confirmations as MT515: what is written reads back to the same terms, or is not written."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.facts import Deal
from settlement.formats.confirmation_json import Outgoing
from settlement.formats.mt515 import read_mt515
from settlement.formats.mt515_sending import Named, is_sayable, write_messages
from settlement.rules.products import OPPOSITE
from tests.unit.settlement.deals import deal
from tests.unit.settlement.test_mt515 import LEI, OUR_LEI

US = Named(name="Valmont Titres SA", bic="VALMFRPP", lei=OUR_LEI)
THEM = Named(name="BNP Paribas", bic="BNPAFRPP", lei=LEI)
NAMELESS = Named(name="Müller & Söhne -:/ Привет", lei=LEI)


def numbers(places: int, *, low: str = "0") -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(10**9), places=places)


DEALS = st.builds(
    deal,
    number=st.just(1),
    isin=st.sampled_from(["FR0000131104", "FR0013131877", "US0378331005"]),
    side=st.sampled_from(["BUY", "SELL"]),
    asset_class=st.sampled_from(["EQUITY", "BOND", "FUND", ""]),
    quantity=numbers(4, low="0.0001"),
    price=numbers(4),
    amount=numbers(4),
    currency=st.sampled_from(["EUR", "USD", "NOK", "JPY"]),
    trade_date=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    settlement_date=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
SENT = st.builds(
    Outgoing, function=st.just("NEWM"), reference=st.just("T261120000001"),
    version=st.integers(1, 99), deal=DEALS,
)  # fmt: skip


@given(st.lists(SENT, min_size=1, max_size=4), st.sampled_from([THEM, NAMELESS]))
def test_what_we_write_is_read_back_to_the_same_terms(
    items: list[Outgoing], recipient: Named
) -> None:
    content = write_messages(sender=US, recipient=recipient, items=items)

    found = read_mt515(content)

    assert content == write_messages(sender=US, recipient=recipient, items=items)
    assert (found.findings, len(found.told)) == ((), len(items))
    for item, told in zip(items, found.told, strict=True):
        said = item.deal
        for name in ("isin", "side", "quantity", "price", "amount", "currency", "trade_date",
                     "settlement_date", "product"):  # fmt: skip
            assert getattr(told, name) == getattr(said, name), name
        assert (told.reference, told.version) == (f"T261120000001/{item.version}", 1)
        assert told.party == OUR_LEI


@given(SENT)
def test_a_cancellation_of_ours_takes_back_the_message_that_was_sent(item: Outgoing) -> None:
    over = dataclasses.replace(item, function="CANC")
    content = write_messages(sender=US, recipient=THEM, items=[item, over])

    sent, taken_back = read_mt515(content).told

    assert (taken_back.reference, taken_back.function) == (sent.reference, "CANC")
    assert taken_back.version > sent.version


def test_lines_are_of_the_letters_and_the_length_of_swift() -> None:
    item = Outgoing(function="NEWM", reference="T1", version=1, deal=deal(1))

    content = write_messages(
        sender=Named(name="-A & B " * 9), recipient=Named(name="Привет"), items=[item]
    )

    lines = content.decode("ascii").split("\r\n")
    assert lines[-1] == ""
    assert ":95Q::BUYR//A B -A B -A B -A B -A B -A B -A B -" in lines
    assert ":95Q::SELL//UNKNOWN" in lines
    assert not any(line.startswith("{1:") for line in lines)


@pytest.mark.parametrize(
    ("case", "changes", "reference", "version"),
    [
        ("exchange", {"product": "FX", "pair": "EUR/USD"}, "T1", 1),
        ("repo", {"product": "REPO"}, "T1", 1),
        ("no day", {"settlement_date": None}, "T1", 1),
        ("negative price", {"price": "-1"}, "T1", 1),
        ("negative amount", {"amount": "-1"}, "T1", 1),
        ("long number", {"quantity": "12345678901.2345"}, "T1", 1),
        ("long reference", {}, "T261120123456789", 1),
    ],
)
def test_what_the_message_cannot_say_is_not_said(
    case: str, changes: dict[str, object], reference: str, version: int
) -> None:
    one: Deal = deal(1, **changes)

    item = Outgoing(function="NEWM", reference=reference, version=version, deal=one)

    assert not is_sayable(item), case
    assert is_sayable(dataclasses.replace(item, deal=deal(1), reference="T261120123456")), case


def test_our_side_is_the_other_side_of_their_order() -> None:
    for side in OPPOSITE:
        item = Outgoing(function="NEWM", reference="T1", version=1, deal=deal(1, side=side))
        content = write_messages(sender=US, recipient=THEM, items=[item]).decode()
        assert f"BUSE//{'BUYI' if side == 'SELL' else 'SELL'}" in content


def test_our_own_file_is_not_theirs() -> None:
    item = Outgoing(function="NEWM", reference="T1", version=1, deal=deal(1))

    for us in (US, dataclasses.replace(US, bic="")):
        content = write_messages(sender=us, recipient=THEM, items=[item])
        found = read_mt515(content, ours={us.bic, us.lei} - {""})
        assert [one.code for one in found.findings] == ["MT515-OURS"]
