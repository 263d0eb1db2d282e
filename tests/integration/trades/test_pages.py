"""The pages of this room as a person meets them: lists, one trade, tickets, uploads, repairs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import jobs
from core.roles import Role
from desk.models import Comment, SupervisorLimit
from refdata.models import InstrumentAlias
from tests.factories import refdata as refdata_factories
from tests.factories import static_data
from tests.factories.trades import (
    booked,
    facts,
    message,
    person,
    send,
    signed_in,
    small_world,
)
from tests.integration.bad_input import files
from tests.integration.bad_input.doors import feed
from trades import selectors
from trades.models import CancellationRequest, CaptureBatch, Execution, Trade
from trades.states import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Client:
    small_world()
    return signed_in()


ADDRESSES = (
    "/trades/",
    "/trades/capture/",
    "/trades/executions/",
    "/trades/new/",
    "/trades/upload/",
    "/trades/fix/",
    "/trades/?q=T0&state=RECEIVED",
    "/trades/lookup/instruments/?isin=FR",
    "/trades/lookup/counterparties/?q=b",
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_opens(agent: Client, address: str, language: str) -> None:
    booked()

    answer = agent.get(address, headers={"accept-language": language})

    assert answer.status_code == 200


def test_the_list_totals_and_exports(agent: Client) -> None:
    booked()

    page = agent.get("/trades/").content.decode()
    export = agent.get("/trades/?export=csv")

    assert "10,150.00" in page
    assert b"T2" in b"".join(export) if export.streaming else b"T2" in export.content


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("TTE", 1),
        ("X-", 1),
        ("TTE X-", 1),
        ("X- TTE", 1),
        ("TTE FR00", 1),
        ("TTE NOTHING", 0),
        ("X- NOTHING", 0),
    ],
)
def test_every_word_of_a_search_is_about_the_trade(agent: Client, words: str, found: int) -> None:
    booked(source_reference="X-1")

    assert len(agent.get("/trades/", {"q": words}).context["rows"]) == found


def test_a_trade_of_another_desk_does_not_exist() -> None:
    trade = booked()
    stranger = signed_in(desk="OTHER", name="bob")

    assert stranger.get(f"/trades/{trade.pk}/").status_code == 404
    assert trade.reference not in stranger.get("/trades/").content.decode()


def test_a_message_of_another_desk_does_not_exist() -> None:
    small_world()
    send(facts(isin=None, symbol="NOBODY-KNOWS"))
    trade = booked(source_reference="OTHER-1")
    waiting = Execution.objects.get(outcome="EXCEPTION")
    own, stranger = signed_in(desk=trade.desk_code), signed_in(desk="OTHER", name="bob")
    repair = {"instrument": "FR0000131104", "symbol": "NOBODY-KNOWS"}

    for client, status, rows in ((own, 200, 2), (stranger, 404, 0)):
        assert len(client.get("/trades/executions/").context["rows"]) == rows
        for row in Execution.objects.all():
            assert client.get(f"/trades/executions/{row.pk}/").status_code == status
    assert stranger.post(f"/trades/executions/{waiting.pk}/name/", repair).status_code in (403, 404)


def test_one_screen_shows_versions_with_their_differences(agent: Client) -> None:
    trade = booked()
    send(facts(version=2, action="AMEND", quantity="250"))

    page = agent.get(f"/trades/{trade.pk}/").content.decode()

    assert "diff-old" in page
    assert "250" in page
    assert trade.reference in page


TICKET = {
    "nonce": "M-1", "isin": "FR0000120271", "side": "BUY", "quantity": "1 000", "price": "10.5",
    "currency": "EUR", "traded_at": "20/11/2026 10:00:00", "venue": "XPAR",
    "counterparty": "BNPP", "book": "EQ-PAR-1", "trader": "T-ANA", "capacity": "DEAL",
}  # fmt: skip


def test_a_ticket_sent_twice_is_booked_once(agent: Client) -> None:
    for _ in range(2):
        answer = agent.post("/trades/new/", TICKET)

    trade = Trade.objects.get()
    assert answer.headers["Location"] == f"/trades/{trade.pk}/"
    assert (trade.maker, trade.gross_amount) == ("ana", 10500)
    assert trade.touched_by_hand_at is not None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"isin": "US0378331005"}, "CAP-101"),
        ({"isin": "FR0000120272"}, "CAP-014"),
        ({"quantity": "-5"}, "CAP-010"),
        ({"price": "1e400"}, "“1e400” is not a number"),
        ({"price": "10,5"}, "“10,5” is not a number"),
    ],
)
def test_a_wrong_ticket_says_what_to_correct(
    agent: Client, changes: dict[str, str], code: str
) -> None:
    answer = agent.post("/trades/new/", TICKET | changes)

    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert not Trade.objects.exists()


@pytest.mark.parametrize(
    ("language", "quantity", "price", "booked_as", "shown"),
    [
        ("en", "1,500", "10.5", "1500", "15,750.00"),
        ("en", "10,000", "1,055", "10000", "10,550,000.00"),
        ("fr", "1 500", "10,5", "1500", "15\u202f750,00"),
        ("fr", "10 000", "1,055", "10000", "10\u202f550,00"),
    ],
)
def test_a_ticket_is_read_as_its_reader_writes(
    agent: Client, language: str, quantity: str, price: str, booked_as: str, shown: str
) -> None:
    ticket = TICKET | {"quantity": quantity, "price": price}
    headers = {"accept-language": language}

    amounts = agent.post("/trades/new/amounts/", ticket, headers=headers).content.decode()
    agent.post("/trades/new/", ticket, headers=headers)

    assert shown in amounts
    trade = Trade.objects.get()
    assert trade.quantity == Decimal(booked_as)
    assert shown in agent.get(f"/trades/{trade.pk}/", headers=headers).content.decode()


def test_amounts_appear_while_typing(agent: Client) -> None:
    answer = agent.post("/trades/new/amounts/", TICKET)
    unclear = agent.post("/trades/new/amounts/", TICKET | {"quantity": "1,50", "price": ""})

    assert "10,500.00" in answer.content.decode()
    assert "“1,50” is not a number" in unclear.content.decode()
    assert not Trade.objects.exists()


def test_the_comment_of_a_ticket_is_one_of_its_terms(agent: Client) -> None:
    agent.post("/trades/new/", TICKET | {"comment": "agreed by phone"})
    trade = Trade.objects.get()
    shown = "<dt>Comment</dt><dd>agreed by phone</dd>"
    for address in (f"/trades/{trade.pk}/", f"/validation/{trade.pk}/"):
        assert shown in agent.get(address).content.decode()

    amended = TICKET | {"comment": "half a cent off", "seen": trade.fingerprint, "reason": "typo"}
    agent.post(f"/trades/{trade.pk}/amend/", amended)

    for address in (f"/trades/{trade.pk}/", f"/validation/{trade.pk}/"):
        page = agent.get(address, headers={"accept-language": "fr"}).content.decode()
        assert "<dt>Commentaire</dt><dd>half a cent off</dd>" in page
        assert '<td class="diff-old">agreed by phone</td>' in page
        assert '<td class="diff-new">half a cent off</td>' in page


def test_an_amendment_by_hand_changes_what_was_typed_and_nothing_else(agent: Client) -> None:
    """The ticket asks for whole seconds and for no account: both stay as they were sent."""
    trade = booked(
        traded_at="2026-11-20T10:01:02.345678+01:00",
        trade_date="2026-11-20",
        account="HOUSE",
        comment="agreed by phone",
    )
    before = trade.versions.get().terms
    form = agent.get(f"/trades/{trade.pk}/amend/").context["form"]
    shown = {name: form[name].value() for name in form.fields if form[name].value()}
    typed = shown | {"quantity": "7"}

    agent.post(f"/trades/{trade.pk}/amend/", typed | {"seen": trade.fingerprint, "reason": "typo"})

    after = trade.versions.get(version_no=2).terms
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"quantity", "gross_amount", "net_amount"}


def test_amend_and_cancel_by_hand(agent: Client) -> None:
    trade = booked()
    amended = TICKET | {"seen": trade.fingerprint, "reason": "\u200b"}
    assert agent.post(f"/trades/{trade.pk}/amend/", amended).status_code == 422
    agent.post(f"/trades/{trade.pk}/amend/", amended | {"reason": "typo"})
    trade.refresh_from_db()
    assert (trade.version_no, trade.quantity) == (2, 1000)
    assert trade.contributors == ["ana"]

    cancel = f"/trades/{trade.pk}/cancel/"
    stale = agent.post(cancel, {"seen": "x", "reason": "double"})
    mute = agent.post(cancel, {"seen": trade.fingerprint})
    assert (stale.status_code, mute.status_code) == (409, 422)
    agent.post(cancel, {"seen": trade.fingerprint, "reason": "double"})
    trade.refresh_from_db()
    assert trade.state != "CLOSED"

    asked = {"request": str(CancellationRequest.objects.get().pk)}
    assert "A second person decides." in agent.get(f"/trades/{trade.pk}/").content.decode()
    assert agent.post(f"{cancel}grant/", asked).status_code == 403
    SupervisorLimit.objects.create(
        user_id=person("sue", Role.SUPERVISOR).user_id, amount_eur=1_000_000, set_by="console"
    )
    boss = signed_in(Role.SUPERVISOR, name="sue")
    assert "data-confirm" in boss.get(f"/trades/{trade.pk}/").content.decode()
    boss.post(f"{cancel}grant/", asked)

    trade.refresh_from_db()
    assert (trade.state, trade.close_reason, trade.version_no) == ("CLOSED", "CANCELLED", 3)
    assert trade.versions.get(version_no=3).reason == "double"


def test_an_upload_is_shown_then_done(agent: Client) -> None:
    row = "source_reference,isin,side,quantity,price,currency,traded_at,book\n"
    row += "U-1,FR0000120271,BUY,5,10,EUR,2026-11-20 10:00,EQ-PAR-1\n"
    row += "U-2,FR0000120271,BUY,-5,10,EUR,2026-11-20 10:00,EQ-PAR-1\n"
    file = SimpleUploadedFile("trades.csv", row.encode())
    options = {"source_system": "FILE", "decimal_mark": "."}

    shown = agent.post("/trades/upload/", options | {"file": file})
    assert "CAP-010" in shown.content.decode()
    assert not Trade.objects.exists()
    agent.post("/trades/upload/", {"waiting": shown.context["waiting"]})
    jobs.run_pending()

    assert Trade.objects.get().source_reference == "U-1"
    batch = CaptureBatch.objects.get(channel="FILE")
    assert batch.counts == {"booked": 1, "invalid": 1, "rows": 2}
    assert "CAP-010" in agent.get(f"/trades/imports/{batch.pk}/").content.decode()


def test_one_click_lets_a_waiting_message_go_on(agent: Client) -> None:
    send(facts(isin=None, symbol="DELL"))
    row = Execution.objects.get()
    page = agent.get(f"/trades/executions/{row.pk}/").content.decode()
    assert "CAP-101" in page

    unknown = agent.post(f"/trades/executions/{row.pk}/name/", {"instrument": "NOPE"})
    refdata_factories.InstrumentFactory.create(code="DELLUS")
    done = agent.post(f"/trades/executions/{row.pk}/name/", {"instrument": "DELLUS"})

    assert (unknown.status_code, done.status_code) == (422, 302)
    assert not Trade.objects.exists()
    static_data.granted()
    jobs.run_pending()
    assert Trade.objects.get().symbol == "DELL"


def test_a_message_with_an_isin_alone_is_given_no_name(agent: Client) -> None:
    send(facts(isin="US0378331005"))
    row = Execution.objects.get()
    refdata_factories.InstrumentFactory.create(code="DELLUS")

    answer = agent.post(f"/trades/executions/{row.pk}/name/", {"instrument": "DELLUS"})

    assert answer.status_code == 409
    assert not InstrumentAlias.objects.exists()


def test_what_was_released_is_counted_and_found_in_the_import_that_it_came_in(
    agent: Client,
) -> None:
    """The repair is named, but it is the FIX log that the trade came in with."""
    send(facts(isin=None, symbol="DELL"), facts(source_reference="X-2"), channel=Channel.FIX)
    row = Execution.objects.get(outcome="EXCEPTION")
    came_in = row.batch
    refdata_factories.InstrumentFactory.create(code="DELLUS", currency="EUR")

    agent.post(f"/trades/executions/{row.pk}/name/", {"instrument": "DELLUS"})
    static_data.granted()
    jobs.run_pending()

    told = {one.pk: one.told for one in selectors.list_batches()}
    assert (told[came_in.pk]["booked"], told[came_in.pk]["exception"]) == (2, 0)
    repair = CaptureBatch.objects.get(channel="MANUAL")
    assert told[repair.pk] == {"released": 1}
    listed = agent.get(f"/trades/?batch={came_in.pk}").context["count"]
    assert (listed, agent.get(f"/trades/?batch={repair.pk}").context["count"]) == (2, 1)
    released = Trade.objects.get(symbol="DELL")
    assert "ana" in released.contributors
    for language, words in (("en", "Released by"), ("fr", "Libéré par")):
        headers = {"accept-language": language}
        page = agent.get(f"/trades/{released.pk}/", headers=headers).content.decode()
        assert f'<a href="/trades/imports/{came_in.pk}/">FIX {came_in.pk}</a>' in page
        assert f"<dt>{words}</dt><dd>system · " in page
    other = Trade.objects.get(source_reference="X-2")
    assert "Released by" not in agent.get(f"/trades/{other.pk}/").content.decode()


def test_the_single_calls_of_a_minute_are_counted_like_any_import(agent: Client) -> None:
    client = feed()
    for body in (message(), message(source_reference="X-2", isin="US0378331005")):
        client.post("/api/v1/executions/", body, content_type="application/json")
    batch = CaptureBatch.objects.get(channel="API")

    row = agent.get("/trades/capture/").context["table"].rows[0]
    page = agent.get(f"/trades/imports/{batch.pk}/", headers={"accept-language": "fr"})

    assert (row.get_cell("booked"), row.get_cell("waiting")) == ("1", "1")
    assert "<dt>Enregistrées</dt><dd>1</dd>" in page.content.decode()


def test_what_a_fix_log_holds_is_said_in_french(agent: Client) -> None:
    log = files.fix(t31="NaN")
    sent = {"file": SimpleUploadedFile("day.log", log)}

    page = agent.post("/trades/fix/", sent, headers={"accept-language": "fr"}).content.decode()

    assert "ExecutionReport : exécution illisible" in page


def test_a_comment_is_kept(agent: Client) -> None:
    trade = booked()

    agent.post(f"/trades/{trade.pk}/comment/", {"text": "called the broker"})

    assert Comment.objects.get(subject_id=trade.pk).author == "ana"


def test_an_auditor_reads_and_changes_nothing() -> None:
    trade = booked()
    auditor = signed_in(Role.AUDITOR, name="eva")

    assert auditor.get(f"/trades/{trade.pk}/").status_code == 200
    assert auditor.get("/trades/new/").status_code == 403
    assert auditor.post(f"/trades/{trade.pk}/cancel/", {"reason": "x"}).status_code == 403
