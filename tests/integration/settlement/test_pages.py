"""Pages of confirmations: true lists, acts of those who may, files with every finding, profiles."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import jobs
from core.models import JobOutcome
from core.roles import Role
from desk.models import WorkItem
from settlement import selectors
from settlement.models import Chaser, Confirmation, ReceivedConfirmation, ToleranceProfile
from tests.factories.trades import person, signed_in
from tests.factories.workbooks import workbook
from tests.integration.reporting.world import moved
from tests.integration.settlement.world import (  # noqa: F401 - a fixture
    _outbox,
    channel,
    expected,
    live,
    received,
    told,
    traded,
)
from trades.models import Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
PATH = "/confirmations/"
HEADER = "reference,our_reference,isin,side,quantity,price,net_amount,currency,trade_date,settlement_date"  # noqa: E501 - a header


@pytest.fixture(name="trades")
def _trades() -> list[Trade]:
    """Four trades: matched, mismatched, without a word, to send; and one that is alleged."""
    made = [traded(n, quantity=Decimal(100 * n)) for n in range(1, 4)]
    expected(*made)
    received(told(made[0], "A"), told(made[1], "THEIRS-2", price=Decimal("60.9")),
             told(made[0], "X", quantity=Decimal(77)))  # fmt: skip
    channel("HAND")
    made.append(traded(4, quantity=Decimal(400)))
    expected(made[3])
    return made


def listed(client: Client, query: str = "") -> list[str]:
    page = client.get(f"{PATH}?{query}")
    assert page.status_code == 200
    return [row.state for row in page.context["window"].rows]


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("", ["ALLEGED", "MISMATCHED", "SENT", "TO_SEND"]),
        ("state=MATCHED", ["MATCHED"]),
        ("q=theirs-2", ["MISMATCHED"]),
        ("differs=price", ["MISMATCHED"]),
        ("party=bnpp&state=ALLEGED", ["ALLEGED"]),
        ("late=yes", ["ALLEGED", "MISMATCHED", "SENT", "TO_SEND"]),
        ("day=2026-11-20", ["ALLEGED", "MATCHED", "MISMATCHED", "SENT", "TO_SEND"]),
        ("day=2026-11-19", []),
        ("since=2026-11-21", []),
    ],
)
def test_the_list_shows_what_is_asked_for(
    trades: list[Trade], query: str, states: list[str]
) -> None:
    assert sorted(listed(signed_in(Role.AUDITOR), query)) == states


def test_another_desk_sees_what_is_alleged_alone(trades: list[Trade]) -> None:
    assert listed(signed_in(Role.AGENT, desk="ELSEWHERE")) == ["ALLEGED"]


def test_the_list_says_how_the_day_stands(trades: list[Trade]) -> None:
    context = signed_in(Role.AUDITOR).get(f"{PATH}?day=2026-11-20").context

    assert context["rate"] == 0 or context["rate"] == Decimal("0.25")
    assert dict(context["counts"])["MATCHED"] == 1
    Confirmation.objects.filter(state="MATCHED").update(matched_at="2026-11-20T22:00:00Z")
    assert selectors.rate_of_day(
        day=trades[0].trade_date, actor=person("auditor", Role.AUDITOR)
    ) == Decimal("0.25")


def test_the_list_costs_the_same_however_long(
    trades: list[Trade], django_assert_max_num_queries: Any
) -> None:
    reader = signed_in(Role.AUDITOR)
    reader.get(PATH)
    with django_assert_max_num_queries(30):
        reader.get(f"{PATH}?day=2026-11-20")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_exported(trades: list[Trade], kind: str) -> None:
    answer = signed_in(Role.AUDITOR).get(f"{PATH}?export={kind}")

    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a stream

    assert answer.status_code == 200
    if kind == "csv":
        assert b"MISMATCHED" in content
        assert b"price" in content


def test_every_state_has_its_page(trades: list[Trade]) -> None:
    reader = signed_in(Role.AGENT)

    for row in Confirmation.objects.all():
        page = reader.get(row.get_absolute_url())
        assert page.status_code == 200, row.state
    assert reader.get("/confirmations/999999/").status_code == 404


def test_the_page_says_both_sides_and_offers_what_may_be_done(trades: list[Trade]) -> None:
    row = live(trades[1])
    page = signed_in(Role.AGENT).get(row.get_absolute_url())
    fields = {name: (ours, theirs, differs) for name, ours, theirs, _, differs in
              page.context["fields"]}  # fmt: skip

    assert fields["price"] == ("60.5", "60.9", True)
    assert page.context["may_accept"]
    assert b"/confirmations/%d/accept/" % row.pk in page.content
    auditor = signed_in(Role.AUDITOR, name="otto").get(row.get_absolute_url())
    assert not any(auditor.context[f"may_{act}"] for act in ("accept", "dispute", "unpair"))


def test_the_trade_shows_its_confirmations(trades: list[Trade]) -> None:
    page = signed_in(Role.AUDITOR).get(trades[1].get_absolute_url())

    assert f'href="/confirmations/{live(trades[1]).pk}/"'.encode() in page.content


def test_what_is_alleged_names_the_trade_that_nobody_validated_yet() -> None:
    trade = moved(traded(), "PENDING_VALIDATION")
    received(told(trade))
    alleged = Confirmation.objects.get(state="ALLEGED")

    page = signed_in(Role.AGENT).get(alleged.get_absolute_url())

    assert list(page.context["not_validated"]) == [trade]
    assert trade.reference.encode() in page.content


def test_acts_from_the_page(trades: list[Trade]) -> None:
    agent = signed_in(Role.AGENT)
    row, alleged = live(trades[1]), Confirmation.objects.get(state="ALLEGED")

    def act(pk: int, verb: str, **data: Any) -> int:
        return agent.post(f"/confirmations/{pk}/{verb}/", data).status_code

    assert act(row.pk, "dispute", reason="no") == 302
    assert act(row.pk, "resume", reason="yes") == 302
    assert act(row.pk, "unpair", reason="") == 422
    assert act(row.pk, "unpair", reason="wrong") == 302
    assert act(live(trades[3]).pk, "send") == 302
    assert act(live(trades[3]).pk, "send") == 409
    assert act(live(trades[2]).pk, "pair", **{"with": alleged.pk}) == 302
    assert act(alleged.pk, "pair", **{"with": "9" * 20}) in (404, 422)
    assert act(row.pk, "comment", text="called them") == 302
    assert live(trades[2]).differs == ["quantity", "amount"]


def test_an_auditor_acts_on_nothing(trades: list[Trade]) -> None:
    auditor = signed_in(Role.AUDITOR)
    row = live(trades[1])

    for verb in ("chase", "send", "pair", "unpair", "dispute", "resume", "accept", "comment"):
        assert auditor.post(f"/confirmations/{row.pk}/{verb}/").status_code == 403, verb
    assert auditor.get(f"{PATH}upload/").status_code == 403
    assert auditor.get(PATH).context["bulk_actions"] == []


def test_one_click_writes_the_chaser_and_shows_it(trades: list[Trade]) -> None:
    channel("HAND", language="fr")
    agent = signed_in(Role.AGENT)

    answer = agent.post(f"/confirmations/{live(trades[2]).pk}/chase/", follow=True)

    made = Chaser.objects.get()
    assert answer.redirect_chain[-1][0] == made.get_absolute_url()
    assert "Nous n’avons pas reçu" in answer.content.decode()
    email = agent.get(f"/confirmations/chasers/{made.pk}/email/")
    assert email["Content-Disposition"] == f'attachment; filename="chaser-{made.pk}.eml"'
    assert agent.get("/confirmations/chasers/").context["count"] == 1
    stranger = signed_in(Role.AGENT, desk="ELSEWHERE", name="sam")
    assert stranger.get(made.get_absolute_url()).status_code == 404


def test_many_are_chased_from_the_list(trades: list[Trade]) -> None:
    agent = signed_in(Role.AGENT)
    rows = [live(trade) for trade in trades[1:]]

    answer = agent.post(f"{PATH}chase/", {"ids": [f"{row.pk}:{row.state}" for row in rows]})

    assert answer.status_code == 302
    assert Chaser.objects.get().confirmation_ids == [row.pk for row in rows]


def test_more_than_fit_a_request_are_sent_by_a_job(
    trades: list[Trade], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.bulk.AT_ONCE_MAX", 1)
    agent = signed_in(Role.AGENT)
    rows = [live(trades[2]), live(trades[3])]

    agent.post(f"{PATH}send/", {"ids": [f"{row.pk}:{row.state}" for row in rows]})
    jobs.run_pending()

    assert live(trades[3]).state == "SENT"
    outcomes = JobOutcome.objects.order_by("n").values_list("state", "code")
    assert list(outcomes) == [("REFUSED", "UNABLE_TO_SEND"), ("DONE", "")]


def test_work_on_a_confirmation_is_taken_by_an_agent(trades: list[Trade]) -> None:
    item = WorkItem.objects.filter(kind="CONFIRMATION").order_by("pk")[0]

    assert signed_in(Role.SUPERVISOR, name="sue").post(
        "/work/take/", {"ids": [str(item.pk)]}
    ).status_code == 403  # fmt: skip
    assert signed_in(Role.AGENT).post("/work/take/", {"ids": [str(item.pk)]}).status_code == 302
    item.refresh_from_db()
    assert item.owner is not None


# ------------------------------------------------------------------ files
def sent(client: Client, content: bytes, name: str = "bnpp.csv", **options: str) -> Any:
    data = {"date_format": "%Y-%m-%d", "decimal_mark": ".", "sender": "BNPP"} | options
    return client.post(f"{PATH}upload/", {"file": SimpleUploadedFile(name, content)} | data)


def line(trade: Trade, **changes: str) -> str:
    values = {
        "reference": "N-1", "our_reference": trade.reference, "isin": trade.isin, "side": "SELL",
        "quantity": f"{trade.quantity:f}", "price": "60.5", "net_amount": f"{trade.net_amount:f}",
        "currency": "EUR", "trade_date": "2026-11-20", "settlement_date": "2026-11-24",
    } | changes  # fmt: skip
    return ",".join(values.values())


def test_a_file_is_previewed_and_taken_in(trades: list[Trade]) -> None:
    agent = signed_in(Role.AGENT)
    content = "\n".join([HEADER, line(trades[2])]).encode()

    seen = sent(agent, content)
    assert (seen.status_code, seen.context["preview"].may_confirm) == (200, True)
    assert not ReceivedConfirmation.objects.filter(reference="N-1").exists()
    agent.post(f"{PATH}upload/", {"waiting": seen.context["waiting"]})
    jobs.run_pending()

    row = live(trades[2])
    assert (row.state, row.basis) == ("MATCHED", "REFERENCE")
    assert row.received is not None
    assert (row.received.door, row.received.received_by, row.received.line) == ("UPLOAD", "ana", 2)
    assert row.received.file is not None


def test_a_workbook_is_read_as_well(trades: list[Trade]) -> None:
    content = workbook(HEADER.split(","), [line(trades[2]).split(",")])

    seen = sent(signed_in(Role.AGENT), content, "bnpp.xlsx")

    assert seen.context["preview"].findings == ()


def test_french_tables_are_read_as_they_are_written(trades: list[Trade]) -> None:
    header = "Référence;Code ISIN;Sens;Quantité;Cours;Montant net;Devise;Date de négociation;Date de dénouement"  # noqa: E501 - a header
    row = f"R1;{trades[2].isin};VENTE;300;60,5;18 150,00;EUR;20/11/2026;24/11/2026"
    content = f"{header}\n{row}\n".encode()

    seen = sent(signed_in(Role.AGENT), content, date_format="%d/%m/%Y", decimal_mark=",")

    preview = seen.context["preview"]
    assert (preview.findings, preview.may_confirm) == ((), True)


@pytest.mark.parametrize(
    ("case", "changes", "options", "finding"),
    [
        ("side", {"side": "HOLD"}, {}, ("CNF-101", "side", 3, "HOLD")),
        ("number", {"quantity": "1e5"}, {}, ("CNF-101", "quantity", 3, "1e5")),
        ("nan", {"price": "NaN"}, {}, ("CNF-101", "price", 3, "NaN")),
        ("digits", {"net_amount": "1.00001"}, {}, ("CNF-101", "net_amount", 3, "1.00001")),
        ("negative", {"quantity": "-5"}, {}, ("CNF-101", "quantity", 3, "-5")),
        ("isin", {"isin": "FR0000131105"}, {}, ("CNF-101", "isin", 3, "FR0000131105")),
        ("day", {"trade_date": "20/11/2026"}, {}, ("CNF-101", "trade_date", 3, "20/11/2026")),
        ("era", {"trade_date": "0001-01-01"}, {}, ("CNF-101", "trade_date", 3, "0001-01-01")),
        ("empty", {"reference": ""}, {}, ("CNF-101", "reference", 3, "")),
        ("twice", {"price": "61"}, {}, ("CNF-112", "reference", 3, "N-1")),
        ("nobody", {}, {"sender": ""}, ("CNF-111", "party", 2, "")),
    ],
)
def test_every_cell_that_is_wrong_is_named(
    trades: list[Trade],
    case: str,
    changes: dict[str, str],
    options: dict[str, str],
    finding: tuple[str, str, int, str],
) -> None:
    content = "\n".join([HEADER, line(trades[2]), line(trades[2], **changes)]).encode()

    seen = sent(signed_in(Role.AGENT), content, **options)

    first = seen.context["preview"].findings[0]
    assert (first.code, first.column, first.line, first.found) == finding, case
    assert not seen.context["preview"].may_confirm


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"a,b\n1,2\n", HEADER.encode()])
def test_what_is_no_file_of_confirmations_is_refused_or_explained(content: bytes) -> None:
    traded()
    answer = sent(signed_in(Role.AGENT), content)

    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or not answer.context["preview"].may_confirm


# ------------------------------------------------------------------ profiles
def test_a_profile_counts_once_somebody_else_approved_it(trades: list[Trade]) -> None:
    agent, boss = signed_in(Role.AGENT), signed_in(Role.SUPERVISOR, name="sue")
    form = {
        "party": trades[0].counterparty_id, "asset_class": "", "price_percent": "1",
        "amount_small": "200", "amount_limit": "100000", "amount_large": "250",
        "close_percent": "5", "valid_from": "2026-11-20", "why": "agreed with them",
    }  # fmt: skip

    answer = agent.post(f"{PATH}tolerances/new/", form)
    if answer.status_code == 422:  # the clock of this machine is past that day
        form["valid_from"] = "2999-01-01"
        answer = agent.post(f"{PATH}tolerances/new/", form)
    assert answer.status_code == 302, answer.context["form"].errors
    made = ToleranceProfile.objects.get()
    assert agent.post(f"{PATH}tolerances/{made.pk}/approve/").status_code == 403
    assert boss.post(f"{PATH}tolerances/{made.pk}/approve/").status_code == 302
    assert agent.get(made.get_absolute_url()).status_code == 200
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("APPROVED", "sue")
    made.pk, made.valid_from = None, date(2026, 1, 1)  # as the installation would have brought it
    made.proposed_by, made.decided_by = "console", "console2"
    made.save(force_insert=True)
    fourth = traded(5, quantity=Decimal(500))
    expected(fourth)
    received(told(fourth, "P", amount=fourth.net_amount + 199))

    assert live(fourth).state == "MATCHED"
    evidence = live(fourth).decisions.filter(deed="MATCHED")[0].evidence
    assert evidence["profile"] == str(made.pk)


@pytest.mark.parametrize("name", ["price_percent", "amount_small", "close_percent"])
def test_a_profile_out_of_range_is_refused_on_the_form(name: str) -> None:
    traded()
    form = {
        "party": "", "asset_class": "", "price_percent": "1", "amount_small": "2",
        "amount_limit": "100000", "amount_large": "25", "close_percent": "5",
        "valid_from": "2999-01-01", "why": "x",
    }  # fmt: skip

    answer = signed_in(Role.AGENT).post(f"{PATH}tolerances/new/", form | {name: "-1"})

    assert answer.status_code == 422
    assert not ToleranceProfile.objects.exists()


def test_the_queue_says_in_words_what_waits(trades: list[Trade]) -> None:
    page = signed_in(Role.AGENT).get("/work/?kind=CONFIRMATION", headers={"accept-language": "fr"})
    text = page.content.decode()

    assert f"Divergente {trades[1].reference}" in text
    assert f"Alléguée {trades[0].isin} 20/11/2026" in text
