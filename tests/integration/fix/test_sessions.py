"""Sessions as data: set up by an administrator, with reasons, a trail and pages."""

from __future__ import annotations

from datetime import time

import pytest
from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client, override_settings

from core.access import Forbidden
from core.models import AuditEntry
from core.roles import Role
from tests.factories.trades import AT, person, signed_in, small_world
from tests.fix import initiator
from trades.formats.fix.effects import Keep, Note, Numbers
from trades.models import FixEvent, FixLine, FixMessage, FixResult, FixSession
from trades.services.fix import booking, lines, sessions
from trades.states import FixDisposition, FixEventKind

pytestmark = pytest.mark.django_db
ADDRESSES = {
    "list": "/trades/fix-sessions/",
    "messages": "/trades/fix-messages/",
}


def admin() -> Client:
    return signed_in(Role.ADMINISTRATOR, name="root")


def form(**changes: str) -> dict[str, str]:
    return {
        "name": "BROKER", "begin_string": "FIX.4.4", "sender_comp_id": "BROKER",
        "target_comp_id": "HOUSE", "addresses": "192.0.2.0/28", "heartbeat_max": "60",
        "is_enabled": "on", "user_fields": "on",
    } | changes  # fmt: skip


def kept(session: FixSession) -> FixMessage:
    """Keep an allocation and act on it: it waits as an exception."""
    held = lines.take_line(session=session, peer="127.0.0.1", actor=lines.actor_of(session))
    assert held is not None
    from trades.formats.fix.wire import encode

    raw = encode("FIX.4.4", [(35, "J"), (34, "1"), (49, "BROKER"), (56, "HOUSE"), (70, "A1")])
    effects = [
        Keep(raw, FixDisposition.TAKEN, 1, 1, "J", "A1", True),  # noqa: FBT003 - waits
        Note(FixEventKind.LOGON),
    ]
    lines.write(held=held, effects=effects, numbers=Numbers(1, 2, 1), at=AT)
    lines.leave_line(held=held, actor=lines.actor_of(session))
    booking.act_on_kept(session=session, at=AT)
    return FixMessage.objects.get()


def test_an_administrator_sets_a_session_up_and_its_trail_hides_the_password() -> None:
    answer = admin().post(
        "/trades/fix-sessions/new/", form(username="us", password="s3cret", party_id="US")
    )

    session = FixSession.objects.get()
    assert answer.headers["Location"] == session.get_absolute_url()
    assert (session.source_system, session.addresses) == ("BROKER>HOUSE", ["192.0.2.0/28"])
    assert check_password("s3cret", session.secret)
    entry = AuditEntry.objects.filter(entity="fix_session").get()
    assert entry.actor == "root"
    assert session.secret not in str(vars(entry))
    assert FixEvent.objects.get().kind == "STARTED"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"addresses": "somewhere"}, "somewhere"),
        ({"opens_at": "08:00"}, "hours"),
        ({"username": "us"}, "password"),
        ({"dictionary": "FIX44.xml"}, "FIX_DICTIONARY_DIR"),
        ({"heartbeat_max": "0"}, "1"),
        ({"sender_comp_id": "TWO WORDS"}, "blanks"),
        ({"sender_comp_id": "A>B"}, "without blanks and"),
        ({"sender_comp_id": "A" * 32}, "31"),
        ({"name": "BR\u041eKER"}, "alphabets"),
        ({"name": "BROKER\u200b"}, "invisible"),
        ({"source_system": "MANUAL"}, "tickets by hand"),
        ({"source_system": "ALLOCATION"}, "the house itself"),
        ({"source_system": "BR\u00d6KER"}, "ASCII"),
    ],
)
def test_a_session_that_cannot_work_is_refused_with_the_reason(
    changes: dict[str, str], said: str
) -> None:
    answer = admin().post("/trades/fix-sessions/new/", form(**changes))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not FixSession.objects.exists()


def test_two_sessions_never_share_compids_or_source() -> None:
    initiator.session()
    for name, changes in {
        "one": {"source_system": "OTHER"},
        "two": {"sender_comp_id": "OTHER"},
    }.items():
        with pytest.raises(IntegrityError), transaction.atomic():
            initiator.session(name=name, **changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        initiator.session(name="three", sender_comp_id="X", source_system="X", opens_at=time(8))


def test_a_change_needs_a_reason_and_the_role() -> None:
    session = initiator.session()
    client = admin()
    edit = f"{session.get_absolute_url()}edit/"
    assert client.post(edit, form(party_id="US")).status_code == 422
    assert client.post(edit, form(party_id="US", reason="their letter")).status_code == 302
    session.refresh_from_db()
    assert session.party_id == "US"
    entry = AuditEntry.objects.filter(entity="fix_session").order_by("id").last()
    assert entry is not None
    assert entry.reason == "their letter"
    assert signed_in(Role.AGENT).get(edit).status_code == 403


def test_the_count_is_set_anew_for_a_reason_while_nobody_is_on_the_line() -> None:
    session = initiator.session()
    kept(session)
    client = admin()
    reset = f"{session.get_absolute_url()}reset/"

    assert client.post(reset, {"next_in": "5", "next_out": "1", "reason": " "}).status_code == 422
    done = client.post(reset, {"next_in": "5", "next_out": "1", "reason": "agreed by phone"})

    assert done.status_code == 302
    line = FixLine.objects.get()
    assert (line.epoch, line.next_in, line.next_out) == (2, 5, 1)
    event = FixEvent.objects.order_by("id").last()
    assert event is not None
    assert (event.kind, event.actor_name) == ("RESET", "root")
    assert "2/1 → 5/1: agreed by phone" in event.text
    assert AuditEntry.objects.filter(entity="fix_session", reason="agreed by phone").exists()
    with pytest.raises(Forbidden):
        sessions.reset_session(session_id=session.pk, next_in=1, next_out=1, reason="x",
                               actor=person(), at=AT)  # fmt: skip


def test_a_session_is_stopped_for_a_reason_and_started_again() -> None:
    session = initiator.session()
    client = admin()
    client.post(f"{session.get_absolute_url()}stop/", {"reason": "they asked"})
    session.refresh_from_db()
    assert not session.is_enabled
    client.post(f"{session.get_absolute_url()}start/")
    session.refresh_from_db()
    assert session.is_enabled
    assert list(FixEvent.objects.order_by("id").values_list("kind", "text")) == [
        ("STOPPED", "they asked"),
        ("STARTED", ""),
    ]


def test_messages_and_events_are_evidence_that_nobody_rewrites() -> None:
    message = kept(initiator.session())
    for statement in (
        "UPDATE trades_fixmessage SET note = 'x'",
        "DELETE FROM trades_fixmessage",
        "DELETE FROM trades_fixevent",
        "DELETE FROM trades_fixsession",
        "DELETE FROM trades_fixresult",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        FixMessage.objects.create(
            session=message.session, epoch=1, number=1, is_ours=False, waits=False,
            disposition="TAKEN", kept_at=AT, content=b"x",
        )  # fmt: skip


def test_pages_show_the_session_its_messages_and_what_waits() -> None:
    small_world()
    session = initiator.session()
    message = kept(session)
    client = signed_in(Role.AGENT)

    listed = client.get(ADDRESSES["list"]).content.decode()
    page = client.get(session.get_absolute_url()).content.decode()
    messages = client.get(f"{ADDRESSES['messages']}?outcome=EXCEPTION&q=A1").content.decode()
    one = client.get(message.get_absolute_url()).content.decode()
    again = client.post(f"{message.get_absolute_url()}take-up/", follow=True).content.decode()
    exported = client.get(f"{ADDRESSES['messages']}?export=csv")

    assert "BROKER" in listed
    assert "Logon" in page
    assert "AllocationInstruction" in messages
    assert "An allocation cannot be acted on without this field" in one
    assert "still cannot be booked" in again
    assert b"FIX-015" in b"".join(exported)
    assert FixResult.objects.get().reason_code == "FIX-015"


@pytest.mark.parametrize("address", [*ADDRESSES.values(), "/trades/fix-sessions/1/"])
def test_who_sees_some_desks_does_not_see_messages_of_all(address: str) -> None:
    initiator.session()

    assert signed_in(Role.AGENT, desk="EQUITY").get(address).status_code == 403


@pytest.mark.parametrize(("address", "queries"), [("list", 10), ("messages", 10)])
def test_lists_have_a_query_budget(
    address: str, queries: int, django_assert_max_num_queries: object
) -> None:
    kept(initiator.session())
    client = signed_in(Role.AGENT)
    client.get(ADDRESSES[address])

    with django_assert_max_num_queries(queries):  # type: ignore[operator]  # a fixture
        client.get(ADDRESSES[address])


def test_a_dictionary_of_the_operator_is_named_and_read(tmp_path_factory: object) -> None:
    folder = tmp_path_factory.mktemp("fix")  # type: ignore[attr-defined]  # a fixture
    (folder / "OWN.xml").write_text(
        "<fix><header/><trailer/><messages/><components/><fields>"
        "<field number='35' name='MsgType' type='STRING'/></fields></fix>"
    )
    (folder / "BAD.xml").write_text("<fix>")
    with override_settings(FIX_DICTIONARY_DIR=str(folder)):
        good = admin().post("/trades/fix-sessions/new/", form(dictionary="OWN.xml"))
        bad = admin().post("/trades/fix-sessions/new/", form(dictionary="BAD.xml", name="B"))
    assert (good.status_code, bad.status_code) == (302, 422)
