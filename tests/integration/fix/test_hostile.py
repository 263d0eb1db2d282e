"""What strangers, broken and slow peers can do to the acceptor: nothing, and it is written down."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password

from tests.factories.trades import small_world
from tests.fix import initiator
from tests.fix.initiator import HOST, Initiator, Peer, accepting
from tests.fix.messages import report
from tests.integration.fix.test_drop_copy import eventually, results
from trades.acceptor import connection, server
from trades.acceptor.server import Acceptor
from trades.formats.fix.wire import BYTES_MAX
from trades.models import FixEvent, FixLine, FixMessage, FixSession

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(name="broker")
def _broker() -> FixSession:
    small_world()
    return initiator.session()


@pytest.fixture(name="acceptor")
def _acceptor(broker: FixSession) -> Iterator[Acceptor]:
    with accepting() as acceptor:
        yield acceptor


def still_serves(acceptor: Acceptor) -> None:
    one = Initiator(acceptor.port, number=FixLine.objects.get().next_in - 1)
    one.log_on()
    one.log_off()


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00" * 10_000,
        b"8=FIX.4.4\x019=5\x0135=A\x01",
        b"8=FIX.4.4\x019=%d\x0135=A\x01" % (BYTES_MAX + 1),
        b"8=FIX" * 50_000,
    ],
)
def test_a_stranger_gets_no_answer(acceptor: Acceptor, noise: bytes) -> None:
    peer = Peer(acceptor.port)
    peer.send(noise)
    with contextlib.suppress(OSError):  # shown the door already
        peer.socket.shutdown(socket.SHUT_WR)

    assert peer.receive() is None
    peer.close()
    still_serves(acceptor)


@pytest.mark.parametrize(
    ("case", "changes", "words", "why"),
    [
        ("wrong_password", {}, ((553, "us"), (554, "guess")), "user name or password is wrong"),
        ("no_password", {}, (), "user name or password is wrong"),
        ("elsewhere", {"addresses": ["192.0.2.0/28"]}, (), "the address is not allowed"),
        ("stopped", {"is_enabled": False}, (), "the session is stopped or closed"),
        ("no_dictionary", {"dictionary": "FIX99.xml"}, (), "the data dictionary cannot be read"),
    ],
)
def test_who_may_not_come_in_is_turned_away_and_written_down(
    broker: FixSession, acceptor: Acceptor, case: str, changes: dict[str, object],
    words: tuple[tuple[int, str], ...], why: str,
) -> None:  # fmt: skip
    FixSession.objects.filter(pk=broker.pk).update(
        username="us", secret=make_password("s3cret"), **changes
    )
    stranger = Initiator(acceptor.port)
    stranger.say("A", (98, "0"), (108, "30"), *words)

    assert stranger.next() is None, case
    stranger.close()
    event = FixEvent.objects.get()
    assert (event.actor_name, event.text) == ("127.0.0.1", why)


def test_a_password_opens_and_is_not_kept(broker: FixSession, acceptor: Acceptor) -> None:
    FixSession.objects.filter(pk=broker.pk).update(username="us", secret=make_password("s3cret"))
    one = Initiator(acceptor.port)
    one.log_on((553, "us"), (554, "s3cret"))
    one.log_off()

    kept = bytes(FixMessage.objects.get(kind="A", is_ours=False).content)
    assert b"554=***" in kept
    assert b"s3cret" not in kept


def test_hours_that_are_over_log_the_counterparty_out_and_a_new_day_counts_anew() -> None:
    small_world()
    initiator.session(opens_at=time(8), closes_at=time(18))
    now = [datetime(2026, 11, 20, 9, tzinfo=UTC)]
    with accepting(clock=lambda: now[0]) as acceptor:
        one = Initiator(acceptor.port)
        one.log_on(at=now[0])
        now[0] += timedelta(hours=9)
        answer = one.next()
        assert answer is not None
        assert (answer.kind, answer.get(58)) == ("5", "the hours of the session are over")
        one.close()
        eventually(lambda: FixLine.objects.get().state == "OFFLINE")
        late = Initiator(acceptor.port)
        late.say("A", (98, "0"), (108, "30"), at=now[0])
        assert late.next() is None
        late.close()
        now[0] = datetime(2026, 11, 23, 9, tzinfo=UTC)
        monday = Initiator(acceptor.port)
        monday.log_on(at=now[0])
        monday.close()
    line = FixLine.objects.get()
    assert (line.epoch, line.next_in, line.next_out) == (2, 2, 2)


def test_noise_inside_a_session_is_kept_and_asked_for_again(acceptor: Acceptor) -> None:
    one = Initiator(acceptor.port)
    one.log_on()
    good = one.raw("8", *report("E1"))
    one.send(good[:-4] + b"000\x01" if good[-4:-1] != b"000" else good[:-4] + b"001\x01")
    one.send(b"\xff\xfe noise \x00")
    one.say("8", *report("E2"))
    asked = one.next()
    assert asked is not None
    assert (asked.kind, asked.get(7)) == ("2", "2")
    one.say("8", *report("E1"), number=2, copy=True)
    one.log_off()

    assert results(2) == [("CAPTURED", ""), ("CAPTURED", "")]
    assert FixMessage.objects.filter(disposition="GARBLED").count() == 2


def test_a_message_that_is_too_long_ends_the_session_with_a_word(acceptor: Acceptor) -> None:
    one = Initiator(acceptor.port)
    one.log_on()
    one.send(b"8=FIX.4.4\x019=%d\x0135=8\x01" % (BYTES_MAX + 1))

    answer = one.next()
    assert answer is not None
    assert (answer.kind, answer.get(58)) == ("5", f"a message of {BYTES_MAX + 1} bytes is too long")
    one.close()


def test_values_that_no_table_can_hold_wait_as_exceptions(acceptor: Acceptor) -> None:
    one = Initiator(acceptor.port)
    one.log_on()
    one.say("8", *report("E\x00\x02\n1"))
    one.say("8", *report("E2", t150="\x02"))
    one.say("8", *report("E3", t58="\x00\x7f"))
    one.say("3", (45, "1"), (58, "\x00"))
    one.log_off()

    told = results(3)
    assert [outcome for outcome, _reason in told] == ["EXCEPTION", "COUNTED", "EXCEPTION"]


def test_who_does_not_read_is_let_go(broker: FixSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SEND_SECONDS_MAX", 1)
    with accepting() as acceptor:
        slow = Initiator(acceptor.port)
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.log_on()
        many = b"".join(slow.raw("1", (112, "x" * 5_000)) for _ in range(3_000))
        slow.send(many)
        eventually(lambda: FixLine.objects.get().state == "OFFLINE")
        slow.close()
        still_serves(acceptor)


def test_connections_beyond_the_limit_are_refused_and_the_others_served(
    broker: FixSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "CONNECTIONS_MAX", 3)
    with accepting() as acceptor:
        one = Initiator(acceptor.port)
        one.log_on()
        idle = [Peer(acceptor.port) for _ in range(2)]
        eventually(lambda: len(acceptor._threads) == 3)
        more = Peer(acceptor.port)
        assert more.receive() is None
        one.log_off()
        for peer in [*idle, more]:
            peer.close()


def test_two_acceptors_never_serve_one_session(acceptor: Acceptor) -> None:
    one = Initiator(acceptor.port)
    one.log_on()
    with accepting() as other:
        second = Initiator(other.port)
        second.say("A", (98, "0"), (108, "30"))
        assert second.next() is None
        second.close()
    one.log_off()
    assert FixEvent.objects.filter(text="another connection holds the session").exists()


def test_a_line_that_was_taken_over_writes_nothing_more(acceptor: Acceptor) -> None:
    one = Initiator(acceptor.port)
    one.log_on()
    FixLine.objects.update(holder=None)  # what an administrator's reset would leave
    one.say("8", *report("E1"))

    assert one.next() is None
    one.close()
    assert not FixMessage.objects.filter(kind="8").exists()


def test_a_taken_port_is_tried_again(broker: FixSession, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        acceptor = Acceptor(host=HOST, port=taken.getsockname()[1], poll_milliseconds=20)
        import threading

        thread = threading.Thread(target=acceptor.run)
        thread.start()
        eventually(lambda: "trying again" in caplog.text)
        acceptor.stop()
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("name", "begin", "theirs"),
    [
        ("FIXTradingCommunity__fix-log-to-orchestra/FIX.4.2-KOD-BON.messages.part1.log",
         "FIX.4.2", "BON"),
        ("FIXTradingCommunity__fix-log-to-orchestra/FIXT.1.1-EXEC-BANZAI.messages.log",
         "FIXT.1.1", "EXEC"),
        ("quickfix__quickfix-logviewer/small.log", "FIX.4.2", "SERVER"),
    ],
)  # fmt: skip
def test_the_messages_of_real_logs_are_taken_from_a_socket_as_from_the_file(
    broker: FixSession, shared_data: Path, name: str, begin: str, theirs: str
) -> None:
    """Application messages of one sender, under numbers and times of today, in their order."""
    from trades.formats.fix import read_log, read_messages

    content = (shared_data / "fix" / name).read_bytes()
    told = [m for m in read_messages(content) if m.fields.get(49) == theirs]
    told = [m for m in told if m.fields.get(35) not in set("012345A") | {"V", "k"}]
    assert told, "the log holds messages of that sender"
    FixSession.objects.update(
        begin_string=begin, sender_comp_id=theirs, source_system=f"{theirs}>HOUSE"
    )
    log = read_log(content)
    with accepting() as acceptor:
        one = Initiator(acceptor.port, begin=begin, names=(theirs, "HOUSE"))
        one.log_on()
        for message in told:
            dealt = {60: message.fields[52]} | dict(message.fields)  # now is when it is sent again
            body = [(t, v) for t, v in dealt.items() if t not in HEADER and v]
            one.say(message.fields[35], *body)
        one.log_off()
        outcomes = results(len(told))

    assert len(outcomes) == len(told)
    fills = [fill for fill in log.fills if fill.session.startswith(f"{theirs}>")]
    taken = [outcome for outcome, _reason in outcomes if outcome in ("CAPTURED", "REPEATED")]
    assert len(taken) == len(fills)


HEADER = frozenset({8, 9, 10, 34, 35, 43, 49, 50, 52, 56, 57, 97, 115, 116, 122, 128, 129})
