"""The session layer without sockets: tables of state and message, and any order of what arrives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trades.formats.fix.effects import Agreement, Effect, End, Keep, Note, Numbers, Say, Stage
from trades.formats.fix.session import HELD_MAX, Session
from trades.formats.fix.wire import Fields, Wire, encode, read, stamp
from trades.states import FixDisposition

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
AGREED = Agreement(begin="FIX.4.4", ours="HOUSE", theirs="BROKER")


class Taker:
    """An application that remembers what it was given."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def supports(self, kind: str) -> bool:
        return kind == "8"

    def take(self, message: Wire) -> Iterable[tuple[str, Fields]]:
        self.taken.append(message.get(17))
        return ()


def opened(**changes: object) -> Session:
    values = {
        "agreement": AGREED,
        "application": Taker(),
        "history": lambda _first, _last: [],
        "numbers": Numbers(),
    } | changes
    return Session(**values)  # type: ignore[arg-type]  # a test's own defaults


def sent(
    kind: str,
    number: int | str,
    *body: tuple[int, str],
    at: datetime = AT,
    copy: bool = False,
    begin: str = "FIX.4.4",
    theirs: str = "BROKER",
) -> Wire:
    head = [(35, kind), (34, str(number)), (49, theirs), (52, stamp(at)), (56, "HOUSE")]
    head += [(43, "Y"), (122, stamp(at - timedelta(seconds=1)))] if copy else []
    message = read(encode(begin, [*head, *body]))
    assert isinstance(message, Wire)
    return message


LOGON = ((98, "0"), (108, "30"))


def active(**changes: object) -> Session:
    session = opened(**changes)
    session.receive(sent("A", 1, *LOGON), AT)
    assert session.stage is Stage.ACTIVE
    session.drained()
    return session


def said(effects: Iterable[Effect]) -> list[str]:
    """Return the effects in short: what is said by its type, what is kept by its disposition."""
    told = []
    for effect in effects:
        if isinstance(effect, Say):
            told.append(f"say {_kind(effect.raw)}")
        elif isinstance(effect, Keep):
            told.append(str(effect.disposition))
        elif isinstance(effect, End):
            told.append("end")
    return told


def _kind(raw: bytes) -> str:
    message = read(raw)
    assert isinstance(message, Wire)
    return message.kind


@pytest.mark.parametrize(
    ("stage", "message", "expected", "after"),
    [
        ("WAITING", sent("A", 1, *LOGON), ["TAKEN", "say A"], "ACTIVE"),
        ("WAITING", sent("A", 4, *LOGON), ["say A", "HELD", "say 2"], "ACTIVE"),
        ("WAITING", sent("A", 1, (98, "1"), (108, "30")), ["NOTED", "end"], "ENDED"),
        ("WAITING", sent("A", 1, (98, "0"), (108, "0")), ["NOTED", "end"], "ENDED"),
        ("WAITING", sent("A", 1, (98, "0"), (108, "9999")), ["NOTED", "end"], "ENDED"),
        ("WAITING", sent("A", 1, *LOGON, theirs="X"), ["NOTED", "end"], "ENDED"),
        ("WAITING", sent("A", 2, *LOGON, (141, "Y")), ["NOTED", "end"], "ENDED"),
        ("WAITING", sent("8", 1), ["NOTED", "end"], "ENDED"),
        ("WAITING", sent("5", 1), ["NOTED", "end"], "ENDED"),
        ("ACTIVE", sent("0", 2), ["TAKEN"], "ACTIVE"),
        ("ACTIVE", sent("1", 2, (112, "X")), ["TAKEN", "say 0"], "ACTIVE"),
        ("ACTIVE", sent("1", 2), ["REFUSED", "say 3"], "ACTIVE"),
        ("ACTIVE", sent("2", 2, (7, "1"), (16, "0")), ["TAKEN", "say 4"], "ACTIVE"),
        ("ACTIVE", sent("2", 5, (7, "1"), (16, "0")), ["say 4", "HELD", "say 2"], "ACTIVE"),
        ("ACTIVE", sent("2", 2, (7, "9"), (16, "0")), ["TAKEN"], "ACTIVE"),
        ("ACTIVE", sent("2", 2, (7, "x"), (16, "0")), ["REFUSED", "say 3"], "ACTIVE"),
        ("ACTIVE", sent("3", 2, (45, "1")), ["TAKEN"], "ACTIVE"),
        ("ACTIVE", sent("3", 2), ["TAKEN"], "ACTIVE"),
        ("ACTIVE", sent("4", 2, (36, "9"), (123, "Y")), ["TAKEN"], "ACTIVE"),
        ("ACTIVE", sent("4", 2, (36, "2"), (123, "Y")), ["REFUSED", "say 3"], "ACTIVE"),
        ("ACTIVE", sent("4", 77, (36, "9")), ["NOTED"], "ACTIVE"),
        ("ACTIVE", sent("4", 77, (36, "1")), ["NOTED", "say 3"], "ACTIVE"),
        ("ACTIVE", sent("5", 2), ["TAKEN", "say 5", "end"], "ENDED"),
        ("ACTIVE", sent("5", 9), ["NOTED", "say 5", "end"], "ENDED"),
        ("ACTIVE", sent("A", 2, *LOGON), ["TAKEN", "say 5"], "LEAVING"),
        ("ACTIVE", sent("A", 1, *LOGON, (141, "Y")), ["TAKEN", "say A"], "ACTIVE"),
        ("ACTIVE", sent("8", 2, (17, "E")), ["TAKEN"], "ACTIVE"),
        ("ACTIVE", sent("8", 3, (17, "E")), ["HELD", "say 2"], "ACTIVE"),
        ("ACTIVE", sent("8", 1, (17, "E")), ["NOTED", "say 5", "end"], "ENDED"),
        ("ACTIVE", sent("8", 1, (17, "E"), copy=True), ["REPEATED"], "ACTIVE"),
        ("ACTIVE", sent("8", 2, (17, "E"), copy=True), ["TAKEN"], "ACTIVE"),
        ("ACTIVE", sent("V", 2), ["TAKEN", "say j"], "ACTIVE"),
        ("ACTIVE", sent("8", 2, theirs="X"), ["REFUSED", "say 3", "say 5"], "LEAVING"),
        ("ACTIVE", sent("8", 2, at=AT - timedelta(minutes=3)),
         ["REFUSED", "say 3", "say 5"], "LEAVING"),
        ("ACTIVE", sent("8", 2, begin="FIX.4.2"), ["REFUSED", "say 5"], "LEAVING"),
        ("ACTIVE", sent("8", "x"), ["NOTED", "say 3"], "ACTIVE"),
        ("ACTIVE", sent("8", 2, (0, "x")), ["REFUSED", "say 3"], "ACTIVE"),
        ("ACTIVE", sent("8", 2, (58, "")), ["REFUSED", "say 3"], "ACTIVE"),
        ("ACTIVE", sent("8", 2, (58, "a"), (50, "b")), ["REFUSED", "say 3"], "ACTIVE"),
        ("LEAVING", sent("5", 2), ["TAKEN", "end"], "ENDED"),
        ("LEAVING", sent("8", 2, (17, "E")), ["TAKEN"], "LEAVING"),
        ("ENDED", sent("8", 2, (17, "E")), [], "ENDED"),
        ("ENDED", sent("A", 1, *LOGON), [], "ENDED"),
    ],
)  # fmt: skip
def test_each_state_deals_with_each_message(
    stage: str, message: Wire, expected: list[str], after: str
) -> None:
    session = opened() if stage == "WAITING" else active()
    if stage == "LEAVING":
        session.leave("", AT)
    if stage == "ENDED":
        session.end()
    session.drained()

    session.receive(message, AT)

    assert (said(session.drained()), session.stage) == (expected, after)


@pytest.mark.parametrize(
    ("seconds", "expected", "after"),
    [
        ([29], [], "ACTIVE"),
        ([30], ["say 0"], "ACTIVE"),
        ([36], ["say 1"], "ACTIVE"),
        ([36, 66], ["say 1"], "ACTIVE"),
        ([36, 72], ["say 1", "end"], "ENDED"),
        ([72], ["end"], "ENDED"),
    ],
)
def test_silence_is_broken_then_tested_then_ended(
    seconds: list[int], expected: list[str], after: str
) -> None:
    session = active()

    for moment in seconds:
        session.tick(AT + timedelta(seconds=moment))

    assert (said(session.drained()), session.stage) == (expected, after)


def test_nobody_waits_for_ever_for_a_logon_or_a_logout() -> None:
    silent, leaving = opened(), active()
    silent.tick(AT)
    silent.tick(AT + timedelta(seconds=10))
    leaving.leave("over", AT)
    leaving.tick(AT + timedelta(seconds=2))

    assert (silent.stage, leaving.stage) == (Stage.ENDED, Stage.ENDED)


def test_counts_begin_anew_in_another_epoch_and_each_message_is_kept_in_its_own() -> None:
    session = active()
    session.receive(sent("8", 2, (17, "E1")), AT)
    session.receive(sent("A", 1, *LOGON, (141, "Y")), AT)
    session.receive(sent("8", 2, (17, "E2")), AT)

    kept = [(e.epoch, e.number) for e in session.drained() if isinstance(e, Keep)]
    assert kept == [(1, 2), (2, 1), (2, 2)]
    assert session.numbers == Numbers(epoch=2, next_in=3, next_out=2)


def test_a_flood_of_numbers_that_are_too_high_is_held_within_bounds() -> None:
    session = active()
    for number in range(3, HELD_MAX + 50):
        session.receive(sent("8", number, (17, "E")), AT)

    assert len(session.held) == HELD_MAX
    assert said(session.drained()).count("say 2") == 1


def test_nothing_but_noise_ends_the_connection() -> None:
    session = active()
    noise = read(b"8=FIX.4.4\x019=5\x0135=8\x0110=000\x01")
    for _ in range(100):
        session.receive(noise, AT)

    assert session.stage is Stage.ENDED


class Network:
    """A sender that resends what is asked for, over a line that loses and repeats messages."""

    def __init__(self, session: Session, count: int) -> None:
        self.session, self.count = session, count

    def report(self, number: int, *, copy: bool) -> Wire:
        return sent("8", number, (17, f"E{number}"), copy=copy)

    def settle(self) -> None:
        """Answer resend requests until nothing is missing; a heartbeat shows what is."""
        last = self.count + 2
        for _round in range(self.count + 3):
            self.session.receive(sent("0", last, copy=True), AT)
            asked = [e for e in self.session.drained() if isinstance(e, Say)]
            for first in (int(self._asked(e.raw)) for e in asked if _kind(e.raw) == "2"):
                for number in range(first, last):
                    self.session.receive(self.report(number, copy=True), AT)
            if self.session.numbers.next_in > last:
                return

    @staticmethod
    def _asked(raw: bytes) -> str:
        message = read(raw)
        assert isinstance(message, Wire)
        return message.get(7)


@settings(deadline=None, max_examples=200)
@given(data=st.data(), count=st.integers(1, 12))
def test_any_loss_repetition_and_order_delivers_each_message_once_in_its_turn(
    data: st.DataObject, count: int
) -> None:
    application = Taker()
    session = active(application=application)
    network = Network(session, count)
    numbers = list(range(2, count + 2))
    arriving = data.draw(
        st.lists(st.sampled_from(numbers), max_size=2 * count), label="what arrives, in this order"
    )

    for number in arriving:
        session.receive(network.report(number, copy=number < session.numbers.next_in), AT)
    for effect in session.effects:  # what was asked for so far was lost on the way
        assert isinstance(effect, Keep | Say | Note)
    network.settle()

    assert application.taken == [f"E{number}" for number in numbers]
    assert session.numbers.next_in == count + 3


def test_what_is_refused_still_waits_for_a_person_when_the_application_would_have_taken_it() -> (
    None
):
    session = active()
    session.receive(sent("8", 2, (17, "E1"), (58, "")), AT)

    kept = [effect for effect in session.drained() if isinstance(effect, Keep)]
    assert [(e.disposition, e.waits, e.key) for e in kept] == [(FixDisposition.REFUSED, True, "E1")]
