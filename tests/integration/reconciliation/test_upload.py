"""The upload of a statement: its preview says what the import does, unknown columns are asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import jobs
from reconciliation.models import ColumnMapping, MatchGroup, StatementFile
from tests.factories import refdata
from tests.integration.reconciliation.test_pages import signed_in
from tests.integration.reconciliation.world import PAID, account, statement, taken_in, trade

pytestmark = pytest.mark.django_db
UNKNOWN = """Identifiant;Titre;Sens;Nb;Cours;Brut;Devise;Négocié;Réglé
T000000001;FR0000131104;Achat;100;10,00;1000,00;EUR;18/11/2026;20/11/2026
"""
FIELDS = ("reference", "isin", "side", "quantity", "price", "amount", "currency", "trade_date",
          "settlement_date")  # fmt: skip
READ = {"sender": "BNPP", "mapping_name": "BNPP en français", "date_format": "%d/%m/%Y",
        "decimal_mark": ",", "coverage": "COUNTERPARTY", "encoding": ""}  # fmt: skip


@pytest.fixture
def agent(client: Client) -> Client:
    refdata.PartyFactory(code="BNPP", is_broker=True)
    return signed_in(client)


def sent(client: Client, name: str, content: bytes, **more: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("reconciliation:upload"), {"file": file, **more})


def looked(client: Client, shown: Any, columns: tuple[str, ...], **more: str) -> Any:
    answers = {f"column-{n}": field for n, field in enumerate(columns)}
    waiting = {"waiting": shown.context["waiting"], "look": "1"}
    return client.post(reverse("reconciliation:upload"), waiting | answers | READ | more)


def test_unknown_headers_are_mapped_seen_confirmed_and_saved_under_the_name(agent: Client) -> None:
    trade(1)
    asked = sent(agent, "titres.csv", UNKNOWN.encode())

    preview = asked.context["preview"]
    assert (preview.asks, preview.may_confirm) == (True, False)
    assert [(column.header, column.samples, column.field) for column in preview.asked[:3]] == [
        ("Identifiant", ("T000000001",), ""), ("Titre", ("FR0000131104",), ""),
        ("Sens", ("Achat",), "side"),
    ]  # fmt: skip

    seen = looked(agent, asked, FIELDS)
    assert (seen.context["preview"].findings, seen.context["preview"].may_confirm) == ([], True)
    assert not ColumnMapping.objects.exists()
    agent.post(reverse("reconciliation:upload"), {"waiting": seen.context["waiting"]})
    jobs.run_pending()

    mapping = ColumnMapping.objects.get()
    assert (mapping.name, mapping.sender_code) == ("BNPP en français", "BNPP")
    assert mapping.columns["quantity"] == "Nb"
    assert MatchGroup.objects.get().state == "CONFIRMED"


@pytest.mark.parametrize(
    ("columns", "more", "code"),
    [
        ((*FIELDS[:3], "", *FIELDS[4:]), {}, "TAB-FIELD"),
        ((*FIELDS[:3], "price", *FIELDS[4:]), {}, "TAB-FIELD"),
        (FIELDS, {"sender": ""}, "TAB-SENDER"),
        (FIELDS, {"mapping_name": "Taken"}, "TAB-NAME"),
        (FIELDS, {"date_format": "%Y-%m-%d"}, "TAB-VALUE"),
    ],
)
def test_what_is_missing_of_a_mapping_is_said_and_asked_again(
    agent: Client, columns: tuple[str, ...], more: dict[str, str], code: str
) -> None:
    ColumnMapping.objects.create(name="Taken", sender_code="BNPP", columns={}, saved_by="agent")
    asked = sent(agent, "titres.csv", UNKNOWN.encode())

    again = looked(agent, asked, columns, **more)

    preview = again.context["preview"]
    assert code in {finding.code for finding in preview.findings}
    assert preview.asked
    assert not preview.may_confirm
    assert looked(agent, again, FIELDS).context["preview"].may_confirm


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Values in this file"), ("fr", "Valeurs dans ce fichier")],
)
def test_the_columns_are_asked_about_in_the_readers_words(
    agent: Client, language: str, said: str
) -> None:
    agent.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    assert said in sent(agent, "titres.csv", UNKNOWN.encode()).content.decode()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "first 12 of 13"), ("fr", "12 premières sur 13")]
)
def test_a_preview_says_how_much_it_does_not_show(agent: Client, language: str, said: str) -> None:
    lines = [f":61:2611201120D1,00NTRFOTHER{n}//BK{n}" for n in range(13)]
    agent.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    shown = sent(agent, "bank.sta", statement(*lines, closing="C261120EUR9987,00"))

    assert said in shown.content.decode()


def test_every_balance_is_shown_with_our_account(agent: Client) -> None:
    account()
    days = [
        statement(opening=f"C2611{n:02}EUR{n},00", closing=f"C2611{n:02}EUR{n},00").replace(
            b":25:", f":25:{n}".encode()
        )
        for n in range(10, 23)
    ]
    ours = statement(opening="C261120EUR1,00", closing="C261120EUR1,00")

    preview = sent(agent, "bank.sta", b"\n".join([*days, ours])).context["preview"]

    assert len(preview.balances) == preview.balances_total == 14
    assert {row[1] for row in preview.balances} == {"", "NOSTRO-EUR"}
    assert len(preview.strangers) == 13


def test_the_preview_finds_that_a_statement_does_not_follow_what_we_hold(agent: Client) -> None:
    account()
    taken_in(statement(PAID, closing="C261120EUR9000,00"))
    later = statement(
        PAID.replace("2611201120", "2611231123"), opening="C261120EUR8000,00",
        closing="C261123EUR7000,00",
    )  # fmt: skip

    shown = sent(agent, "later.sta", later)

    (finding,) = shown.context["preview"].findings
    assert (finding.code, finding.line) == ("STM-SUCCESSION", 4)
    assert b"waits in quarantine" in shown.content
    agent.post(reverse("reconciliation:upload"), {"waiting": shown.context["waiting"]})
    jobs.run_pending()
    kept = StatementFile.objects.get(name="later.sta")
    assert [found["code"] for found in kept.findings] == ["STM-SUCCESSION"]


def test_what_it_opens_at_and_should_is_written_alike(agent: Client) -> None:
    account()
    taken_in(statement(PAID, closing="C261120EUR9000,00"))
    later = statement(
        PAID.replace("2611201120", "2611231123"), opening="C261120EUR8000,00",
        closing="C261123EUR7000,00",
    )  # fmt: skip

    (finding,) = sent(agent, "later.sta", later).context["preview"].findings

    assert (finding.field, finding.expected, finding.found) == (
        "opening_balance", "9000.00", "8000.00",
    )  # fmt: skip


def test_the_same_file_twice_is_told_before_anything_else(agent: Client) -> None:
    """Its preview would find that it does not follow itself."""
    account()
    content = statement(PAID, closing="C261120EUR9000,00")
    taken_in(content)

    shown = sent(agent, "again.sta", content)

    assert shown.status_code == 409
    assert "This content came in before" in shown.content.decode()
    assert StatementFile.objects.get().get_absolute_url() in shown.content.decode()


def test_a_statement_without_its_head_is_a_statement_still(agent: Client) -> None:
    content = statement(PAID, closing="C261120EUR9000,00")

    preview = sent(agent, "cut.sta", content[content.index(b":25:") :]).context["preview"]

    assert (preview.findings[0].code, preview.findings[0].line) == ("MT940-HEADLESS", 1)


def test_what_does_not_add_up_is_counted_and_shown(agent: Client, shared_data: Path) -> None:
    content = (shared_data / "camt/OCA__bank-statement-import/test-camt053.xml").read_bytes()

    preview = sent(agent, "camt.xml", content).context["preview"]

    figures = {str(label): said for label, said in preview.figures}
    assert figures["Statements"] == "1"
    assert int(figures["Lines"]) == preview.rows_total > 0
    assert preview.rows
    assert [finding.line for finding in preview.findings] == [38]
