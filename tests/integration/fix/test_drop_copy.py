"""A counterparty logs on over a socket: what it reports is kept, booked once, or waits in sight."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Any

import pytest

from backoffice.launcher import places
from core import jobs
from desk.models import ControlException
from tests.factories.trades import AT, person, small_world
from tests.fix import initiator
from tests.fix.initiator import Initiator, accepting
from tests.fix.messages import busted, corrected, report, side, trade_report
from trades.acceptor.server import Acceptor
from trades.models import (
    Execution,
    FixEvent,
    FixLine,
    FixMessage,
    FixResult,
    FixSession,
    Trade,
    TradeVersion,
)
from trades.services.fix import sessions
from trades.states import FixOutcome

pytestmark = pytest.mark.django_db(transaction=True)
LONG = [("17", "CAP-015"), ("19", "CAP-015"), ("571", "CAP-015"), ("571", "CAP-015")]


@pytest.fixture(name="broker")
def _broker() -> FixSession:
    small_world()
    return initiator.session()


@pytest.fixture(name="acceptor")
def _acceptor(broker: FixSession) -> Iterator[Acceptor]:
    with accepting() as acceptor:
        yield acceptor


def eventually(check: Callable[[], Any]) -> Any:
    deadline = monotonic() + 20
    while not (answer := check()):
        assert monotonic() < deadline, f"still {answer!r}"
        sleep(0.02)
    return answer


def results(count: int) -> list[tuple[str, str]]:
    """Wait until so many messages were acted on; return outcome and reason of each."""
    eventually(lambda: FixResult.objects.count() >= count)
    rows = FixResult.objects.order_by("message_id")
    return list(rows.values_list("outcome", "reason_code"))


@pytest.mark.parametrize("begin", ["FIX.4.2", "FIX.4.4", "FIXT.1.1"])
def test_fills_corrections_and_busts_become_versions_of_one_trade(begin: str) -> None:
    old = begin == "FIX.4.2"
    small_world()
    initiator.session(begin_string=begin)
    with accepting() as acceptor:
        broker = Initiator(acceptor.port, begin=begin)
        broker.log_on()
        broker.say("8", *report("E1", old=old))
        broker.say("8", *report("E2", old=old, t150="1", t39="1", t32="40", t14="40", t151="60"))
        broker.say("8", *corrected("E3", "E1", "101.75", old=old))
        broker.say("8", *busted("E4", "E2", old=old))
        broker.say("8", *report("E5", old=old, t150="0", t39="0", t32="", t31=""))
        assert results(5)[:4] == [("CAPTURED", "")] * 4
        broker.log_off()

    first, second = Trade.objects.order_by("source_reference")
    assert (first.source_system, first.source_reference) == ("BROKER>HOUSE", "E1/20261120")
    assert (str(first.price), first.version_no, first.state) == ("101.7500000000", 2, "RECEIVED")
    assert (second.version_no, second.close_reason) == (2, "CANCELLED")
    assert results(5)[4] == (FixOutcome.COUNTED, "")
    assert first.maker == "FIX BROKER"
    jobs.run_pending()
    assert not Trade.objects.filter(state="RECEIVED").exists()


def test_the_first_partial_fill_of_a_new_version_needs_its_exec_type(acceptor: Acceptor) -> None:
    broker = Initiator(acceptor.port)
    broker.log_on()
    broker.say("8", *report("E1", t150="1", t32="40"))  # obsolete since 4.3, still sent
    broker.log_off()
    assert results(1) == [("CAPTURED", "")]
    assert Trade.objects.get().quantity == 40


def test_what_cannot_be_booked_waits_as_an_exception_that_names_its_tag(acceptor: Acceptor) -> None:
    broker = Initiator(acceptor.port)
    broker.log_on()
    broker.say("8", *report("E1", t31="1O1.5"))
    broker.say("8", *report("E2"))
    broker.say("8", *report("E2", t31="102"))
    broker.say("J", (70, "A1"), (71, "0"), (626, "1"), (53, "100"))
    broker.say("AE", *trade_report("R1", side("1"), side("2")))
    broker.say("8", *report("E3", t22="", t48="", t55="NOBODY"))
    broker.log_off()

    assert results(6) == [
        ("EXCEPTION", "CAP-008"),
        ("CAPTURED", ""),
        ("EXCEPTION", "CAP-201"),
        ("EXCEPTION", "FIX-015"),
        ("EXCEPTION", "FIX-009"),
        ("CAPTURED", ""),  # as an execution that waits for its instrument
    ]
    waiting = ControlException.objects.filter(kind="CAPTURE", state="OPEN").order_by("pk")
    told = [(row.subject_kind, row.rule_code, row.field) for row in waiting]
    assert sorted(told) == sorted(
        [
            ("fix_message", "CAP-008", "31"),
            ("fix_message", "CAP-201", "version"),
            ("fix_message", "FIX-015", "78"),
            ("fix_message", "FIX-009", "552"),
            ("execution", "CAP-101", "symbol"),
        ]
    )
    assert Execution.objects.count() == 2


def test_names_are_checked_as_in_logs_and_never_cut(broker: FixSession) -> None:
    FixSession.objects.filter(pk=broker.pk).update(party_id="US")
    both = (side("2", "US"), side("1", "US"))
    with accepting() as acceptor:
        one = Initiator(acceptor.port)
        one.log_on()
        one.say("8", *report("E" * 55))
        one.say("8", *report("E" * 65, t31="102"))
        one.say("8", *busted("E2", "E" * 65))
        one.say("AE", *trade_report("R" * 65))
        one.say("AE", *trade_report("S" * 63, *both, t17="X1"))
        one.log_off()

    assert results(5) == [("CAPTURED", ""), *[("EXCEPTION", reason) for _f, reason in LONG]]
    waiting = ControlException.objects.filter(subject_kind="fix_message").order_by("subject_id")
    assert [(row.field, row.rule_code) for row in waiting] == LONG
    assert Execution.objects.get().message_id == "E" * 55


def test_a_bust_that_comes_before_its_fill_waits_and_takes_it_back(acceptor: Acceptor) -> None:
    broker = Initiator(acceptor.port)
    broker.log_on()
    broker.say("8", *busted("E2", "E1"))
    assert results(1) == [("CAPTURED", "")]
    assert Execution.objects.get().outcome == "PARKED"
    broker.say("8", *report("E1"))
    broker.log_off()

    assert results(2)[1] == ("CAPTURED", "")
    assert Trade.objects.get().close_reason == "CANCELLED"


def test_a_type_that_no_drop_copy_holds_is_refused_and_kept(acceptor: Acceptor) -> None:
    broker = Initiator(acceptor.port)
    broker.log_on()
    broker.say("V", (262, "M1"))
    answer = broker.next()
    assert answer is not None
    assert (answer.kind, answer.get(380), answer.get(372)) == ("j", "3", "V")
    broker.log_off()
    assert results(1) == [("COUNTED", "")]
    sent = FixMessage.objects.filter(is_ours=True).order_by("number")
    assert list(sent.values_list("kind", flat=True)) == ["A", "j", "5"]


def test_trade_capture_reports_of_one_side_ours_of_two_and_their_corrections(
    broker: FixSession,
) -> None:
    FixSession.objects.filter(pk=broker.pk).update(party_id="US")
    both = (side("2", "THEM"), side("1", "US"))
    with accepting() as acceptor:
        one = Initiator(acceptor.port)
        one.log_on()
        one.say("AE", *trade_report("R1"))
        one.say("AE", *trade_report("R2", *both))
        one.say("AE", *trade_report("R3", *both, t487="2", t572="R2", t31="99.5"))
        one.say("AE", *trade_report("R4", t487="1", t572="R1"))
        one.say("AE", *trade_report("R5", t856="1"))
        one.say("AE", *trade_report("R6", t487="4"))
        one.say("AE", *trade_report("R7", t552="2"))
        one.log_off()

    assert results(7) == [
        *[("CAPTURED", "")] * 4,
        ("COUNTED", ""),
        ("EXCEPTION", "FIX-011"),
        ("EXCEPTION", "FIX-008"),
    ]
    first, second = Trade.objects.order_by("source_reference")
    assert (first.source_reference, first.close_reason) == ("R1/20261120", "CANCELLED")
    assert (second.side, str(second.price), second.version_no) == ("BUY", "99.5000000000", 2)
    assert second.counterparty_code == "THEM"


def test_a_trade_told_as_a_report_and_as_a_fill_is_booked_once(acceptor: Acceptor) -> None:
    broker = Initiator(acceptor.port)
    broker.log_on()
    broker.say("8", *report("E1"))
    broker.say("AE", *trade_report("R1", t17="E1"))
    broker.log_off()
    assert results(2) == [("CAPTURED", ""), ("EXCEPTION", "CAP-201")]
    assert Trade.objects.count() == 1


def test_after_a_gap_each_report_is_taken_once_and_in_its_turn(acceptor: Acceptor) -> None:
    broker = Initiator(acceptor.port)
    broker.log_on()
    broker.say("8", *report("E3"), number=4)
    asked = broker.next()
    assert asked is not None
    assert (asked.kind, asked.get(7), asked.get(16)) == ("2", "2", "0")
    for number, exec_id in ((2, "E1"), (3, "E2"), (4, "E3")):
        broker.say("8", *report(exec_id), number=number, copy=True)
    broker.say("8", *report("E1"), head=((97, "Y"),), number=5)
    broker.number = 5
    broker.log_off()

    assert results(4) == [*[("CAPTURED", "")] * 3, ("REPEATED", "")]
    assert TradeVersion.objects.count() == 3
    kept = FixMessage.objects.filter(is_ours=False, kind="8").order_by("pk")
    assert list(kept.values_list("number", "disposition")) == [
        (4, "HELD"), (2, "TAKEN"), (3, "TAKEN"), (4, "TAKEN"), (4, "REPEATED"), (5, "TAKEN"),
    ]  # fmt: skip


def test_numbers_go_on_after_a_reconnect_and_a_missed_answer_is_sent_again(
    acceptor: Acceptor,
) -> None:
    first = Initiator(acceptor.port)
    first.log_on()
    first.say("V", (262, "M1"))
    first.close()  # without reading the refusal
    eventually(lambda: FixLine.objects.get().state == "OFFLINE")

    again = Initiator(acceptor.port, number=2)
    assert again.log_on().number == 3
    again.say("2", (7, "2"), (16, "0"))
    missed, filled = again.next(), again.next()
    assert missed is not None
    assert filled is not None
    assert (missed.kind, missed.number, missed.is_copy) == ("j", 2, True)
    assert (filled.kind, filled.number, filled.get(36)) == ("4", 3, "4")
    again.log_off()


def test_a_reset_that_leaves_numbers_out_waits_for_a_question(acceptor: Acceptor) -> None:
    broker = Initiator(acceptor.port)
    broker.log_on()
    broker.say("4", (36, "10"), number=2)
    broker.say("8", *report("E1"), number=10)
    broker.number = 10
    broker.log_off()
    assert results(2) == [("EXCEPTION", "FIX-012"), ("CAPTURED", "")]
    assert ControlException.objects.get().found == "2–9"


def test_a_message_that_waits_is_taken_up_when_the_session_knows_more(
    broker: FixSession, acceptor: Acceptor
) -> None:
    one = Initiator(acceptor.port)
    one.log_on()
    one.say("AE", *trade_report("R1", side("1", "US"), side("2", "THEM")))
    one.log_off()
    assert results(1) == [("EXCEPTION", "FIX-009")]
    message = FixMessage.objects.get(waits=True)

    still = sessions.take_up(message_id=message.pk, actor=person(), at=AT)
    FixSession.objects.filter(pk=broker.pk).update(party_id="US")
    done = sessions.take_up(message_id=message.pk, actor=person(), at=AT)

    assert (still, done) == (FixOutcome.EXCEPTION, FixOutcome.CAPTURED)
    assert Trade.objects.get().counterparty_code == "THEM"
    assert ControlException.objects.get().state == "RESOLVED"
    with pytest.raises(sessions.UnableToTakeUp):
        sessions.take_up(message_id=message.pk, actor=person(), at=AT)


def test_the_log_of_a_session_books_nothing_twice(acceptor: Acceptor) -> None:
    from core import files
    from trades.services import imports

    broker = Initiator(acceptor.port)
    broker.log_on()
    broker.say("8", *report("E1"))
    broker.log_off()
    assert results(1) == [("CAPTURED", "")]
    log = b"\n".join(
        bytes(raw) for raw in FixMessage.objects.order_by("pk").values_list("content", flat=True)
    )
    file = files.store(name="x", content=log, media_type="text/plain", actor=person(), at=AT)

    counts = imports.import_fix(file=file, actor=person(), at=AT).counts

    assert (counts["messages"], counts["repeated"]) == (5, 1)
    assert Trade.objects.count() == 1


def test_the_example_of_the_documentation_books_its_fill_once(broker: FixSession) -> None:
    FixSession.objects.filter(pk=broker.pk).update(
        sender_comp_id="EXAN", target_comp_id="DENOUEMENT"
    )
    script = places.ROOT / "docs" / "examples" / "fix_initiator.py"
    with accepting() as acceptor:
        for _run in range(2):
            done = subprocess.run(
                [sys.executable, str(script), str(acceptor.port)],
                capture_output=True, text=True, timeout=60, check=True,
            )  # fmt: skip
            assert "|35=A|" in done.stdout
        assert results(2) == [("CAPTURED", ""), ("REPEATED", "")]
    assert Trade.objects.get().quantity == 100


def test_a_message_that_nobody_foresaw_holds_nobody_up(
    broker: FixSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from trades.services.fix import booking

    real = booking.read_kept

    def fail(session: FixSession, message: FixMessage, roots: Any) -> Any:
        if message.key == "BAD":
            raise ZeroDivisionError
        return real(session, message, roots)

    monkeypatch.setattr(booking, "read_kept", fail)
    with accepting() as acceptor:
        one = Initiator(acceptor.port)
        one.log_on()
        for exec_id in ("E1", "BAD", "E2"):
            one.say("8", *report(exec_id))
        one.log_off()
        assert results(3) == [("CAPTURED", ""), ("EXCEPTION", "FIX-014"), ("CAPTURED", "")]
    assert "could not be acted on" in caplog.text


def test_what_was_kept_by_an_acceptor_that_died_is_acted_on_by_the_next(
    broker: FixSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trades.services.fix import booking

    with monkeypatch.context() as patch:
        patch.setattr(booking, "act_on_kept", lambda **_: 0)
        with accepting() as acceptor:
            one = Initiator(acceptor.port)
            one.log_on()
            one.say("8", *report("E1"))
            one.log_off()
    assert not FixResult.objects.exists()

    with accepting():
        assert results(1) == [("CAPTURED", "")]
    assert FixEvent.objects.filter(kind="LOGON").count() == 1
