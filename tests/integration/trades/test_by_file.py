"""What a person brings in by file is by hand: on own desks, and nothing is cancelled alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from core import jobs, tokens
from core.audit import history
from core.models import Job
from core.roles import Role
from desk.models import Approval, ControlException, WorkItem
from desk.services import emergencies
from kernel.actors import SYSTEM
from tests.factories import refdata as refdata_factories
from tests.factories.trades import AT, booked, cancel, facts, person, send, signed_in, small_world
from tests.fix import initiator
from tests.integration.bad_input.doors import confirm, said, upload
from tests.integration.desk.people import person as with_limit
from trades.models import CancellationRequest, CaptureBatch, CaptureFile, Execution, Trade
from trades.services import cancellation
from trades.states import Channel

pytestmark = pytest.mark.django_db
HEADER = "source_reference,version,action,isin,side,quantity,price,currency,traded_at,book\n"
ROW = "{ref},{version},{action},FR0000120271,BUY,5,10,EUR,2026-11-20 10:00,{book}\n"
CANCEL = "{ref},{version},CANCEL,,,,,,,\n"


@pytest.fixture(autouse=True)
def _world() -> None:
    small_world()
    other = refdata_factories.DeskFactory.create(code="OTHER")
    refdata_factories.BookFactory.create(code="FI-1", desk=other)


def new(ref: str = "U-1", *, book: str = "EQ-PAR-1", version: int = 1, action: str = "NEW") -> str:
    return ROW.format(ref=ref, version=version, action=action, book=book)


def gone(ref: str = "U-1", version: int = 9) -> str:
    return CANCEL.format(ref=ref, version=version)


def import_(client: Client, *rows: str, source: str = "FILE") -> CaptureBatch:
    shown = upload(client, "executions", (HEADER + "".join(rows)).encode(), source_system=source)
    confirm(client, "executions", shown)
    jobs.run_pending()
    assert not Job.objects.filter(state="FAILED").exists()
    return CaptureBatch.objects.filter(channel="FILE").latest("pk")


def codes(batch: CaptureBatch) -> list[tuple[str, int]]:
    return [(finding["code"], finding["line"]) for finding in batch.findings]


def test_a_cancellation_in_a_file_is_asked_for_and_a_second_person_decides() -> None:
    ana = signed_in()
    import_(ana, new())
    trade = Trade.objects.get()
    before = trade.state

    batch = import_(ana, gone())

    trade.refresh_from_db()
    request = CancellationRequest.objects.get()
    assert (trade.state, trade.version_no) == (before, 1)
    assert (request.asked_by, request.state, request.reason) == ("ana", "ASKED", "sent.csv")
    assert (codes(batch), batch.counts["asked"]) == ([("CAP-107", 2)], 1)
    assert WorkItem.objects.filter(kind="CANCELLATION", state="OPEN").exists()
    cancellation.grant_cancellation(
        request_id=request.pk, actor=with_limit("sue", Role.SUPERVISOR, limit="1000000"), at=AT
    )
    trade.refresh_from_db()
    assert (trade.state, trade.close_reason) == ("CLOSED", "CANCELLED")
    assert codes(import_(ana, gone(version=10))) == [("CAP-104", 2)]


def test_the_preview_says_that_it_is_asked_for() -> None:
    ana = signed_in()
    import_(ana, new())

    shown = upload(ana, "executions", (HEADER + gone()).encode(), language="fr")

    assert "une deuxième personne décide" in said(shown)
    assert not CancellationRequest.objects.exists()


@pytest.mark.parametrize(
    ("case", "rows", "expected"),
    [
        ("twice", [gone(), gone(version=10)], [("CAP-107", 2), ("CAP-110", 3)]),
        ("of_nothing", [gone("NOBODY")], [("CAP-108", 2)]),
        ("older", [gone(version=1)], [("CAP-103", 2)]),
        ("after_an_amendment", [gone(version=3), new(version=2, action="AMEND")],
         [("CAP-107", 2)]),
    ],
)  # fmt: skip
def test_each_cancellation_says_what_became_of_it(
    case: str, rows: list[str], expected: list[tuple[str, int]]
) -> None:
    ana = signed_in()
    import_(ana, new())

    batch = import_(ana, *rows)

    assert codes(batch) == expected, case
    assert not Trade.objects.filter(state="CLOSED").exists()
    assert not Execution.objects.filter(action="CANCEL").exists()
    request = CancellationRequest.objects.first()
    assert request is None or request.version_no == Trade.objects.get().version_no


@pytest.mark.parametrize("rows", [(new(), gone()), (gone(), new())])
def test_what_never_stood_is_cancelled_by_its_own_file(rows: tuple[str, ...]) -> None:
    """It was nobody's but this file's: nothing is hidden, both messages are kept."""
    batch = import_(signed_in(), *rows)

    trade = Trade.objects.get()
    assert (trade.close_reason, trade.version_no, batch.counts["booked"]) == ("CANCELLED", 2, 2)
    assert import_(signed_in(), *rows, new("U-2")).counts["repeated"] == 2


def test_a_row_that_repeats_a_trade_does_not_make_it_the_files_own() -> None:
    ana, bob = signed_in(), signed_in(name="bob")
    import_(ana, new())

    batch = import_(bob, new(), gone())

    assert Trade.objects.get().state != "CLOSED"
    assert (batch.counts["repeated"], batch.counts["asked"]) == (1, 1)


def test_a_cancellation_in_a_file_does_not_wait_for_the_trade_of_another() -> None:
    import_(signed_in(), gone())
    import_(signed_in(name="bob"), new())

    assert Trade.objects.get().state != "CLOSED"


@pytest.mark.parametrize("source", ["MANUAL", "ALLOCATION", "OMS", "PMS", "OLD", "BROKER"])
def test_a_source_that_speaks_for_itself_is_not_typed(source: str) -> None:
    booked(source_reference="X-1")
    tokens.create_token(name="pms", source_system="PMS", actor=SYSTEM, at=AT)
    tokens.create_token(name="old", source_system="OLD", actor=SYSTEM, at=AT)
    tokens.revoke_token(name="old", actor=SYSTEM, at=AT)
    initiator.session(source_system="BROKER")
    ana = signed_in()

    shown = upload(ana, "executions", (HEADER + gone("X-1")).encode(), source_system=source)

    assert (shown.status_code, "CAP-109" in said(shown)) == (422, True)
    assert f"{source} sends its trades itself" in said(shown)


def test_a_source_that_began_to_speak_meanwhile_is_refused_by_the_job() -> None:
    ana = signed_in()
    shown = upload(ana, "executions", (HEADER + new()).encode(), source_system="PMS")
    confirm(ana, "executions", shown)
    tokens.create_token(name="pms", source_system="PMS", actor=SYSTEM, at=AT)

    jobs.run_pending()

    file = CaptureFile.objects.get()
    assert (file.state, Trade.objects.count()) == ("REFUSED", 0)
    assert [finding["code"] for finding in file.findings] == ["CAP-109"]
    assert ControlException.objects.get().subject_id == file.pk


@pytest.mark.parametrize(
    ("case", "rows"),
    [
        ("book_of_another_desk", [new("U-2", book="FI-1")]),
        ("unknown_book", [new("U-2", book="NOWHERE")]),
        ("no_book", [new("U-2", book="")]),
        ("amends_anothers", [new(version=2, action="AMEND")]),
        ("moves_its_own_away", [new("E-1", version=2, action="AMEND", book="FI-1")]),
        ("cancels_anothers", [gone()]),
        ("amends_what_is_not_here", [new("U-9", version=2, action="AMEND")]),
        ("cancels_what_is_not_here", [gone("U-9")]),
    ],
)
def test_a_row_about_another_desk_is_refused(case: str, rows: list[str]) -> None:
    import_(signed_in(name="all"), new(book="FI-1"))
    equity = signed_in(desk="EQUITY", name="eve")
    import_(equity, new("E-1"))
    before = set(Trade.objects.values_list("pk", "version_no", "state"))

    shown = upload(equity, "executions", (HEADER + new("E-2") + "".join(rows)).encode())
    batch = import_(equity, new("E-2"), *rows)

    assert "CAP-106" in said(shown)
    assert (codes(batch), batch.counts["booked"]) == ([("CAP-106", 3)], 1), case
    assert batch.counts["refused"] == 1
    assert before < set(Trade.objects.values_list("pk", "version_no", "state"))
    assert Trade.objects.count() == len(before) + 1
    assert not CancellationRequest.objects.exists()


def test_on_ones_own_desk_rows_are_amended_and_cancellations_asked_for() -> None:
    equity = signed_in(desk="EQUITY", name="eve")
    import_(equity, new("E-1"), new("E-2"))

    batch = import_(equity, new("E-1", version=2, action="AMEND"), gone("E-2"))

    assert (batch.counts["booked"], batch.counts["asked"]) == (1, 1)


def test_what_is_imported_on_a_broken_glass_bears_its_mark() -> None:
    equity = signed_in(desk="EQUITY", name="eve")
    emergencies.break_glass(
        role=Role.AGENT, desk_code="OTHER", minutes=30, reason="nobody answers",
        actor=person("eve", Role.AGENT, desk="EQUITY"), at=datetime.now(UTC),
    )  # fmt: skip

    import_(equity, new("E-1"))
    import_(equity, new("F-1", book="FI-1"), new("E-2"))

    said_by = [history("trade", trade.pk)[0].actor for trade in Trade.objects.order_by("pk")]
    assert said_by == ["eve", "eve for broken glass", "eve for broken glass"]


def fix(
    *, action: str = "0", exec_id: str = "X1", follows: str = "", at: str = "09:00:00"
) -> bytes:
    tags: dict[str, Any] = {
        35: "8", 49: "BRK", 56: "HOUSE", 34: "1", 52: f"20261120-{at}", 17: exec_id, 20: action,
        150: "2", 39: "2", 55: "TTE", 22: "4", 48: "FR0000120271", 54: "1", 32: "5", 31: "10",
        15: "EUR", 60: "20261120-09:00:00",
    }  # fmt: skip
    if follows:
        tags[19] = follows
    body = "".join(f"{tag}={value}|" for tag, value in tags.items())
    return f"8=FIX.4.2|9={len(body)}|{body}10=000|\n".encode()


def send_log(client: Client, content: bytes) -> CaptureBatch:
    confirm(client, "fix", upload(client, "fix", content))
    jobs.run_pending()
    return CaptureBatch.objects.filter(channel="FIX").latest("pk")


def test_a_cancellation_in_a_fix_log_is_asked_for_too() -> None:
    ana = signed_in()
    send_log(ana, fix())

    batch = send_log(ana, fix(action="1", exec_id="X2", follows="X1", at="09:30:00"))

    assert Trade.objects.get().state != "CLOSED"
    assert CancellationRequest.objects.get().asked_by == "ana"
    assert ("CAP-107", 1) in codes(batch)


def test_the_log_of_a_live_session_brings_in_nothing_that_the_session_did_not_send() -> None:
    ana = signed_in()
    send_log(ana, fix())
    initiator.session(sender_comp_id="BRK", source_system="BRK>HOUSE")
    busted = fix(action="1", exec_id="X2", follows="X1", at="09:30:00")

    batch = send_log(ana, fix() + fix(exec_id="X3") + busted)

    assert (batch.counts["repeated"], batch.counts["refused"]) == (1, 2)
    assert [one for one in codes(batch) if one[0] == "CAP-109"] == [("CAP-109", 2), ("CAP-109", 3)]
    assert Trade.objects.get().state != "CLOSED"
    assert not CancellationRequest.objects.exists()


def test_a_fix_log_is_of_no_desk_and_asks_for_all() -> None:
    batch = send_log(signed_in(desk="EQUITY", name="eve"), fix())

    assert not Trade.objects.exists()
    assert ("CAP-106", 1) in codes(batch)


def test_the_front_office_still_cancels_by_its_own_message() -> None:
    trade = booked()

    send(cancel())

    trade.refresh_from_db()
    assert trade.close_reason == "CANCELLED"


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("by_file", {"channel": "FILE"}),
        ("by_fix", {"channel": "FIX"}),
        ("by_a_person_over_a_session", {"channel": "FIX", "source_system": "BROKER>HOUSE"}),
        ("by_no_session", {"channel": "FIX", "maker": "FIX BROKER"}),
        ("by_hand", {"channel": "MANUAL"}),
        ("a_person_is_no_feed", {"maker": "ana"}),
        ("not_a_cancellation", {"action": "AMEND"}),
    ],
)
def test_the_database_closes_nothing_that_one_person_cancels(
    case: str, changes: dict[str, str]
) -> None:
    """Written around the services, as the application role."""
    person("ana")
    initiator.session()
    trade = booked()
    version = trade.versions.get()
    message = Execution.objects.get()
    row = {f.attname: getattr(message, f.attname) for f in Execution._meta.concrete_fields}
    row |= {"id": None, "action": "CANCEL", "source_version": 9} | changes
    forged = Execution.objects.create(**row)
    terms = {f.attname: getattr(version, f.attname) for f in version._meta.concrete_fields}
    terms |= {"version_no": 2, "action": "CANCEL", "execution_id": forged.pk}
    type(version).objects.create(**terms)
    closed = {"state": "CLOSED", "close_reason": "CANCELLED"}

    for step in (closed, closed | {"version_no": 2}):
        with pytest.raises(IntegrityError, match="not approved"), transaction.atomic():
            Trade.objects.filter(pk=trade.pk).update(**step)
    Trade.objects.filter(pk=trade.pk).update(state="CLOSED", close_reason="SETTLED")
    with pytest.raises(IntegrityError, match="not approved"), transaction.atomic():
        Trade.objects.filter(pk=trade.pk).update(close_reason="CANCELLED")


def test_what_came_by_file_is_not_cancelled_by_a_message_sent_in_its_name() -> None:
    """The service is asked with the channel of a file: no way leads around the second person."""
    import_(signed_in(), new())

    with pytest.raises(IntegrityError, match="not approved"), transaction.atomic():
        send(cancel(source_reference="U-1"), source_system="FILE", channel=Channel.FILE,
             actor=person("ana"))  # fmt: skip

    assert not Approval.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trades_trade WHERE state = 'CLOSED'")
        assert cursor.fetchone() == (0,)


def test_a_ticket_without_a_desk_asks_for_all_desks() -> None:
    send(facts(source_reference="N-1", book=None))
    trade = Trade.objects.get()
    eve = signed_in(desk="EQUITY", name="eve")

    answer = eve.post(f"/trades/{trade.pk}/cancel/", {"seen": trade.fingerprint, "reason": "x"})

    assert answer.status_code in (403, 404)
