"""SWIFT confirmations at the doors: theirs taken in and matched, ours in the outbox of those who
take them so, and taken back as they were sent.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from core import jobs
from core.outbox import announce
from core.roles import Role
from refdata.models import Party
from settlement.facts import Told
from settlement.formats.mt515 import read_mt515
from settlement.models import Confirmation, ConfirmationFile, ReceivedConfirmation
from tests.factories import static_data
from tests.factories.refdata import PartyFactory
from tests.factories.trades import signed_in
from tests.integration.reporting.world import amended
from tests.integration.settlement.world import (  # noqa: F401 - a fixture
    _outbox,
    channel,
    expected,
    live,
    traded,
)
from tests.unit.settlement.test_mt515 import EXAMPLE, WHOLE
from trades.models import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox", "firms")]
PATH = "/confirmations/upload/"


@pytest.fixture(name="trade")
def _trade() -> Trade:
    return traded()


@pytest.fixture(name="firms")
def _firms(trade: Trade) -> None:
    PartyFactory.create(code="VALMONT", name="Valmont", bic="VALMFRPP", is_own_firm=True,
                        is_counterparty=False)  # fmt: skip
    static_data.changed(Party.objects.filter(code="BNPP"), bic="BNPAFRPP")


def message(trade: Trade) -> str:
    """Return what the counterparty says of a trade of ours: the same, from its side."""
    return (
        WHOLE.replace("T261120000001/1", f"{trade.reference}/1")
        .replace("FR0000131104", trade.isin)
        .replace("60512,1", "60500,")
    )


def sent(client: Client, content: bytes, *, language: str = "en", **options: str) -> Any:
    data = {"date_format": "%d/%m/%Y", "decimal_mark": ".", "sender": ""} | options
    file = SimpleUploadedFile("bnpp.fin", content)
    return client.post(PATH, {"file": file} | data, headers={"accept-language": language})


def take_in(content: bytes, **options: str) -> Any:
    client = signed_in(Role.AGENT)
    seen = sent(client, content, **options)
    assert seen.context["preview"].findings == ()
    client.post(PATH, {"waiting": seen.context["waiting"]})
    jobs.run_pending()
    return seen


def changed(trade_id: int) -> None:
    with transaction.atomic():
        announce("trades.changed", subject="x", payload={"trade_ids": [trade_id]})
    jobs.run_pending()


# ------------------------------------------------------------------ theirs
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_message_is_previewed_taken_in_and_matched(trade: Trade, end: str) -> None:
    expected(trade)

    seen = take_in(message(trade).replace("\n", end).encode())

    assert seen.context["preview"].rows_total == 1
    row = live(trade)
    assert (row.state, row.basis) == ("MATCHED", "REFERENCE")
    assert row.received is not None
    kept = row.received
    assert (kept.reference, kept.version, kept.party.code) == ("BNP-1", 1, "BNPP")
    assert (kept.door, kept.received_by, kept.line) == ("UPLOAD", "ana", 1)
    assert kept.file is not None
    assert (kept.file.name, kept.file.media_type) == ("bnpp.fin", "text/plain")


def test_the_same_message_again_changes_nothing_and_a_cancellation_takes_it_back(
    trade: Trade,
) -> None:
    expected(trade)
    take_in(message(trade).encode())
    take_in(message(trade).encode())
    assert ReceivedConfirmation.objects.count() == 1
    link = ":16R:LINK\n:20C::PREV//BNP-1\n:16S:LINK\n:16S:GENL"
    over = (
        message(trade)
        .replace("NEWM", "CANC")
        .replace("SEME//BNP-1", "SEME//BNP-2")
        .replace(":16S:GENL", link)
    )

    take_in(over.encode())

    assert live(trade).state == "SENT"
    assert not Confirmation.objects.filter(state="ALLEGED").exists()
    assert list(ReceivedConfirmation.objects.values_list("reference", "function").order_by("pk")) \
        == [("BNP-1", "NEWM"), ("BNP-1", "CANC")]  # fmt: skip


def test_what_differs_is_mismatched(trade: Trade) -> None:
    expected(trade)

    take_in(message(trade).replace("EUR60,5", "EUR61,25").encode())

    assert (live(trade).state, live(trade).differs) == ("MISMATCHED", ["price"])


def test_a_bond_in_percent_of_its_nominal_matches() -> None:
    bond = traded(
        2, quantity=Decimal(2_000_000), price=Decimal("101.25"), net_amount=Decimal("2030205.48"),
        gross_amount=Decimal(2025000),
    )  # fmt: skip
    expected(bond)
    percent = (
        message(bond)
        .replace(":90B::DEAL//ACTU/EUR60,5", ":90A::DEAL//PRCT/101,25")
        .replace("UNIT/1000,", "FAMT/2000000,")
        .replace("60500,\n:16S:AMT\n:16S:SETDET", "2030205,48\n:16S:AMT\n:16S:SETDET")
    )

    take_in(percent.encode())

    assert live(bond).state == "MATCHED"


@pytest.mark.parametrize(
    ("case", "old", "new", "options", "code"),
    [
        ("the sender in the envelope", "SELL//BNPAFRPP", "SELL//BNPAFRPP123", {}, ""),
        ("a sender that was chosen", "BNPAFRPP", "BNPAFRPP", {"sender": "BNPP"}, ""),
        ("another sender was chosen", "BNPAFRPP", "BNPAFRPP", {"sender": "OTHER"}, "CNF-111"),
        ("nobody", "BNPAFRPP", "NOBKFRPP", {}, "CNF-111"),
        ("two parties of one BIC", "BNPAFRPP", "TWINFRPP", {}, "CNF-111"),
        ("one of these was chosen", "BNPAFRPP", "TWINFRPP", {"sender": "TWIN1"}, ""),
    ],
)
def test_who_sent_it_is_found_by_what_the_message_names(
    trade: Trade, case: str, old: str, new: str, options: dict[str, str], code: str
) -> None:
    for other in ("TWIN1", "TWIN2"):
        PartyFactory.create(code=other, bic="TWINFRPP")
    PartyFactory.create(code="OTHER", bic="")
    text = message(trade).replace(old, new)
    if case == "the sender in the envelope":
        text = text.replace(":95P::SELL//BNPAFRPP123", ":95Q::SELL//BNP PARIBAS")

    seen = sent(signed_in(Role.AGENT), text.encode(), **options)

    assert [one.code for one in seen.context["preview"].findings] == ([code] if code else []), case


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_file_with_a_bad_message_shows_the_good_ones_and_is_not_taken_in(
    trade: Trade, language: str
) -> None:
    client = signed_in(Role.AGENT)
    bad = message(trade).replace("SEME//BNP-1", "SEME//BNP-2").replace("20261124", "20260231")

    seen = sent(client, (message(trade) + bad).encode(), language=language)

    preview = seen.context["preview"]
    assert (preview.rows_total, preview.may_confirm) == (1, False)
    page = seen.content.decode()
    for said in ("#2 :98A::SETT", "20260231", "MT515-FIELD",
                 {"en": "a date (YYYYMMDD)", "fr": "une date (AAAAMMJJ)"}[language]):  # fmt: skip
        assert said in page
    client.post(PATH, {"waiting": seen.context["waiting"]})
    assert not ReceivedConfirmation.objects.exists()


def test_the_example_of_the_documents_is_taken_in() -> None:
    take_in(EXAMPLE.read_bytes())

    assert ReceivedConfirmation.objects.count() == 3


def test_real_messages_of_other_types_are_explained(shared_data: Path) -> None:
    client = signed_in(Role.AGENT)
    for path in sorted((shared_data / "swift-mt").rglob("*")):
        if path.suffix not in (".fin", ".txt"):
            continue
        seen = sent(client, path.read_bytes())
        assert seen.status_code == 200, path.name
        assert not seen.context["preview"].may_confirm, path.name
        assert "MT515-TYPE" in seen.content.decode(), path.name


# ------------------------------------------------------------------ ours
def told_of(path: Path) -> list[Told]:
    """Return what a file of ours says, as its reader would."""
    found = read_mt515(path.read_bytes())
    assert found.findings == ()
    return list(found.told)


def test_a_counterparty_that_takes_swift_messages_gets_them(trade: Trade, outbox: Path) -> None:
    party = channel("FIN")

    (row,) = expected(trade)

    assert (row.state, row.sent_file is not None) == ("SENT", True)
    (path,) = (outbox / "BNPP").iterdir()
    assert path.name == "CONFIRMATIONS-BNPP-000001.fin"
    text = path.read_bytes().decode("ascii")
    assert text.startswith("{1:F01VALMFRPPAXXX0000000000}{2:I515BNPAFRPPXXXXN}{4:\r\n:16R:GENL")
    assert f":20C::TRRF//{trade.reference}\r\n" in text
    (said,) = told_of(path)
    assert (said.isin, said.side, said.quantity, said.price, said.amount, said.currency) == (
        trade.isin, "BUY", trade.quantity, trade.price, trade.net_amount, "EUR",
    )  # fmt: skip
    assert (said.trade_date, said.settlement_date) == (trade.trade_date, trade.settlement_date)
    assert said.reference == f"{trade.reference}/1"
    made = ConfirmationFile.objects.get()
    assert (made.format, made.party, made.new_count) == ("MT515", party, 1)


def test_who_answers_our_message_by_its_reference_is_paired_by_it(trade: Trade) -> None:
    channel("FIN")
    expected(trade)
    take_in(message(trade).encode())

    assert live(trade).basis == "REFERENCE"


def test_an_amended_trade_takes_its_message_back_before_the_new_one(
    trade: Trade, outbox: Path
) -> None:
    channel("FIN")
    expected(trade)
    amended(trade, price=Decimal(61), net_amount=Decimal(61000), gross_amount=Decimal(61000))

    changed(trade.pk)

    first, second = sorted((outbox / "BNPP").iterdir())
    (before,), (over, new) = told_of(first), told_of(second)
    assert (over.function, over.reference) == ("CANC", before.reference)
    assert over.version > before.version
    assert (new.function, new.reference, new.price) == ("NEWM", f"{trade.reference}/2", 61)


@pytest.mark.parametrize(("one", "other"), [("FILE", "FIN"), ("FIN", "FILE")])
def test_what_was_sent_in_one_format_is_taken_back_in_it(
    trade: Trade, outbox: Path, one: str, other: str
) -> None:
    endings = {"FILE": ".json", "FIN": ".fin"}
    channel(one)
    expected(trade)
    amended(trade, price=Decimal(61), net_amount=Decimal(61000), gross_amount=Decimal(61000))
    channel(other)

    changed(trade.pk)

    made = sorted((outbox / "BNPP").iterdir())
    assert [path.suffix for path in made] == [endings[one], endings[one], endings[other]]
    counts = ConfirmationFile.objects.order_by("seq").values_list("new_count", "cancel_count")
    assert list(counts) == [(1, 0), (0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("case", "changes"),
    [("no settlement date", {"settlement_date": None}), ("negative", {"price": Decimal(-3)})],
)
def test_what_swift_cannot_say_waits_for_a_person(
    trade: Trade, outbox: Path, case: str, changes: dict[str, Any]
) -> None:
    channel("FIN")
    (row,) = expected(trade)
    Confirmation.objects.filter(pk=row.pk).update(state="CANCELLED", end_reason="AMENDED")
    other = traded(2, quantity=Decimal(7))
    Confirmation.objects.all().update(cancel_file=row.sent_file)
    Trade.objects.filter(pk=other.pk).update(**changes)

    (waiting,) = expected(other)

    assert waiting.state == "TO_SEND", case
    assert len(list((outbox / "BNPP").iterdir())) == 1
    page = signed_in(Role.AGENT).get(waiting.get_absolute_url())
    assert page.context["may_send"]
    assert other.reference in page.context["letter"].body
