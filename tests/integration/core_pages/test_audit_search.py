"""The trail names records as people do, and finds them by any name that it shows, by an index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import AuditEntry, User
from core.pages import records
from core.roles import Role
from tests.factories.trades import booked, facts, send, signed_in, small_world
from trades.models import Execution, Trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Client:
    small_world()
    return signed_in(Role.AUDITOR, name="eva")


def chains(client: Client, words: str, language: str = "en") -> set[str]:
    page = client.get("/audit/", {"q": words}, headers={"accept-language": language})
    return {entry.chain for entry in page.context["window"].rows}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "{reference}"),
        ("en", "{lower}"),
        ("en", "trade:{pk}"),
        ("en", "Trade {reference}"),
        ("en", "trade {pk}"),
        ("fr", "Opération {reference}"),
        ("en", "X-1"),
        ("en", "{reference} oms"),
    ],
)
def test_a_trade_is_found_by_every_name_that_the_trail_shows(
    auditor: Client, language: str, words: str
) -> None:
    trade = booked()
    booked(source_reference="X-2")
    names = {"reference": trade.reference, "lower": trade.reference.lower(), "pk": trade.pk}

    assert chains(auditor, words.format(**names), language) == {f"trade:{trade.pk}"}


def test_a_number_finds_every_record_of_that_number(auditor: Client) -> None:
    trade = booked()

    found = chains(auditor, str(trade.pk))

    assert f"trade:{trade.pk}" in found
    assert {chain.partition(":")[2] for chain in found} == {str(trade.pk)}


def test_what_names_no_record_is_sought_in_who_and_why(auditor: Client) -> None:
    trade = booked()

    assert f"trade:{trade.pk}" in chains(auditor, "oms")
    assert chains(auditor, "T000000000") == set()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_entries_are_about_records_in_words(auditor: Client, language: str) -> None:
    trade = booked()
    send(facts(source_reference="X-9", isin="US0378331005"))
    Execution.objects.filter(source_reference="X-9").update(reason_code="CAP-102")
    headers = {"accept-language": language}

    page = auditor.get("/audit/", headers=headers).content.decode()
    life = auditor.get(f"/audit/trade/{trade.pk}/", headers=headers).content.decode()

    kinds = {"en": ("Trade", "Execution"), "fr": ("Opération", "Exécution")}[language]
    name = f"{kinds[0]} {trade.reference}"
    title = f"{name} · trade:{trade.pk}"
    assert f'<a href="/audit/trade/{trade.pk}/" title="{title}">{name}</a>' in page
    assert f">{kinds[1]} X-9</a>" in page
    assert ">trades_trade<" not in page
    assert f"{kinds[0]} {trade.reference}" in life
    assert f'href="/trades/{trade.pk}/"' in life
    told = b"".join(auditor.get("/audit/?export=csv", headers=headers).streaming_content)
    assert f",trade:{trade.pk},".encode() in told
    assert b",trades_trade," in told


def test_a_record_that_is_gone_keeps_its_number(auditor: Client) -> None:
    number = 1_000_000_000

    assert records.names_of([("user", number)]) == {("user", number): f"User {number}"}
    assert records.address_of("user", number) == ""


def test_the_limit_of_a_person_is_named_by_the_person() -> None:
    sue = User.objects.create(username="sue")

    chain = ("supervisor_limit", sue.pk)
    assert records.names_of([chain]) == {chain: "Supervisor limit sue"}


def test_a_record_is_found_by_an_index() -> None:
    small_world()
    trade: Trade = booked()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for text in (trade.reference, str(trade.pk), f"trade:{trade.pk}"):
        about = records.find(text)
        assert about is not None
        plan = AuditEntry.objects.filter(about).explain()
        assert "audit_chain_seq" in plan, plan
    with CaptureQueriesContext(
        connection,
    ) as asked:
        records.find(trade.reference)
    assert len(asked) == 3  # every kind with a column, messages by their keys, and the trail


def test_every_reference_that_is_sought_has_an_index() -> None:
    sought = {entity for entity, kind in records.kinds().items() if kind.indexed}

    assert {"instrument", "party", "user", "account", "book"} <= sought
    assert records.kinds()["trade"].indexed == ()


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "Opérateur · portefeuilles"), ("en", "Trader · books")]
)
def test_what_joins_two_kinds_is_named_by_both(auditor: Client, language: str, word: str) -> None:
    """The framework calls it "Trader-book relationship", in English for everybody."""
    page = auditor.get("/audit/", headers={"accept-language": language}).content.decode()

    assert word in page
    assert "relationship" not in page
